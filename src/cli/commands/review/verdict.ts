import { formatCost, formatCount, isGpuType } from "../../../cost";
import type { Inline } from "../../report/report-model";
import { counted } from "../../resource-types";
import { type Capacity, knownWarm, warmOf } from "./capacity";
import type { Change, Effect } from "./change";
import { type Review, warmTotal } from "./model";

/** Everything in one sentence, the worst first. */
export function verdictOf(review: Review): Inline[] {
  const parts = [
    ...endings(review.changes),
    ...movements(review.capacities),
    ...ordinary(review),
    ...totals(review),
    ...others(review),
  ];
  if (review.foreignCode !== undefined) {
    return [{ strong: "Rejected" }, ": the state of this stack holds code that is not pulumi-fal's."];
  }
  const first = review.errors[0];
  if (first !== undefined) {
    const more = review.errors.length - 1;
    const text = shortened(first.text);
    const end = more === 0 && /[.!?…]$/.test(text) ? "" : ".";
    return [
      { strong: "The preview failed" },
      `: ${first.name === undefined ? "" : `${first.name}: `}${text}`,
      ...(more > 0 ? [` (and ${more} more ${more === 1 ? "error" : "errors"})`] : []),
      ...(parts.length > 0 ? [`${end} What it had planned by then: `, ...sentence(parts)] : []),
    ];
  }
  return parts.length > 0 ? sentence(parts) : [{ strong: "Nothing to do." }];
}

type Verb = readonly [effect: Effect, one: string, many: string];

/** What is deleted, replaced or let go; what is lost by it is strong. */
function endings(changes: readonly Change[]): Inline[] {
  const verbs: readonly Verb[] = [
    ["deleted", "is deleted", "are deleted"],
    ["replaced", "is replaced", "are replaced"],
    ["released", "is no longer managed", "are no longer managed"],
    ["handedOver", "is handed over", "are handed over"],
  ];
  const told = verbs.flatMap(([effect, one, many]) => {
    const alike = grouped(changes, effect, ({ kind, deletion, destructive }) => [kind, deletion?.says, destructive]);
    return alike.flatMap((group) => {
      const [first] = group;
      if (!first) return [];
      const says = first.deletion ? ` (${group.length > 1 ? "each: " : ""}${plain(first.deletion.says)})` : "";
      const text = `${counted(group.length, first.kind)} ${group.length === 1 ? one : many}${says}`;
      return [first.destructive ? { strong: text } : text];
    });
  });
  return [...told.filter((each) => typeof each !== "string"), ...told.filter((each) => typeof each === "string")];
}

/** Apps that scale further or less far than before. */
function movements(capacities: readonly Capacity[]): string[] {
  const directions = capacities.map(directionOf);
  const count = (wanted: string) => directions.filter((direction) => direction === wanted).length;
  const [up, down, both] = [count("up"), count("down"), count("both")];
  return [
    ...(up > 0 ? [`${apps(up)} ${up === 1 ? "scales" : "scale"} up`] : []),
    ...(down > 0 ? [`${apps(down)} ${down === 1 ? "scales" : "scale"} down`] : []),
    ...(both > 0 ? [`${apps(both)} ${both === 1 ? "gets" : "get"} another range of runners`] : []),
  ];
}

/** How the range of runners moves; undefined: not at all, or it is no app that goes on. */
function directionOf({ changes, before, after }: Capacity): "up" | "down" | "both" | undefined {
  if (!changes || !before || !after || !("app" in before) || !("app" in after)) return undefined;
  const [warmBefore, warmAfter] = [knownWarm(before), knownWarm(after)];
  if (warmBefore === undefined || warmAfter === undefined) return undefined;
  const warm = warmAfter - warmBefore;
  const known = before.maxConcurrency !== undefined && after.maxConcurrency !== undefined;
  const most = known ? (after.maxConcurrency ?? 0) - (before.maxConcurrency ?? 0) : 0;
  if (warm === 0 && most === 0) return undefined;
  if (warm >= 0 && most >= 0) return "up";
  return warm <= 0 && most <= 0 ? "down" : "both";
}

