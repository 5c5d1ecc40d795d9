export const timeframes = ["minute", "hour", "day", "week", "month"] as const;
type Timeframe = (typeof timeframes)[number];

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;

/** From `start` up to `end`, in milliseconds since the epoch. */
export interface Range {
  start: number;
  end: number;
}

/** The timeframe that fal chooses for a range. */
export function timeframeOf({ start, end }: Range): Timeframe {
  const length = end - start;
  if (length < 2 * hourMs) return "minute";
  if (length < 2 * dayMs) return "hour";
  if (length < 64 * dayMs) return "day";
  return length < 183 * dayMs ? "week" : "month";
}

/** The buckets that overlap a range, in a time zone. The first and the last end with the range if it is `exact`. */
export function bucketsOf(range: Range, timeframe: Timeframe, zone: TimeZone, exact: boolean): Range[] {
  const buckets: Range[] = [];
  let start = zone.floor(range.start, timeframe);
  while (start < range.end) {
    const end = zone.next(start, timeframe);
    buckets.push(exact ? { start: Math.max(start, range.start), end: Math.min(end, range.end) } : { start, end });
    start = end;
  }
  return buckets;
}

export class TimeZone {
  readonly #format: Intl.DateTimeFormat | undefined;

  /** Throws a RangeError if the zone does not exist. */
  constructor(name: string) {
    // The offset of UTC is known, and Intl is slow.
    if (name === "UTC") return;
    this.#format = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  }

  /** The start of the bucket that contains a time. */
  floor(time: number, timeframe: Timeframe): number {
    const local = new Date(time + this.#offset(time));
    local.setUTCSeconds(0, 0);
    if (timeframe === "minute") return this.#instant(local, time);
    local.setUTCMinutes(0);
    if (timeframe === "hour") return this.#instant(local, time);
    local.setUTCHours(0);
    // A week starts on Monday. UNCERTAIN: on which day at fal.
    if (timeframe === "week") local.setUTCDate(local.getUTCDate() - ((local.getUTCDay() + 6) % 7));
    if (timeframe === "month") local.setUTCDate(1);
    return this.#instant(local, time);
  }

  /** The start of the next bucket. */
  next(start: number, timeframe: Timeframe): number {
    if (timeframe === "minute") return start + minuteMs;
    if (timeframe === "hour") return start + hourMs;
    const local = new Date(start + this.#offset(start));
    if (timeframe === "month") local.setUTCMonth(local.getUTCMonth() + 1);
    else local.setUTCDate(local.getUTCDate() + (timeframe === "week" ? 7 : 1));
    return this.#instant(local, start);
  }

  /** For example `2025-01-15T12:00:00-05:00`. */
  format(time: number): string {
    const offset = this.#offset(time);
    const local = new Date(time + offset).toISOString().slice(0, 19);
    const minutes = Math.abs(offset) / minuteMs;
    const part = (value: number) => String(Math.floor(value)).padStart(2, "0");
    return `${local}${offset < 0 ? "-" : "+"}${part(minutes / 60)}:${part(minutes % 60)}`;
  }

  /** The time at which clocks of the zone show a local time. `near` is a time with about the same offset. */
  #instant(local: Date, near: number): number {
    const guess = local.getTime() - this.#offset(near);
    return local.getTime() - this.#offset(guess);
  }

  #offset(time: number): number {
    if (!this.#format) return 0;
    const parts = this.#format.formatToParts(time);
    const [year = 0, month = 1, day, hour, minute, second] = (
      ["year", "month", "day", "hour", "minute", "second"] as const
    ).map((type) => Number(parts.find((part) => part.type === type)?.value));
    return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time / 1000) * 1000;
  }
}
