import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { reviewOf } from "../../../../../src/cli/changes/model";
import { verdictOf } from "../../../../../src/cli/changes/verdict";
import { parseGates } from "../../../../../src/cli/commands/review/gates";
import { failedGatesOf } from "../../../../../src/cli/commands/review/matches";
import { reviewReport } from "../../../../../src/cli/commands/review/report";
import type { UsageFile } from "../../../../../src/cli/evidence/usage-file";
import { levelOf } from "../../../../../src/cli/report/level";
import { renderPlain } from "../../../../../src/cli/report/plain";
import { textOf } from "../../../../../src/cli/report/text";
import type { AppEvidence } from "../../../../../src/usage/evidence";
import { cli } from "../../../../e2e/support/review";
import { usage, usedApp, working } from "../../../../support/evidence";
import { scale, step, type Told, unknown } from "./support";

const old = { minConcurrency: 1, maxConcurrency: 20, keepAlive: 60, machineTypes: ["GPU-H100"] };
const busy = usedApp("a", working(4, 12), old);
const now = Date.parse("2026-11-20T00:00:00Z");

const file = (apps: readonly AppEvidence[] = [busy], more: Partial<UsageFile> = {}): UsageFile => ({
  evidence: usage(apps, { now }),
  name: "usage.json",
  ...more,
});
const scaling = (min: unknown, max: unknown, more: Record<string, unknown> = {}): Told => ({
  inputs: {
    ...scale(1, 1),
    minConcurrency: min,
    maxConcurrency: max,
    keepAlive: 60,
    machineTypes: ["GPU-H100"],
    ...more,
  },
});
const update = (before: Told, after: Told) => step("update", "AppScale", "s", before, after);
const review = (steps: ReturnType<typeof step>[], of: UsageFile | null = file()) =>
  reviewOf({ steps, diagnostics: [], omitted: 0 }, () => undefined, undefined, undefined, of ?? undefined);
const lower = update(scaling(1, 20), scaling(1, 8));

const firstLine = (of: ReturnType<typeof review>) => verdictOf(of).map(textOf).join("");
const text = (of: ReturnType<typeof review>) => renderPlain(reviewReport(of, []));
const matched = (gate: string, of: ReturnType<typeof review>) =>
  failedGatesOf(parseGates([gate], { prices: true, usage: true }), of).map(({ reason }) => reason);

