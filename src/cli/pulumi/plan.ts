import type { PropertyValues } from "../../provider/properties";

/** What the engine says that it would do: from `pulumi preview --json`, or from its stream of events. */
export interface Plan {
  /** In the engine's order; of resources that stay as they are only where it was asked to show them. */
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  /** How many resources stay as they are and are not among the steps: what `--show-sames` would add. */
  readonly omitted: number;
}

export interface Step {
  /** The engine's word: `create`, `update`, `replace`, `delete`, `same`, `read`, `refresh`, … */
  readonly op: string;
  readonly urn: string;
  readonly old?: ResourceState;
  readonly new?: ResourceState;
  /** Properties whose change replaces. */
  readonly replaceReasons: readonly string[];
}

/** What stands for the value of a secret. */
export const secretText = "[secret]";

/** A resource as the engine tells it to programs: secrets are `secretText`. */
export interface ResourceState {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  readonly inputs: PropertyValues;
  readonly outputs: PropertyValues;
  readonly provider?: string;
  readonly parent?: string;
  readonly protect?: boolean;
  readonly retainOnDelete?: boolean;
  /** Names of the inputs that the program itself gives; undefined where the engine does not tell (streams of events). */
  readonly declared?: readonly string[];
  /** Where the program declares it, relative to the project: `project:///index.ts#4,9`. */
  readonly sourcePosition?: string;
}

export interface Diagnostic {
  /** `debug`, `info`, `info#err`, `warning` or `error`. */
  readonly severity: string;
  /** The resource that it is about. */
  readonly urn?: string;
  readonly message: string;
}

/** A resource's name in the program. */
export function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::") || urn;
}

const halves: ReadonlySet<string> = new Set(["create-replacement", "delete-replaced"]);

/** The type in a URN, or in a reference to a provider, which is a URN with an id. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** A replacement may be told three times, whole and as its two halves: the whole says both what was and what will be. */
export function withoutHalves(steps: readonly Step[]): Step[] {
  const replaced = new Set(steps.filter(({ op }) => op === "replace").map(({ urn }) => urn));
  return steps.filter(({ op, urn }) => !(halves.has(op) && replaced.has(urn)));
}
