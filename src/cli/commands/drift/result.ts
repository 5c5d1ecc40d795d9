import type { CostChange, PricesUsed, RunnerSummary } from "../../capacity/totals";
import type { UsageEvidence } from "../../evidence/result";
import type { ReportedImpact } from "../../impacts";
import type { Source } from "../../report/source";

/** The result of `pulumi-fal drift --json`. */
export interface DriftResult {
  /** The summary in one sentence. */
  readonly verdict: string;
  readonly summary: DriftSummary;
  /** The resources of all stacks that drifted, by impact. With `--fix`: before the correction. */
  readonly drifted: readonly Drifted[];
  /** Number of resources that were compared. */
  readonly checked: number;
  readonly stacks: readonly StackSummary[];
  /**
   * Warnings of providers, for example that a GPU instance is stopped. A warning about a fal resource, or about no
   * resource, counts for the exit code like drift.
   */
  readonly warnings: readonly Warning[];
  /** Stacks and resources that could not be read; `drifted` and `checked` cover the others. */
  readonly errors: readonly StackFailure[];
  /** Per hour, of everything in these stacks: as declared, and as fal has it. Present with `--prices`. */
  readonly cost?: CostChange;
  readonly prices?: PricesUsed;
  /** Present with `--usage`: evidence about apps whose scaling drifted, from the declared values to fal's. */
  readonly usage?: UsageEvidence;
  /** Apps and GPU instances without a price. */
  readonly unpriced: readonly string[];
  /** Whether `--live` asked fal for objects like the missing ones. */
  readonly askedFal: boolean;
  /** With `--unmanaged`: objects of the account that none of the stacks manages. */
  readonly unmanaged?: readonly UnmanagedObject[];
  /** With `--fix`. */
  readonly fix?: Fix;
}

/** What was found, before it is summarized. */
export type Findings = Omit<DriftResult, "verdict" | "summary" | "cost" | "prices" | "usage" | "unpriced">;

/** Numbers of drifted resources, and of runners as declared (`from`) and as fal has them (`to`). */
export interface DriftSummary extends RunnerSummary {
  readonly changed: number;
  /** Resources whose object is gone, or whose key was revoked. */
  readonly lost: number;
  /** Drift that gives access: to an app, to files, to a secret, or more rights to a key. */
  readonly opens: number;
  /** Drift after which more may run, or that costs more. */
  readonly enlarges: number;
  /** Drift that removes what protects an object. */
  readonly unprotects: number;
}

export interface StackSummary {
  readonly stack: string;
  readonly checked: number;
  readonly drifted: number;
  /**
   * The last `pulumi up` failed or was interrupted, before a correction. Counts for the exit code like drift: what that
   * `up` did not do may be missing in the comparison, because its refresh replaces declared values in the state.
   */
  readonly lastUpdateFailed?: true;
  /** URNs of dynamic resources of other packages. Reading them ran the code in their state. */
  readonly otherDynamicResources?: readonly string[];
}

export interface Drifted {
  readonly stack: string;
  readonly urn: string;
  /** For example `pulumi-nodejs:dynamic/fal:AppScale`. */
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** The object's name at fal, or the resource's name if it has none. */
  readonly label: string;
  /** The id at fal, for example `main/image-gen`. */
  readonly id?: string;
  readonly status: "changed" | "missing";
  readonly properties: readonly DriftedProperty[];
  /** The likely reason why the object is missing. */
  readonly cause?: Cause;
  /** What the drift opened, enlarged or unprotected. */
  readonly impacts: readonly ReportedImpact[];
  /** What the correction of the drift opens or enlarges again, because fal has less than the program. */
  readonly onCorrection: readonly ReportedImpact[];
  /** With `--prices`, for apps and GPU instances: the cost per hour as declared, and as fal has it. */
  readonly cost?: CostChange;
  /** With `--live`, for a missing object: ids of objects like it, by alias or type, that none of these stacks manages. */
  readonly similar?: readonly string[];
  /**
   * For a missing object: what `pulumi up --refresh` does about it, if that depends on the program or on what else is missing.
   * The end of a sentence.
   */
  readonly recreated?: string;
  /** Where the program declares the resource. */
  readonly source?: Source;
}