describe("a review with usage", () => {
  test("the first line and a chart say that a lower maximum is below what was busy", () => {
    const found = review([lower]);
    expect(firstLine(found)).toBe(
      "1 app scales down: maximum 20 → 8. Usage of a: more than 8 runners were busy in 4% of hours.",
    );
    expect(text(found)).toMatch(/^- a: maximum 20 → 8: more than 8 runners were busy in 4% of hours\.$/m);
    expect(text(found)).toMatch(/peak 12, maximum before 20, after 8\n +▲/);
    expect(text(found)).toContain("Usage: usage.json of the account acme, written 2026-11-19 00:00 UTC");
    expect(levelOf(reviewReport(found, []))).toBe("warning");
  });

  test("the first line does not mention usage that does not matter, and a sentence tells it", () => {
    const found = review([update(scaling(1, 20), scaling(1, 14))]);
    expect(firstLine(found)).toBe("1 app scales down: maximum 20 → 14.");
    expect(text(found)).toContain("- a: maximum 20 → 14: never more than 12 runners were busy.");
  });

  test("usage adds to the first line and the level, and takes nothing away", () => {
    const quiet = usedApp("a", new Array(336).fill(0), old);
    const changes: [Told, Told][] = [
      [scaling(1, 20), scaling(3, 40)],
      [scaling(3, 20), scaling(0, 8)],
      [scaling(1, 20), scaling(1, 20, { machineTypes: ["GPU-H200"] })],
    ];
    for (const [before, after] of changes) {
      const plain = review([update(before, after)], null);
      for (const of of [file(), file([quiet]), file([]), file([quiet], { doubt: "the usage file is 9 days old" })]) {
        const found = review([update(before, after)], of);
        expect(firstLine(found)).toContain(firstLine(plain).replace(/\.$/, ""));
        if (levelOf(reviewReport(plain, [])) === "warning") {
          expect(levelOf(reviewReport(found, []))).toBe("warning");
        }
        expect(found.changes).toEqual(plain.changes);
      }
    }
  });

  test("an app without usage is named in one sentence", () => {
    const found = review([lower], file([]));
    expect(text(found)).toContain("- a: no evidence, because the usage file does not contain it.");
    expect(firstLine(found)).toBe("1 app scales down: maximum 20 → 8.");
  });

  test("an app whose runners were unknown is named in one sentence", () => {
    const found = review([lower], file([usedApp("a", new Array(336).fill(null), old)]));
    expect(text(found)).toContain("- a: no evidence, because fal returned no data for it.");
  });

  test("the scaling before it was managed comes from the usage file", () => {
    const found = review([step("create", "AppScale", "s", undefined, scaling(1, 8))]);
    expect(text(found)).toContain("maximum 20 → 8: more than 8 runners were busy in 4% of hours");
  });

  test("the first line names the app that lacks runners before the one that costs more", () => {
    const named = (name: string, min: number, max: number): Told => {
      const { inputs } = scaling(min, max);
      return { inputs: { ...inputs, app: name } };
    };
    const found = review(
      [
        step("update", "AppScale", "idle", named("idle", 1, 20), named("idle", 9, 20)),
        step("update", "AppScale", "busy", named("busy", 1, 20), named("busy", 1, 8)),
      ],
      file([usedApp("idle", working(1, 1), old), usedApp("busy", working(4, 12), old)]),
    );
    expect(firstLine(found)).toContain(
      "2 scaling changes matter by usage, above all busy maximum 20 → 8: more than 8 runners were busy in 4% of hours",
    );
  });

  test("usage of another account decides nothing", () => {
    const of = (account: string): Told => {
      const before = scaling(1, 20);
      return { ...before, outputs: { __fal: { v: 1, managed: Object.keys(before.inputs ?? {}), account } } };
    };
    const found = review([update(of("other"), scaling(1, 8))]);
    expect(text(found)).toContain('the usage file is of the account "acme", and the objects are of "other"');
    expect(matched("starves=99", found)).toHaveLength(1);
    expect(text(review([update(of("acme"), scaling(1, 8))]))).not.toContain("Do not rely");
  });

  test("a change of other values needs no usage", () => {
    const found = review([update(scaling(1, 20), scaling(1, 20, { requestTimeout: 60 }))]);
    expect(text(found)).not.toContain("busy");
    expect(matched("starves=0", found)).toEqual([]);
  });

  test("a deleted app shows how often it was busy", () => {
    const app = step("delete", "App", "app", {
      inputs: { name: "a", environment: "main", onDelete: "delete" },
      more: { id: "main/a" },
    });
    const found = review([app, step("delete", "AppScale", "s", scaling(1, 20))]);
    expect(text(found)).toContain("- a: a runner was busy in 100% of hours.");
    expect(matched("starves=50", found)).toHaveLength(1);
  });

  test("old usage is marked", () => {
    const found = review([lower], file([busy], { doubt: "the usage file is 9 days old, older than 7d" }));
    expect(text(found)).toContain(
      "WARNING: Do not rely on what usage says below: the usage file is 9 days old, older than 7d.",
    );
    expect(firstLine(found)).toContain("(by usage that is not to be relied on)");
  });
});

