import { diff } from "../../../provider/diff";
import { metadataOf, withoutMetadata } from "../../../provider/metadata";
import {
  type DeletionOutcome,
  fires,
  type InputProperty,
  type PropertyValues,
  type ResourceDefinition,
  recordedInputNames,
  takesOver,
  type Value,
} from "../../../provider/properties";
import { containsUnknown, deepEqual, isGiven, isRecord } from "../../../provider/values";
import type { InputDescription } from "../../../resources/description";
import { nameOf, type ResourceState, type Step, secretText } from "../../pulumi/plan";
import { type Link, type Source, sourceOf } from "../../report/source";
import type { Kind } from "../../resource-types";

/** What is planned for one fal resource. */
export interface Change {
  readonly urn: string;
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
  readonly op: "create" | "update" | "replace" | "delete";
  readonly destructive: boolean;
  readonly source?: Source;
  readonly properties: readonly PropertyChange[];
  /** What else it does, or does not do. */
  readonly notes: readonly string[];
  /** `App`, `Secret`, … */
  readonly kind: string;
  /** What people call the object: its name at fal where it has one. */
  readonly label: string;
  /** What comes of `op` for the object at fal. */
  readonly effect: Effect;
  /** What becomes of the object that is deleted or replaced; where it is `lost`, that is why this is destructive. */
  readonly deletion?: Deletion;
  /** Why it is replaced. */
  readonly reason?: string;
  /** A step up of a property says so: it `rotates`. */
  readonly rotation?: { readonly one: string; readonly many: string };
}

export interface Deletion {
  readonly fate: DeletionOutcome;
  /** What is lost, or why nothing is: the end of a sentence about one object. */
  readonly says: string;
}

export type Effect =
  | "created"
  /** Exists already and becomes managed. */
  | "takenOver"
  | "changed"
  /** Only Pulumi's state changes. */
  | "recorded"
  | "replaced"
  | "deleted"
  /** No longer managed; the object stays at fal. */
  | "released"
  /** Another resource of the stack manages the object. */
  | "handedOver";

export interface PropertyChange {
  readonly path: string;
  /** Null: not set, or not managed. Secrets are `[secret]`, on both sides also where the value changes. */
  readonly from: Value;
  /** Null: no longer managed. What only the update will know is `[known after apply]`. */
  readonly to: Value;
  readonly unit?: string;
  readonly secret?: true;
  /** What the object's name is made of. */
  readonly identity?: true;
  /** Not written by the program, but made from what it says. */
  readonly computed?: true;
}

const sensitiveText = "[not shown]";
export const unknownText = "[known after apply]";

const ops: Readonly<Record<string, Change["op"]>> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  delete: "delete",
  // Left from a replacement that was interrupted.
  "delete-replaced": "delete",
};

/** What a step does, in the four words of a review; undefined: nothing. */
export function opOf(step: Step): Change["op"] | undefined {
  return ops[step.op];
}

/**
 * @param told what the provider says of this resource, in words
 * @param taker what manages the object afterwards, where this resource gives it up
 */
export function changeOf(
  step: Step,
  op: Change["op"],
  kind: Kind,
  told: readonly string[],
  link: Link,
  taker?: Step,
): Change {
  const { definition, description } = kind;
  const looked = look(step, op, definition);
  const { before, after, changed } = looked;
  const deletion = op === "delete" || op === "replace" ? deletionOf(kind, before, step.old, taker) : undefined;
  const inherited = op === "replace" ? inheritedMove(definition, step, looked) : undefined;
  const effect = op === "delete" && taker ? "handedOver" : effectOf(op, looked, definition, deletion);
  const rotation = changed
    .filter((name) => Number(after[name]) > Number(before[name]))
    .flatMap((name) => description.inputs[name]?.increase ?? [])[0];
  const name = nameOf(step.urn);
  const source = sourceOf((step.new ?? step.old)?.sourcePosition, link);
  return {
    urn: step.urn,
    type: (step.new ?? step.old)?.type ?? "",
    name,
    op,
    destructive: deletion?.fate === "lost" || inherited !== undefined,
    ...(source ? { source } : {}),
    properties: changed.map((property) => propertyChange(property, kind, looked)),
    notes: [...told, ...notesOf(op, effect, kind, looked, step, told.length > 0)],
    kind: definition.kind,
    label: description.name(op === "delete" || op === "replace" ? before : after) ?? name,
    effect,
    ...(deletion ? { deletion } : {}),
    ...(op === "replace" ? { reason: inherited ?? reasonOf(definition, step) } : {}),
    ...(rotation ? { rotation } : {}),
  };
}

