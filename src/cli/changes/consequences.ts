import { formatCost, type Prices } from "../../cost";
import { withoutMetadata } from "../../provider/metadata";
import { fires, type InputProperty, referredObjects } from "../../provider/properties";
import { isGiven } from "../../provider/values";
import type { InputDescription } from "../../resources/description";
import { type Capacity, costRange } from "../capacity/capacity";
import { movementOf, newText } from "../capacity/growth";
import { nameOf, type ResourceState } from "../pulumi/plan";
import { objectKey } from "../pulumi/stack-export";
import { type Change, recordedInputs } from "./change";
import type { OurStep } from "./hand-over";
import { type Live, liveInside } from "./live";
import { type Note, noteOf } from "./wording";

/** A step of a resource of ours, with what it changes. */
export interface OurChange extends OurStep {
  readonly change: Change | undefined;
}

/** Notes about what a change leads to, which only the whole plan shows. `own`: what the resource runs. */
export function consequencesOf(
  { step, type, change }: OurChange,
  all: readonly OurChange[],
  own: readonly Capacity[],
  {
    prices,
    live,
    triggered,
    isWhole,
  }: {
    readonly prices: Prices | undefined;
    readonly live: Live | undefined;
    readonly triggered: TriggeredResources;
    /** The plan contains unchanged resources, too. */
    readonly isWhole: boolean;
  },
): Note[] {
  if (!change) return [];
  return [
    ...own.flatMap((capacity) =>
      movementOf(capacity)?.direction === "zero" ? [noteOf("coldStarts", {}, type.kind)] : [],
    ),
    ...(change.effect === "unmanaged" ? own.flatMap((capacity) => runsOn(capacity, prices, type.kind)) : []),
    ...rollouts({ step, type, change }, triggered),
    ...resets({ step, type, change }, all, isWhole),
    ...contents({ step, type, change }, all, live),
  ];
}

/** The runners that keep running although the stack no longer manages them. */
function runsOn(capacity: Capacity, prices: Prices | undefined, kind: string): Note[] {
  if (!capacity.after || !("app" in capacity.after)) return [];
  const what = newText([capacity]);
  if (what === "") return [];
  const cost = prices && costRange(capacity, "after", prices);
  const price = cost && prices ? ` (${formatCost(cost, prices.currency)} while idle)` : "";
  return [noteOf("runsOn", { value: `${what}${price}` }, kind)];
}

/** Labels of the resources that a trigger's list reaches in this update, by each entry of the list. */
export type TriggeredResources = ReadonlyMap<string, readonly string[]>;

/** Computed once for all changes, because a plan may contain thousands. */
export function triggeredIn(all: readonly OurChange[]): TriggeredResources {
  const found = new Map<string, string[]>();
  for (const { step, type, change } of all) {
    if (change?.op !== "update") continue;
    const [before, after] = [recordedInputs(step.old), withoutMetadata(step.new?.inputs ?? {})];
    const entries = Object.entries(type.definition.inputs).flatMap(([name, { trigger }]) => {
      const list = after[name];
      return trigger !== undefined && Array.isArray(list) && fires(trigger, before[name], list) ? list : [];
    });
    for (const entry of new Set(entries)) {
      if (typeof entry === "string") found.set(entry, [...(found.get(entry) ?? []), change.label]);
    }
  }
  return found;
}

/** Whose runners a new value reaches in this update: those with a trigger that has the value's new mark. */
function rollouts({ step, type, change }: OurChange & { change: Change }, triggered: TriggeredResources): Note[] {
  if (change.op !== "update") return [];
  return Object.entries(type.definition.inputs).flatMap(([mark, { tracks }]) => {
    const next = step.new?.inputs[mark];
    if (tracks === undefined || typeof next !== "string" || recordedInputs(step.old)[mark] === next) return [];
    const reached = triggered.get(next) ?? [];
    return reached.length > 0 ? [noteOf("reaches", { property: tracks, resources: reached }, type.kind)] : [];
  });
}

