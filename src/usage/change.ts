import type { AppEvidence, Interval, UsageScaleName, UsageScaling } from "./evidence";

/** What the evidence says about one changed value. */
export interface ChangedValue {
  readonly property: UsageScaleName;
  /** `maximum 20 → 8: more than 8 runners were busy in 6% of hours`. Plain text, without a full stop. */
  readonly sentence: string;
  /** A reviewer should know it: callers would have waited, or idle runners cost noticeably more. */
  readonly matters: boolean;
}

/** Costs of idle runners, per hour. */
export interface IdleCostChange {
  readonly before: Interval;
  readonly after: Interval;
  /** Positive: it costs more. */
  readonly change: Interval;
  readonly currency: string;
}

/** What happened while the old scaling applied, for the review of a change to a new one. */
export interface ChangeEvidence {
  /** The changed values, those that matter first. Contains a sentence for each value that changes. */
  readonly values: readonly ChangedValue[];
  /** The first of these sentences. */
  readonly sentence: string;
  /** One of the values matters. */
  readonly matters: boolean;
  /** Hours with data, and their share of the range, from 0 to 1. */
  readonly hours: number;
  readonly coverage: number;
  /**
   * Hours in which more runners were busy than the new maximum allows, and their share of the hours with data, from 0 to 1.
   * A range if each runner is to work on another number of requests. Null: unknown.
   */
  readonly starved: { readonly hours: Interval; readonly share: Interval } | null;
  /** Null: unknown, because the key could not read usage, or history is missing. */
  readonly idleCost: IdleCostChange | null;
  /** For a chart: the busiest moment of each hour, with the maximum before and after. Null where unknown. */
  readonly chart: {
    readonly running: readonly (number | null)[];
    readonly maxBefore: number | null;
    readonly maxAfter: number | null;
  };
}

/**
 * Compares a change with what the app did. `before` and `after` are complete: a value that is absent is unknown. Undefined
 * evidence: the file does not contain the app.
 */
export type EvidenceOfChange = (
  evidence: AppEvidence | undefined,
  before: UsageScaling,
  after: UsageScaling,
) => ChangeEvidence;