/** Inputs as they are recorded, without what is hidden; a state that a failed creation left may have inputs only. */
export function recordedInputs(state: ResourceState | undefined): PropertyValues {
  if (!state) return {};
  return Object.keys(state.outputs).length > 0 ? state.outputs : state.inputs;
}

interface Looked {
  readonly before: PropertyValues;
  readonly after: PropertyValues;
  /** Names of the inputs that differ, in the table's order. */
  readonly changed: readonly string[];
  /** Names of inputs that are secrets in the program. */
  readonly secrets: ReadonlySet<string>;
  /** Names of work that an earlier run left unfinished. */
  readonly pending: readonly string[];
  readonly timeoutsChange: boolean;
}

function look(step: Step, op: Change["op"], definition: ResourceDefinition): Looked {
  const recorded = recordedInputs(step.old);
  const planned = step.new?.inputs ?? {};
  const metadata = { before: metadataOf(recorded), after: metadataOf(planned) };
  const before = withoutMetadata(recorded);
  const after = withoutMetadata(planned);
  return {
    before,
    after,
    changed: changedNames(op, definition, recorded, planned),
    secrets: new Set([...(metadata.before?.secrets ?? []), ...(metadata.after?.secrets ?? [])]),
    pending: metadata.before?.pending ?? [],
    timeoutsChange: op === "update" && !deepEqual(metadata.before?.timeouts, metadata.after?.timeouts),
  };
}

function changedNames(
  op: Change["op"],
  definition: ResourceDefinition,
  recorded: PropertyValues,
  planned: PropertyValues,
): string[] {
  const names = recordedInputNames(definition);
  if (op === "delete") return [];
  if (op === "create") return names.filter((name) => isGiven(planned[name]));
  const changed = new Set(diff(definition, recorded, planned).changed);
  for (const name of [...changed]) {
    const marked = definition.inputs[name]?.tracks;
    if (marked !== undefined && isGiven(recorded[name]) && isGiven(planned[marked])) changed.add(marked);
  }
  return names.filter((name) => changed.has(name));
}

function propertyChange(
  path: string,
  { definition, description }: Kind,
  { before, after, secrets }: Looked,
): PropertyChange {
  const property = definition.inputs[path];
  const identity = description.inputs[path]?.identifies;
  const secret = property?.secret === true || secrets.has(path);
  const shown = (value: Value) => {
    if (!isGiven(value)) return null;
    if (secret) return secretText;
    return property?.sensitive ? sensitiveText : withUnknowns(value);
  };
  return {
    path,
    from: shown(before[path]),
    to: shown(after[path]),
    ...(property?.unit === undefined ? {} : { unit: property.unit }),
    ...(secret ? { secret } : {}),
    ...(identity ? { identity } : {}),
    ...(property?.computed ? { computed: true } : {}),
  };
}

function withUnknowns(value: Value): Value {
  if (typeof value === "string") return containsUnknown(value) ? unknownText : value;
  if (Array.isArray(value)) return value.map(withUnknowns);
  if (!isRecord(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withUnknowns(inner)]));
}

function deletionOf(
  { definition, description }: Kind,
  before: PropertyValues,
  old: ResourceState | undefined,
  taker: Step | undefined,
): Deletion {
  if (taker) return { fate: "kept", says: `stays at fal, where \`${nameOf(taker.urn)}\` manages it` };
  return old?.retainOnDelete
    ? { fate: "kept", says: "stays at fal, because of `retainOnDelete`" }
    : { fate: definition.deletion(before), says: description.deletion(before) };
}

function effectOf(
  op: Change["op"],
  looked: Looked,
  definition: ResourceDefinition,
  deletion: Deletion | undefined,
): Effect {
  if (op === "create") return takesOver(definition, looked.after) ? "takenOver" : "created";
  if (op === "replace") return "replaced";
  if (op === "delete") return deletion?.fate === "kept" ? "released" : "deleted";
  const sends = looked.pending.length > 0 || looked.changed.some((name) => isSent(name, definition, looked));
  // What changes and is not to be seen may be anything.
  const hidden = looked.changed.length === 0 && !looked.timeoutsChange;
  return sends || hidden ? "changed" : "recorded";
}

