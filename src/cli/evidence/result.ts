import type { IdleCostChange } from "../../usage/change";
import type { Interval } from "../../usage/interval";
import type { EvidenceInReport } from "./report";
import { evidenceMatters, sentencesOf } from "./scaling";

/** Evidence from usage about the changes of a report. */
export interface UsageEvidence {
  /** The account that was used; null if unknown. */
  readonly account: string | null;
  /** When the usage file was written, and its range, in ISO 8601. */
  readonly generatedAt: string;
  readonly from: string;
  readonly to: string;
  /** Why the file decides nothing, for example because it is older than `--usage-max-age`. */
  readonly doubt?: string;
  /** Apps whose number of runners may change. */
  readonly apps: readonly AppUsage[];
}

export interface AppUsage {
  /** For example `main/image-gen`. */
  readonly app: string;
  readonly urn: string;
  /** The evidence about the changed values. Empty if the file contains nothing about the app. */
  readonly sentences: readonly string[];
  /** Whether the first line of the report mentions it. */
  readonly matters: boolean;
  /** Why this decides nothing. Then the gates `starves` and `wastes` match. */
  readonly doubt?: string;
  /** Hours with data, and their share of the range, from 0 to 1. */
  readonly hours: number;
  readonly coverage: number;
  /** Hours in which more runners were busy than the new maximum allows, and their share. Null if unknown. */
  readonly starved: { readonly hours: Interval; readonly share: Interval } | null;
  /** The cost of idle runners per hour. Null if unknown. */
  readonly idleCost: IdleCostChange | null;
}

export function evidenceResult({ usage: { evidence, doubt }, changes }: EvidenceInReport): UsageEvidence {
  const { account, generatedAt, from, to } = evidence;
  return {
    account,
    generatedAt,
    from,
    to,
    ...(doubt === undefined ? {} : { doubt }),
    apps: changes.map((change) => ({
      app: change.app,
      urn: change.urn,
      sentences: sentencesOf(change),
      matters: evidenceMatters(change),
      ...(change.doubt === undefined ? {} : { doubt: change.doubt }),
      hours: change.evidence?.hours ?? 0,
      coverage: change.evidence?.coverage ?? 0,
      starved: change.evidence?.starved ?? null,
      idleCost: change.evidence?.idleCost ?? null,
    })),
  };
}
