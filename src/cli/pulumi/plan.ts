import type { PropertyValues } from "../../provider/properties";

/** What the engine plans, from `pulumi preview --json` or from events. */
export interface Plan {
  /** In the engine's order. Unchanged resources are included only with `--show-sames`. */
  readonly steps: readonly Step[];
  readonly diagnostics: readonly Diagnostic[];
  /** Number of unchanged resources that `steps` does not contain; 0 with `--show-sames`. */
  readonly omitted: number;
}

export interface Step {
  /** The engine's operation: `create`, `update`, `replace`, `delete`, `same`, `read`, `refresh`, … */
  readonly op: string;
  readonly urn: string;
  readonly old?: ResourceState;
  readonly new?: ResourceState;
  /** Properties whose change replaces the resource. */
  readonly replaceReasons: readonly string[];
}

/** The text in place of a secret. */
export const secretText = "[secret]";

/** The text in place of a value that only the update will know. */
export const unknownText = "[known after apply]";

/** A resource in the engine's output, with `secretText` in place of secrets. */
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
  /** Names of the inputs that the program itself sets. Undefined in events, which do not contain them. */
  readonly declared?: readonly string[];
  /** Where the program declares it, relative to the project: `project:///index.ts#4,9`. */
  readonly sourcePosition?: string;
}

/** Resource options that keep a resource or its object, and what their removal allows: the end of a sentence. */
export const protectingOptions = {
  protect: "without `protect`, a later change of the program can delete or replace the resource",
  retainOnDelete: "without `retainOnDelete`, deleting the resource deletes the object at fal too",
} as const;

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

const halves: ReadonlySet<string> = new Set(["create-replacement", "import-replacement", "delete-replaced"]);

/** The type in a URN, or in a reference to a provider, which is a URN with an id. */
export function typeOf(urn: string): string {
  return urn.split("::")[2]?.split("$").at(-1) ?? "";
}

/** Without the two halves of a replacement if there is also the whole, which contains the old and the new state. */
export function withoutHalves(steps: readonly Step[]): Step[] {
  const replaced = new Set(steps.filter(({ op }) => op === "replace").map(({ urn }) => urn));
  return steps.filter(({ op, urn }) => !(halves.has(op) && replaced.has(urn)));
}
