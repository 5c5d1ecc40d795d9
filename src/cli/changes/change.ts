import { diff } from "../../provider/diff";
import { managedNames, metadataOf, withoutMetadata } from "../../provider/metadata";
import {
  type DeletionOutcome,
  fires,
  type InputProperty,
  type PropertyValues,
  type ResourceDefinition,
  recordedInputNames,
  takesOver,
  type Value,
} from "../../provider/properties";
import { type Host, hostOfToken } from "../../provider/tokens";
import { containsUnknown, deepEqual, isGiven, isRecord } from "../../provider/values";
import { type Impact, type InputDescription, type PlannedDeployment, unprotects } from "../../resources/description";
import { type Affected, type ReportedImpact, reportedImpact } from "../impacts";
import { nameOf, protectingOptions, type ResourceState, type Step, secretText, unknownText } from "../pulumi/plan";
import { type Link, type Source, sourceOf } from "../report/source";
import type { ResourceType } from "../resource-types";
import {
  hostText,
  kept,
  type Note,
  type NoteCode,
  type NoteParams,
  noteOf,
  type ReasonCode,
  reasonOf,
} from "./wording";

/** A planned change of a fal resource. */
export interface PlannedChange {
  readonly urn: string;
  /** For example `pulumi-nodejs:dynamic/fal:AppScale`. */
  readonly type: string;
  /** The resource's name in the program. */
  readonly name: string;
  /** `same`: only resource options such as `protect` change, which Pulumi does not count as an update. */
  readonly op: "create" | "update" | "replace" | "delete" | "same";
  /** Whether the change loses something, or a changed default moves the resource to another environment. */
  readonly destructive: boolean;
  readonly source?: Source;
  /** What the change opens, enlarges or unprotects. */
  readonly impacts: readonly ReportedImpact[];
  readonly properties: readonly PropertyChange[];
  readonly notes: readonly Note[];
  /** For example `AppScale`. */
  readonly kind: string;
  /** The object's name at fal, or the resource's name if it has none. */
  readonly label: string;
  readonly effect: Effect;
  /** With the effect `adopted`: it is unknown whether the object exists. If it does not, the update fails. */
  readonly conditional?: true;
  /** What the change deploys. */
  readonly deployment?: PlannedDeployment;
  /** What happens to the object of a resource that is deleted or replaced. */
  readonly deletion?: Deletion;
  /** Why the resource is replaced. */
  readonly reason?: Note<ReasonCode>;
}

/** A planned change, with values that only the report needs. */
export interface Change extends PlannedChange {
  readonly impacts: Affected["impacts"];
  /** `deletion.description` for several objects. */
  readonly deletionOfMany?: string;
  /** The verb for an increase of a property: the object `rotates`, several objects `rotate`. */
  readonly rotation?: { readonly one: string; readonly many: string };
}

export interface Deletion {
  readonly outcome: DeletionOutcome;
  /** The loss, or why there is none, as the end of a sentence. */
  readonly description: string;
}

/** What the change does to the object at fal. */
export type Effect =
  | "created"
  /** The object exists and becomes managed. */
  | "adopted"
  | "changed"
  /** Only Pulumi's state changes. */
  | "stateOnly"
  | "replaced"
  | "deleted"
  /** The object stays at fal and is no longer managed. */
  | "unmanaged"
  /** Another resource of the stack manages the object. */
  | "handedOver";

export interface PropertyChange {
  readonly path: string;
  /** Null: not set, or not managed. A secret is `[secret]` on both sides, even if its value changes. */
  readonly from: Value;
  /** Null: no longer managed. A value that only the update will know is `[known after apply]`. */
  readonly to: Value;
  readonly unit?: string;
  readonly secret?: true;
  /** The property is part of the object's name. */
  readonly identity?: true;
  /** A resource option of Pulumi, such as `protect`. */
  readonly option?: true;
  /** The provider computes the property from others. */
  readonly computed?: true;
}

const sensitiveText = "[not shown]";

const ops: Readonly<Record<string, Change["op"]>> = {
  create: "create",
  import: "create",
  update: "update",
  replace: "replace",
  "create-replacement": "replace",
  "import-replacement": "replace",
  delete: "delete",
  // Left over from an interrupted replacement.
  "delete-replaced": "delete",
};

/** The operation of a step; undefined if it changes nothing. */
export function opOf(step: Step): Change["op"] | undefined {
  return ops[step.op];
}

/** Whether the option `import` makes Pulumi manage an existing object, as it is. Anything else is a step of its own. */
export function isImport({ op }: Step): boolean {
  return op === "import";
}