/** What a deployment, or what resets like one, does to values that other resources manage. */
function resets(
  { step, type, change }: OurChange & { change: Change },
  all: readonly OurChange[],
  isWhole: boolean,
): Note[] {
  const { definition, description } = type;
  const [before, after] = [recordedInputs(step.old), step.new?.inputs ?? {}];
  const repoints =
    change.op === "update" &&
    Object.entries(definition.inputs).some(
      ([name, { resetsLikeDeploy, computed }]) =>
        resetsLikeDeploy && !computed && isGiven(after[name]) && before[name] !== after[name],
    );
  const id = definition.identity?.(after);
  if ((change.deployment === undefined && !repoints) || id === undefined) return [];
  const isReset = ({ resetByDeploy, resetByResetScale }: InputProperty & InputDescription) =>
    resetByDeploy === true ||
    (resetByResetScale === true &&
      change.deployment !== undefined &&
      Object.entries(description.inputs).some(([name, { resetsScale }]) => resetsScale && after[name] === true));
  const parts = all.filter(
    (other) =>
      other.step.new !== undefined &&
      referredObjects(other.type.definition, other.step.new.inputs).some(
        (object) => object.kind === type.kind && object.id === id,
      ) &&
      Object.entries(other.type.definition.inputs).some(([, input]) => input.resetByDeploy),
  );
  // fal keeps the scaling of an app that is deployed again.
  if (parts.length === 0 && isWhole && change.deployment?.again === false) {
    return [noteOf("scaledByCode", {}, type.kind)];
  }
  return parts.flatMap((part): Note[] => {
    // What is new is sent afterwards.
    if (part.change?.op === "create" || part.change?.op === "replace") return [];
    const { inputs } = part.type.definition;
    const described = part.type.description.inputs;
    const declared = part.step.new?.inputs ?? {};
    const values = Object.keys(inputs).filter((name) => {
      const input = inputs[name];
      return input !== undefined && isGiven(declared[name]) && isReset({ ...input, ...described[name] });
    });
    const sent = new Set([...sentBy(part), ...(sendsWhatIsReset(part) ? values : [])]);
    const [again, only] = [values.filter((name) => sent.has(name)), values.filter((name) => !sent.has(name))];
    const about = { resources: [nameOf(part.step.urn)], value: part.type.definition.noun };
    const triggers = Object.keys(described).filter((name) => described[name]?.sendsAgain);
    return [
      ...(again.length > 0 ? [noteOf("resetAndSent", { properties: again, ...about }, type.kind)] : []),
      ...(only.length > 0 ? [noteOf("resetOnly", { properties: only, ...about, triggers }, type.kind)] : []),
    ];
  });
}

/** The inputs that an update sends to fal: those that differ, and what a trigger sends again. */
function sentBy(update: OurChange): readonly string[] {
  const { type, change } = update;
  if (change?.op !== "update") return [];
  const changed = Object.entries(type.definition.inputs)
    .filter(([name, { trigger }]) => trigger === undefined && change.properties.some(({ path }) => path === name))
    .map(([name]) => name);
  return [...changed, ...firedBy(update).flatMap(({ sendsAgain = [] }) => sendsAgain)];
}

function sendsWhatIsReset(update: OurChange): boolean {
  return firedBy(update).some((input) => input.sendsWhatIsReset);
}

/** The triggers that take effect in an update. */
function firedBy({ step, type, change }: OurChange): InputDescription[] {
  if (change?.op !== "update") return [];
  const [before, after] = [recordedInputs(step.old), step.new?.inputs ?? {}];
  return Object.entries(type.definition.inputs).flatMap(([name, { trigger }]) => {
    const described = type.description.inputs[name];
    return described && trigger !== undefined && fires(trigger, before[name], after[name]) ? [described] : [];
  });
}

/** What this update does about the contents of an object that can be deleted only while it is empty. */
function contents(
  { step, type, change }: OurChange & { change: Change },
  all: readonly OurChange[],
  live: Live | undefined,
): Note[] {
  const id = step.old?.id;
  if (change.deletion?.outcome !== "removed" || !type.description.deletesApps || id === undefined) return [];
  const inside = all.filter((other) => other.step !== step && isInside(other.step.old, id));
  const [gone, left] = [true, false].map((isGone) =>
    inside
      .filter((other) => isDeleted(other) === isGone && !other.type.description.partOf)
      .map((other) => other.change?.label ?? labelOf(other)),
  );
  const deleted = inside.filter(isDeleted).map((other) => objectKey(other.type.kind, other.step.old?.id ?? ""));
  const unmanaged = liveInside(live, id, new Set(deleted));
  if (unmanaged.length > 0) return [noteOf("notEmpty", { resources: unmanaged }, type.kind)];
  if (left && left.length > 0) return [noteOf("notEmpty", { resources: left }, type.kind)];
  if (live) return [noteOf("isEmpty", {}, type.kind)];
  return gone && gone.length > 0 ? [noteOf("emptied", { resources: gone }, type.kind)] : [];
}

function isInside(state: ResourceState | undefined, id: string): boolean {
  return state?.id?.startsWith(`${id}/`) ?? false;
}

function isDeleted({ change }: OurChange): boolean {
  const outcome = change?.deletion?.outcome;
  return outcome === "lost" || outcome === "removed";
}

function labelOf({ step, type }: OurChange): string {
  return type.description.name(recordedInputs(step.old)) ?? step.urn;
}
