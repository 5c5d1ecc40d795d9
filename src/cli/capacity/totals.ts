import {
  formatCost,
  formatCount,
  formatDifference,
  formatMonthly,
  type HourlyCost,
  type Load,
  mostRunners,
  type OpenReason,
  type Prices,
  type Range,
  range,
  sumCosts,
  sumRanges,
} from "../../cost";
import type { Facts, Text } from "../report/report-model";
import { type Capacity, costRange, warmOf, warmRange } from "./capacity";
import { isNewlyScaled, movementOf, warmName } from "./growth";

/** What everything costs per hour before and after a change. */
export interface TotalCost {
  readonly from: HourlyCost;
  readonly to: HourlyCost;
  /** If each app runs its maximum. */
  readonly full: { readonly from: HourlyCost; readonly to: HourlyCost };
  readonly currency: string;
}

/** A cost per hour before and after a change, or as declared and as fal has it. */
export interface CostChange {
  readonly from: CostRange;
  readonly to: CostRange;
  /** If each app runs its maximum. */
  readonly full: { readonly from: CostRange; readonly to: CostRange };
  readonly currency: string;
}

export interface CostRange {
  readonly min: number;
  readonly max: number;
  /** Why the cost may be higher. */
  readonly open: readonly OpenReason[];
  readonly unpriced: readonly string[];
}

/** The prices that the costs come from. */
export interface PricesUsed {
  readonly name: string;
  readonly source: string;
  readonly date: string;
}

/** Lower bounds. */
export interface Count {
  readonly from: number;
  readonly to: number;
}

/** Per hour; the lower bounds of ranges. */
export interface CostSummary extends Count {
  readonly currency: string;
}

export interface RunnerSummary {
  readonly warmRunners: Count;
  readonly maxRunners: Count;
  /** With `--prices`. Per hour; the lower bounds of ranges. */
  readonly costPerHour?: CostSummary;
  /** With `--prices`. The cost per hour if each app runs its maximum; the lower bounds of ranges. */
  readonly maxCostPerHour?: CostSummary;
}

export function totalCost(capacities: readonly Capacity[], prices: Prices): TotalCost {
  const at = (side: "before" | "after", load: Load) =>
    sumCosts(capacities.flatMap((capacity) => costRange(capacity, side, prices, load) ?? []));
  return {
    from: at("before", "idle"),
    to: at("after", "idle"),
    full: { from: at("before", "full"), to: at("after", "full") },
    currency: prices.currency,
  };
}

/** Types without a price. */
export function unpricedIn(cost: TotalCost | undefined): string[] {
  return cost ? [...new Set([...cost.from.unpriced, ...cost.to.unpriced])].sort() : [];
}

/** The total of warm runners, with the reasons why there may be more. */
function warmTotal(capacities: readonly Capacity[], side: "before" | "after"): Range {
  return sumRanges([range(0, 0), ...capacities.flatMap((capacity) => warmRange(capacity, side) ?? [])]);
}

export function runnerSummary(capacities: readonly Capacity[], cost: TotalCost | undefined): RunnerSummary {
  const runners = (side: "before" | "after", of: (running: NonNullable<Capacity["before"]>) => number) =>
    capacities.reduce((sum, { [side]: running }) => sum + (running ? of(running) : 0), 0);
  const warm = (running: NonNullable<Capacity["before"]>) => warmOf(running)?.min ?? 0;
  const most = (running: NonNullable<Capacity["before"]>) => ("app" in running ? mostRunners(running).min : 0);
  return {
    warmRunners: { from: runners("before", warm), to: runners("after", warm) },
    maxRunners: { from: runners("before", most), to: runners("after", most) },
    ...(cost
      ? {
          costPerHour: { from: cost.from.min, to: cost.to.min, currency: cost.currency },
          maxCostPerHour: { from: cost.full.from.min, to: cost.full.to.min, currency: cost.currency },
        }
      : {}),
  };
}

export function costChange({ from, to, full, currency }: TotalCost): CostChange {
  return {
    from: costOf(from),
    to: costOf(to),
    full: { from: costOf(full.from), to: costOf(full.to) },
    currency,
  };
}

function costOf({ min, max, open, unpriced }: HourlyCost): CostRange {
  return { min, max, open, unpriced };
}

export function pricesUsed({ name, source, date }: Prices): PricesUsed {
  return { name, source, date };
}

/** What capacities and their cost come to, for a report. */
export interface Totals {
  readonly capacities: readonly Capacity[];
  /** With `--prices`. */
  readonly prices?: Prices;
  readonly cost?: TotalCost;
}

