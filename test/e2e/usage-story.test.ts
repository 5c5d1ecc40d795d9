import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ReviewResult } from "../../src/cli/commands/review/result";
import type { UsageResult } from "../../src/cli/commands/usage/result";
import { pulumiFal } from "./support/pulumi-fal";
import type { Declared, Stack } from "./support/stack";
import { type TrafficRecord, World } from "./support/world";

/**
 * A decision about scaling, from its evidence to its effect: a week of traffic, the report, a pull request that follows its
 * recommendation, the review with evidence, the merge, another week. The emulator's own record tells whether the report and
 * the review were right.
 */

const pricePerHour = 4.5;

/** A request every few hours, and two busy hours on Mondays. */
const requestsPerHour = Array.from({ length: 168 }, (_, hour) => (hour === 12 || hour === 13 ? 90 : 0.2));

const scaling = (minConcurrency: number): Declared[] => [
  {
    kind: "AppScale",
    name: "image-gen",
    args: { app: "image-gen", minConcurrency, maxConcurrency: 4, keepAlive: 60 },
  },
];

let world: World;
let stack: Stack;
beforeAll(async () => {
  world = await World.start();
  await world.seed({
    prices: [{ machine_type: "GPU-H100", unit_price: pricePerHour / 3600 }],
    apps: [
      {
        name: "image-gen",
        machine_types: ["GPU-H100"],
        traffic: {
          requests_per_hour: requestsPerHour,
          request_seconds: 25,
          request_seconds_spread: 0.4,
          startup_seconds: 60,
        },
      },
    ],
  });
  stack = await world.stack();
});
afterAll(() => world.close());

/** A week passes, and an hour more, because a report ends at a full hour. */
async function weekPasses(): Promise<void> {
  await world.passTime((7 * 24 + 1) * 3600);
}

/** What really happened in the range of a report. */
const record = (range: UsageResult) => world.record("image-gen", "main", range);

/** Runs the command, which must succeed, and reads the JSON file that it writes. */
async function resultOf<Result>(file: string, ...args: string[]): Promise<Result> {
  const { code, notes } = await pulumiFal(stack.dir, world.env, ...args, "--out", file);
  expect({ code, notes }).toMatchObject({ code: 0 });
  return JSON.parse(readFileSync(join(stack.dir, file), "utf8")) as Result;
}

const usage = (file: string, ...args: string[]) => resultOf<UsageResult>(file, "usage", "--since", "7d", ...args);
const within = (value: number, { min, max }: { readonly min: number; readonly max: number }) =>
  expect(value >= min - 1e-6 && value <= max + 1e-6, `${value} lies between ${min} and ${max}`).toBe(true);
const idlePerHour = ({ runner_seconds: { idle }, hours }: TrafficRecord) => (idle / 3600 / hours) * pricePerHour;

describe("a decision about scaling, from its evidence to its effect", () => {
  let report: UsageResult;
  let review: ReviewResult;
  let before: TrafficRecord;

  test("after a week, the report has the numbers of fal's own record and recommends fewer warm runners", async () => {
    await stack.program(scaling(3)).up();
    await weekPasses();
    report = await usage("usage.json", "--out", "usage.md");
    before = await record(report);
    const [app] = report.apps;
    expect(report.apps).toHaveLength(1);
    expect(app?.numbers).toMatchObject({ hours: 168, requests: before.requests, coldStarts: before.cold_starts });
    within(before.runner_seconds.idle / 3600 / 168, app?.numbers.idleRunners ?? { min: Number.NaN, max: Number.NaN });
    expect(app?.numbers.cost?.range.max).toBeCloseTo(before.cost);
    expect(app?.recommendations).toContainEqual(
      expect.objectContaining({ property: "minConcurrency", from: 3, to: 1 }),
    );
    expect(readFileSync(join(stack.dir, "usage.md"), "utf8")).toMatch(
      /minConcurrency.* 3 → 1.*more than one runner was busy in [1-3] of 168 hours; saves about/,
    );
  });

  test("the review of a pull request that follows it shows the evidence without a key", async () => {
    const preview = await stack.program(scaling(1)).ok("preview", "--json", "--show-sames");
    writeFileSync(join(stack.dir, "preview.json"), preview.stdout);
    const args = ["review", "--preview", "preview.json", "--usage", "usage.json"];
    await world.clearRequests();
    const { code, notes } = await pulumiFal(stack.dir, {}, ...args, "--out", "review.json", "--out", "review.txt");
    expect({ code, notes }).toMatchObject({ code: 0 });
    expect(await world.requests()).toEqual([]);
    review = JSON.parse(readFileSync(join(stack.dir, "review.json"), "utf8"));
    const [evidence] = review.usage?.apps ?? [];
    expect(evidence).toMatchObject({ app: "main/image-gen", hours: 168 });
    expect(evidence?.sentences.join()).toMatch(/3 → 1/);
    expect(readFileSync(join(stack.dir, "review.txt"), "utf8")).toContain(evidence?.sentences[0]);
    // The gate is about what callers would miss, and an idle runner costs less than ten dollars.
    const gates = await pulumiFal(stack.dir, {}, ...args, "--fail-on", "starves=5,wastes=10");
    expect(gates).toMatchObject({ code: 0 });
  });

  test("after the merge and another week, the saving and the waits are as predicted", async () => {
    await stack.up();
    await weekPasses();
    const after = await record(await usage("after.json"));
    const [evidence] = review.usage?.apps ?? [];
    const none = { min: Number.NaN, max: Number.NaN };
    within(idlePerHour(before), evidence?.idleCost?.before ?? none);
    within(idlePerHour(after), evidence?.idleCost?.after ?? none);
    within(idlePerHour(after) - idlePerHour(before), evidence?.idleCost?.change ?? none);
    // Two runners less, all the time: 336 hours of a runner.
    expect(before.cost - after.cost).toBeGreaterThan(300 * pricePerHour);
    within(after.hours_at_limit, evidence?.starved?.hours ?? none);
    // What callers experienced: half of them still waited for nothing, and in the busy hours some for a runner to start.
    expect(before.cold_starts).toBe(0);
    expect(after.cold_starts).toBeLessThan(0.1 * after.requests);
    expect(after.wait.p50).toBe(0);
  });

  test("the report after it recommends nothing of the kind again", async () => {
    const { apps } = await usage("after.json");
    expect(apps[0]?.recommendations.map(({ property }) => property)).not.toContain("minConcurrency");
  });
});
