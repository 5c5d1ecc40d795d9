import type { z } from "zod";
import { containsUnknown, isGiven, type PropertyValues, type Value } from "./values";

export type { PropertyValues, Value } from "./values";

/**
 * One property table per resource. Everything that depends on properties reads it: check, diff, drift projection,
 * the generated TypeScript interfaces, the reference docs, and the property tests. Nothing branches on a property's name.
 */

/** What a change of an input does: replaces the object, updates it in place, or is only recorded in state. */
export type ChangeClass = "replace" | "update" | "record";

export interface InputProperty<S extends z.ZodType = z.ZodType> {
  /** What a given value must look like. Messages say what to do; they are shown behind "must be" or as a sentence. */
  readonly schema: S;
  readonly change: ChangeClass;
  /** The type as users write it, in TypeScript; wrapped in `pulumi.Input` by the generator. */
  readonly type: string;
  readonly doc: string;
  /** For example `s` or `runners`. */
  readonly unit?: string;
  /** What leaving it out means, in words; "not managed" when absent. */
  readonly default?: string;
  readonly required?: true;
  /** Encrypted in state; never printed. */
  readonly secret?: true;
  /**
   * Part of the object's id and of its addresses, which Pulumi stores and prints in clear. No message prints the value of
   * another input: any of them may be a secret of the program, made one by a transform of which nobody here knows.
   */
  readonly public?: true;
  /** Not a secret, but a slip could be one (a private key pasted as a public one): no report shows it. */
  readonly sensitive?: true;
  /** fal never returns it; may be left out for imported and adopted objects. */
  readonly writeOnly?: true;
  /** Not written by users: check computes it, so that previews know it. */
  readonly computed?: true;
  /** A `fal deploy` sets it back to the value in the app's code. */
  readonly resetByDeploy?: true;
  /** A change of it makes fal reset what a deploy resets. */
  readonly resetsLikeDeploy?: true;
  /** fal has no value where none is set, and 0 clears it: a live "none" reads as 0. */
  readonly zeroClears?: true;
  /**
   * A list whose change asks for work: a `new` value in it, or a value that takes an `other` one's place. The handler does
   * the work.
   */
  readonly trigger?: Trigger;
  /** fal takes it only when it makes the object, so that sending it again takes another object. What replaces is so anyway. */
  readonly atCreation?: true;
  /** A new value stands for a write of the named input, whose values are never compared. */
  readonly tracks?: string;
  /** Where it is left out, check takes the provider's setting of this name. */
  readonly defaultsFromProvider?: keyof ProviderDefaults;
  /**
   * Asks to take over an object that exists, so it matters at creation only: by a flag, where the inputs name the object,
   * or by the object's id.
   */
  readonly adopts?: "flag" | "id";
  /** Computed, and sometimes without a value. */
  readonly optional?: true;
  /** The resource that may be given instead of the name, by its kind and id; it implies the values of `implies` too. */
  readonly refersTo?: {
    readonly kind: string;
    readonly id: (inputs: PropertyValues) => string;
    readonly implies?: readonly string[];
  };
  /** The form in which two values are compared; identity when absent. */
  readonly normalize?: (value: Value) => Value;
}

export type Trigger = "new" | "other";

/**
 * What a deletion does at fal. `lost`: the object is deleted, with something that cannot be restored. `removed`: it is
 * deleted, and nothing else is. `kept`: it stays.
 */
export type DeletionOutcome = "lost" | "removed" | "kept";

export interface OutputProperty {
  readonly type: string;
  readonly doc: string;
  readonly secret?: true;
}

/** A failed check. How it is reported (secrets!) is decided in one place, check.ts. */
export interface CheckFailure {
  /** The input's name. */
  readonly property: string;
  /** The place in the value that is wrong, such as `[0]` or `.every`. */
  readonly at?: string;
  /** What is wrong and how to fix it, as the rest of a sentence that begins with the property; without values. */
  readonly reason: string;
  /** The values, shown behind the reason where all of them are public. */
  readonly detail?: string;
  /** The inputs whose values `detail` shows; `property` alone when left out. */
  readonly about?: readonly string[];
}

