import { diff } from "../../../provider/diff";
import { metadataOf, withoutMetadata } from "../../../provider/metadata";
import { identifiedBy, namedObject } from "../../../provider/properties";
import { deepEqual, isGiven } from "../../../provider/values";
import type { AccountContents } from "../../account";
import type { Plan, ResourceState } from "../../pulumi/plan";
import { objectKey } from "../../pulumi/stack-export";
import { resourceTypes } from "../../resource-types";
import { isImport, opOf, recordedInputs } from "./change";
import type { OurStep } from "./hand-over";
import { type Note, noteOf } from "./wording";

/** What fal has, as `--live` read it. */
export interface Live {
  /** By `objectKey`. */
  readonly objects: ReadonlyMap<string, ResourceState>;
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
  };
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
  const state = step.new ?? step.old;
  // Pulumi itself reads what it imports.
  if (!live || !isOfDefaultProvider(state) || isImport(step)) return [];
  const { kind, definition } = type;
  const op = opOf(step);
  if (op === "create") {
    const named = step.new && namedObject(definition, step.new.inputs);
    if (!named) return [];
    const exists = live.objects.has(objectKey(kind, named.id));
    if (named.takesOver) return exists ? [] : [noteOf("missing", {}, kind)];
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
