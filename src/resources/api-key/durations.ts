/** A hundred years: dates beyond some 270,000 cannot be told. */
const longest = 36_525 * 86_400;

/** Durations of rotations: a whole number and a unit, `30d`, `24h`, `90m`, `45s`. Seconds, or `undefined`. */
export function parseDays(text: string): number | undefined {
  const match = /^(\d+)([dhms])$/.exec(text);
  if (!match) return undefined;
  const unit = { d: 86_400, h: 3_600, m: 60, s: 1 }[match[2] as "d" | "h" | "m" | "s"];
  const seconds = Number(match[1]) * unit;
  return seconds <= longest ? seconds : undefined;
}
