import { type AppEvidence, type UsageScaling, usageScaleNames } from "./evidence";
import { between, common, difference, exactly, type Interval, plus, sum, times } from "./interval";
import { secondsPerHour } from "./rows";
import { busySeconds, type Hour, idleSeconds, knownHours, mayHaveBeenAtLimit, wasAtLimit } from "./summarize";

/**
 * What an app would have done with another scaling. Each interval contains the true value, if nothing unknown interferes:
 * `docs/guides/usage.md` has the formulas, how often they hold in simulations, and what they cannot know.
 */
export interface Replay {
  /** Hours with data. */
  readonly hours: number;
  /** Of these, the hours in which every runner that the maximum allows would have been busy at the same time. */
  readonly hoursAtLimit: Interval;
  /** Mean number of idle runners. Null: unknown. */
  readonly idleRunners: Interval | null;
  /** The same as a difference to the scaling as it was: negative means fewer. */
  readonly idleChange: Interval | null;
  /** Requests that would have waited for a runner to start, in addition to those that did; negative: fewer. Null: unknown. */
  readonly coldStarts: Interval | null;
}

/** Replays the range with other scaling values. Values that are absent stay as they were. */
export function replay(evidence: AppEvidence, proposed: UsageScaling): Replay {
  const model = modelOf(evidence, { ...evidence.scaling, ...proposed });
  const range = rangeSeconds(evidence);
  const idle = idleAfter(model);
  return {
    hours: model.hours.length,
    hoursAtLimit: hoursAtLimit(model),
    idleRunners: idle.after && times(idle.after, 1 / range),
    idleChange: idle.change && times(idle.change, 1 / range),
    coldStarts: coldStartChange(model),
  };
}

/** The range as the new scaling would have met it. */
interface Model {
  readonly evidence: AppEvidence;
  readonly before: UsageScaling;
  readonly after: UsageScaling;
  readonly changes: boolean;
  /** Fewer warm runners, for a shorter time, or started later; and the opposite. Both may be true. */
  readonly lessWarm: boolean;
  readonly moreWarm: boolean;
  readonly hours: readonly ReplayedHour[];
  /** Runner-seconds of work. */
  readonly busy: Interval | null;
}

interface ReplayedHour extends Hour {
  /** The most runners that the requests of the hour would have kept busy at once, if no maximum and no start-up delayed them. */
  readonly demand: Interval;
  /** The same with the runners that were starting: each was wanted, by requests or by the scaling. */
  readonly wanted: number;
  /** The old maximum may have hidden a part of the demand. */
  readonly limited: boolean;
}

function modelOf(evidence: AppEvidence, after: UsageScaling): Model {
  const before = evidence.scaling;
  const warm = ["minConcurrency", "concurrencyBuffer", "concurrencyBufferPerc", "keepAlive"] as const;
  const delay = step(after.scalingDelay, before.scalingDelay);
  const steps = [...warm.map((name) => step(before[name], after[name])), delay];
  const others = [
    step(before.maxConcurrency, after.maxConcurrency),
    step(before.maxMultiplexing, after.maxMultiplexing),
  ];
  const hours = knownHours(evidence);
  // If the maximum is unknown, the busiest hours may have reached it.
  const limit = before.maxConcurrency ?? Math.max(0, ...hours.map(({ running }) => running));
  return {
    evidence,
    before,
    after,
    changes: [...steps, ...others].some((each) => each !== 0),
    lessWarm: steps.some((each) => each === undefined || each < 0),
    moreWarm: steps.some((each) => each === undefined || each > 0),
    hours: hours.map((hour) => replayedHour(hour, before, limit, after)),
    busy: busyAfter(evidence, after),
  };
}

/** Whether a value rises or falls; undefined if one of the two is unknown. */
function step(before: number | undefined, after: number | undefined): number | undefined {
  if (before === after) return 0;
  if (before === undefined || after === undefined) return undefined;
  return after - before;
}

