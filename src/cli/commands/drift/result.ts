import type { Source } from "../../report/source";

/** What `pulumi-fal drift --format json` prints. */
export interface DriftResult {
  /** Of all stacks, in the order in which they were read. */
  readonly drifted: readonly Drifted[];
  /** How many resources were compared, of all stacks. */
  readonly checked: number;
  readonly stacks: readonly StackSummary[];
  /**
   * What the providers say of what they read, for example that a machine is stopped. Those of fal's resources, and those
   * that name none, count for the exit code like drift.
   */
  readonly warnings: readonly Warning[];
  /** What could not be read; then `drifted` and `checked` are what could. */
  readonly errors: readonly Failure[];
  /** With `--unmanaged`: what the account holds and none of the stacks manages. */
  readonly unmanaged?: readonly Unmanaged[];
  /** With `--fix`. */
  readonly fix?: Fix;
}

export interface StackSummary {
  readonly stack: string;
  readonly checked: number;
  readonly drifted: number;
  /** URNs of dynamic resources of other packages: reading them runs the code that the state holds for them. */
  readonly otherCode?: readonly string[];
}

export interface Drifted {
  readonly stack: string;
  readonly urn: string;
  readonly type: string;
  /** In the program. */
  readonly name: string;
  readonly id?: string;
  readonly kind: "changed" | "missing";
  /** Of a resource that is not one of fal's only names: what their values mean is not known here. */
  readonly properties: readonly DriftedProperty[];
  /** Why it is missing. */
  readonly cause?: Cause;
  /** Where the program declares it. */
  readonly source?: Source;
}

export interface DriftedProperty {
  readonly path: string;
  /** As the last `pulumi up` left it; left out: nothing. A secret is `[secret]`. */
  readonly declared?: unknown;
  /** As fal has it; left out: nothing. */
  readonly actual?: unknown;
  readonly unit?: string;
  /** Other properties that fal writes in the same call: to correct this one is to write these too. */
  readonly writtenWith?: readonly string[];
  /** What probably happened. */
  readonly cause?: Cause;
  /** Who did it and when (ISO 8601), where the app's events tell. */
  readonly by?: string;
  readonly at?: string;
}

export type Cause = "reset by deploy" | "deployed elsewhere" | "changed elsewhere" | "revoked elsewhere";

export interface Warning {
  readonly stack: string;
  /** The resource that it is about, and its name in the program; left out where the provider names none. */
  readonly urn?: string;
  readonly name?: string;
  readonly message: string;
}

export interface Failure {
  /** Left out where it is about no stack. */
  readonly stack?: string;
  /** The resources that it is about; empty: the whole stack. */
  readonly urns: readonly string[];
  readonly message: string;
  /** `foreign code`: the state holds code that is not this package's, so nothing of the stack was run. */
  readonly kind?: "foreign code";
}

export interface Unmanaged {
  readonly kind: string;
  readonly id: string;
  /** What people call it, where that is not its id: the alias of a key, the type of a machine. */
  readonly label?: string;
}

export interface Fix {
  /** What `pulumi up` did about it, stack by stack. */
  readonly stacks: readonly FixedStack[];
}

export interface FixedStack {
  readonly stack: string;
  /** `declined`: somebody was asked and said no. `refused`: nothing was run, see `errors`. `failed`: see `errors` too. */
  readonly outcome: "applied" | "declined" | "refused" | "failed";
  /** Steps of the plan that correct drift. */
  readonly corrections: readonly PlannedStep[];
  /** Steps that are changes of the program, not applied before: they go with it. */
  readonly programChanges: readonly PlannedStep[];
  /** What drifts still, read again afterwards. */
  readonly remaining: readonly Drifted[];
  /** Warnings of the last reading. */
  readonly warnings: readonly Warning[];
}

export interface PlannedStep {
  /** As Pulumi calls it: `create`, `update`, `replace`, `delete`, … */
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly name: string;
  /** Names of the properties that it changes; none of what is created or deleted. */
  readonly properties: readonly string[];
}
