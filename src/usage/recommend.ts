import { hoursPerMonth } from "../cost/format";
import { enoughCoverage, enoughHours } from "./doubt";
import type { AppEvidence, UsageScaling } from "./evidence";
import { type Interval, negated, times } from "./interval";
import { costPerHour, pricesFor } from "./money";
import { hoursOfAll, hoursWithMore, moneyRange, percent, seconds } from "./phrases";
import { keptChange, replay } from "./replay";
import { secondsPerHour } from "./rows";
import { type AppSummary, costOfHours, type Hour, knownHours, summarize, wasAtLimit } from "./summarize";

/** A change of one scaling value, with the numbers that speak for it. */
export interface Recommendation {
  readonly property: "minConcurrency" | "maxConcurrency" | "concurrencyBuffer" | "keepAlive";
  readonly from: number;
  readonly to: number;
  /** `minConcurrency 3 → 1: more than one runner was busy in 4 of 336 hours; saves about $6.80 per hour`. No full stop. */
  readonly sentence: string;
  /** What could become worse: a complete sentence. */
  readonly risk: string;
  /** The numbers of the sentence, by name. */
  readonly evidence: Readonly<Record<string, number>>;
  /** How many more runners would be idle, as a mean; negative: fewer. */
  readonly idleRunners: Interval;
  /** What they cost; negative: what they save. Null: fal billed none of a machine type, or the key may not read usage. */
  readonly cost: { readonly perHour: Interval; readonly perMonth: Interval; readonly currency: string } | null;
}

/** What happens in at most this part of the hours is an exception. */
const rarely = 0.02;
/** The limit was reached in at least this part of the hours. */
const regularly = 0.01;
/** If more requests wait for a runner to start, cold starts decide how long callers wait. */
const oftenCold = 0.05;
/** Seconds that callers notice. */
const longWait = 10;
const longStart = 5;
/** Warmer runners may cost at most this part of the app's cost in addition. */
const cheap = 0.25;
/** Shorter idle times have to save at least this part of the app's cost. */
const worthwhile = 0.1;

interface Facts {
  readonly evidence: AppEvidence;
  readonly summary: AppSummary;
  readonly hours: readonly Hour[];
}

/** What one rule reads: `scaling` is the scaling of the app with the recommendations of earlier rules. */
type Rule = (facts: Facts, scaling: UsageScaling) => Recommendation | undefined;

/**
 * Recommends other scaling values for an app. Empty unless fal returned history of at least a week, and of at least nine
 * tenths of the range. Each rule changes a property of its own. Either runners become warmer, or fewer are kept, never both.
 */
export function recommend(evidence: AppEvidence, summary: AppSummary = summarize(evidence)): Recommendation[] {
  if (!isEnough(summary)) return [];
  const facts: Facts = { evidence, summary, hours: knownHours(evidence) };
  const found: Recommendation[] = [];
  const scaling = { ...evidence.scaling };
  const apply = (rule: Rule) => {
    const recommendation = rule(facts, scaling);
    if (recommendation === undefined) return false;
    found.push(recommendation);
    Object.assign(scaling, { [recommendation.property]: recommendation.to });
    return true;
  };
  apply(raiseMaximum);
  const warmer = apply(raiseMinimum) || apply(raiseKeepAlive);
  if (!warmer && !isOftenCold(facts)) for (const rule of [lowerBuffer, lowerMinimum, lowerKeepAlive]) apply(rule);
  return found;
}

/** Whether there is history of at least a week, and of at least nine tenths of the range. */
export function isEnough({ hours, coverage }: Pick<AppSummary, "hours" | "coverage">): boolean {
  return hours >= enoughHours && coverage >= enoughCoverage;
}

/**
 * The smallest number of runners that sufficed in all hours but a few. Undefined if that is the maximum: it may have hidden
 * that more were needed.
 */
