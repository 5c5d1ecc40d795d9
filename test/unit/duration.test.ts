import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "../../src/duration";

test.each([
  ["90s", 90],
  ["20m", 1200],
  ["1h30m", 5400],
  ["1.5h", 5400],
  ["250ms", 0.25],
  ["30d", 2_592_000],
])("parseDuration reads %s as %d seconds", (text, seconds) => expect(parseDuration(text)).toBeCloseTo(seconds));

test.each(["", "20", "20 m", "m", "1w", "-5s"])("parseDuration rejects %j", (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test.each([
  [0.4, "0s"],
  [59, "59s"],
  [80, "1m20s"],
  [3900, "1h5m"],
])("formatDuration writes %d seconds as %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
