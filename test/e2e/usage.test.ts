import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parsePrices } from "../../src/cost";
import { evidenceSchema } from "../../src/usage/evidence";
import type { Interval } from "../../src/usage/interval";
import { Canary, found } from "./support/canary";
import { pulumiFal } from "./support/pulumi-fal";
import { World } from "./support/world";

/** `pulumi-fal usage` and `prices`, as users run them, against an account whose apps have traffic. */

const office = [...Array(8).fill(0), ...Array(10).fill(300), ...Array(6).fill(20)];
const account = {
  environments: [{ name: "staging" }],
  prices: [
    { machine_type: "GPU-H100", unit_price: 0.00125, percent_discount: 20 },
    { machine_type: "GPU-A100", unit_price: 0.0005, surge: { hours: [18, 19], unit_price: 0.001 } },
    { machine_type: "XS", unit_price: 0.00001 },
  ],
  other_usage: [{ machine_type: "XS", seconds_per_hour: 90 }],
  apps: [
    {
      ...{ name: "image-gen", environment: "main", min_concurrency: 3, max_concurrency: 8, keep_alive: 300 },
      ...{ machine_types: ["GPU-H100"] },
      traffic: { requests_per_hour: 60, request_seconds: 20, startup_seconds: 45 },
    },
    {
      ...{ name: "llm", environment: "staging", min_concurrency: 0, max_concurrency: 2, keep_alive: 60 },
      ...{ machine_types: ["GPU-A100"] },
      traffic: {
        ...{ requests_per_hour: office, request_seconds: 15, startup_seconds: 60, seed: 3 },
        routes: [{ path: "edit", share: 0.25 }],
      },
    },
    { name: "unused", environment: "main", machine_types: ["GPU-H100"] },
  ],
};

