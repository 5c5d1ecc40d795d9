import type { z } from "zod";
import { containsUnknown, isGiven } from "./values";

/**
 * One property table per resource. Everything that depends on properties reads it: check, diff, drift projection,
 * the generated TypeScript interfaces, the reference docs, and the property tests. Nothing branches on a property's name.
 */

/** What a change of an input does: replaces the object, updates it in place, or is only recorded in state. */
export type ChangeClass = "replace" | "update" | "record";

/** JSON as it travels between the engine and a provider. */
export type Value = unknown;
export type PropertyValues = Record<string, Value>;

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
  /** A `fal deploy --reset-scale` does so. */
  readonly resetByResetScale?: true;
  /** A change of it makes fal reset what a deploy resets. */
  readonly resetsLikeDeploy?: true;
  /** Values above zero are billed while idle. */
  readonly costsMoney?: true;
  /** fal has no value where none is set, and 0 clears it: a live "none" reads as 0. */
  readonly zeroClears?: true;
  /** `pulumi-fal import` leaves it unmanaged, although fal tells it; the documentation says why. */
  readonly notImported?: true;
  /** Runners that exist keep the old value until they are rolled out. */
  readonly onNewRunners?: true;
  /** Of a list: what happens when a `new` value appears in it, or one takes an `other` one's place. */
  readonly trigger?: { readonly on: "new" | "other"; readonly says: string };
  /** fal has no call for this input alone: to send it is to send these too, as they are in the program or as fal has them. */
  readonly writtenWith?: readonly string[];
  /** fal takes it only when it makes the object, so that sending it again takes another object. What replaces is so anyway. */
  readonly atCreation?: true;
  /** A change says that the named input is written, whose values nobody may compare. */
  readonly marks?: string;
  /** What a higher number says of the object: it `rotates`, they `rotate`. */
  readonly stepUp?: { readonly one: string; readonly many: string };
  /** What a reviewer should hear where it becomes this value: the end of a sentence. */
  readonly notable?: Readonly<Record<string, string>>;
  /** Left out, it is the provider's setting of the same name: a change there changes it here. */
  readonly fromProvider?: true;
  /** The resource that may be given instead of the name, by its kind and id; it stands for `implies` too. */
  readonly refersTo?: {
    readonly kind: string;
    readonly id: (inputs: PropertyValues) => string;
    readonly implies?: readonly string[];
  };
  /** The form in which two values are compared; identity when absent. */
  readonly normalize?: (value: Value) => Value;
}

/** How reports speak of the objects of a kind, and what becomes of them. */
export interface Words {
  /** For example `GPU machine`, with its plural. */
  readonly one: string;
  readonly many: string;
  /** What people call one object, by its checked inputs; undefined where only the resource has a name. */
  readonly name: (inputs: PropertyValues) => string | undefined;
  /** Whether a creation takes over, or works on, an object that exists already. */
  readonly takesOver: (inputs: PropertyValues) => boolean;
  /** What deleting it does at fal; by what the state has mirrored, because that is all that a deletion sees. */
  readonly deletion: (state: PropertyValues) => Deletion;
  /** What the next `pulumi up` does about one that is gone from fal, and what that means: the end of a sentence. */
  readonly recreation: string;
}

export interface Deletion {
  /** `lost`: gone, with something that nobody can bring back. `removed`: gone, and nothing with it. `kept`: stays at fal. */
  readonly fate: "lost" | "removed" | "kept";
  /** What is lost, or why nothing is: the end of a sentence about one object. */
  readonly says: string;
}

export interface OutputProperty {
  readonly type: string;
  readonly doc: string;
  readonly secret?: true;
}

/** A failed check. How it is reported (secrets!) is decided in one place, check.ts. */
export interface CheckFailure {
  /** The input's name. */
  readonly property: string;
  /** What is wrong and how to put it right; without values. */
  readonly reason: string;
  /** The values, shown behind the reason where all of them are public. */
  readonly detail?: string;
  /** The inputs whose values `detail` shows; `property` alone when left out. */
  readonly about?: readonly string[];
}

/** What the pure half of a resource may look at besides its own inputs. */
export interface CheckContext {
  /** The environment that resources without one are in. */
  readonly environment: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Work that the last refresh found to be left: see `Live.pending`. */
  readonly pending: readonly string[];
}

export interface ResourceDefinition<I extends Record<string, InputProperty> = Record<string, InputProperty>> {
  readonly kind: string;
  /** One sentence for the reference docs. */
  readonly doc: string;
  /** Of every resource; the arguments of functions are defined in the same way and need none. */
  readonly words?: Words;
  readonly inputs: I;
  readonly outputs: Record<string, OutputProperty>;
  /** What `adopt` takes: a flag (the name identifies the object), an id (only the id does), or nothing to decide. */
  readonly adopt: "flag" | "id" | "none";
  /** What the id is made of, for the docs. */
  readonly idDoc: string;
  /**
   * The id of the object that checked inputs name; `undefined` while a part of it is unknown. Kinds whose ids fal
   * chooses have none: their inputs name an object only with `adopt`.
   */
  readonly identity?: (inputs: PropertyValues) => string | undefined;
  /** The ids of all objects at fal that a resource manages, from its state. Left out: its id alone. */
  readonly manages?: (id: string, outputs: PropertyValues) => readonly string[];
  /** Brings inputs into their one form before they are looked at (for example `app: "env/name"`). */
  readonly canonicalize?: (
    inputs: PropertyValues,
    context: CheckContext,
  ) => { inputs: PropertyValues; failures?: CheckFailure[] };
  /**
   * Rules that need more than one value, or the old inputs. Called with known, valid values only where it matters: see
   * `Known`. `given`: whether an input is in the program, known or not.
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
  if (definition.adopt === "id") {
    const { adopt } = inputs;
    return typeof adopt === "string" && !containsUnknown(adopt) ? { id: adopt, takesOver: true } : undefined;
  }
  const id = definition.identity?.(inputs);
  return id === undefined ? undefined : { id, takesOver: definition.words?.takesOver(inputs) ?? false };
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
  D extends ResourceDefinition<infer I> ? InputsWith<I, true> & Partial<InputsWith<I, false>> : never;

/** The names of the inputs that are mirrored in outputs: all but `adopt`, which matters at creation only. */
export function recordedInputNames(definition: ResourceDefinition): string[] {
  return Object.keys(definition.inputs).filter((name) => name !== "adopt");
}