/** What a change depends on beside its step. */
export interface Surroundings {
  /** What the provider reports about this resource. */
  readonly messages: readonly string[];
  readonly link: Link;
  /** The step of the resource that manages the object afterwards, if another one does. */
  readonly taker?: Step | undefined;
  /** The state of the object before the step, if the step does not contain it: of the resource that managed it so far. */
  readonly giver?: ResourceState | undefined;
}

export function changeOf(
  step: Step,
  op: Change["op"],
  type: ResourceType,
  { messages, link, taker, giver }: Surroundings,
): Change {
  const { definition, description } = type;
  const inputs = inputsOf(step, op, definition);
  const { before, after, changed } = inputs;
  const deletion = op === "delete" || op === "replace" ? deletionOf(type, before, step.old, taker) : undefined;
  const inherited = op === "replace" ? inheritedMove(definition, step, inputs) : undefined;
  const effect = op === "delete" && taker ? "handedOver" : effectOf(step, op, inputs, definition, deletion);
  const rotation = changed
    .filter((name) => Number(after[name]) > Number(before[name]))
    .flatMap((name) => description.inputs[name]?.increase ?? [])[0];
  const removed = removedOptions(step.old ?? giver, step.new);
  const name = nameOf(step.urn);
  const described = describedInputs(op, type, inputs, step.old ?? giver);
  // A replacement is another object, also if its inputs stay.
  const deployed = op === "replace" ? {} : described?.before;
  const deployment = described && deployed && description.deploys?.(deployed, described.after, inputs.pending);
  const remarks = (described && description.remarks?.(described.before, described.after)) ?? [];
  // A deployment is shown in detail.
  const otherMessages = messages.filter((message) => !deployment || !description.announcesDeployment?.(message));
  const isCreatedIfMissing = description.createsIfMissing?.(after) === true;
  // The reviewed commit no longer contains the line of a deleted resource.
  const source = sourceOf((step.new ?? step.old)?.sourcePosition, op === "delete" ? () => undefined : link);
  return {
    urn: step.urn,
    type: (step.new ?? step.old)?.type ?? "",
    name,
    op,
    destructive: deletion?.outcome === "lost" || inherited !== undefined,
    ...(source ? { source } : {}),
    impacts: [
      ...((described && description.impacts?.(described.before, described.after)) ?? []),
      ...(op === "delete" && !taker ? deletionImpacts(type, step.old) : []),
      ...removed.map((option) => unprotects(option, protectingOptions[option])),
    ].map((impact) => reportedImpact(impact, "future")),
    properties: [
      ...changed
        .filter((property) => !description.inputs[property]?.deployed)
        .map((property) => propertyChange(property, type, inputs)),
      ...removed.map((path) => ({ path, from: true, to: false, option: true as const })),
    ],
    notes: [
      ...notesOf(op, effect, type, inputs, step, otherMessages),
      ...remarks.map((remark) => noteOf("remark", { message: remark }, definition.kind)),
    ],
    kind: definition.kind,
    label: description.name(op === "delete" || op === "replace" ? before : after) ?? name,
    effect,
    ...(effect === "adopted" && !giver && !isCreatedIfMissing ? { conditional: true } : {}),
    ...(deployment ? { deployment } : {}),
    ...(deletion ? { deletion } : {}),
    ...(deletion ? { deletionOfMany: deletionOf(type, before, step.old, taker, true).description } : {}),
    ...(op === "replace" ? { reason: inherited ?? replaceReasonOf(definition, step) } : {}),
    ...(rotation ? { rotation } : {}),
  };
}

/** What descriptions receive of a change: the inputs before it that are known, and those after it, without secrets. */
function describedInputs(
  op: Change["op"],
  { definition, description }: ResourceType,
  { after, changed, secrets }: Inputs,
  old: ResourceState | undefined,
): { readonly before: PropertyValues; readonly after: PropertyValues } | undefined {
  if (op === "delete" || op === "same") return undefined;
  // Another object has nothing of the one before.
  const isAnother = op === "replace" && changed.some((name) => description.inputs[name]?.identifies);
  const recorded = isAnother ? {} : recordedInputs(old);
  const names = managedNames(definition, recorded);
  const before = Object.fromEntries(
    Object.entries(withoutMetadata(recorded)).filter(
      ([name]) => names === undefined || names.includes(name) || definition.inputs[name]?.computed,
    ),
  );
  const known = (inputs: PropertyValues) =>
    Object.fromEntries(Object.entries(inputs).map(([name, value]) => [name, secrets.has(name) ? secretText : value]));
  return { before: known(before), after: known(after) };
}

/** What the deletion of an object restores. With `retainOnDelete`, the provider is not called. */
function deletionImpacts({ description }: ResourceType, old: ResourceState | undefined): readonly Impact[] {
  if (old?.retainOnDelete) return [];
  const recorded = recordedInputs(old);
  return description.deletionImpacts?.(withoutMetadata(recorded), metadataOf(recorded)?.found ?? {}) ?? [];
}

