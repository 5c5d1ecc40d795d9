import { parseDuration } from "../../duration";

/** A hundred years: dates beyond some 270,000 years cannot be represented. */
const longest = 36_525 * 86_400;

/** The seconds of a rotation's duration, which has one whole number and one unit: `30d`, `24h`, `90m`, `45s`. */
export function parseRotationDuration(text: string): number | undefined {
  const seconds = /^\d+[dhms]$/.test(text) ? parseDuration(text) : undefined;
  return seconds !== undefined && seconds <= longest ? seconds : undefined;
}
