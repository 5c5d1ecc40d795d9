import { formatCost, formatCount, isGpuType } from "../../../cost";
import { capitalize, count, list, plural } from "../../report/phrases";
import type { Inline } from "../../report/report-model";
import { shortened } from "../../report/text";
import { countOf, isPlural } from "../../resource-types";
import { type Capacity, knownWarm, warmOf } from "./capacity";
import type { Change, Effect } from "./change";
import { type Review, warmTotal } from "./model";
import { groupedBy } from "./wording";

/** The summary in one sentence, the worst first. */
export function verdictOf(review: Review): Inline[] {
  const parts = [
    ...endings(review.changes),
    ...movements(review.capacities),
    ...ordinary(review),
    ...totals(review),
    ...others(review),
  ];
  if (review.foreignCode !== undefined) {
    return [{ strong: "Rejected" }, ": the state of this stack contains code that is not pulumi-fal's."];
  }
  const first = review.errors[0];
  if (first !== undefined) {
    const more = review.errors.length - 1;
    const text = plain(firstSentence(first.text));
    const end = more === 0 && /[.!?…]$/.test(text) ? "" : ".";
    return [
      { strong: "The preview failed" },
      `: ${first.name === undefined ? "" : `${first.name}: `}${text}`,
      ...(more > 0 ? [` (and ${count(more, "more error")})`] : []),
      ...(parts.length > 0 ? [`${end} Planned before the failure: `, ...sentence(parts)] : []),
    ];
  }
  return parts.length > 0 ? sentence(parts) : [{ strong: "No changes." }];
}

type Verb = readonly [effect: Effect, one: string, many: string];

/** Deletions, replacements and resources that are no longer managed. Losses are strong. */
function endings(changes: readonly Change[]): Inline[] {
  const verbs: readonly Verb[] = [
    ["deleted", "is deleted", "are deleted"],
    ["replaced", "is replaced", "are replaced"],
    ["unmanaged", "is no longer managed", "are no longer managed"],
    ["handedOver", "is handed over", "are handed over"],
  ];
  const parts = verbs.flatMap(([effect, one, many]) => {
    const those = changes.filter((change) => change.effect === effect);
    return groupedBy(those, ({ kind, deletion, destructive }) => [kind, deletion, destructive]).map((group) => {
      const [{ kind, deletion, deletionOfMany, destructive }] = group;
      const description = group.length > 1 ? deletionOfMany : deletion?.description;
      const detail = description === undefined ? "" : ` (${plain(description)})`;
      const text = `${countOf(group.length, kind)} ${verb(group.length, kind, one, many)}${detail}`;
      return destructive ? { strong: text } : text;
    });
  });
  return [...parts.filter((each) => typeof each !== "string"), ...parts.filter((each) => typeof each === "string")];
}

/** Apps whose range of runners changes. */
function movements(capacities: readonly Capacity[]): string[] {
  const directions = capacities.map(directionOf);
  const appsThatMove = (wanted: string) => directions.filter((direction) => direction === wanted).length;
  const [up, down, both] = [appsThatMove("up"), appsThatMove("down"), appsThatMove("both")];
  return [
    ...(up > 0 ? [`${count(up, "app")} ${plural(up, "scales", "scale")} up`] : []),
    ...(down > 0 ? [`${count(down, "app")} ${plural(down, "scales", "scale")} down`] : []),
    ...(both > 0 ? [`${count(both, "app")} ${plural(both, "gets", "get")} another range of runners`] : []),
  ];
}

/** How the range of runners moves. Undefined: it does not move, or the app is new or deleted. */
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

/** Creations, adoptions and changes, by kind. */
function ordinary({ changes, capacities }: Review): string[] {
  const verbs: readonly Verb[] = [
    ["created", "is created", "are created"],
    ["adopted", "is adopted", "are adopted"],
    ["changed", "changes", "change"],
  ];
  // Changes that scale or rotate are in the verdict already.
  const moved = new Set(capacities.filter((capacity) => directionOf(capacity) !== undefined).map(({ urn }) => urn));
  const others = changes.filter(({ urn, rotation }) => rotation === undefined && !moved.has(urn));
  const parts = verbs.flatMap(([effect, one, many]) => {
    const those = others.filter((change) => change.effect === effect);
    const [first] = those;
    if (!first) return [];
    const subject = list(groupedBy(those, ({ kind }) => kind).map((group) => countOf(group.length, group[0].kind)));
    return [`${subject} ${verb(those.length, first.kind, one, many)}`];
  });
  const rotations = changes.filter(({ rotation }) => rotation !== undefined);
  const [first] = rotations;
  if (first?.rotation) {
    const rotate = plural(rotations.length, first.rotation.one, first.rotation.many);
    parts.push(`${countOf(rotations.length, first.kind)} ${rotate}`);
  }
  const stateOnly = changes.filter(({ effect }) => effect === "stateOnly").length;
  if (stateOnly > 0) {
    parts.push(`${count(stateOnly, "resource")} ${plural(stateOnly, "changes", "change")} in Pulumi's state only`);
  }
  return parts;
}

/** Warm runners and cost, if they change. */
function totals({ capacities, cost }: Review): string[] {
  const warm = (when: "before" | "after") => formatCount(warmTotal(capacities, when));
  return [
    ...moved(`warm ${onGpus(capacities) ? "GPU runners" : "runners"}`, warm("before"), warm("after")),
    ...(cost ? moved("cost", formatCost(cost.from, cost.currency), formatCost(cost.to, cost.currency)) : []),
  ];
}

function moved(what: string, from: string, to: string): string[] {
  // One "at least" is enough for both numbers.
  const second = from.startsWith(leastPrefix) && to.startsWith(leastPrefix) ? to.slice(leastPrefix.length) : to;
  return from === to ? [] : [`${what} ${from} → ${second}`];
}

const leastPrefix = "at least ";

/** Whether all warm runners use GPUs, with each of their machine types. */
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
  const others = `${count(length, "other resource")} ${plural(length, "changes", "change")}`;
  return [changes.length === 0 ? `nothing changes at fal, ${others}` : others];
}

/** The verb after a number of objects of one kind. */
function verb(number: number, kind: string, one: string, many: string): string {
  return isPlural(kind) ? many : plural(number, one, many);
}

function sentence(parts: readonly Inline[]): Inline[] {
  return [
    ...parts.flatMap((part, index) =>
      index > 0 ? [", ", part] : [typeof part === "string" ? capitalize(part) : part],
    ),
    ".",
  ];
}

function plain(text: string): string {
  return text.replaceAll("`", "");
}

/** The first sentence; the alert below contains the whole text. */
function firstSentence(text: string): string {
  const [first = text] = text.split(/(?<=\.)\s/);
  return shortened(first, 200);
}
