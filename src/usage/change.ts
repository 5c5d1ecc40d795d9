import type { AppEvidence, UsageScaleName, UsageScaling } from "./evidence";
import { difference, type Interval, negated, times } from "./interval";
import { costPerHour, pricesFor } from "./money";
import { hoursWithMore, moneyRange, moreWereBusy, percent, seconds, shareOfHours } from "./phrases";
import { replay, runnersAtMultiplexing } from "./replay";
import { changedNames, isSame } from "./scaling";
import { knownHours, summarize, wasAtLimit } from "./summarize";

/** The evidence about one changed value. */
export interface ChangedValue {
  readonly property: UsageScaleName;
  /** `maximum 20 → 8: more than 8 runners were busy in 6% of hours`. Plain text, without a full stop. */
  readonly sentence: string;
  /** The same without the change. */
  readonly finding: string;
  /** A reviewer should know it: callers would have waited, or idle runners cost noticeably more. */
  readonly matters: boolean;
}

/** Costs of idle runners, per hour. */
export interface IdleCostChange {
  readonly before: Interval;
  readonly after: Interval;
  /** Positive: it costs more. */
  readonly change: Interval;
  readonly currency: string;
}

/** What happened while the old scaling applied, for the review of a change to a new one. */
export interface ChangeEvidence {
  /** A sentence for each value that changes, those that matter first. Empty if none of them is about runners. */
  readonly values: readonly ChangedValue[];
  /** One of the values matters. */
  readonly matters: boolean;
  /** Hours with data, and their share of the range, from 0 to 1. */
  readonly hours: number;
  readonly coverage: number;
  /**
   * Hours in which more runners were busy than the new maximum allows, and their share of the hours with data, from 0 to 1.
   * A range if each runner is to work on another number of requests. Null: unknown.
   */
  readonly starved: { readonly hours: Interval; readonly share: Interval } | null;
  /** Null: unknown, because the key could not read usage, history is missing, or a machine type has no price. */
  readonly idleCost: IdleCostChange | null;
  /** For a chart: the busiest moment of each hour, with the maximum before and after. Null where unknown. */
  readonly chart: {
    readonly running: readonly (number | null)[];
    readonly maxBefore: number | null;
    readonly maxAfter: number | null;
  };
}

/**
 * Compares a change with what the app did. `before` and `after` are complete: a value that is absent is unknown. Undefined
 * evidence: the file does not contain the app.
 */
export function evidenceOfChange(
  evidence: AppEvidence | undefined,
  before: UsageScaling,
  after: UsageScaling,
): ChangeEvidence {
  const changed = changedNames(before, after);
  const known = evidence === undefined ? [] : knownHours(evidence);
  const missing =
    evidence === undefined ? "the file does not contain the app" : "fal returned no history of its runners";
  const values = changed.map((property): ChangedValue => {
    const heading = `${labels[property]} ${valueText(before[property])} → ${valueText(after[property])}`;
    if (evidence === undefined || known.length === 0) {
      const finding = `no evidence, because ${missing}`;
      return { property, sentence: `${heading}: ${finding}`, finding, matters: false };
    }
    const { text, matters } = statements[property]({ evidence, before, after, property });
    return { property, sentence: `${heading}: ${text}`, finding: text, matters };
  });
  values.sort((a, b) => Number(b.matters) - Number(a.matters));
  const range = evidence?.peaks.running.length ?? 0;
  return {
    values,
    matters: values.some(({ matters }) => matters),
    hours: known.length,
    coverage: range === 0 ? 0 : known.length / range,
    starved: evidence === undefined ? null : starvedHours(evidence, after),
    idleCost: evidence === undefined ? null : idleCostChange(evidence, before, after),
    chart: {
      running: evidence?.peaks.running ?? [],
      maxBefore: before.maxConcurrency ?? null,
      maxAfter: after.maxConcurrency ?? null,
    },
  };
}

/** Reviews call minimum, maximum and buffer so; other values have their property's name. */
const labels: Readonly<Record<UsageScaleName, string>> = {
  minConcurrency: "minimum",
  maxConcurrency: "maximum",
  concurrencyBuffer: "buffer",
  concurrencyBufferPerc: "concurrencyBufferPerc",
  keepAlive: "keepAlive",
  scalingDelay: "scalingDelay",
  maxMultiplexing: "maxMultiplexing",
  machineTypes: "machineTypes",
};

function valueText(value: UsageScaling[UsageScaleName]): string {
  if (value === undefined) return "unknown";
  return Array.isArray(value) ? value.join(", ") : String(value);
}

