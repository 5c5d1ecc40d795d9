import type { z } from "zod";
import type { SourceContent, SourceOptions } from "../source";
import { containsUnknown, isGiven, type PropertyValues, type Value } from "./values";

export type { PropertyValues, Value } from "./values";

/**
 * One property table per resource. Everything that depends on properties reads it: check, diff, drift projection,
 * the generated TypeScript interfaces, the reference docs, and the property tests. Nothing branches on a property's name.
 */

/** What a change of an input does: replaces the object, updates it in place, or is only recorded in state. */
export type ChangeClass = "replace" | "update" | "record";

export interface InputProperty<S extends z.ZodType = z.ZodType> {
  /**
   * Validates a given value. A message continues a sentence that begins with the property, such as "must not be empty".
   */
  readonly schema: S;
  readonly change: ChangeClass;
  /** The type as users write it, in TypeScript; wrapped in `pulumi.Input` by the generator. */
  readonly type: string;
  /** What it is, for users of every language. */
  readonly doc: string;
  /** What only the classes and functions of TypeScript accept or do besides, in sentences. */
  readonly inTypeScript?: string;
  /** For example `s` or `runners`. */
  readonly unit?: string;
  /** Values that fal documents. fal may accept others, so they cause a warning; with the setting `strict` an error. */
  readonly documented?: Documented;
  /** What happens if it is left out, in words. Without this: "not managed". */
  readonly default?: string;
  readonly required?: true;
  /** Encrypted in state; never printed. */
  readonly secret?: true;
  /**
   * Part of the object's id and addresses, which Pulumi stores and prints in clear text. No message prints the value of
   * another input, because a transform can make any input secret without the provider's knowledge.
   */
  readonly public?: true;
  /**
   * Not a secret, but may contain one by mistake, such as a private key instead of a public one. No report shows it.
   */
  readonly sensitive?: true;
  /** fal never returns it. It may be left out for imported and adopted objects. */
  readonly writeOnly?: true;
  /** Not written by users: check computes it, so that previews know it. */
  readonly computed?: true;
  /** A `fal deploy` sets it back to the value in the app's code. */
  readonly resetByDeploy?: true;
  /** A change of it makes fal reset what a deploy resets. */
  readonly resetsLikeDeploy?: true;
  /** 0 clears it at fal, which then returns no value. So a missing live value counts as 0. */
  readonly zeroClears?: true;
  /**
   * A list whose change makes the handler do work. `new`: a value is added. `other`: a value replaces another one.
   */
  readonly trigger?: Trigger;
  /** fal accepts it only at creation, so sending it again takes another object. Implied by `change: "replace"`. */
  readonly atCreation?: true;
  /** It changes with each write of the named input, whose values are never compared. */
  readonly tracks?: string;
  /** If it is left out, check uses the provider's setting of this name. */
  readonly defaultsFromProvider?: keyof ProviderDefaults;
  /**
   * Asks to take over an existing object, so it matters only at creation. `flag`: the other inputs name the object.
   * `id`: its value is the object's id.
   */
  readonly adopts?: "flag" | "id";
  /** Computed, and sometimes without a value. */
  readonly optional?: true;
  /** A resource that may be given instead of its name. The inputs in `implies` are parts of its id, too. */
  readonly refersTo?: {
    readonly kind: string;
    readonly id: (inputs: PropertyValues) => string;
    readonly implies?: readonly string[];
  };
  /** The form in which two values are compared; identity when absent. */
  readonly normalize?: (value: Value) => Value;
}

export interface Documented {
  /** What one value is, such as "machine type". */
  readonly noun: string;
  readonly values: readonly string[];
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
  /** Sometimes without a value, such as an address before it is known. */
  readonly optional?: true;
  /**
   * The inputs whose change changes it, so that the preview of another update knows it. Empty: only a replacement changes
   * it. Left out: any update may.
   */
  readonly changesWith?: readonly string[];
}

/** A failed check. How it is reported (secrets!) is decided in one place, check.ts. */
export interface CheckFailure {
  /** The input's name. */
  readonly property: string;
  /** The place in the value that is wrong, such as `[0]` or `.every`. */
  readonly at?: string;
  /** What is wrong and how to fix it, as the rest of a sentence that begins with the property; without values. */
  readonly reason: string;
  /** The values, shown after the reason if all of them are public. */
  readonly detail?: string;
  /** The inputs whose values `detail` shows; `property` alone when left out. */
  readonly about?: readonly string[];
}

/** A failed check that only `CheckDefinition.derive` finds. */
export class CheckError extends Error {
  constructor(readonly failure: CheckFailure) {
    super(`${failure.property} ${failure.reason}`);
  }
}

/** A doubt about a value that fal may accept. It is never shown. */
export type CheckWarning = Pick<CheckFailure, "property" | "at" | "reason">;

/** Settings of the provider that inputs default to. */
export interface ProviderDefaults {
  /** The environment that resources without one are in. */
  readonly environment: string;
}