function replayedHour(hour: Hour, scaling: UsageScaling, limit: number, after: UsageScaling): ReplayedHour {
  const limited = mayHaveBeenAtLimit(hour, limit);
  // Requests that waited for less than the old delay wanted no runner yet.
  const hidden = (step(scaling.scalingDelay, after.scalingDelay) ?? -1) < 0;
  const [least, most] = runnersAtMultiplexing(hour.running, scaling.maxMultiplexing, after.maxMultiplexing);
  const [, wanted] = runnersAtMultiplexing(hour.running + hour.pending, scaling.maxMultiplexing, after.maxMultiplexing);
  return {
    ...hour,
    demand: { min: least, max: limited ? Infinity : most },
    wanted: limited || hidden ? Infinity : wanted,
    limited,
  };
}

/** How many runners the requests of `runners` need if each works on another number of requests. */
export function runnersAtMultiplexing(
  runners: number,
  before: number | undefined,
  after: number | undefined,
): [number, number] {
  if (before === after || runners === 0) return [runners, runners];
  // A busy runner had at least one request, and the fullest could have taken all of them.
  if (before === undefined || after === undefined) return [1, Infinity];
  if (after > before) return [Math.ceil(runners / after), runners];
  return [runners, Math.ceil((runners * before) / Math.max(1, after))];
}

/** The same requests are worked on, by as many runners as the multiplexing needs. */
function busyAfter(evidence: AppEvidence, after: UsageScaling): Interval | null {
  const busy = busySeconds(evidence);
  const { maxMultiplexing: from } = evidence.scaling;
  const { maxMultiplexing: to } = after;
  if (busy === null || from === to) return busy;
  const work = evidence.requests?.workSeconds ?? null;
  if (from === undefined || to === undefined) return work === null ? null : { min: 0, max: work };
  if (to > from) return { min: Math.min(busy.min, (busy.min * from) / to), max: busy.max };
  return { min: busy.min, max: Math.min(work ?? Infinity, (busy.max * from) / Math.max(1, to)) };
}

/**
 * - Surely at the limit: an hour whose busiest moment needed at least the new maximum.
 * - Possibly: an hour in which the old maximum may have hidden more demand than the new one allows, and an hour into which
 *   work spilled that the new maximum delayed. An hour delays at most what exceeds the maximum at its busiest moment, for
 *   the whole hour; a later one makes up for at least what its busiest moment leaves free.
 */
function hoursAtLimit(model: Model): Interval {
  const { hours, after, changes } = model;
  const { maxConcurrency: limit } = after;
  if (limit === undefined) return { min: 0, max: hours.length };
  if (!changes) return exactly(hours.filter((hour) => wasAtLimit(hour, limit)).length);
  let delayed = 0;
  let sure = 0;
  let possible = 0;
  for (const hour of hours) {
    if (leastDemand(model, hour) >= limit) sure++;
    if ((model.lessWarm ? hour.wanted : hour.demand.max) >= limit || delayed > 0) possible++;
    const most = hour.limited ? hour.running : hour.demand.max;
    delayed = Math.max(0, delayed + (most - limit) * secondsPerHour);
  }
  return { min: sure, max: possible };
}

/**
 * Start-ups change how many runners are busy at once. While a runner starts, requests gather, and then keep several runners
 * busy. So with more warm runners, only those count that were not starting in the hour. And with fewer, only those that
 * are warm anyway, or that had to start on demand before as well.
 */
function leastDemand({ before, after, moreWarm, lessWarm }: Model, hour: ReplayedHour): number {
  const { min } = hour.demand;
  if (moreWarm) return Math.max(Math.min(1, min), min - hour.pending);
  if (!lessWarm) return min;
  const onDemand =
    step(before.keepAlive, after.keepAlive) === 0 &&
    step(before.concurrencyBuffer, after.concurrencyBuffer) === 0 &&
    step(before.concurrencyBufferPerc, after.concurrencyBufferPerc) === 0 &&
    (before.minConcurrency ?? Infinity) < min;
  if (onDemand) return min;
  return Math.min(min, after.minConcurrency ?? 0);
}