/** Hours in which the requests needed more runners than the new maximum. */
function starvedHours(evidence: AppEvidence, after: UsageScaling): ChangeEvidence["starved"] {
  const hours = knownHours(evidence);
  const { maxConcurrency: limit } = after;
  if (limit === undefined || hours.length === 0) return null;
  const needed = hours.map(({ running }) =>
    runnersAtMultiplexing(running, evidence.scaling.maxMultiplexing, after.maxMultiplexing),
  );
  const starved = {
    min: needed.filter(([least]) => least > limit).length,
    max: needed.filter(([, most]) => most > limit).length,
  };
  return { hours: starved, share: times(starved, 1 / hours.length) };
}

/** The idle runners of the replay before and after the change, at the account's prices. */
function idleCostChange(evidence: AppEvidence, before: UsageScaling, after: UsageScaling): IdleCostChange | null {
  const old = replay(evidence, before);
  const next = replay(evidence, after);
  const oldPrice = pricesFor(evidence, before);
  const nextPrice = pricesFor(evidence, after);
  if (!old.idleRunners || !next.idleRunners || !oldPrice || !nextPrice) return null;
  const cost = { before: costPerHour(old.idleRunners, oldPrice), after: costPerHour(next.idleRunners, nextPrice) };
  // What changes is known more precisely than how much it is before and after.
  const sameBase = changedNames(before, evidence.scaling).length === 0;
  const direct = sameBase && isSame(before.machineTypes, after.machineTypes) ? next.idleChange : null;
  return {
    ...cost,
    change: direct ? costPerHour(direct, nextPrice) : difference(cost.before, cost.after),
    currency: nextPrice.currency,
  };
}

interface Context {
  readonly evidence: AppEvidence;
  readonly before: UsageScaling;
  readonly after: UsageScaling;
  readonly property: UsageScaleName;
}

interface Statement {
  readonly text: string;
  readonly matters: boolean;
}

/** More often than this, something happens regularly. */
const rarely = 0.02;

/** An increase of an app's cost by less than this part is not worth a reviewer's time. */
const noticeable = 0.1;

const statements: Readonly<Record<UsageScaleName, (context: Context) => Statement>> = {
  maxConcurrency: aboutMaximum,
  minConcurrency: aboutWarmRunners,
  concurrencyBuffer: aboutWarmRunners,
  concurrencyBufferPerc: aboutIdleTime,
  keepAlive: aboutIdleTime,
  scalingDelay: aboutWaits,
  maxMultiplexing: aboutMultiplexing,
  machineTypes: aboutPrices,
};

/** Lower: how often more runners were busy. Higher: how often the old maximum was reached. */
function aboutMaximum({ evidence, before, after }: Context): Statement {
  const hours = knownHours(evidence);
  const { busyPeak } = summarize(evidence);
  const never = `never more than ${busyPeak} ${busyPeak === 1 ? "runner was" : "runners were"} busy`;
  const { maxConcurrency: to } = after;
  const { maxConcurrency: from } = before;
  if (to === undefined) return { text: never, matters: false };
  if (from !== undefined && to > from) {
    const reached = hours.filter((hour) => wasAtLimit(hour, from)).length;
    if (reached === 0) return { text: never, matters: false };
    const wait = waitText(evidence);
    const all = from === 1 ? "the one runner was" : `all ${from} runners were`;
    return { text: `${all} busy in ${shareOfHours(reached, hours.length)}${wait && `; ${wait}`}`, matters: false };
  }
  const more = hours.filter(({ running }) => running > to).length;
  if (more > 0) return { text: `${moreWereBusy(to)} in ${shareOfHours(more, hours.length)}`, matters: true };
  const reached = hours.filter((hour) => wasAtLimit(hour, to)).length;
  return {
    text: reached === 0 ? never : `${never}, and as many in ${shareOfHours(reached, hours.length)}`,
    matters: false,
  };
}

/** Minimum and buffer: how often more runners were busy than the smaller value keeps, and the money. */
function aboutWarmRunners(context: Context): Statement {
  const { evidence, before, after, property } = context;
  const hours = knownHours(evidence);
  const [from, to] = [before, after].map((scaling) => warmOf(scaling, property));
  const cost = costText(context);
  if (from === undefined || to === undefined)
    return { text: cost.text ?? "its effect is not known", matters: cost.rises };
  const enough = Math.min(from, to);
  const more = hours.filter(({ running }) => running > enough).length;
  const text = `${hoursWithMore(enough, more, hours.length)}${cost.text === undefined ? "" : `; ${cost.text}`}`;
  return { text, matters: to < from ? more / hours.length > rarely : cost.rises };
}

