import { parseDuration } from "../../duration";
import { type HourRange, hourMs } from "../../usage/rows";
import { UsageError } from "../command-line/command";

/** How far fal's history goes back. */
const mostHours = 90 * 24;

/** The last whole hours. The current hour does not count, because it is not over. @throws {UsageError} */
export function rangeOf(since: string, now: Date): HourRange {
  const hours = (parseDuration(since) ?? Number.NaN) / 3_600;
  if (!(hours >= 1 && hours <= mostHours)) {
    throw new UsageError(`--since must be a duration from 1h to 90d, for example 14d, not "${since}".`);
  }
  const to = Math.floor(now.getTime() / hourMs) * hourMs;
  // fal counts back from now, so the first of the whole hours is too old already.
  const length = Math.min(Math.ceil(hours), mostHours - 1);
  return { from: new Date(to - length * hourMs).toISOString(), to: new Date(to).toISOString() };
}

/** The length of a range: `14 days`, `36 hours`. */
export function lengthOf(hours: number): string {
  if (hours > 48 && hours % 24 === 0) return `${hours / 24} days`;
  return hours === 1 ? "1 hour" : `${hours} hours`;
}

/** A time as reports show it: `2026-11-16 09:00 UTC`. */
export function timeText(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
