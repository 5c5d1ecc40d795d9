import type { ScaleParams } from "../../../client/scaling.gen";
import type { Interval } from "../../../usage/interval";
import type { Recommendation } from "../../../usage/recommend";
import type { AppNumbers, Money } from "../../../usage/summarize";

/** The result of `pulumi-fal usage --json`, and the evidence for reviews, drift reports and policies. */
export interface UsageResult {
  readonly version: 1;
  /** The account's name. Null if fal does not return it. */
  readonly account: string | null;
  /** When the file was written (ISO 8601). */
  readonly generatedAt: string;
  /** The range in whole hours (ISO 8601). */
  readonly from: string;
  readonly to: string;
  /** The summary in one sentence. */
  readonly verdict: string;
  /** Those whose idle runners cost most first, then those whose callers waited longest. */
  readonly apps: readonly AppUsage[];
  readonly totals: UsageTotals;
  /** With `--stack`: apps of the stack that fal does not have. */
  readonly missing: readonly string[];
  /** The cost of apps that do not exist any more, and of usage without an app. Only in a report about all apps. */
  readonly otherCost?: { readonly amount: number; readonly currency: string };
  /** Why there are no costs, or only estimated ones. */
  readonly usageRefused?: string;
  /** Why there are no numbers of requests. */
  readonly analyticsRefused?: string;
  /** With `--prices`, if costs are estimated with it. */
  readonly prices?: { readonly name: string; readonly source: string; readonly date: string };
}

export interface AppUsage {
  /** `environment/name`. */
  readonly app: string;
  /** What fal had when the file was written, of what decides about the number of runners. Absent: fal returned no value. */
  readonly scaling: Readonly<ScaleParams>;
  /** With `--stack`, if the stack declares the app's scaling: the declared values. */
  readonly declared?: Readonly<ScaleParams>;
  /** The most runners at once in each hour from `from`. Null where fal returned none. */
  readonly peaks: {
    readonly running: readonly (number | null)[];
    readonly idle: readonly (number | null)[];
    readonly pending: readonly (number | null)[];
  };
  /** fal's analytics of the whole range. Null: fal returned none. Null members: fal returned no such metric. */
  readonly requests: {
    readonly count: number | null;
    readonly workSeconds: number | null;
    readonly waitP50: number | null;
    readonly waitP95: number | null;
    readonly coldStarts: number | null;
    readonly coldStartP50: number | null;
  } | null;
  /** The machine time that fal billed, after discounts. Null: unknown. */
  readonly billed: {
    readonly seconds: number;
    readonly cost: number;
    readonly currency: string;
    readonly prices: readonly MachinePrice[];
  } | null;
  readonly numbers: AppNumbers;
  /** Empty also if there is less history than a week, or than 90% of the range. */
  readonly recommendations: readonly Recommendation[];
}

/** Per runner and hour, after discounts. */
export interface MachinePrice {
  readonly machineType: string;
  readonly perHour: number;
  /** The lowest price of a row of fal's usage. */
  readonly lowest: number;
  /** The highest price of a row. */
  readonly highest: number;
  readonly currency: string;
  /** The runner-hours that the price was computed from. */
  readonly hours: number;
}

/** The sums of all apps that were used. Null: unknown for at least one. */
export interface UsageTotals {
  readonly cost: Money | null;
  readonly idleCost: Money | null;
  readonly busyRunners: Interval | null;
  readonly idleRunners: Interval | null;
  readonly requests: number | null;
  /** What the recommendations save per month together. Null: nothing, or unknown. */
  readonly savings: { readonly perMonth: Interval; readonly currency: string } | null;
  /** Hours with data, and hours of the range. */
  readonly hours: number;
  readonly rangeHours: number;
  /** Their share, from 0 to 1; 1 if no app was used. */
  readonly coverage: number;
}