/** Idle runner-seconds with the new scaling, and how many more than with the old one. */
function idleAfter(model: Model): { after: Interval | null; change: Interval | null } {
  const before = idleSeconds(model.evidence);
  if (!model.changes) return { after: before, change: exactly(0) };
  const after = idleBounds(model);
  const change = before && after && difference(before, after);
  const { evidence, before: from, after: to } = model;
  const runners =
    keptChange(evidence, from, to) ?? idleTimeChange(evidence, from, to) ?? raisedLimitChange(evidence, from, to);
  if (runners === null) return { after, change };
  const kept = times(runners, rangeSeconds(evidence));
  const known = before && plus(before, kept);
  return {
    after: after && known ? common(after, { min: Math.max(0, known.min), max: known.max }) : (known ?? after),
    change: change ? common(change, kept) : kept,
  };
}

/**
 * How many more runners minimum and buffer keep warm with one scaling than with another, as a mean. Hour by hour: at each
 * moment there are as many as the minimum, or as were busy at once since `keepAlive` ago, with the buffer. Null if anything
 * else changes, or a value is unknown.
 */
export function keptChange(evidence: AppEvidence, from: UsageScaling, to: UsageScaling): Interval | null {
  const others = ["keepAlive", "scalingDelay", "maxMultiplexing", "maxConcurrency"] as const;
  if (others.some((name) => step(from[name], to[name]) !== 0)) return null;
  if (from.minConcurrency === undefined || to.minConcurrency === undefined) return null;
  const most = recentPeaks(evidence, to, (hour) => hour.running);
  const started = recentPeaks(evidence, to, (hour) => hour.pending);
  if (most.length === 0 || most.includes(Infinity)) return null;
  const limit = to.maxConcurrency ?? Infinity;
  const kept = (busy: number, scaling: UsageScaling) =>
    Math.min(limit, Math.max(scaling.minConcurrency ?? 0, busy + bufferAt(busy, scaling)));
  const changes = most.map((peak, hour) => {
    // Where runners started, other runners could have been busy at another time.
    if ((started[hour] ?? 1) > 0) {
      return { min: kept(0, to) - kept(peak, from), max: kept(peak, to) - kept(0, from) };
    }
    const each = Array.from({ length: Math.floor(peak) + 1 }, (_, busy) => kept(busy, to) - kept(busy, from));
    return { min: Math.min(...each), max: Math.max(...each) };
  });
  return times({ min: sum(changes.map(({ min }) => min)), max: sum(changes.map(({ max }) => max)) }, 1 / most.length);
}

/**
 * The same for another `keepAlive`: a runner that idles is kept for at least the part of its time by which `keepAlive`
 * changes, because it may get work earlier. Null if anything else changes.
 */
function idleTimeChange(evidence: AppEvidence, from: UsageScaling, to: UsageScaling): Interval | null {
  const others = usageScaleNames.filter((name) => name !== "keepAlive" && name !== "machineTypes");
  if (others.some((name) => from[name] !== to[name])) return null;
  const { keepAlive: before } = from;
  const { keepAlive: after } = to;
  const idle = idleSeconds(evidence);
  if (before === undefined || after === undefined || after >= before || idle === null) return null;
  const kept = sum(knownHours(evidence).map(({ running }) => Math.max(0, (from.minConcurrency ?? 0) - running)));
  const beyond = Math.max(0, idle.max - kept * secondsPerHour);
  return times({ min: -beyond * (1 - after / before), max: 0 }, 1 / rangeSeconds(evidence));
}

/**
 * The same for a higher maximum: there are more runners only after the old one may have kept fal from starting another,
 * and then for `keepAlive` after their work. Null if anything else changes.
 */
function raisedLimitChange(evidence: AppEvidence, from: UsageScaling, to: UsageScaling): Interval | null {
  const others = usageScaleNames.filter((name) => name !== "maxConcurrency" && name !== "machineTypes");
  if (others.some((name) => from[name] !== to[name])) return null;
  const { maxConcurrency: before } = from;
  const { maxConcurrency: after } = to;
  if (before === undefined || after === undefined || after <= before || idleSeconds(evidence) === null) return null;
  const wasLimited = (hour: Hour) =>
    mayHaveBeenAtLimit(hour, before) || hour.running + hour.pending + bufferAt(hour.running, to) > before;
  const limited = recentPeaks(evidence, to, (hour) => (wasLimited(hour) ? 1 : 0)).filter((each) => each > 0);
  return { min: -Infinity, max: (limited.length / evidence.peaks.running.length) * (after - before) };
}