/** Options of Pulumi that protected the object until now. */
function removedOptions(before: ResourceState | undefined, after: ResourceState | undefined) {
  if (!before || !after) return [];
  return (Object.keys(protectingOptions) as (keyof typeof protectingOptions)[]).filter(
    (option) => before[option] && !after[option],
  );
}

/** The recorded inputs. The state of a failed creation may contain inputs only. */
export function recordedInputs(state: ResourceState | undefined): PropertyValues {
  if (!state) return {};
  return Object.keys(state.outputs).length > 0 ? state.outputs : state.inputs;
}

interface Inputs {
  readonly before: PropertyValues;
  readonly after: PropertyValues;
  /** Names of the inputs that differ, in the table's order. */
  readonly changed: readonly string[];
  /** Names of inputs that are secrets in the program. */
  readonly secrets: ReadonlySet<string>;
  /** Names of work that an earlier run left unfinished. */
  readonly pending: readonly string[];
  readonly timeoutsChange: boolean;
  /** Whether the other host runs the resource from now on, which changes nothing at fal. */
  readonly moves: boolean;
}

function inputsOf(step: Step, op: Change["op"], definition: ResourceDefinition): Inputs {
  const recorded = recordedInputs(step.old);
  const planned = step.new?.inputs ?? {};
  const metadata = { before: metadataOf(recorded), after: metadataOf(planned) };
  const before = withoutMetadata(recorded);
  const after = withoutMetadata(planned);
  const moves = movesTo(step) !== undefined;
  // Under the plugin, the engine has the secrets and time limits, and masks the former in its output.
  const masked = [before, after].flatMap((bag) =>
    Object.keys(bag).filter((name) => containsText(bag[name], secretText)),
  );
  const recordsTimeouts = !moves && hostOfToken(step.new?.type ?? "") === "dynamic";
  return {
    before,
    after,
    changed: changedNames(op, definition, recorded, planned),
    secrets: new Set([...(metadata.before?.secrets ?? []), ...(metadata.after?.secrets ?? []), ...masked]),
    pending: metadata.before?.pending ?? [],
    timeoutsChange:
      op === "update" && recordsTimeouts && !deepEqual(metadata.before?.timeouts, metadata.after?.timeouts),
    moves,
  };
}

/** The host that runs a resource from now on, if it is not the one so far. */
export function movesTo({ old, new: next }: Step): Host | undefined {
  const [before, after] = [old, next].map((state) => hostOfToken(state?.type ?? ""));
  return before !== undefined && before !== after ? after : undefined;
}

function containsText(value: Value, text: string): boolean {
  if (Array.isArray(value)) return value.some((item) => containsText(item, text));
  return isRecord(value) ? Object.values(value).some((item) => containsText(item, text)) : value === text;
}

function changedNames(
  op: Change["op"],
  definition: ResourceDefinition,
  recorded: PropertyValues,
  planned: PropertyValues,
): string[] {
  const names = recordedInputNames(definition);
  if (op === "delete" || op === "same") return [];
  if (op === "create") return names.filter((name) => isGiven(planned[name]));
  const changed = new Set(diff(definition, recorded, planned).changed);
  // Another object has a mark of its own, whatever the value is.
  for (const name of op === "update" ? [...changed] : []) {
    const marked = definition.inputs[name]?.tracks;
    if (marked !== undefined && isGiven(recorded[name]) && isGiven(planned[marked])) changed.add(marked);
  }
  return names.filter((name) => changed.has(name));
}

function propertyChange(
  path: string,
  { definition, description }: ResourceType,
  { before, after, secrets }: Inputs,
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
  { definition, description }: ResourceType,
  before: PropertyValues,
  old: ResourceState | undefined,
  taker: Step | undefined,
  many = false,
): Deletion {
  if (taker) return { outcome: "kept", description: kept.handedOver(nameOf(taker.urn), many) };
  return old?.retainOnDelete
    ? { outcome: "kept", description: kept.retained(many) }
    : { outcome: definition.deletion(before), description: description.deletion(before, many) };
}

function effectOf(
  step: Step,
  op: Change["op"],
  inputs: Inputs,
  definition: ResourceDefinition,
  deletion: Deletion | undefined,
): Effect {
  if (op === "create") return isImport(step) || takesOver(definition, inputs.after) ? "adopted" : "created";
  if (op === "replace") return "replaced";
  if (op === "delete") return deletion?.outcome === "kept" ? "unmanaged" : "deleted";
  if (op === "same") return "stateOnly";
  const sends = inputs.pending.length > 0 || inputs.changed.some((name) => isSent(name, definition, inputs));
  // A change that the preview does not show may be any change.
  const hidden = inputs.changed.length === 0 && !inputs.timeoutsChange && !inputs.moves;
  return sends || hidden ? "changed" : "stateOnly";
}

