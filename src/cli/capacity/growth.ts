import {
  type AppScaling,
  type Comparison,
  compareInstances,
  compareMachines,
  isGpuType,
  type Prices,
} from "../../cost";
import type { Impact } from "../../resources/description";
import { count, groupedBy, plural } from "../report/phrases";
import { type Capacity, knownWarm, warmOf } from "./capacity";

/** How the range of an app's runners moves. */
export interface Movement {
  readonly direction: "up" | "down" | "both" | "zero";
  /** Warm runners before and after. */
  readonly warm: FromTo;
  /** Undefined if a maximum is unknown. */
  readonly most?: FromTo;
  readonly before: AppScaling;
  readonly after: AppScaling;
}

/** Other machine types of an app, or another instance type. */
export interface OtherHardware {
  readonly comparison: Exclude<Comparison, "same">;
  readonly isApp: boolean;
  readonly from: string;
  readonly to: string;
}

export interface FromTo {
  readonly from: number;
  readonly to: number;
}

/** Undefined if the range does not change, or if no app runs both before and after. */
export function movementOf({ changes, before, after }: Capacity): Movement | undefined {
  if (!changes || !before || !after || !("app" in before) || !("app" in after)) return undefined;
  const [from, to] = [knownWarm(before), knownWarm(after)];
  if (from === undefined || to === undefined) return undefined;
  const [least, most] = [before.maxConcurrency, after.maxConcurrency];
  const limit = least !== undefined && most !== undefined ? { from: least, to: most } : undefined;
  const [warmer, wider] = [to - from, limit ? limit.to - limit.from : 0];
  if (warmer === 0 && wider === 0) return undefined;
  const [grows, shrinks] = [warmer > 0 || wider > 0, warmer < 0 || wider < 0];
  const less = to === 0 && from > 0 ? "zero" : "down";
  const direction = grows ? (shrinks ? "both" : "up") : less;
  return { direction, warm: { from, to }, ...(limit ? { most: limit } : {}), before, after };
}

/** Undefined: the hardware stays, or nothing was there before, or is afterwards. */
export function hardwareOf(
  { changes, before, after }: Capacity,
  prices: Prices | undefined,
): OtherHardware | undefined {
  if (!changes || !before || !after) return undefined;
  if ("app" in before && "app" in after) {
    const comparison = compareMachines(before, after, prices);
    const types = ({ machineTypes }: AppScaling) => (machineTypes ?? []).join(", ");
    return comparison === "same" ? undefined : { comparison, isApp: true, from: types(before), to: types(after) };
  }
  if ("app" in before || "app" in after) return undefined;
  const [from, to] = [before.instanceType, after.instanceType];
  const comparison = compareInstances(from, to, prices);
  return comparison === "same" ? undefined : { comparison, isApp: false, from, to };
}

/** `warm GPU runners 1 → 3, maximum 4 → 400`, in total; without what stays. */
function movedText(movements: readonly Movement[]): string {
  const total = (numbers: readonly FromTo[], side: keyof FromTo) => numbers.reduce((sum, each) => sum + each[side], 0);
  const text = (what: string, numbers: readonly FromTo[]) =>
    numbers.some(({ from, to }) => from !== to)
      ? [`${what} ${total(numbers, "from").toLocaleString("en")} → ${total(numbers, "to").toLocaleString("en")}`]
      : [];
  return [
    ...text(
      warmName(movements.flatMap(({ before, after }) => [before, after])),
      movements.map(({ warm }) => warm),
    ),
    ...text(
      "maximum",
      movements.flatMap(({ most }) => most ?? []),
    ),
  ].join(", ");
}

/** `1 warm GPU runner, maximum 4`: the scaling that apps get, in total; empty where it sets neither. */
export function newText(capacities: readonly Capacity[]): string {
  const after = capacities.flatMap((each) => (each.after && "app" in each.after ? [each.after] : []));
  const warm = after.flatMap((each) => knownWarm(each) ?? []).reduce((sum, each) => sum + each, 0);
  const most = after.reduce((sum, { maxConcurrency = 0 }) => sum + maxConcurrency, 0);
  return [
    ...(warm > 0 ? [count(warm, warmName(after).replace(/s$/, ""))] : []),
    ...(most > 0 ? [`maximum ${most.toLocaleString("en")}`] : []),
  ].join(", ");
}

/** Whether the stack manages the scaling of the app from now on, which may run already. */
export function isNewlyScaled({ changes, unknownBefore, after }: Capacity): boolean {
  return changes && unknownBefore === true && after !== undefined;
}