/** What check receives besides the inputs. */
export interface CheckContext extends ProviderDefaults {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Unfinished work that the last refresh found: see `ReadResult.pending`. */
  readonly pending: readonly string[];
  /** Warnings about values are errors. */
  readonly strict?: boolean;
  /** Reads the files of an app's source. Left out where check has no access to the program's folder. */
  readonly readSource?: (options: SourceOptions) => SourceContent;
  /** The Git commit that is checked out in a folder; undefined outside of a repository. Left out as `readSource`. */
  readonly readCommit?: (folder: string) => string | undefined;
}

/** What check needs to know about a resource. The arguments of functions are checked in the same way. */
export interface CheckDefinition<I extends Record<string, InputProperty> = Record<string, InputProperty>> {
  readonly kind: string;
  /** One sentence for the reference docs. */
  readonly doc: string;
  readonly inputs: I;
  /** Unfinished work (`CheckContext.pending`) that resets what a deploy resets, as a change of a `resetsLikeDeploy` input does. */
  readonly resettingWork?: readonly string[];
  readonly outputs: Record<string, OutputProperty>;
  /** Inputs of which a program may give at most one. The types of the arguments reject more; so must `rules`. */
  readonly exclusive?: readonly string[];
  /** Arguments of functions do not become part of an id, and no transform changes them. */
  readonly isFunction?: true;
  /**
   * The id of the object that inputs name; `undefined` while a part of it is unknown. Kinds whose ids fal chooses have
   * none: their inputs name an object only with an input that `adopts` by id.
   */
  readonly identity?: (inputs: PropertyValues) => string | undefined;
  /** Converts inputs to one form before they are validated, for example an app's id to its name and environment. */
  readonly canonicalize?: (inputs: PropertyValues) => { inputs: PropertyValues; failures?: CheckFailure[] };
  /**
   * Rules that need more than one value, or the old inputs. `inputs` returns only known and valid values. `given`:
   * whether an input is in the program, known or not.
   */
  readonly rules?: (
    inputs: ReadKnown,
    olds: PropertyValues | undefined,
    given: (name: string) => boolean,
  ) => CheckFailure[];
  /** Doubts about values besides those of `documented`. They fail the check only with the setting `strict`. */
  readonly warnings?: (inputs: ReadKnown) => CheckWarning[];
  /**
   * Computes inputs from the others and from the old inputs. An update plan is valid only if a later check of the same
   * program computes the same. `inputs` contains a computed input only if `ignoreChanges` keeps its old value.
   *
   * @throws {CheckError} An input is wrong in a way that only the computation shows.
   */
  readonly derive?: (inputs: PropertyValues, olds: PropertyValues | undefined, context: CheckContext) => PropertyValues;
  /**
   * Effects of checked inputs that their difference does not show, for preview and update. Contains no value of an
   * input.
   */
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
  /** Whether a creation from these inputs works on an existing object. Left out: only if they ask to adopt one. */
  readonly alwaysAdopts?: (inputs: PropertyValues) => boolean;
  /** What a deletion does at fal. `state`: the inputs in the state, because a deletion receives no others. */
  readonly deletion: (state: PropertyValues) => DeletionOutcome;
  /**
   * Work that is due according to the outputs, even if no input changes: one line each, for preview and update.
   * Contains no value of an input.
   */
  readonly due?: (outputs: PropertyValues, inputs: PropertyValues, now: number) => string[];
  /**
   * Warnings about an update that fails if fal still has what the outputs contain. `changed`: the inputs that differ.
   */
  readonly foresee?: (outputs: PropertyValues, inputs: PropertyValues, changed: readonly string[]) => string[];
  /** Default time limits in seconds, where five minutes are not enough. */
  readonly timeouts?: { readonly create?: number; readonly update?: number; readonly delete?: number };
}

/** Returns a known and valid input; `undefined` if it is left out, unknown in a preview, or already rejected. */
export type ReadKnown = (name: string) => Value;

/**
 * The id of the object that checked inputs name, and whether a creation from them takes over an object that exists.
 * `undefined` if they name none, because a part is unknown or fal chooses the id.
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

/** Whether inputs identify an object, or only the id that fal chooses. */
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
  return definition.alwaysAdopts?.(inputs) === true || adopts(definition, inputs);
}

/** Whether a change of a list fires its trigger. An unknown value counts as a new one. */
export function fires(trigger: Trigger, before: Value, after: Value): boolean {
  const [old, next]: readonly unknown[][] = [before, after].map((list) => (Array.isArray(list) ? list : []));
  const appears = next?.some((value) => !old?.includes(value)) ?? false;
  return appears && (trigger === "new" || (old?.some((value) => !next?.includes(value)) ?? false));
}

/** The ids of all objects at fal that a resource manages, by its outputs. */
export function managedObjects(definition: ResourceDefinition, id: string, outputs: PropertyValues): readonly string[] {
  return definition.manages?.(id, outputs) ?? [id];
}

/** The objects that checked inputs refer to, by kind and id. A resource cannot exist without them. */
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
    : I[K] extends { computed: true; optional: true }
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

/** The names of the inputs that outputs repeat: all but those that matter only at creation. */
export function recordedInputNames(definition: Pick<ResourceDefinition, "inputs">): string[] {
  return Object.keys(definition.inputs).filter((name) => !definition.inputs[name]?.adopts);
}
