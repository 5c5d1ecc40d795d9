import { formatCost, type Prices } from "../../cost";
import { withoutMetadata } from "../../provider/metadata";
import { fires } from "../../provider/properties";
import { type Capacity, costRange } from "../capacity/capacity";
import { movementOf, newText } from "../capacity/growth";
import type { ResourceState } from "../pulumi/plan";
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
  }: {
    readonly prices: Prices | undefined;
    readonly live: Live | undefined;
    readonly triggered: TriggeredResources;
  },
): Note[] {
  if (!change) return [];
  return [
    ...own.flatMap((capacity) =>
      movementOf(capacity)?.direction === "zero" ? [noteOf("coldStarts", {}, type.kind)] : [],
    ),
    ...(change.effect === "unmanaged" ? own.flatMap((capacity) => runsOn(capacity, prices, type.kind)) : []),
    ...rollouts({ step, type, change }, triggered),
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