describe("gates about usage", () => {
  test("the gate starves matches only above its limit", () => {
    // 12 of 336 hours.
    expect(matched("starves=3.5", review([lower]))).toEqual([
      "a: more runners were busy than the new maximum allows in 4% of hours, more than 3.5%",
    ]);
    expect(matched("starves=3.6", review([lower]))).toEqual([]);
    expect(matched("starves=0", review([update(scaling(1, 20), scaling(1, 12))]))).toEqual([]);
  });

  test("the gate wastes compares the upper bound of the idle cost after the change", () => {
    const found = review([update(scaling(1, 20), scaling(6, 20))]);
    const [reason] = matched("wastes=1", found);
    expect(reason).toMatch(/^a: idle runners would cost up to \$\d+\.\d\d\/h, more than \$1\.00\/h$/);
    expect(matched("wastes=1000", found)).toEqual([]);
  });

  test("the gate wastes does not match a change that lowers the idle cost", () => {
    expect(matched("wastes=0", review([update(scaling(6, 20), scaling(1, 20))]))).toEqual([]);
  });

  test.each<[string, UsageFile, ReturnType<typeof step>, RegExp]>([
    [
      "old usage",
      file([busy], { doubt: "the usage file is 9 days old" }),
      update(scaling(1, 20), scaling(1, 19)),
      /not known, because the usage file is 9 days old/,
    ],
    ["no usage of the app", file([]), lower, /because the usage file does not contain it/],
    [
      "usage with gaps",
      file([
        usedApp(
          "a",
          working(1, 1).map((each, hour) => (hour % 5 === 0 ? null : each)),
          old,
        ),
      ]),
      lower,
      /only 79% of the hours/,
    ],
  ])("no gate about usage passes with %s", (_, of, change, reason) => {
    for (const gate of ["starves=99", "wastes=1000"]) {
      expect(matched(gate, review([change], of))).toEqual([expect.stringMatching(reason)]);
    }
  });

  test("no gate about usage passes if the maximum is known only after the update", () => {
    const found = review([update(scaling(1, 20), scaling(1, unknown))]);
    expect(matched("starves=99", found)).toEqual([expect.stringMatching(/it is not known in how many hours/)]);
  });

  test("no gate about usage passes if a runner may work on any number of requests", () => {
    const found = review([update(scaling(1, 20, { maxMultiplexing: 1 }), scaling(1, 10, { maxMultiplexing: 2 }))]);
    expect(matched("starves=99", found)).toEqual([expect.stringMatching(/it is not known in how many hours/)]);
  });

  test("no gate about cost passes if the key could not read usage", () => {
    const found = review([lower], file([{ ...busy, billed: null }]));
    expect(matched("wastes=1000", found)).toEqual(["a: the cost of its idle runners is not known"]);
  });
});

describe("review --usage", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-fal-usage-"));
    const write = (name: string, value: unknown) => writeFileSync(join(folder, name), JSON.stringify(value));
    write("preview.json", {
      steps: [{ op: "update", urn: lower.urn, oldState: lower.old, newState: lower.new }],
      changeSummary: { update: 1 },
    });
    write("usage.json", usage([busy]));
    write("old.json", usage([busy], { daysAgo: 9 }));
    write("wrong.json", { ...usage([busy]), apps: [{ app: 5 }] });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const run = (...args: string[]) => cli(["review", "--preview", "preview.json", ...args], folder);

  test("the usage file needs no key, and its gates and JSON are those of the report", async () => {
    const { code, out } = await run("--usage", "usage.json", "--fail-on", "starves=5", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(out).usage).toMatchObject({
      account: "acme",
      apps: [{ app: "main/a", matters: true, hours: 336, coverage: 1, starved: { hours: { min: 12, max: 12 } } }],
    });
    expect((await run("--usage", "usage.json", "--fail-on", "starves=1")).code).toBe(3);
  });

  test("the maximum age of the usage file is an option", async () => {
    expect((await run("--usage", "old.json", "--fail-on", "starves=99")).code).toBe(3);
    expect((await run("--usage", "old.json", "--fail-on", "starves=99", "--usage-max-age", "10d")).code).toBe(0);
  });

  test.each<[string[], number, RegExp]>([
    [["--usage", "wrong.json"], 1, /wrong\.json is not a usage file: - apps\.0\.app: /],
    [["--usage", "none.json"], 1, /Could not read the usage file none\.json: there is no such/],
    [["--usage-max-age", "7d"], 2, /--usage-max-age requires --usage/],
    [["--usage", "usage.json", "--usage-max-age", "soon"], 2, /must be a duration such as 36h or 7d, not "soon"/],
    [["--fail-on", "wastes=1"], 2, /wastes needs a usage file\. Pass it with --usage/],
  ])("%j is explained", async (args, code, says) => {
    const ended = await run(...args);
    expect(ended.code).toBe(code);
    expect(ended.notes.join("\n")).toMatch(says);
  });
});
