// Answers with one entry per time bucket, as analytics and usage have them.
import { z } from "zod";
import { type CallOptions, ListDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { collectPages, type ListPage } from "./internal/paging";
import { type RangeOptions, rangeToWire } from "./internal/range";
import { invalidArgument } from "./internal/values";
import type { Timeframe } from "./types";

/** Options of reads with one entry per time bucket. */
export interface SeriesOptions extends RangeOptions {
  /** The length of a bucket. Default: chosen by fal, depending on the range. */
  timeframe?: Timeframe | undefined;
  /** The time zone of dates and buckets, for example `Europe/Berlin`. Default: UTC. */
  timezone?: string | undefined;
  /** fal's `bound_to_timeframe`: whether the range begins and ends with a bucket. Default: fal's, which is true. */
  boundToTimeframe?: boolean | undefined;
}

/** The rows of one time bucket. */
interface Bucket<Row> {
  bucket: string;
  results: Row[];
}

/** The answer to a request, of all pages. Undefined: not requested, or not returned. */
export interface Series<Row> {
  timeSeries?: Bucket<Row>[];
  summary?: Row[];
}

export const timeframes = ["minute", "hour", "day", "week", "month"] as const satisfies readonly Timeframe[];

/** fal's maximum number of apps or endpoints in a request. */
const mostPerRequest = 50;

/** UNCERTAIN: fal documents no maximum. The highest that it documents for other lists is the one of events. */
const pageSize = 1_000;

/** Checks the options and returns them as fal's parameters. */
export function seriesToWire(call: Call, options: SeriesOptions): Record<string, string | undefined> {
  const { timeframe, timezone, boundToTimeframe } = options;
  requireTimeframe(call, timeframe);
  if (timezone !== undefined && !isTimeZone(timezone)) {
    throw invalidArgument(call, 'timezone must be the name of a time zone, for example "Europe/Berlin".');
  }
  const bound = boundToTimeframe === undefined ? undefined : String(boundToTimeframe);
  return { ...rangeToWire(call, options), timeframe, timezone, bound_to_timeframe: bound, limit: String(pageSize) };
}

export function requireTimeframe(call: Call, timeframe: Timeframe | undefined): void {
  if (timeframe === undefined || timeframes.includes(timeframe)) return;
  throw invalidArgument(call, `timeframe must be ${timeframes.join(", ")}, not "${String(timeframe)}".`);
}

function isTimeZone(timeZone: string): boolean {
  try {
    return new Intl.DateTimeFormat("en", { timeZone }).resolvedOptions().timeZone !== "";
  } catch {
    return false;
  }
}

/** `requestCount` to `request_count`: fal's name of a property. */
export function wireName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A time that `Date.parse` reads. fal documents a string only; its examples are in ISO 8601. */
export const timestamp = z.string().refine((text) => !Number.isNaN(Date.parse(text)));

/** What a page contains of each part. */
interface SeriesPage<Row> extends ListPage<Bucket<Row>> {
  readonly hasSeries: boolean;
  readonly summary: readonly Row[] | undefined;
}

/**
 * Parses a page. UNCERTAIN: fal's document names `summary` in `expand`, but not its form: a list of rows like those of a
 * bucket.
 */
export function seriesPage<Row>(row: z.ZodType<Row>): z.ZodType<SeriesPage<Row>> {
  return z
    .object({
      time_series: z.array(z.object({ bucket: timestamp, results: z.array(row) })).nullish(),
      summary: z.array(row).nullish(),
      next_cursor: z.string().nullish(),
      has_more: z.boolean(),
    })
    .refine((wire) => !wire.has_more || Boolean(wire.next_cursor), { path: ["next_cursor"] })
    .transform((wire) => ({
      items: wire.time_series ?? [],
      hasSeries: wire.time_series != null,
      summary: wire.summary ?? undefined,
      next: wire.has_more ? (wire.next_cursor ?? undefined) : undefined,
    }));
}

/** Reads all pages for some apps. Each request contains at most 50 of them; undefined reads all apps. */
export async function readSeries<Row>(
  call: Call,
  apps: readonly string[] | undefined,
  page: (
    apps: readonly string[] | undefined,
    cursor: string | undefined,
    options: CallOptions,
  ) => Promise<SeriesPage<Row>>,
  options: CallOptions,
): Promise<Series<Row>> {
  const within = new ListDeadline();
  const parts = await Promise.all(
    inBatches(apps).map(async (some) => {
      let hasSeries = false;
      const summary = new Rows<Row>();
      const buckets = await collectPages(
        call,
        async (cursor, limits) => {
          const found = await page(some, cursor, limits);
          hasSeries ||= found.hasSeries;
          if (found.summary !== undefined) summary.addPage(found.summary);
          return found;
        },
        // A bucket may continue on the next page, so its name alone does not identify a part of it.
        (bucket) => JSON.stringify(bucket),
        options,
        { within },
      );
      return { buckets: hasSeries ? buckets : undefined, summary: summary.isEmpty ? undefined : summary.all };
    }),
  );
  const summaries = parts.flatMap((part) => (part.summary === undefined ? [] : [part.summary]));
  const series = parts.flatMap((part) => (part.buckets === undefined ? [] : [part.buckets]));
  return {
    ...(series.length > 0 ? { timeSeries: merged(series.flat()) } : {}),
    ...(summaries.length > 0 ? { summary: summaries.flat() } : {}),
  };
}

function inBatches(apps: readonly string[] | undefined): (readonly string[] | undefined)[] {
  if (apps === undefined) return [undefined];
  const all = [...new Set(apps)];
  return Array.from({ length: Math.ceil(all.length / mostPerRequest) }, (_, index) =>
    all.slice(index * mostPerRequest, (index + 1) * mostPerRequest),
  );
}

/** One entry per bucket, in the order of time. */
function merged<Row>(parts: readonly Bucket<Row>[]): Bucket<Row>[] {
  const buckets = new Map<string, Rows<Row>>();
  for (const { bucket, results } of parts) {
    let rows = buckets.get(bucket);
    if (rows === undefined) {
      rows = new Rows();
      buckets.set(bucket, rows);
    }
    rows.addPage(results);
  }
  const entries = [...buckets].map(([bucket, rows]) => ({ bucket, results: rows.all }));
  return entries.sort((one, other) => Date.parse(one.bucket) - Date.parse(other.bucket));
}

/**
 * Rows of several pages. fal's cursors are page numbers, so a row can move to the next page while the pages are read: a row
 * that equals one of an earlier page is the same. Equal rows of one page are different ones.
 */
class Rows<Row> {
  readonly all: Row[] = [];
  #pages = 0;
  #earlier: Set<string> | undefined;

  get isEmpty(): boolean {
    return this.#pages === 0;
  }

  addPage(page: readonly Row[]): void {
    this.#pages += 1;
    if (this.#pages === 1) {
      for (const row of page) this.all.push(row);
      return;
    }
    this.#earlier ??= new Set(this.all.map((row) => JSON.stringify(row)));
    const keys = page.map((row) => JSON.stringify(row));
    page.forEach((row, index) => {
      if (!this.#earlier?.has(keys[index] ?? "")) this.all.push(row);
    });
    for (const key of keys) this.#earlier.add(key);
  }
}