function apps(count: number): string {
  return `${count} ${count === 1 ? "app" : "apps"}`;
}

/** What comes and what changes, by kinds. */
function ordinary({ changes, capacities }: Review): string[] {
  const verbs: readonly Verb[] = [
    ["created", "is created", "are created"],
    ["takenOver", "becomes managed", "become managed"],
    ["changed", "changes", "change"],
  ];
  // What is said of these already: they scale, or rotate.
  const moved = new Set(capacities.filter((capacity) => directionOf(capacity) !== undefined).map(({ urn }) => urn));
  const others = changes.filter(({ urn, rotation }) => rotation === undefined && !moved.has(urn));
  const told = verbs.flatMap(([effect, one, many]) => {
    const groups = grouped(others, effect, ({ kind }) => [kind]);
    const total = groups.reduce((sum, group) => sum + group.length, 0);
    const subject = enumerated(groups.map((group) => counted(group.length, group[0]?.kind ?? "")));
    return total === 0 ? [] : [`${subject} ${total === 1 ? one : many}`];
  });
  const rotations = changes.filter(({ rotation }) => rotation !== undefined);
  const [first] = rotations;
  if (first?.rotation) {
    const verb = rotations.length === 1 ? first.rotation.one : first.rotation.many;
    told.push(`${counted(rotations.length, first.kind)} ${verb}`);
  }
  const recorded = changes.filter(({ effect }) => effect === "recorded").length;
  if (recorded > 0) {
    told.push(`${recorded} ${recorded === 1 ? "resource changes" : "resources change"} in Pulumi's state only`);
  }
  return told;
}

/** Warm runners and cost, where they move. */
function totals({ capacities, cost }: Review): string[] {
  const warm = (when: "before" | "after") => formatCount(warmTotal(capacities, when));
  return [
    ...moved(`warm ${onGpus(capacities) ? "GPU runners" : "runners"}`, warm("before"), warm("after")),
    ...(cost ? moved("cost", formatCost(cost.from, cost.currency), formatCost(cost.to, cost.currency)) : []),
  ];
}

function moved(what: string, from: string, to: string): string[] {
  // "At least" once is enough for both.
  const second = from.startsWith(leastPrefix) && to.startsWith(leastPrefix) ? to.slice(leastPrefix.length) : to;
  return from === to ? [] : [`${what} ${from} → ${second}`];
}

const leastPrefix = "at least ";

/** Whether everything warm runs on GPUs, whatever of its machine types it gets. */
function onGpus(capacities: readonly Capacity[]): boolean {
  const warm = capacities
    .flatMap(({ before, after }) => [before, after])
    .filter((running) => (warmOf(running)?.max ?? 0) > 0);
  return warm.every(
    (running) => running && "app" in running && running.machineTypes?.length && running.machineTypes.every(isGpuType),
  );
}

function others({ otherResources: { length }, changes }: Review): string[] {
  if (length === 0) return [];
  const verb = length === 1 ? "other resource changes" : "other resources change";
  return [`${changes.length === 0 ? "nothing changes at fal, " : ""}${length} ${verb}`];
}

/** Changes of one effect, put together where they are alike. */
function grouped(changes: readonly Change[], effect: Effect, alike: (change: Change) => unknown): Change[][] {
  const groups = new Map<string, Change[]>();
  for (const change of changes.filter((candidate) => candidate.effect === effect)) {
    const key = JSON.stringify(alike(change));
    groups.set(key, [...(groups.get(key) ?? []), change]);
  }
  return [...groups.values()];
}

function sentence(parts: readonly Inline[]): Inline[] {
  return [...parts.flatMap((part, index) => (index === 0 ? [capital(part)] : [", ", part])), "."];
}

function capital(part: Inline): Inline {
  return typeof part === "string" ? part.charAt(0).toUpperCase() + part.slice(1) : part;
}

function enumerated(parts: readonly string[]): string {
  return parts.length < 2 ? (parts[0] ?? "") : `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}`;
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}

/** The first sentence; the whole text stands below. */
function shortened(text: string): string {
  const [first = text] = text.split(/(?<=\.)\s/);
  return first.length <= 200 ? first : `${first.slice(0, 199)}…`;
}