function enoughRunners({ hours, evidence }: Facts): number | undefined {
  let runners = 0;
  while (hours.filter(({ running }) => running > runners).length > rarely * hours.length) runners++;
  return runners < (evidence.scaling.maxConcurrency ?? Infinity) ? runners : undefined;
}

/**
 * Lowers `minConcurrency` to the number of runners that sufficed in 98 % of hours.
 *
 * Blind spots: an hour counts as a whole, however short its peak was, so this keeps more runners than needed rather than
 * fewer. Whether the next weeks are like this one is unknown. How long a runner takes to start is unknown if none had to.
 */
const lowerMinimum: Rule = (facts, scaling) => {
  const { minConcurrency: from } = scaling;
  const to = enoughRunners(facts);
  if (from === undefined || to === undefined || to >= from) return undefined;
  const change = keptChange(facts.evidence, scaling, { ...scaling, minConcurrency: to });
  if (change === null || change.max >= 0) return undefined;
  return fewerKept(facts, { property: "minConcurrency", from, to, kept: to, change });
};

/**
 * Lowers `concurrencyBuffer` where the minimum alone would have sufficed in 98 % of hours, or to what the minimum lacks.
 *
 * Blind spots: those of the minimum. In busier hours, the buffer absorbs growth, and how fast load grows within an hour is
 * unknown; those hours are among the few percent.
 */
const lowerBuffer: Rule = (facts, scaling) => {
  const { evidence } = facts;
  const { concurrencyBuffer: from, minConcurrency } = scaling;
  const enough = enoughRunners(facts);
  if (from === undefined || minConcurrency === undefined || enough === undefined) return undefined;
  const to = minConcurrency >= enough ? 0 : enough;
  if (to >= from) return undefined;
  const change = keptChange(evidence, scaling, { ...scaling, concurrencyBuffer: to });
  // A buffer may keep a lower minimum from saving anything.
  const minimum = { ...scaling, minConcurrency: Math.min(minConcurrency, enough) };
  const alone = keptChange(evidence, scaling, minimum);
  const both = keptChange(evidence, scaling, { ...minimum, concurrencyBuffer: to });
  if (change === null || alone === null || both === null) return undefined;
  if (change.max >= 0 && both.max >= Math.min(0, alone.max)) return undefined;
  return fewerKept(facts, { property: "concurrencyBuffer", from, to, kept: Math.max(minConcurrency, to), change });
};

function fewerKept(
  { evidence, hours, summary: { idleRunners: idle } }: Facts,
  {
    property,
    from,
    to,
    kept,
    change,
  }: Pick<Recommendation, "property" | "from" | "to"> & { kept: number; change: Interval },
): Recommendation | undefined {
  if (idle === null) return undefined;
  const saved = { min: Math.min(Math.max(0, -change.max), idle.max), max: Math.min(-change.min, idle.max) };
  if (saved.max <= 0) return undefined;
  const more = hours.filter(({ running }) => running > kept).length;
  return recommendation(evidence, {
    property,
    from,
    to,
    reason: hoursWithMore(kept, more, hours.length),
    risk:
      more === 0
        ? "Callers only wait for a runner to start if the app gets busier than it was."
        : `In ${more === 1 ? "that hour" : "those hours"}, callers may have to wait for a runner to start${startText(evidence)}.`,
    evidence: { hours: hours.length, busierHours: more },
    idleRunners: negated(saved),
  });
}

/**
 * Raises `maxConcurrency` by half if the maximum was reached in at least 1 % of hours, and 5 % of requests waited for ten
 * seconds or more, and longer than a runner takes to start.
 *
 * Blind spots: fal does not record how many runners would have been needed, so the next report may recommend more. Waits are
 * those of the whole range and of the slowest route, so they may be of other hours. The account's own limit is unknown.
 */