function rangeSeconds({ peaks }: AppEvidence): number {
  return peaks.running.length * secondsPerHour;
}

function idleBounds(model: Model): Interval | null {
  const { busy, hours, evidence, before, after } = model;
  if (busy === null) return null;
  const old = idleSeconds(evidence);
  const sameWork = step(before.maxMultiplexing, after.maxMultiplexing) === 0;
  const limitStep = step(before.maxConcurrency, after.maxConcurrency);
  const hidden = limitStep === undefined || (limitStep > 0 && hours.some((hour) => hour.limited));
  const noStarts = hours.every(({ pending }) => pending === 0);

  // At least what was idle, if nothing keeps fewer runners warm, and no runner started only because others were not warm.
  let least = keptSeconds(model, busy);
  const notLess = sameWork && !model.lessWarm && limitStep !== undefined && limitStep >= 0;
  if (old && notLess && noStarts) least = Math.max(least, old.min);

  // At most what was idle, if nothing keeps more runners warm.
  let most = Math.min(totalSeconds(model) - busy.min, warmSeconds(model, busy));
  if (old && sameWork && !model.moreWarm && !hidden) most = Math.min(most, old.max);
  return most === Infinity ? null : between(least, Math.max(0, most));
}

/**
 * At least the minimum and the buffer, without the busiest moment of each hour, or without all work. If `keepAlive` is
 * shorter than a start, runners that start can replace those that are kept, so only hours count that need no start.
 */
function keptSeconds({ evidence, after, hours }: Model, busy: Interval): number {
  const limit = after.maxConcurrency ?? Infinity;
  const minimum = Math.min(after.minConcurrency ?? 0, limit);
  const replaced = (after.keepAlive ?? 0) < (evidence.requests?.coldStartP50 ?? 0);
  const kept = hours.map(({ demand, wanted }) => ({
    minimum: replaced && wanted > minimum ? 0 : minimum,
    buffer: Math.max(0, Math.min(after.concurrencyBuffer ?? 0, limit) - demand.max),
    peak: demand.max,
  }));
  for (let hour = hours.length; hour < evidence.peaks.running.length; hour++) {
    kept.push({ minimum, buffer: 0, peak: Infinity });
  }
  const warm = sum(kept.map((hour) => Math.max(hour.minimum, hour.buffer)));
  const used = sum(kept.map((hour) => Math.min(hour.peak, Math.max(0, hour.minimum - hour.buffer))));
  return warm * secondsPerHour - Math.min(busy.max, used * secondsPerHour);
}

/** At most as many runners as the minimum, or as were wanted since `keepAlive` ago, with the buffer. */
function totalSeconds({ evidence, after, hours }: Model): number {
  const limit = after.maxConcurrency ?? Infinity;
  const wanted = new Map(hours.map((hour) => [hour.index, hour.wanted]));
  const total = recentPeaks(evidence, after, ({ index }) => wanted.get(index) ?? Infinity).map((most) =>
    Math.min(limit, Math.max(after.minConcurrency ?? 0, most + bufferAt(most, after))),
  );
  return sum(total) * secondsPerHour;
}

/** For each hour of the range, the largest number since `keepAlive` before it. An hour without data could have any. */
function recentPeaks(
  evidence: AppEvidence,
  { keepAlive = Infinity }: UsageScaling,
  numberOf: (hour: Hour) => number,
): number[] {
  const lookBack = Math.ceil(keepAlive / secondsPerHour);
  const numbers = new Map(knownHours(evidence).map((hour) => [hour.index, numberOf(hour)]));
  const unknown = evidence.scaling.maxConcurrency ?? Infinity;
  return evidence.peaks.running.map((_, index) => {
    let most = 0;
    for (let at = Math.max(0, index - lookBack); at <= index; at++) most = Math.max(most, numbers.get(at) ?? unknown);
    return most;
  });
}

