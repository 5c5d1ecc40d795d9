import type { Affected, ReportedImpact } from "../../impacts";
import { resourceTypes } from "../../resource-types";
import type { Drifted } from "./result";

/** Drifted resources of fal for sentences about their impacts. */
export function affected(
  drifted: readonly Drifted[],
  impactsOf: (one: Drifted) => readonly ReportedImpact[] = ({ impacts }) => impacts,
): Affected[] {
  return drifted.flatMap((one) => {
    const kind = resourceTypes.get(one.type)?.kind;
    return kind === undefined ? [] : [{ urn: one.urn, kind, label: one.label, impacts: impactsOf(one) }];
  });
}