describe("pulumi-fal usage", () => {
  let world: World;
  let folder: string;
  let env: Record<string, string>;
  const secret = new Canary("the key's secret");
  const printed: string[] = [];

  beforeAll(async () => {
    world = await World.start();
    folder = mkdtempSync(join(tmpdir(), "pulumi-fal-usage-"));
    await world.seed({
      ...account,
      keys: [
        { key_id: "ops", key_secret: secret.value, scope: "ADMIN" },
        { key_id: "ci", key_secret: secret.value, preset: "SERVERLESS" },
      ],
    });
    env = { ...world.env, FAL_KEY: `ops:${secret.value}` };
  });
  afterAll(async () => {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function run(args: string[], more: Record<string, string> = {}) {
    const ran = await pulumiFal(folder, { ...env, ...more }, ...args);
    printed.push(ran.out, ran.notes);
    return ran;
  }

  test("the numbers of the report contain what really happened, and one request per app reads them", async () => {
    await world.clearRequests();
    const { code, out, notes } = await run(["usage", "--json", "--since", "7d"]);
    expect({ code, notes }).toEqual({ code: 0, notes: "" });
    const paths = (await world.requests()).map(({ path }) => path.replace(/\?.*/, ""));
    expect(paths.filter((path) => path.includes("/runners/history")).sort()).toEqual([
      "/v1/serverless/apps/acme/image-gen/runners/history",
      "/v1/serverless/apps/acme/llm--staging/runners/history",
      "/v1/serverless/apps/acme/unused/runners/history",
    ]);
    expect(paths.filter((path) => path === "/v1/serverless/analytics")).toHaveLength(1);
    expect(paths.filter((path) => path === "/v1/serverless/usage")).toHaveLength(1);

    const result = JSON.parse(out);
    const evidence = evidenceSchema.parse(result);
    expect(evidence).toMatchObject({ version: 1, account: "acme" });
    expect(Date.parse(evidence.to) - Date.parse(evidence.from)).toBe(7 * 86_400_000);
    for (const [environment, name] of [
      ["main", "image-gen"],
      ["staging", "llm"],
    ] as const) {
      const record = await world.record(name, environment, evidence);
      const { numbers } = result.apps.find(({ app }: { app: string }) => app === `${environment}/${name}`);
      const seconds = record.hours * 3_600;
      expectWithin(numbers.busyRunners, record.runner_seconds.running / seconds);
      expectWithin(numbers.idleRunners, record.runner_seconds.idle / seconds);
      expectWithin(numbers.atLimit.hours, record.hours_at_limit);
      expectWithin(numbers.cost.range, record.cost);
      expect(numbers).toMatchObject({
        ...{ rangeHours: 168, hours: 168, busyPeak: record.peak_runners.running },
        ...{ requests: record.requests, coldStarts: record.cold_starts },
      });
      // That of the slowest route.
      expect(numbers.waitP95).toBeGreaterThanOrEqual(record.wait.p95 * 0.9);
    }
    // What belongs to no app.
    expect(result.otherCost.amount).toBeCloseTo(90 * 168 * 0.00001, 6);
  });

  test("a key that may read apps, but no usage, gets the report without costs", async () => {
    const { code, out } = await run(["usage", "--format", "text"], { FAL_KEY: `ci:${secret.value}` });
    expect(code).toBe(0);
    expect(out).toMatch(/^3 apps in 14 days: [\d.–\s]+ busy runners on average/);
    expect(out).toContain("The report has no costs; --prices estimates those of runners.");
    expect(out).not.toContain("$");
    const prices = await run(["prices"], { FAL_KEY: `ci:${secret.value}` });
    expect(prices.code).toBe(1);
    expect(prices.notes).toMatch(/^pulumi-fal prices: Could not read the account's usage: .*ADMIN/);
  });

  test("the prices file has what the account pays, and a report uses it where usage is not readable", async () => {
    const { code, notes } = await run(["prices", "--out", "prices.json"]);
    expect({ code, notes }).toEqual({ code: 0, notes: "Wrote prices.json: 3 prices in USD.\n" });
    const text = readFileSync(join(folder, "prices.json"), "utf8");
    const table = parsePrices(text, "prices.json");
    expect(table).toMatchObject({ name: "what acme paid", machineTypesPer: "runner", currency: "USD" });
    expect(table.machineTypes["GPU-H100"]).toBeCloseTo(3.6, 3);
    expect(table.machineTypes["GPU-A100"]).toBeGreaterThan(1.8);
    expect(table.note).toContain("GPU-A100 is a mean of prices from 1.8 to 3.6.");
    const estimated = await run(["usage", "--prices", "prices.json", "--app", "image-gen", "--format", "text"], {
      FAL_KEY: `ci:${secret.value}`,
    });
    expect(estimated.out).toMatch(/^1 app in 14 days: about \$/);
    expect(estimated.out).toContain("Prices: what acme paid");
  });

  test("all formats can be written at once, about some apps only", async () => {
    const files = ["usage.json", "usage.html", "usage.md", "usage.txt"];
    const args = [...files.flatMap((file) => ["--out", file]), "--environment", "staging"];
    const { code, notes } = await run(["usage", ...args]);
    expect({ code, notes }).toEqual({ code: 0, notes: files.map((file) => `Wrote ${file}.\n`).join("") });
    const [json = "", html, markdown, text] = files.map((file) => readFileSync(join(folder, file), "utf8"));
    expect(evidenceSchema.parse(JSON.parse(json)).apps.map(({ app }) => app)).toEqual(["staging/llm"]);
    expect(html).toContain('<svg role="img"');
    expect(markdown).toContain("| `staging/llm` |");
    expect(text).toMatch(/^Mon {2}·{8}█/m);
    printed.push(json, html ?? "", markdown ?? "", text ?? "");
  });

  test("an app or environment that does not exist is an error with the closest name", async () => {
    expect(await run(["usage", "--app", "imge-gen"])).toEqual({
      ...{ code: 1, out: "" },
      notes: 'pulumi-fal usage: App "imge-gen" does not exist. Did you mean "image-gen"?\n',
    });
    const { code, notes } = await run(["usage", "--environment", "stagin"]);
    expect(code).toBe(1);
    expect(notes).toContain('Environment "stagin" does not exist.');
  });

  test("a failure of fal ends the report with fal's reason", async () => {
    await world.faults([{ match: { path: "image-gen/runners/history" }, fault: { status: 400 } }]);
    const { code, out, notes } = await run(["usage"]);
    await world.faults([]);
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(notes).toMatch(/^pulumi-fal usage: Could not read the runner history of app/);
  });

  test("no output contains the key", () => {
    expect(printed.length).toBeGreaterThan(15);
    expect(found(printed.join("\n"), [secret])).toEqual([]);
  });
});

function expectWithin({ min, max }: Interval, value: number): void {
  // What is computed from rounded amounts differs in the last digits.
  expect(value).toBeGreaterThanOrEqual(min * 0.9999 - 1e-6);
  expect(value).toBeLessThanOrEqual(max * 1.0001 + 1e-6);
}