/** At most the minimum without the work on it, the buffer, and `keepAlive` after each request. */
function warmSeconds({ hours, evidence, after }: Model, busy: Interval): number {
  const requests = evidence.requests?.count ?? null;
  if (requests === null || after.keepAlive === undefined) return Infinity;
  const range = evidence.peaks.running.length;
  const limit = after.maxConcurrency ?? Infinity;
  const kept = Math.min(after.minConcurrency ?? limit, limit);
  // The work that used these runners least: in the hours with the most runners.
  let work = busy.min;
  let used = 0;
  const peaks = [
    ...hours.map((hour) => hour.demand.max),
    ...Array.from({ length: range - hours.length }, () => Infinity),
  ].sort((a, b) => b - a);
  for (const peak of peaks) {
    const most = Math.min(peak, limit);
    const hourly = Math.min(work, most * secondsPerHour);
    if (most > 0) used += most === Infinity ? 0 : hourly * Math.min(1, kept / most);
    work -= hourly;
  }
  const buffers = sum(peaks.map((peak) => Math.min(limit, bufferAt(peak, after))));
  return kept * range * secondsPerHour - used + buffers * secondsPerHour + requests * after.keepAlive;
}

function bufferAt(busy: number, { concurrencyBuffer = 0, concurrencyBufferPerc = 0 }: UsageScaling): number {
  if (busy === Infinity && concurrencyBufferPerc > 0) return Infinity;
  return Math.max(concurrencyBuffer, concurrencyBufferPerc === 0 ? 0 : Math.ceil((busy * concurrencyBufferPerc) / 100));
}

function coldStartChange(model: Model): Interval | null {
  const { evidence, before, after, hours } = model;
  if (!model.changes) return exactly(0);
  const requests = evidence.requests?.count ?? null;
  if (requests === null) return null;
  const known = evidence.requests?.coldStarts ?? null;
  const old = known === null ? { min: 0, max: requests } : exactly(known);
  const limitStep = step(before.maxConcurrency, after.maxConcurrency);
  const hidden = limitStep === undefined || (limitStep > 0 && hours.some((hour) => hour.limited));
  const sameWork =
    step(before.maxMultiplexing, after.maxMultiplexing) === 0 && step(before.scalingDelay, after.scalingDelay) === 0;
  const lowered =
    limitStep !== undefined && limitStep < 0 && hours.some((hour) => hour.demand.max > (after.maxConcurrency ?? 0));
  let least = Math.max(0, coldAtLeast(model));
  let most = Math.min(requests, coldAtMost(model));
  if (sameWork && !model.moreWarm && !lowered) least = Math.max(least, old.min);
  if (sameWork && !model.lessWarm && !hidden) most = Math.min(most, old.max);
  const change = { min: least - old.max, max: most - old.min };
  if (sameWork && !model.moreWarm && !lowered) change.min = Math.max(0, change.min);
  if (sameWork && !model.lessWarm && !hidden) change.max = Math.min(0, change.max);
  return between(change.min, change.max);
}

/** If nothing is kept warm, each time work begins after hours without any. */
function coldAtLeast({ hours, after }: Model): number {
  if (after.minConcurrency !== 0 || (after.concurrencyBuffer ?? 0) > 0 || after.keepAlive === undefined) return 0;
  let quiet = 0;
  let starts = 0;
  let previous = -2;
  for (const hour of hours) {
    if (hour.index !== previous + 1) quiet = 0;
    previous = hour.index;
    if (hour.running === 0) {
      quiet++;
      continue;
    }
    if (quiet > 0 && quiet * secondsPerHour >= after.keepAlive) starts++;
    quiet = 0;
  }
  return starts;
}

/** Each runner that starts makes as many requests wait as it works on, and lives for `keepAlive` at least. */
function coldAtMost({ hours, evidence, after }: Model): number {
  if (hours.length < evidence.peaks.running.length || after.keepAlive === undefined) return Infinity;
  const kept = after.minConcurrency ?? 0;
  const perRunner = secondsPerHour / after.keepAlive + 1;
  const started = hours.map((hour) => (hour.wanted <= kept ? 0 : (hour.wanted - kept) * perRunner));
  return sum(started) * Math.max(1, after.maxMultiplexing ?? Infinity);
}
