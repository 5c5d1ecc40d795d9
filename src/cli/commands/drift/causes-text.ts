import type { Inline } from "../../report/report-model";
import { separated } from "../../report/text";
import type { Cause, DriftedProperty } from "./result";

export const causeTexts: Readonly<Record<Cause, string>> = {
  resetByDeploy: "reset by deploy",
  deployedElsewhere: "deployed elsewhere",
  changedElsewhere: "changed elsewhere",
  revokedElsewhere: "revoked elsewhere",
};

/** For example: reset by deploy, `acme`, `2026-11-30 09:05 UTC`. */
export function causeText({ cause, by, at }: Pick<DriftedProperty, "cause" | "by" | "at">): Inline[] {
  return separated(
    [
      ...(cause === undefined ? [] : [[causeTexts[cause]]]),
      ...(by === undefined ? [] : [[{ code: by }]]),
      ...(at === undefined ? [] : [[{ code: timeOf(at) }]]),
    ],
    ", ",
  );
}

/** To the minute, in UTC. */
function timeOf(at: string): string {
  const time = new Date(at);
  return Number.isNaN(time.getTime()) ? at : `${time.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}