/** Settings of the provider that inputs default to. */
export interface ProviderDefaults {
  /** The environment that resources without one are in. */
  readonly environment: string;
}

/** What the pure half of a resource may look at besides its own inputs. */
export interface CheckContext extends ProviderDefaults {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Work that the last refresh found to be left: see `ReadResult.pending`. */
  readonly pending: readonly string[];
}

/** What check needs to know: of a resource, and of a function, whose arguments are checked in the same way. */
export interface CheckDefinition<I extends Record<string, InputProperty> = Record<string, InputProperty>> {
  readonly kind: string;
  /** One sentence for the reference docs. */
  readonly doc: string;
  readonly inputs: I;
  readonly outputs: Record<string, OutputProperty>;
  /** The arguments of a function make no id, and no transform comes between the program and its call. */
  readonly isFunction?: true;
  /**
   * The id of the object that inputs name; `undefined` while a part of it is unknown. Kinds whose ids fal chooses have
   * none: their inputs name an object only with an input that `adopts` by id.
   */
  readonly identity?: (inputs: PropertyValues) => string | undefined;
  /** Brings inputs into their one form before they are looked at (for example `app: "env/name"`). */
  readonly canonicalize?: (inputs: PropertyValues) => { inputs: PropertyValues; failures?: CheckFailure[] };
  /**
   * Rules that need more than one value, or the old inputs. Called with known, valid values only where it matters: see
   * `ReadKnown`. `given`: whether an input is in the program, known or not.
   */
  readonly rules?: (
    inputs: ReadKnown,
    olds: PropertyValues | undefined,
    given: (name: string) => boolean,
  ) => CheckFailure[];
  /** Things worth saying that are no failure. */
  readonly warnings?: (inputs: ReadKnown) => string[];
  /**
   * Computed inputs, from known ones and the old inputs. The same whenever the same program is checked again, or an
   * update plan would not hold. `inputs` has a computed input only where `ignoreChanges` keeps its old value.
   */
  readonly derive?: (inputs: PropertyValues, olds: PropertyValues | undefined, context: CheckContext) => PropertyValues;
  /** What checked inputs will do that their difference alone does not say, for preview and update. Holds no value of an input. */
  readonly notes?: (inputs: PropertyValues, olds: PropertyValues | undefined, context: CheckContext) => string[];
}

export interface ResourceDefinition<I extends Record<string, InputProperty> = Record<string, InputProperty>>
  extends CheckDefinition<I> {
  /** What messages call an object, for example `GPU instance`. */
  readonly noun: string;
  /** What the id is made of, for the docs. */
  readonly idDoc: string;
  /** The ids of all objects at fal that a resource manages, from its state. Left out: its id alone. */
  readonly manages?: (id: string, outputs: PropertyValues) => readonly string[];
  /** A creation always works on an object that exists already; left out: only where the inputs ask to adopt one. */
  readonly alwaysAdopts?: true;
  /** What deleting it does at fal, by the inputs that state has recorded: a deletion sees nothing else. */
  readonly deletion: (state: PropertyValues) => DeletionOutcome;
  /**
   * Work that the outputs show to be due, whatever the inputs say, in words for preview and update: one line each.
   * Holds no value of an input.
   */
  readonly due?: (outputs: PropertyValues, inputs: PropertyValues, now: number) => string[];
  /** Default time limits in seconds, where five minutes are not enough. */
  readonly timeouts?: { readonly create?: number; readonly update?: number; readonly delete?: number };
}

/** Reads a known, well-formed input; `undefined` when it is left out, unknown at preview, or already refused. */
export type ReadKnown = (name: string) => Value;

/**
 * The id of the object that checked inputs name, and whether a creation from them takes over an object that exists.
 * `undefined` where they name none: a part is unknown, or fal chooses the id.
 */