/** The scaling that an app gets whose scaling the stack manages from now on; empty for any other. */
export function newlyScaledText(capacity: Capacity): string {
  return isNewlyScaled(capacity) ? newText([capacity]) : "";
}

/** What warm runners are called: `warm GPU runners` where everything warm runs on GPUs, whatever machine type it gets. */
export function warmName(running: readonly Capacity["before"][]): string {
  const warm = running.filter((each) => (warmOf(each)?.max ?? 0) > 0);
  const onGpus = warm.every(
    (each) => each && "app" in each && each.machineTypes?.length && each.machineTypes.every(isGpuType),
  );
  return onGpus ? "warm GPU runners" : "warm runners";
}

function hardwareVerb({ comparison, isApp }: OtherHardware): Verb {
  const words = {
    costlier: isApp ? "more expensive machines" : "a more expensive type",
    cheaper: isApp ? "cheaper machines" : "a cheaper type",
    other: isApp ? "other machine types" : "another type",
  }[comparison];
  return { one: `gets ${words}`, many: `get ${words}`, past: `got ${words}` };
}

/** What the capacity gains: more warm runners, a higher maximum, or hardware that costs more. */
export function enlargements(capacity: Capacity, prices: Prices | undefined): Impact[] {
  const enlarges = { notion: "enlarges", properties: [] } as const;
  const movement = movementOf(capacity);
  const hardware = hardwareOf(capacity, prices);
  const newScaling = newlyScaledText(capacity);
  const isNew = capacity.changes && capacity.after && !("app" in capacity.after) && !capacity.before;
  return [
    ...(movement?.direction === "up" || movement?.direction === "both"
      ? [{ ...enlarges, ...movementVerb(movement.direction), meaning: movedText([movement]) }]
      : []),
    ...(hardware?.comparison === "costlier"
      ? [{ ...enlarges, ...hardwareVerb(hardware), meaning: `${hardware.from} → ${hardware.to}` }]
      : []),
    ...(newScaling !== ""
      ? [
          {
            ...enlarges,
            one: "may scale up",
            many: "may scale up",
            past: "may have scaled up",
            meaning: `${newScaling}; a preview does not contain the scaling before`,
          },
        ]
      : []),
    ...(isNew
      ? [{ ...enlarges, one: "is new", many: "are new", past: "was new", meaning: "it is billed as long as it exists" }]
      : []),
  ];
}

/** What happened, or will happen. */
export type Tense = "future" | "past";

/** A verb phrase for one object, for several, and for what has happened. */
interface Verb {
  readonly one: string;
  readonly many: string;
  readonly past: string;
}

function movementVerb(direction: Movement["direction"]): Verb {
  const verbs = {
    up: { one: "scales up", many: "scale up", past: "scaled up" },
    down: { one: "scales down", many: "scale down", past: "scaled down" },
    zero: { one: "scales to zero", many: "scale to zero", past: "scaled to zero" },
    both: {
      one: "gets another range of runners",
      many: "get another range of runners",
      past: "got another range of runners",
    },
  };
  return verbs[direction];
}

/** Apps that scale further or less far than before, with their numbers. */
export function movementClauses(capacities: readonly Capacity[], tense: Tense): string[] {
  const moving = capacities.flatMap((capacity) => movementOf(capacity) ?? []);
  return (["up", "both", "down", "zero"] as const).flatMap((direction) => {
    const those = moving.filter((movement) => movement.direction === direction);
    const verb = verbIn(tense, those.length, movementVerb(direction));
    return those.length === 0 ? [] : [`${count(those.length, "app")} ${verb}: ${movedText(those)}`];
  });
}

/** Apps and machines that get other hardware. */
export function hardwareClauses(capacities: readonly Capacity[], prices: Prices | undefined, tense: Tense): string[] {
  const all = capacities.flatMap((capacity) => hardwareOf(capacity, prices) ?? []);
  return groupedBy(all, ({ comparison, isApp }) => [comparison, isApp]).map((group) => {
    const [first] = group;
    const same = group.every(({ from, to }) => from === first.from && to === first.to);
    const noun = count(group.length, first.isApp ? "app" : "GPU instance");
    return `${noun} ${verbIn(tense, group.length, hardwareVerb(first))}${same ? `: ${first.from} → ${first.to}` : ""}`;
  });
}

function verbIn(tense: Tense, number: number, { one, many, past }: Verb): string {
  return tense === "past" ? past : plural(number, one, many);
}
