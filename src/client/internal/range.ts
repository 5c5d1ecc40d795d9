// Time ranges of requests, checked before anything is sent.
import { z } from "zod";
import type { Call } from "./failure";
import { invalidArgument } from "./values";

/** A range of time. */
export interface RangeOptions {
  /** When it begins: a `Date`, a time in ISO 8601 with its zone, or a date (`2026-08-01`). */
  start?: Date | string | undefined;
  /** When it ends. Default: now. */
  end?: Date | string | undefined;
}

const dayMs = 24 * 60 * 60 * 1_000;
const date = z.iso.date();
const time = z.iso.datetime({ offset: true });

/**
 * Checks a range and returns it as fal's parameters. fal reads a date in the time zone of the request, so a date stays one.
 * Limits have a day of tolerance, because a date begins in each zone at another time and this machine's clock may be wrong:
 * fal decides about the rest.
 */
export function rangeToWire(
  call: Call,
  { start, end }: RangeOptions,
  { daysBack = Number.POSITIVE_INFINITY } = {},
): { start: string | undefined; end: string | undefined } {
  const from = toWire(call, "start", start);
  const to = toWire(call, "end", end);
  if (from !== undefined) {
    const now = Date.now();
    if (to !== undefined && Date.parse(from) >= Date.parse(to)) {
      throw invalidArgument(call, `start (${from}) must be before end (${to}).`);
    }
    if (to === undefined && Date.parse(from) > now + dayMs) {
      throw invalidArgument(call, `start (${from}) must be in the past.`);
    }
    if (Date.parse(from) < now - (daysBack + 1) * dayMs) {
      throw invalidArgument(call, `start (${from}) must be at most ${daysBack} days ago: fal keeps no more.`);
    }
  }
  return { start: from, end: to };
}

function toWire(call: Call, argument: string, value: Date | string | undefined): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value === "string" && date.safeParse(value).success) return value;
  const isTime = value instanceof Date ? !Number.isNaN(value.getTime()) : time.safeParse(value).success;
  if (isTime) return new Date(value).toISOString();
  throw invalidArgument(
    call,
    `${argument} must be a valid date, or a text in ISO 8601 with its zone, for example "2026-08-01T00:00:00Z" or "2026-08-01".`,
  );
}