function isSent(name: string, { inputs }: ResourceDefinition, { before, after }: Inputs): boolean {
  const property = inputs[name];
  if (property === undefined || property.change === "record") return false;
  // A computed input changes if there is something to do at fal, unless it ends.
  if (property.computed && !property.optional) return true;
  if (!isGiven(after[name])) return false;
  if (property.computed) return true;
  if (property.writeOnly && !isGiven(before[name])) return false;
  return property.trigger === undefined || fires(property.trigger, before[name], after[name]);
}

/** A replacement because the program omits an input and the provider's default for it changes. */
function inheritedMove(
  definition: ResourceDefinition,
  step: Step,
  { before, after }: Inputs,
): Note<ReasonCode> | undefined {
  const property = step.replaceReasons.find((reason) => definition.inputs[reason]?.defaultsFromProvider);
  if (property === undefined || !isGiven(before[property])) return undefined;
  const declared = step.new?.declared;
  if (declared?.includes(property)) return undefined;
  const params = { property, from: String(before[property]), to: String(withUnknowns(after[property])) };
  return reasonOf(declared ? "providerDefaultChanges" : "providerDefaultMayChange", params);
}

function replaceReasonOf(definition: ResourceDefinition, step: Step): Note<ReasonCode> {
  // The engine gives no reason where it replaces what depends on a replaced resource.
  const reasons =
    step.replaceReasons.length > 0
      ? step.replaceReasons
      : diff(definition, recordedInputs(step.old), step.new?.inputs ?? {}).replaces;
  const properties = reasons.filter((name) => !definition.inputs[name]?.computed);
  return properties.length === 0 ? reasonOf("requested", {}) : reasonOf("propertiesChange", { properties });
}

function notesOf(
  op: Change["op"],
  effect: Effect,
  { kind, definition, description }: ResourceType,
  { before, after, changed, pending, timeoutsChange, moves }: Inputs,
  step: Step,
  messages: readonly string[],
): Note[] {
  const found: Note[] = messages.map((message) => noteOf("message", { message }, kind));
  const add = (code: NoteCode, params: NoteParams = {}) => found.push(noteOf(code, params, kind));
  const changedWith = (trait: (property: InputProperty & InputDescription, name: string) => boolean) =>
    changed.filter((name) => {
      const property = definition.inputs[name];
      return property !== undefined && trait({ ...property, ...description.inputs[name] }, name);
    });
  const addFor = (code: NoteCode, properties: readonly string[], more: NoteParams = {}) => {
    if (properties.length > 0) add(code, { properties, ...more });
  };

  if (effect === "adopted" && !isImport(step)) {
    addFor(
      "overwritten",
      changedWith((property) => property.writeOnly === true && property.change === "update"),
    );
  }
  if (moves) add("moves", { value: hostText[movesTo(step) ?? "plugin"] });
  else if (
    op === "update" &&
    changed.length === 0 &&
    pending.length === 0 &&
    !timeoutsChange &&
    messages.length === 0
  ) {
    add("notShown");
  }
  if (pending.length > 0) add("unfinished");
  if (timeoutsChange) add("timeouts");
  if (op === "update") {
    addFor(
      "unmanagedProperties",
      changedWith((property, name) => !property.computed && !isGiven(after[name]) && property.onRemoval === undefined),
    );
    for (const property of changedWith(({ onRemoval }, name) => onRemoval !== undefined && !isGiven(after[name]))) {
      add("removed", { property });
    }
  }
  const triggers = Object.keys(definition.inputs).filter(
    (name) => definition.inputs[name]?.trigger && isGiven(after[name]),
  );
  addFor(
    "resetByDeploy",
    changedWith((property, name) => property.resetByDeploy === true && isGiven(after[name])),
    triggers.length > 0 ? { triggers } : {},
  );
  for (const property of changedWith(({ trigger }) => trigger !== undefined)) {
    const trigger = definition.inputs[property]?.trigger;
    if (op === "update" && trigger && fires(trigger, before[property], after[property])) add("triggered", { property });
  }
  if (op === "update" && effect !== "stateOnly") {
    addFor(
      "newRunnersOnly",
      changedWith((property, name) => property.onNewRunners === true && isGiven(after[name])),
    );
  }
  if (op === "replace") {
    const marked = Object.values(definition.inputs).flatMap(({ tracks }) => tracks ?? []);
    addFor(
      "valueNotShown",
      marked.filter((name) => isGiven(before[name]) && isGiven(after[name])),
    );
  }
  if (step.old?.protect && (op === "delete" || op === "replace")) add("protected");
  return found;
}
