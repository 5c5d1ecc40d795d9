import { z } from "zod";
import { invalid } from "../../state/violations";
import { bucketsOf, dayMs, type Range, TimeZone, timeframeOf, timeframes } from "../../traffic";

/** A time or a date (UTC), in milliseconds since the epoch. */
export const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()]).transform((text) => Date.parse(text));

/** The query of an operation over a range of time, in buckets. */
export const rangeQuery = z.object({
  start: moment.optional(),
  end: moment.optional(),
  timeframe: z.enum(timeframes).optional(),
});

/** What the operations with a time zone have in addition. */
export const zonedRangeQuery = rangeQuery.extend({
  timezone: z.string().default("UTC"),
  bound_to_timeframe: z.enum(["true", "false"]).default("true"),
});

/** Default: the last 24 hours. */
export function rangeOf(query: { start?: number | undefined; end?: number | undefined }, now: number): Range {
  const end = query.end ?? now;
  const start = query.start ?? end - dayMs;
  // UNCERTAIN: whether fal refuses a range that is empty.
  if (start >= end) throw invalid("query: start: must be before end");
  return { start, end };
}

/**
 * The buckets of a query, in its time zone. Without a timeframe, the length of the range decides. Buckets before `since` and
 * after `now` have no data and are omitted.
 */
export function bucketsFor(query: z.infer<typeof zonedRangeQuery>, { since, now }: { since: number; now: number }) {
  const range = rangeOf(query, now);
  const timeframe = query.timeframe ?? timeframeOf(range);
  const zone = timeZone(query.timezone);
  const buckets = bucketsOf(
    { start: Math.max(range.start, since), end: Math.min(range.end, now) },
    timeframe,
    zone,
    query.bound_to_timeframe === "false",
  );
  return { timeframe, buckets, zone };
}

/** All buckets as one. */
export function wholeOf(buckets: readonly Range[]): Range[] {
  const [first, last] = [buckets[0], buckets.at(-1)];
  return first && last ? [{ start: first.start, end: last.end }] : [];
}

function timeZone(name: string): TimeZone {
  try {
    return new TimeZone(name);
  } catch {
    throw invalid(`query: timezone: "${name}" is not a time zone`);
  }
}
