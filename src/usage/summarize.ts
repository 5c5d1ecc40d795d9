import { hoursPerMonth } from "../cost/format";
import type { AppEvidence, MachinePrice } from "./evidence";
import { between, exactly, type Interval, sum, times } from "./interval";
import { secondsPerHour } from "./rows";

/** Money in the account's currency. */
export interface Money {
  /** In the whole range. */
  readonly range: Interval;
  /** The same as a mean. */
  readonly perHour: Interval;
  /** 730 of these hours. */
  readonly perMonth: Interval;
  readonly currency: string;
}

/**
 * The numbers of a report about one app. `docs/guides/usage.md` has the formula of each. An interval contains the true value
 * if the assumptions hold; null is unknown.
 */
export interface AppNumbers {
  /** Hours of the range. */
  readonly rangeHours: number;
  /** Hours with data, and their share of the range, from 0 to 1. */
  readonly hours: number;
  readonly coverage: number;
  /** Runners that worked, as the mean of the range. */
  readonly busyRunners: Interval | null;
  /** The most runners that worked at once. */
  readonly busyPeak: number | null;
  /**
   * Hours at the limit: every runner that `maxConcurrency` allows worked at the same time. `min` was observed. `max` also
   * counts hours that may have been: a runner was starting, and the peaks of all states reach the limit together, though
   * not necessarily at one moment. Null: the limit is unknown, or no hour has data.
   */
  readonly atLimit: { readonly hours: Interval; readonly share: Interval } | null;
  /** Runners that were warm without work, as the mean of the range. */
  readonly idleRunners: Interval | null;
  /** What they cost. */
  readonly idleCost: Money | null;
  readonly requests: number | null;
  /** Seconds until the work began, of half and of 95 % of the requests, in the slowest route. */
  readonly waitP50: number | null;
  readonly waitP95: number | null;
  /** Requests that waited for a runner to start, and how long half of these starts took. */
  readonly coldStarts: number | null;
  readonly coldStartP50: number | null;
  readonly cost: Money | null;
}

export interface AppSummary extends AppNumbers {
  readonly app: string;
}

export function summarize(evidence: AppEvidence): AppSummary {
  const { requests, billed } = evidence;
  const rangeHours = evidence.peaks.running.length;
  const hours = knownHours(evidence);
  const busy = busySeconds(evidence);
  const idle = idleSeconds(evidence);
  const limited = hoursAtLimit(evidence);
  return {
    app: evidence.app,
    rangeHours,
    hours: hours.length,
    coverage: rangeHours === 0 ? 0 : hours.length / rangeHours,
    busyRunners: meanRunners(busy, rangeHours),
    busyPeak: hours.length === 0 ? null : Math.max(...hours.map(({ running }) => running)),
    atLimit: limited && { hours: limited, share: times(limited, 1 / hours.length) },
    idleRunners: meanRunners(idle, rangeHours),
    idleCost: idle && billed && money(costOfHours(times(idle, 1 / secondsPerHour), billed.prices), rangeHours, billed),
    requests: requests?.count ?? null,
    waitP50: requests?.waitP50 ?? null,
    waitP95: requests?.waitP95 ?? null,
    coldStarts: requests?.coldStarts ?? null,
    coldStartP50: requests?.coldStartP50 ?? null,
    cost: billed && money(exactly(billed.cost), rangeHours, billed),
  };
}

/** The peaks of an hour with data. */
export interface Hour {
  /** Hours since the beginning of the range. */
  readonly index: number;
  readonly running: number;
  readonly idle: number;
  readonly pending: number;
}

let latest: { readonly evidence: AppEvidence; readonly hours: Hour[] } | undefined;

/** Hours with data: fal returned all three peaks. Kept for the latest app, because many numbers of an app need them. */
export function knownHours(evidence: AppEvidence): Hour[] {
  if (latest?.evidence !== evidence) latest = { evidence, hours: hoursWithData(evidence) };
  return latest.hours;
}

function hoursWithData({ peaks }: AppEvidence): Hour[] {
  const hours: Hour[] = [];
  for (const [index, running] of peaks.running.entries()) {
    const idle = peaks.idle[index] ?? null;
    const pending = peaks.pending[index] ?? null;
    if (running !== null && idle !== null && pending !== null) hours.push({ index, running, idle, pending });
  }
  return hours;
}

/** An hour that was at the limit, as observed. */
export function wasAtLimit({ running }: Hour, limit: number): boolean {
  return running >= limit;
}

/** An hour that was at the limit, or may have been. */
export function mayHaveBeenAtLimit(hour: Hour, limit: number): boolean {
  return wasAtLimit(hour, limit) || (hour.pending > 0 && hour.running + hour.idle + hour.pending >= limit);
}

function hoursAtLimit(evidence: AppEvidence): Interval | null {
  const limit = evidence.scaling.maxConcurrency;
  const hours = knownHours(evidence);
  if (limit === undefined || hours.length === 0) return null;
  const observed = hours.filter((hour) => wasAtLimit(hour, limit)).length;
  return { min: observed, max: hours.filter((hour) => mayHaveBeenAtLimit(hour, limit)).length };
}