/** The runners that are warm while none is busy. */
function warmOf(scaling: UsageScaling, property: UsageScaleName): number | undefined {
  if (scaling.minConcurrency === undefined && property === "minConcurrency") return undefined;
  return Math.max(scaling.minConcurrency ?? 0, scaling.concurrencyBuffer ?? 0);
}

/** How long, or how many, idle runners are kept: what they cost, and how often callers waited for others to start. */
function aboutIdleTime(context: Context): Statement {
  const { evidence } = context;
  const { idleRunners, requests, coldStarts, coldStartP50 } = summarize(evidence);
  const cost = costText(context);
  const parts = [
    ...(idleRunners === null ? [] : [`${runnersText(idleRunners)} idle on average`]),
    ...(requests === null || coldStarts === null || requests === 0
      ? []
      : [
          `${percent(coldStarts / requests)} of requests waited for a runner to start${coldStartP50 === null ? "" : ` (${seconds(coldStartP50)}, p50)`}`,
        ]),
    ...(cost.text === undefined ? [] : [cost.text]),
  ];
  return { text: parts.length === 0 ? "its effect is not known" : parts.join("; "), matters: cost.rises };
}

function aboutWaits({ evidence }: Context): Statement {
  const wait = waitText(evidence);
  return {
    text: `${wait ? `${wait}; ` : ""}fal's records do not show what another delay would change`,
    matters: false,
  };
}

function aboutMultiplexing({ evidence, after }: Context): Statement {
  const starved = starvedHours(evidence, after);
  const peak = summarize(evidence).busyPeak ?? 0;
  const [least, most] = runnersAtMultiplexing(peak, evidence.scaling.maxMultiplexing, after.maxMultiplexing);
  const runners =
    most === Infinity ? "an unknown number of runners" : `${least === most ? most : `${least} to ${most}`} runners`;
  const needs = `at the busiest moment, ${peak} ${peak === 1 ? "runner was" : "runners were"} busy, and the same requests need ${runners}`;
  if (starved === null || starved.hours.max === 0) return { text: needs, matters: false };
  const upTo = starved.hours.min === starved.hours.max ? "" : "up to ";
  return {
    text: `${needs}, more than the maximum in ${upTo}${shareOfHours(starved.hours.max, knownHours(evidence).length)}`,
    matters: true,
  };
}

/** The account's own prices of both lists. Existing runners keep their machine. */
function aboutPrices({ evidence, before, after }: Context): Statement {
  const [old, next] = [before, after].map((scaling) => pricesFor(evidence, scaling));
  const missing = (after.machineTypes ?? []).filter(
    (type) => !evidence.billed?.prices.some(({ machineType }) => machineType === type),
  );
  if (!next) {
    const which =
      missing.length > 0 && evidence.billed ? `fal billed no ${missing.join(" or ")} yet, so the price` : "the price";
    return { text: `${which} is not known`, matters: false };
  }
  const each = `a runner costs ${moneyRange(next.perHour, next.currency)} per hour`;
  if (!old) return { text: each, matters: false };
  return {
    text: `${each} instead of ${moneyRange(old.perHour, old.currency)}`,
    matters: next.perHour.max > old.perHour.max * (1 + noticeable),
  };
}

/** `saves about $6.80 per hour`: the idle runners, with only this value changed. Undefined if unknown, or nothing changes. */
function costText({ evidence, before, after, property }: Context): { text: string | undefined; rises: boolean } {
  const only = { ...before, [property]: after[property] };
  const cost = idleCostChange(evidence, before, only);
  if (cost === null) return { text: undefined, rises: false };
  const { change, currency } = cost;
  if (change.min === 0 && change.max === 0) return { text: undefined, rises: false };
  const all = summarize(evidence).cost?.perHour.min ?? 0;
  const rises = change.min > all * noticeable;
  if (change.min >= 0) return { text: `costs ${moneyRange(change, currency)} per hour`, rises };
  if (change.max <= 0) return { text: `saves ${moneyRange(negated(change), currency)} per hour`, rises };
  const up = moneyRange({ min: 0, max: change.max }, currency);
  const down = moneyRange({ min: 0, max: -change.min }, currency);
  return { text: `costs ${up} more per hour, or ${down} less`, rises };
}

function waitText(evidence: AppEvidence): string {
  const wait = evidence.requests?.waitP95 ?? null;
  return wait === null ? "" : `callers waited ${seconds(wait)} (p95)`;
}

function runnersText({ min, max }: Interval): string {
  const [low, high] = [min, max].map((number) => String(Math.round(number * 10) / 10));
  return `${low === high ? high : `${low} – ${high}`} runners were`;
}
