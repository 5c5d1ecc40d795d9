import type { FalClient } from "../../client";
import { diff } from "../../provider/diff";
import { metadataOf, withoutMetadata } from "../../provider/metadata";
import { identifiedBy, namedObject } from "../../provider/properties";
import { suggestNames } from "../../provider/suggest";
import { deepEqual, isGiven } from "../../provider/values";
import { isHidden, type KnownValues } from "../../resources/description";
import type { AccountContents } from "../account";
import type { Plan, ResourceState, Step } from "../pulumi/plan";
import { objectKey } from "../pulumi/stack-export";
import { type ResourceType, resourceTypes } from "../resource-types";
import { isImport, opOf, recordedInputs } from "./change";
import type { OurStep } from "./hand-over";
import { type Note, noteOf } from "./wording";

/** What fal has, as `--live` read it. */
export interface Live {
  /** By `objectKey`. */
  readonly objects: ReadonlyMap<string, ResourceState>;
  /** The values that inputs may have which name something at fal, by `knownKey`. */
  readonly known: ReadonlyMap<string, KnownValues>;
}

/** @throws if the key belongs to another account than the stack's objects */
export function liveOf({ account, found }: Pick<AccountContents, "account" | "found">, plan: Plan): Live {
  const recorded = plan.steps.flatMap(
    ({ old }) => (isOfDefaultProvider(old) && metadataOf(old?.outputs ?? {})?.account) || [],
  );
  const other = recorded.find((each) => each !== account);
  if (account !== undefined && other !== undefined) {
    throw new Error(
      `--live: the key belongs to the account ${JSON.stringify(account)}, but the stack's objects to ${JSON.stringify(other)}. Use a key of that account.`,
    );
  }
  return {
    objects: new Map(
      found.map(({ kind, id, state: { inputs, outputs } }) => [
        objectKey(kind, id),
        { urn: "", type: "", id, inputs, outputs },
      ]),
    ),
    known: new Map(),
  };
}

/** Reads which values the inputs may have that the plan sets, where these name something at fal. */
export async function readKnown(fal: FalClient, { steps }: Plan, signal: AbortSignal): Promise<Live["known"]> {
  const found = new Map<string, KnownValues>();
  for (const step of steps) {
    const type = resourceTypes.get(step.new?.type ?? "");
    if (type === undefined || step.new === undefined || !isOfDefaultProvider(step.new)) continue;
    const inputs = step.new.inputs;
    const identity = Object.keys(type.description.inputs).filter((name) => type.description.inputs[name]?.identifies);
    if (identity.some((name) => isHidden(inputs[name]))) continue;
    for (const name of namesSet(step, type)) {
      const values = await type.description.inputs[name]?.known?.(fal, inputs, signal);
      if (values !== undefined) found.set(knownKey(step, name), values);
    }
  }
  return found;
}

function knownKey({ urn }: Step, name: string): string {
  return `${urn} ${name}`;
}

/** The inputs that a step sets to another value. */
function namesSet(step: Step, { description }: ResourceType): string[] {
  const op = opOf(step);
  if (op !== "create" && op !== "update" && op !== "replace") return [];
  const [before, after] = [op === "create" ? {} : recordedInputs(step.old), step.new?.inputs ?? {}];
  return Object.keys(description.inputs).filter(
    (name) => isGiven(after[name]) && !isHidden(after[name]) && !deepEqual(before[name], after[name]),
  );
}

/** Whether what the inputs name exists at fal, and what fal has instead now. */
function knownNotes({ known }: Live, { step, type }: OurStep): Note[] {
  return namesSet(step, type).flatMap((name): Note[] => {
    const { values = [], current } = known.get(knownKey(step, name)) ?? {};
    const value = text(step.new?.inputs[name]);
    // Without any, the object itself is missing.
    if (values.length === 0) return [];
    if (!values.includes(value)) {
      const near = suggestNames(value, values);
      return [noteOf("noSuchValue", { property: name, value, resources: near.length > 0 ? near : values }, type.kind)];
    }
    if (current === value) return [noteOf("isCurrent", { property: name, value }, type.kind)];
    return current === undefined
      ? []
      : [noteOf("replacesCurrent", { property: name, from: current, to: value }, type.kind)];
  });
}

/** The kinds of objects that the review of a plan looks at; undefined: all. */
export function kindsToRead({ steps }: Plan): ReadonlySet<string> | undefined {
  const types = steps.flatMap((step) => {
    const type = resourceTypes.get((step.new ?? step.old)?.type ?? "");
    return type ? [{ step, type }] : [];
  });
  // What is in an environment may be of any kind.
  if (types.some(({ step, type }) => opOf(step) === "delete" && type.description.deletesApps)) return undefined;
  return new Set(types.map(({ type }) => type.kind));
}

/** The object that a creation takes over, as it is at fal. */
export function takenOver(live: Live | undefined, { step, type }: OurStep): ResourceState | undefined {
  if (!live || opOf(step) !== "create" || !step.new || !isOfDefaultProvider(step.new)) return undefined;
  const named = namedObject(type.definition, step.new.inputs);
  return named?.takesOver ? live.objects.get(objectKey(type.kind, named.id)) : undefined;
}

/** What fal says about a planned change. */
export function liveNotes(live: Live | undefined, { step, type }: OurStep): Note[] {
  // Pulumi itself reads what it imports.
  if (!live || !isOfDefaultProvider(step.new ?? step.old) || isImport(step)) return [];
  return [...objectNotes(live, { step, type }), ...knownNotes(live, { step, type })];
}

function objectNotes(live: Live, { step, type }: OurStep): Note[] {
  const { kind, definition } = type;
  const op = opOf(step);
  if (op === "create") {
    const named = step.new && namedObject(definition, step.new.inputs);
    if (!named) return [];
    const exists = live.objects.has(objectKey(kind, named.id));
    if (named.takesOver) {
      const isCreated = type.description.createsIfMissing?.(step.new?.inputs ?? {}) === true;
      return exists || isCreated ? [] : [noteOf("missing", {}, kind)];
    }
    return exists && identifiedBy(definition) === "name" ? [noteOf("exists", {}, kind)] : [];
  }
  if (!step.old?.id) return [];
  const now = live.objects.get(objectKey(kind, step.old.id));
  if (!now) return identifiedBy(definition) === "name" ? [noteOf("gone", {}, kind)] : [];
  if (op !== "update" || !step.new) return [];
  const [recorded, actual] = [recordedInputs(step.old), withoutMetadata(recordedInputs(now))];
  return diff(definition, recorded, step.new.inputs).changed.flatMap((name) => {
    const [known, found] = [recorded[name], actual[name]];
    if (definition.inputs[name]?.secret || !isGiven(known) || !isGiven(found) || deepEqual(known, found)) return [];
    return [noteOf("differsAtFal", { property: name, from: text(known), to: text(found) }, kind)];
  });
}

/** Names of what an environment contains at fal, without what the plan deletes. */
export function liveInside(live: Live | undefined, id: string, deleted: ReadonlySet<string>): string[] {
  if (!live) return [];
  const inside = [...live.objects].filter(([key, state]) => state.id?.startsWith(`${id}/`) && !deleted.has(key));
  return [...new Set(inside.map(([, state]) => state.id ?? ""))];
}

/** Other providers may have other accounts, which the key of `--live` cannot see. */
function isOfDefaultProvider(state: ResourceState | undefined): boolean {
  return state?.provider === undefined || /::default[^:]*(::|$)/.test(state.provider);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