const raiseMaximum: Rule = ({ evidence, summary, hours }, scaling) => {
  const { maxConcurrency: from } = scaling;
  const { waitP95, coldStartP50 } = summary;
  if (from === undefined || from < 1 || waitP95 === null) return undefined;
  const reached = hours.filter((hour) => wasAtLimit(hour, from)).length;
  if (reached < regularly * hours.length || waitP95 < longWait || waitP95 <= (coldStartP50 ?? 0)) return undefined;
  const to = from + Math.ceil(from / 2);
  const idle = replay(evidence, { maxConcurrency: to }).idleChange;
  return recommendation(evidence, {
    property: "maxConcurrency",
    from,
    to,
    reason: `${from} was reached in ${hoursOfAll(reached, hours.length)}; callers waited ${seconds(waitP95)} (p95)`,
    risk: `At most ${to - from} more runners run at a time, and each stays for keepAlive after its work.`,
    evidence: { hours: hours.length, hoursAtLimit: reached, waitP95 },
    idleRunners: { min: 0, max: Math.max(0, Math.min(to - from, idle?.max ?? to - from)) },
  });
};

function isOftenCold({ summary: { coldStarts, requests } }: Facts): boolean {
  return coldStarts !== null && requests !== null && requests > 0 && coldStarts / requests >= oftenCold;
}

/** Cold starts, not the maximum, decide how long callers wait. */
function coldStartsDominate(facts: Facts, { maxConcurrency }: UsageScaling): boolean {
  const { summary, hours } = facts;
  const limit = facts.evidence.scaling.maxConcurrency ?? maxConcurrency ?? Infinity;
  const reached = hours.filter((hour) => wasAtLimit(hour, limit)).length;
  return isOftenCold(facts) && (summary.coldStartP50 ?? 0) >= longStart && reached < regularly * hours.length;
}

/**
 * Raises `minConcurrency` to the number of runners that were busy at once in 90 % of hours, if at least 5 % of requests
 * waited for a runner to start, a start took five seconds or more, and the idle runners cost at most a quarter more.
 *
 * Blind spots: a peak may be short, so these runners may idle for most of the hour; the cost is an upper bound for that.
 * Cold starts above the new minimum remain.
 */
const raiseMinimum: Rule = (facts, scaling) => {
  const { hours } = facts;
  const { minConcurrency: from, maxConcurrency = Infinity } = scaling;
  if (from === undefined || !coldStartsDominate(facts, scaling)) return undefined;
  const busiest = hours.map(({ running }) => running).sort((a, b) => a - b);
  const to = Math.min(maxConcurrency, busiest[Math.floor(hours.length / 10)] ?? 0);
  if (to <= from) return undefined;
  return warmer(facts, "minConcurrency", from, to, `at least ${runnersText(to)} busy in 90% of hours`);
};

/**
 * Raises `keepAlive` to the next of 60, 300 and 900 seconds under the same conditions, if the minimum does not help.
 *
 * Blind spots: fal does not record how much time passes between requests, so how many cold starts remain is unknown.
 */
const raiseKeepAlive: Rule = (facts, scaling) => {
  const { keepAlive: from } = scaling;
  if (from === undefined || !coldStartsDominate(facts, scaling)) return undefined;
  const to = [60, 300, 900].find((step) => step > from);
  return to === undefined ? undefined : warmer(facts, "keepAlive", from, to);
};

function warmer(
  { evidence, summary }: Facts,
  property: "minConcurrency" | "keepAlive",
  from: number,
  to: number,
  reason?: string,
): Recommendation | undefined {
  const { coldStarts, requests, coldStartP50, cost } = summary;
  const replayed = replay(evidence, { [property]: to });
  if (
    coldStarts === null ||
    requests === null ||
    coldStartP50 === null ||
    replayed.idleChange === null ||
    cost === null
  ) {
    return undefined;
  }
  const afterRequests =
    property === "keepAlive" ? (requests * (to - from)) / (summary.rangeHours * secondsPerHour) : Infinity;
  const { min, max } = replayed.idleChange;
  const idleRunners = { min: Math.max(0, min), max: Math.max(0, min, Math.min(max, afterRequests)) };
  const cold = `${percent(coldStarts / requests)} of requests waited ${seconds(coldStartP50)} (p50) for a runner to start`;
  const found = recommendation(evidence, {
    property,
    from,
    to,
    reason: reason === undefined ? cold : `${cold}, and ${reason}`,
    risk: "More runners idle.",
    evidence: { requests, coldStarts, coldStartP50 },
    idleRunners,
  });
  return found.cost !== null && found.cost.perHour.max <= cheap * cost.perHour.min ? found : undefined;
}

