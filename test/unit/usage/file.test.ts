import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { doubtAboutApp, doubtAboutFile } from "../../../src/usage/doubt";
import { EvidenceError, parseEvidence, readEvidence } from "../../../src/usage/file";
import { usage, usedApp, working } from "../../support/evidence";

const file = usage([usedApp("image-gen", working(4, 12), { minConcurrency: 1, maxConcurrency: 20 })]);

/** The file, with values of any type. */
interface Loose {
  from: unknown;
  to: unknown;
  readonly apps: readonly [{ readonly peaks: Record<"running" | "idle" | "pending", unknown[]> }];
}

/** A copy of the file that is changed in one place. */
function changed(change: (file: Loose) => unknown): string {
  const copy = JSON.parse(JSON.stringify(file));
  change(copy);
  return JSON.stringify(copy);
}

describe("the usage file", () => {
  test("a usage file is read as it was written", () => {
    expect(parseEvidence(JSON.stringify(file), "usage.json")).toEqual(file);
    expect(parseEvidence(`\uFEFF${JSON.stringify(file)}`, "usage.json")).toEqual(file);
  });

  test.each<[string, string, RegExp]>([
    ["no JSON", "{\n  secret", /^usage\.json is not JSON \(line 2, column 3\)\. Write the file again with/],
    ["a list", "[]", /usage\.json is not a usage file:\n {2}- the file: invalid input: expected object/],
    [
      "a prices file",
      '{"name":"contract"}',
      /- version: .*\n(.*\n)*Write the file again with `pulumi-fal usage --format json/,
    ],
    ["another version", '{"version":2}', /has another `version` than 1, which this pulumi-fal can read/],
    [
      "a text for a number",
      changed((one) => (one.apps[0].peaks.running[3] = "many")),
      /- apps\.0\.peaks\.running\.3: /,
    ],
    ["a negative number", changed((one) => (one.apps[0].peaks.idle[0] = -1)), /- apps\.0\.peaks\.idle\.0: too small/],
    [
      "too few hours",
      changed((one) => one.apps[0].peaks.pending.pop()),
      /- apps\.0\.peaks\.pending: must contain one number or null for each of the 336 hours/,
    ],
    ["an empty range", changed((one) => (one.to = one.from)), /- to: must be whole hours after `from`/],
  ])("a wrong usage file is explained by its place, without its values, and with the fix: %s", (_, content, says) => {
    expect(() => parseEvidence(content, "usage.json")).toThrow(EvidenceError);
    expect(() => parseEvidence(content, "usage.json")).toThrow(says);
    expect(() => parseEvidence(content, "usage.json")).not.toThrow(/many|secret/);
  });

  test("a file with many wrong places names the first ones", () => {
    const content = changed((one) => one.apps[0].peaks.running.fill("x"));
    expect(() => parseEvidence(content, "usage.json")).toThrow(/running\.4: .*\n {2}- 331 more\n/);
  });

  test("a usage file is read from a path", () => {
    const folder = mkdtempSync(join(tmpdir(), "pulumi-fal-usage-"));
    try {
      const path = join(folder, "usage.json");
      writeFileSync(path, JSON.stringify(file));
      expect(readEvidence(path)).toEqual(file);
      expect(() => readEvidence(join(folder, "none.json"))).toThrow(
        /Could not read the usage file .*none\.json: there is no such/,
      );
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe("what usage can decide", () => {
  const week = 7 * 86_400;
  const now = Date.parse("2026-11-20T12:00:00Z");

  test.each<[Parameters<typeof usage>[1], string | undefined]>([
    [{ daysAgo: 1 }, undefined],
    [{ daysAgo: 6.9 }, undefined],
    [{ daysAgo: 9 }, "the usage file is 9 days old"],
    [{ daysAgo: -2 }, "the usage file is dated in the future"],
    [{ days: 7 }, undefined],
    [{ days: 6 }, "the usage file covers 6 days, less than 7 days"],
    [{ days: 1 }, "the usage file covers 24 hours, less than 7 days"],
  ])("a usage file of %j has the doubt %j", (range, doubt) => {
    expect(doubtAboutFile(usage([], { ...range, now }), now, week)).toBe(doubt);
  });

  test("a file that was written late about an old range is old", () => {
    const old = { ...usage([], { daysAgo: 9, now }), generatedAt: new Date(now).toISOString() };
    expect(doubtAboutFile(old, now, week)).toBe("the usage file is 9 days old");
  });

  test("an app decides nothing without data in nine tenths of the hours", () => {
    const known = (share: number) =>
      usedApp(
        "a",
        Array.from({ length: 100 }, (_, hour) => (hour < share ? 1 : null)),
      );
    expect(doubtAboutApp(undefined)).toBe("the usage file does not contain it");
    expect(doubtAboutApp(known(90))).toBeUndefined();
    expect(doubtAboutApp(known(89))).toBe("fal returned data for only 89% of the hours");
    expect(doubtAboutApp(known(0))).toBe("fal returned no data for it");
  });
});