/** The cost, and the warm runners unless the clauses about scaling contain them. */
export function totalClauses({ capacities, cost }: Totals): string[] {
  const warm = (when: "before" | "after") => formatCount(warmTotal(capacities, when));
  const directions = new Set(capacities.flatMap((capacity) => movementOf(capacity)?.direction ?? []));
  const others = capacities.filter((each) => movementOf(each) === undefined && !isNewlyScaled(each));
  const isContained =
    directions.size <= 1 && formatCount(warmTotal(others, "before")) === formatCount(warmTotal(others, "after"));
  const name = warmName(capacities.flatMap(({ before, after }) => [before, after]));
  // After clauses with numbers of their own.
  const inTotal = directions.size > 0 ? " in total" : "";
  return [
    ...(isContained ? [] : moved(name, warm("before"), warm("after")).map((text) => `${text}${inTotal}`)),
    ...(cost ? costClauses(cost) : []),
  ];
}

function costClauses({ from, to, full, currency }: TotalCost): string[] {
  const idle = moved("cost", formatCost(from, currency), formatCost(to, currency));
  const difference = formatDifference(from, to, currency);
  if (idle.length > 0) return difference === undefined ? idle : idle.map((text) => `${text} (${difference})`);
  return moved("cost at full load", formatCost(full.from, currency), formatCost(full.to, currency));
}

function moved(what: string, from: string, to: string): string[] {
  // One "at least" is enough for both numbers.
  const second = from.startsWith(leastPrefix) && to.startsWith(leastPrefix) ? to.slice(leastPrefix.length) : to;
  return from === to ? [] : [`${what} ${from} → ${second}`];
}

const leastPrefix = "at least ";

/** The totals that change, for the top of a report. */
export function totalFacts(totals: Totals): Facts[] {
  const moving = movingNumbers(totals).map(({ fact }) => fact);
  const { cost } = totals;
  const difference = cost && formatDifference(cost.from, cost.to, cost.currency);
  const items = [...moving, ...(difference === undefined ? [] : [{ label: "Difference", now: difference }])];
  return items.length > 0 ? [{ kind: "facts", items }] : [];
}

/** The totals that change, each with the reasons why it may be higher. */
function movingNumbers({ capacities, cost }: Totals): { fact: Facts["items"][number]; open: readonly OpenReason[] }[] {
  const number = (label: string, from: Range, to: Range, format: (range: Range) => string) => ({
    fact: fact(label, format(from), format(to)),
    open: [...from.open, ...to.open],
  });
  const money = (range: Range) => formatCost(range, cost?.currency ?? "");
  const all = [
    number("Warm runners", warmTotal(capacities, "before"), warmTotal(capacities, "after"), formatCount),
    ...(cost
      ? [
          number("Idle cost", cost.from, cost.to, money),
          number("Per month (730 h)", cost.from, cost.to, (range) => formatMonthly(range, cost.currency)),
          number("Cost at full load", cost.full.from, cost.full.to, money),
        ]
      : []),
  ];
  return all.filter(({ fact: { before } }) => before !== undefined);
}

function fact(label: string, before: string, now: string): { label: string; before?: string; now: string } {
  return { label, ...(before === now ? {} : { before }), now };
}

const openReasons: Readonly<Record<OpenReason, string>> = {
  load: "a buffer in percent keeps more runners warm under load",
  gpusPerRunner: "the number of GPUs per runner is unknown for some apps and counts as one; set it in the prices file",
  runners: "the number of warm runners is unknown for some apps and counts as zero",
  unpriced: "some prices are missing",
  unmanaged: "a preview does not contain how an app scaled before it was managed, which counts as zero",
  maximum: "the maximum number of runners is unknown for some apps, so their warm runners count",
};

/** Where the prices come from, and what has none. */
export function pricesLines({ cost, prices }: Totals): Text[] {
  if (!prices || !cost || [cost.from, cost.to].every(({ max, open }) => max === 0 && open.length === 0)) return [];
  const unpriced = unpricedIn(cost);
  return [
    `Prices: ${prices.name} (${prices.date}, ${prices.source}).${prices.note ? ` ${prices.note}` : ""}`,
    ...(unpriced.length > 0 ? [`No price: ${unpriced.join(", ")}.`] : []),
  ];
}

/** Why some of the totals are lower bounds. */
export function boundsLines(totals: Totals): Text[] {
  return openLines(movingNumbers(totals).flatMap(({ open }) => open));
}

/** Why a number is a lower bound. */
export function openLines(open: readonly OpenReason[]): Text[] {
  const reasons = [...new Set(open)];
  return reasons.length > 0 ? [`“At least”: ${reasons.map((reason) => openReasons[reason]).join("; ")}.`] : [];
}