/**
 * Lowers `keepAlive` to a fifth, but not below 60 seconds, if that surely saves a tenth of the app's cost: idle runners
 * beyond the minimum cost more than `keepAlive` seconds after each request would.
 *
 * Blind spots: fal does not record how much time passes between requests, so how many more cold starts there are is only
 * known as an upper bound.
 */
const lowerKeepAlive: Rule = ({ evidence, summary }, scaling) => {
  const { keepAlive: from } = scaling;
  if (from === undefined || from <= 60 || summary.cost === null) return undefined;
  const to = Math.max(60, Math.round(from / 50) * 10);
  const { idleChange, coldStarts } = replay(evidence, { keepAlive: to });
  if (idleChange === null || coldStarts === null || idleChange.max >= 0 || summary.idleRunners === null)
    return undefined;
  const found = recommendation(evidence, {
    property: "keepAlive",
    from,
    to,
    reason: `${decimal(summary.idleRunners)} runners were idle on average`,
    risk: `Up to ${Math.ceil(coldStarts.max).toLocaleString("en")} more requests wait for a runner to start${startText(evidence)}.`,
    evidence: { idleRunnersAtLeast: summary.idleRunners.min, moreColdStartsAtMost: coldStarts.max },
    idleRunners: idleChange,
  });
  const saved = found.cost === null ? 0 : -found.cost.perHour.max;
  return saved >= worthwhile * summary.cost.perHour.min && saved > 0 ? found : undefined;
};

function recommendation(
  evidence: AppEvidence,
  found: Omit<Recommendation, "sentence" | "cost"> & { readonly reason: string },
): Recommendation {
  const { reason, ...rest } = found;
  const cost = costOf(evidence, found.idleRunners);
  const parts = [`${found.property} ${found.from} → ${found.to}: ${reason}`, ...costText(cost)];
  return { ...rest, sentence: parts.join("; "), cost };
}

/** Runners that are saved are among those that fal billed, so they cost no more than these did. */
function costOf(evidence: AppEvidence, idleRunners: Interval): Recommendation["cost"] {
  const { billed, scaling, peaks } = evidence;
  const price = pricesFor(evidence, scaling);
  if (billed === null || price === undefined) return null;
  const range = peaks.running.length;
  const perHour =
    idleRunners.max > 0
      ? costPerHour(idleRunners, price)
      : times(negated(costOfHours(times(negated(idleRunners), range), billed.prices)), 1 / range);
  return { perHour, perMonth: times(perHour, hoursPerMonth), currency: billed.currency };
}

function costText(cost: Recommendation["cost"]): string[] {
  if (cost === null || (cost.perHour.min === 0 && cost.perHour.max === 0)) return [];
  const { perHour, currency } = cost;
  if (perHour.max <= 0) return [`saves ${moneyRange(negated(perHour), currency)} per hour`];
  return [`costs ${moneyRange({ min: Math.max(0, perHour.min), max: perHour.max }, currency)} per hour`];
}

function startText(evidence: AppEvidence): string {
  const start = evidence.requests?.coldStartP50 ?? null;
  return start === null ? "" : `, which took ${seconds(start)} (p50)`;
}

function runnersText(runners: number): string {
  return runners === 1 ? "one runner was" : `${runners} runners were`;
}

function decimal({ min, max }: Interval): string {
  const [low, high] = [min, max].map((number) => String(Math.round(number * 10) / 10));
  return low === high ? `${high}` : `${low} – ${high}`;
}