/**
 * Runner-seconds of work in the range.
 * - At most the seconds of work of all requests, because a busy runner works on at least one; what was billed; and each
 *   hour's peak for the whole hour.
 * - At least the seconds of work divided by `maxMultiplexing`; and what was billed without each hour's idle peak.
 *
 * fal may count a request in a range that contains only a part of its work, so both bounds from the seconds of work allow
 * for the requests at the two ends of the range.
 */
export function busySeconds(evidence: AppEvidence): Interval | null {
  const { requests, billed, scaling } = evidence;
  const work = requests?.workSeconds ?? null;
  const ends = work === null ? 0 : secondsAtEnds(evidence, work);
  const billedSeconds = billed?.seconds ?? Infinity;
  const upper = Math.min(work === null ? Infinity : work + ends, billedSeconds, peakSeconds(evidence, "running"));
  if (upper === Infinity) return null;
  const { maxMultiplexing } = scaling;
  const lower = Math.max(
    0,
    work === null || maxMultiplexing === undefined ? 0 : work / Math.max(1, maxMultiplexing) - ends,
    billed === null ? 0 : billed.seconds - peakSeconds(evidence, "idle"),
  );
  return between(lower, upper);
}

/** The work of the requests that began before the range or ended after it: a mean request for each busy runner. */
function secondsAtEnds({ peaks, requests, scaling }: AppEvidence, work: number): number {
  const count = requests?.count ?? null;
  const duration = count === null ? secondsPerHour : work / Math.max(1, count);
  const most = scaling.maxConcurrency ?? Math.max(0, ...peaks.running.map((running) => running ?? 0));
  return ((peaks.running.at(0) ?? most) + (peaks.running.at(-1) ?? most)) * duration;
}

/**
 * Runner-seconds without work in the range: what was billed without the seconds of work, and at most each hour's idle peak
 * for the whole hour. If fal did not return what was billed, at least the runners that `minConcurrency` keeps warm in
 * addition to the busiest moment of each hour, as far as the hour's idle peak confirms them.
 */
export function idleSeconds(evidence: AppEvidence): Interval | null {
  const { billed, scaling } = evidence;
  const peak = peakSeconds(evidence, "idle");
  if (billed === null) {
    if (peak === Infinity) return null;
    const kept = knownHours(evidence).map(({ running, idle }) =>
      Math.min(idle, Math.max(0, (scaling.minConcurrency ?? 0) - running)),
    );
    return between(sum(kept) * secondsPerHour, peak);
  }
  const busy = busySeconds(evidence) ?? { min: 0, max: billed.seconds };
  return between(
    Math.max(0, billed.seconds - busy.max),
    Math.min(peak, billed.seconds - Math.min(busy.min, billed.seconds)),
  );
}

/** Each hour's peak for the whole hour. An hour without data counts with the maximum; infinite if that is unknown. */
function peakSeconds(evidence: AppEvidence, state: "running" | "idle"): number {
  const hours = knownHours(evidence);
  const unknown = evidence.peaks.running.length - hours.length;
  const most = unknown === 0 ? 0 : unknown * (evidence.scaling.maxConcurrency ?? Infinity);
  return (sum(hours.map((hour) => hour[state])) + most) * secondsPerHour;
}

/**
 * What this number of runner-hours cost. Which of the billed hours they were is unknown: the bounds take the cheapest or the
 * dearest first, as many as fal billed.
 */
export function costOfHours(hours: Interval, prices: readonly MachinePrice[]): Interval {
  const parts = prices.flatMap(extremesOf).sort((a, b) => a.perHour - b.perHour);
  return { min: filled(hours.min, parts), max: filled(hours.max, parts.toReversed()) };
}

/**
 * The hours of a machine type as if each had cost the lowest or the highest price, with the same mean. No other hours with
 * this mean contain cheaper or dearer ones.
 */
function extremesOf({ lowest, highest, perHour, hours }: MachinePrice): { perHour: number; hours: number }[] {
  const dear = highest > lowest ? ((perHour - lowest) / (highest - lowest)) * hours : 0;
  return [
    { perHour: lowest, hours: hours - dear },
    { perHour: highest, hours: dear },
  ];
}

function filled(hours: number, prices: readonly { perHour: number; hours: number }[]): number {
  let left = hours;
  let cost = 0;
  for (const price of prices) {
    const taken = Math.min(left, price.hours);
    cost += taken * price.perHour;
    left -= taken;
  }
  return cost;
}

function meanRunners(seconds: Interval | null, rangeHours: number): Interval | null {
  return seconds && rangeHours > 0 ? times(seconds, 1 / (rangeHours * secondsPerHour)) : null;
}

function money(range: Interval, rangeHours: number, { currency }: { readonly currency: string }): Money | null {
  if (rangeHours === 0) return null;
  const perHour = times(range, 1 / rangeHours);
  return { range, perHour, perMonth: times(perHour, hoursPerMonth), currency };
}