export function namedObject(
  definition: ResourceDefinition,
  inputs: PropertyValues,
): { readonly id: string; readonly takesOver: boolean } | undefined {
  const adopted = adoptedId(definition, inputs);
  if (adopted !== undefined) return { id: adopted.id, takesOver: true };
  const id = definition.identity?.(inputs);
  return id === undefined ? undefined : { id, takesOver: takesOver(definition, inputs) };
}

/** Whether the inputs name the object, or only the id that fal gave it does. */
export function identifiedBy(definition: ResourceDefinition): "name" | "id" {
  return definition.identity === undefined ? "id" : "name";
}

/** The id that inputs ask to take over, and the input that names it. */
export function adoptedId(
  definition: CheckDefinition,
  inputs: PropertyValues,
): { name: string; id: string } | undefined {
  const name = Object.keys(definition.inputs).find((each) => definition.inputs[each]?.adopts === "id");
  const id = name === undefined ? undefined : inputs[name];
  return name !== undefined && typeof id === "string" && !containsUnknown(id) ? { name, id } : undefined;
}

/** Whether inputs ask to take over an object that exists. */
export function adopts({ inputs }: CheckDefinition, given: PropertyValues): boolean {
  return Object.keys(inputs).some((name) => inputs[name]?.adopts && isGiven(given[name]) && given[name] !== false);
}

/** Whether a creation takes over, or works on, an object that exists already. */
export function takesOver(definition: ResourceDefinition, inputs: PropertyValues): boolean {
  return definition.alwaysAdopts === true || adopts(definition, inputs);
}

/** Whether the change of a list is what a trigger waits for. A list with unknown values may have any. */
export function fires(trigger: Trigger, before: Value, after: Value): boolean {
  const [old, next]: readonly unknown[][] = [before, after].map((list) => (Array.isArray(list) ? list : []));
  const appears = next?.some((value) => !old?.includes(value)) ?? false;
  return appears && (trigger === "new" || (old?.some((value) => !next?.includes(value)) ?? false));
}

/** The ids of all objects at fal that a resource manages, by its outputs. */
export function managedObjects(definition: ResourceDefinition, id: string, outputs: PropertyValues): readonly string[] {
  return definition.manages?.(id, outputs) ?? [id];
}

/** The objects that checked inputs refer to by name, by kind and id: what a resource needs to go on existing. */
export function referredObjects(
  definition: ResourceDefinition,
  inputs: PropertyValues,
): { kind: string; id: string }[] {
  return Object.entries(definition.inputs).flatMap(([name, { refersTo }]) => {
    if (!refersTo || [name, ...(refersTo.implies ?? [])].some((each) => !isKnown(inputs[each]))) return [];
    return [{ kind: refersTo.kind, id: refersTo.id(inputs) }];
  });
}

function isKnown(value: Value): boolean {
  return isGiven(value) && !containsUnknown(value);
}

/** Keeps the literal types of a table. */
export function defineResource<const I extends Record<string, InputProperty>>(
  definition: ResourceDefinition<I>,
): ResourceDefinition<I> {
  return definition;
}

type InputsWith<I extends Record<string, InputProperty>, Required extends boolean> = {
  [K in keyof I as I[K] extends { required: true; writeOnly: true }
    ? Required extends true
      ? never
      : K
    : I[K] extends { required: true } | { computed: true }
      ? Required extends true
        ? K
        : never
      : Required extends true
        ? never
        : K]: I[K]["schema"]["_zod"]["output"];
};

/** Checked inputs as a handler sees them: known, valid, defaults and computed values filled in. */
export type CheckedInputs<D> =
  D extends CheckDefinition<infer I> ? InputsWith<I, true> & Partial<InputsWith<I, false>> : never;

/** The names of the inputs that are mirrored in outputs: those that matter at creation only are not. */
export function recordedInputNames(definition: Pick<ResourceDefinition, "inputs">): string[] {
  return Object.keys(definition.inputs).filter((name) => !definition.inputs[name]?.adopts);
}
