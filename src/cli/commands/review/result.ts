import type { CostChange, PricesUsed } from "../../capacity/totals";
import type { PlannedChange } from "../../changes/change";
import type { OtherResource, Summary } from "../../changes/model";
import type { UsageEvidence } from "../../evidence/result";
import type { Message } from "../../pulumi/diagnostics";
import type { ForeignCode } from "../../pulumi/state-code";

/** The result of `pulumi-fal review --json`. */
export interface ReviewResult {
  /** `project/stack`. Null if the preview contains no resource. */
  readonly stack: string | null;
  /** The summary in one sentence. */
  readonly verdict: string;
  readonly summary: Summary;
  readonly changes: readonly PlannedChange[];
  readonly scaling: readonly AppRunners[];
  /** Per hour. Present with `--prices`. */
  readonly cost?: CostChange;
  readonly prices?: PricesUsed;
  /** Present with `--usage`. */
  readonly usage?: UsageEvidence;
  /** Apps and GPU instances without a price that run before or after the update. */
  readonly unpriced: readonly string[];
  /** Whether `--live` asked fal what exists. */
  readonly askedFal: boolean;
  /** Number of fal resources that stay unchanged. */
  readonly unchanged: number;
  /** Number of unchanged resources that the preview omits; totals do not include them. */
  readonly omitted: number;
  /** Changes of resources of other providers. */
  readonly otherResources: readonly OtherResource[];
  /** Resources whose code is not pulumi-fal's. Then the review is rejected and shows nothing else. */
  readonly foreignCode?: readonly ForeignCode[];
  readonly errors: readonly Message[];
  readonly warnings: readonly Message[];
  /** The gates of `--fail-on` that matched. */
  readonly failedGates: readonly FailedGate[];
}

/** The runners of an app before and after the update. Null if the stack does not manage its scaling. */
export interface AppRunners {
  /** For example `main/image-gen`. */
  readonly app: string;
  readonly urn: string;
  readonly before: RunnerLimits | null;
  readonly after: RunnerLimits | null;
}

export interface RunnerLimits {
  /** Runners that stay warm, at least. */
  readonly warm: number;
  /** Null if unknown. */
  readonly max: number | null;
  /** Null if unknown. */
  readonly machineTypes: readonly string[] | null;
}

export interface FailedGate {
  /** For example `cost=20`. */
  readonly gate: string;
  readonly reason: string;
}