function isSent(name: string, { inputs }: ResourceDefinition, { before, after }: Looked): boolean {
  const property = inputs[name];
  if (property === undefined || property.change === "record") return false;
  // What is computed plans work.
  if (property.computed) return true;
  if (!isGiven(after[name])) return false;
  if (property.writeOnly && !isGiven(before[name])) return false;
  return property.trigger === undefined || fires(property.trigger, before[name], after[name]);
}

/** A replacement because the provider's setting changes that this input is taken from where it is left out. */
function inheritedMove(definition: ResourceDefinition, step: Step, { before, after }: Looked): string | undefined {
  const name = step.replaceReasons.find((reason) => definition.inputs[reason]?.defaultsFromProvider);
  if (name === undefined || !isGiven(before[name])) return undefined;
  const declared = step.new?.declared;
  if (declared?.includes(name)) return undefined;
  const way = `from ${String(before[name])} to ${String(withUnknowns(after[name]))}`;
  return declared
    ? `the provider's default \`${name}\` changes ${way}`
    : `\`${name}\` changes ${way}, by the provider's default unless the program gives it`;
}

function reasonOf(definition: ResourceDefinition, step: Step): string {
  const names = step.replaceReasons.filter((name) => !definition.inputs[name]?.computed).map(code);
  if (names.length === 0) return "it was asked for";
  return `${names.join(" and ")} ${names.length === 1 ? "changes" : "change"}`;
}

function notesOf(
  op: Change["op"],
  effect: Effect,
  { definition, description }: Kind,
  looked: Looked,
  step: Step,
  told: boolean,
): string[] {
  const { before, after, changed, pending, timeoutsChange } = looked;
  const notes: string[] = [];
  const those = (trait: (property: InputProperty & InputDescription, name: string) => boolean) =>
    changed.filter((name) => {
      const property = definition.inputs[name];
      return property !== undefined && trait({ ...property, ...description.inputs[name] }, name);
    });
  const overwritten = those((property) => property.writeOnly === true && property.change === "update");
  if (effect === "takenOver" && overwritten.length > 0)
    notes.push(`what fal holds as ${list(overwritten)} is overwritten`);
  if (op === "update" && changed.length === 0 && pending.length === 0 && !timeoutsChange && !told) {
    notes.push("what changes is a secret or hidden, so that a preview does not show it");
  }
  if (pending.length > 0) notes.push("finishes what an earlier update began");
  if (timeoutsChange) notes.push("the time limits in `customTimeouts` change");

  const ended = op === "update" ? those((property, name) => !property.computed && !isGiven(after[name])) : [];
  if (ended.length > 0)
    notes.push(`${list(ended)} ${ended.length === 1 ? "is" : "are"} no longer managed: fal keeps the value`);

  for (const name of those((property) => property.highlights !== undefined)) {
    const says = description.inputs[name]?.highlights?.[String(after[name])];
    if (says !== undefined) notes.push(`${code(name)} is \`${String(after[name])}\` now: ${says}`);
  }

  const resets = those((property, name) => property.resetByDeploy === true && isGiven(after[name]));
  if (resets.length > 0) {
    const triggers = Object.keys(definition.inputs).filter(
      (name) => definition.inputs[name]?.trigger && isGiven(after[name]),
    );
    const until = triggers.length > 0 ? `, and a change of ${list(triggers)} sends what is declared again` : "";
    notes.push(`a later \`fal deploy\` sets ${list(resets)} back to what the app's code says${until}`);
  }
  for (const name of those((property) => property.trigger !== undefined)) {
    const trigger = definition.inputs[name]?.trigger;
    if (op === "update" && trigger && fires(trigger, before[name], after[name]))
      notes.push(`${code(name)} changes, so ${description.inputs[name]?.triggers}`);
  }
  const late = those((property, name) => property.onNewRunners === true && isGiven(after[name]));
  if (late.length > 0 && op === "update" && effect !== "recorded") {
    notes.push(`runners that are up keep the old ${list(late)} until they are rolled out`);
  }
  if (step.old?.protect && (op === "delete" || op === "replace")) {
    notes.push("is protected, so `pulumi up` will refuse this");
  }
  return notes;
}

function list(names: readonly string[]): string {
  return names.map(code).join(", ");
}

function code(name: string): string {
  return `\`${name}\``;
}