export interface DriftedProperty {
  /** For example `maxConcurrency`. */
  readonly path: string;
  /** The value of the last `pulumi up`. Absent if there is none, and for resources of other providers. Secrets are `[secret]`. */
  readonly declared?: unknown;
  /** The current value. Absent in the same cases. */
  readonly actual?: unknown;
  readonly unit?: string;
  /** Properties that fal sets in the same call: a correction writes these too. */
  readonly writtenWith?: readonly string[];
  /** The likely cause. */
  readonly cause?: Cause;
  /** What `pulumi up --refresh` does about a deployment by somebody else. */
  readonly next?: string;
  /** The program declares that such a deployment stays. */
  readonly stays?: true;
  /** Who changed the property, if the app's events show it. */
  readonly by?: string;
  /** When the property changed (ISO 8601), if the app's events show it. */
  readonly at?: string;
}

export type Cause = "resetByDeploy" | "deployedElsewhere" | "changedElsewhere" | "revokedElsewhere";

export interface Warning {
  readonly stack: string;
  /** The resource. Absent if the provider names none. */
  readonly urn?: string;
  /** The resource's name in the program. */
  readonly name?: string;
  readonly message: string;
}

export interface StackFailure {
  /** Absent if the failure concerns no stack. */
  readonly stack?: string;
  /** The resources that could not be read or corrected. Empty: the whole stack. */
  readonly urns: readonly string[];
  readonly message: string;
  /** The stack was read, and the failure is one of `--fix`. */
  readonly during?: "fix";
  /** `foreignCode`: the state contains code that is not pulumi-fal's, so none of its code was run. */
  readonly code?: "foreignCode";
}

export interface UnmanagedObject {
  /** For example `ApiKey`. */
  readonly kind: string;
  readonly id: string;
  /** The alias of a key, or the type of a GPU instance. */
  readonly label?: string;
}

export interface Fix {
  readonly stacks: readonly FixedStack[];
}

export interface FixedStack {
  readonly stack: string;
  /** `declined`: the user answered no. `refused`: nothing was run, see `errors`. `failed`: see `errors`. */
  readonly outcome: "applied" | "declined" | "refused" | "failed";
  /** Steps that correct drift. */
  readonly corrections: readonly PlannedStep[];
  /** All other steps: changes of the program that were not applied before, and consequences of the corrections. */
  readonly otherChanges: readonly PlannedStep[];
  /** Drift that the fix leaves, because the program declares what fal has, or ignores the difference. */
  readonly accepted: readonly AcceptedDrift[];
  /** What still differs after the correction. */
  readonly remaining: readonly RemainingDrift[];
  /** Warnings after the correction. */
  readonly warnings: readonly Warning[];
  /** With the outcome `failed`, if the update had begun: the command that does the rest. */
  readonly finish?: string;
}

export interface PlannedStep {
  /** Pulumi's operation: `create`, `update`, `replace`, `delete`, … */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** What is written, without computed properties. Empty for a deletion. */
  readonly properties: readonly PlannedProperty[];
  /** What the step also does or means, with backticks around code. */
  readonly notes: readonly string[];
  /** How the step ended, once it was run. `notRun`: an error or an interruption came first. */
  readonly result?: "done" | "failed" | "notRun";
}

export interface PlannedProperty {
  readonly path: string;
  /** The current value. Absent if there is none, and for resources of other providers. Secrets are `[secret]`. */
  readonly from?: unknown;
  /** The value afterwards. Absent in the same cases. */
  readonly to?: unknown;
  readonly unit?: string;
  /** Written in the same call or sent again, although it does not differ. */
  readonly along?: true;
}

export interface AcceptedDrift {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Absent for a missing resource that the program no longer declares. */
  readonly path?: string;
  /** Why it stays, if the program declares that: a sentence with backticks around code. */
  readonly reason?: string;
}

export interface RemainingDrift extends Drifted {
  /** Why it could not be corrected: a sentence with backticks around code. */
  readonly reason: string;
}
