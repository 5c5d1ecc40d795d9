import { describe, expect, test } from "vitest";
import { findingsOf } from "../../../../src/cli/commands/usage/findings";
import { jsonOf } from "../../../../src/cli/commands/usage/json";
import type { UsageRead } from "../../../../src/cli/commands/usage/read";
import { usageReport } from "../../../../src/cli/commands/usage/report";
import { type DeclaredStack, declaredBy } from "../../../../src/cli/commands/usage/stack";
import { StackExport } from "../../../../src/cli/pulumi/stack-export";
import { renderMarkdown } from "../../../../src/cli/report/markdown";
import { renderPlain } from "../../../../src/cli/report/plain";
import { rangeOf } from "../../../../src/cli/usage/range";
import { parsePrices } from "../../../../src/cost";
import { evidenceSchema } from "../../../../src/usage/evidence";
import { cli } from "../../../e2e/support/review";
import { sampleRead, usageRange } from "../../../support/usage";

const generatedAt = "2026-11-16T00:10:00.000Z";
const prices = parsePrices(
  JSON.stringify({
    ...{ name: "list", source: "https://example.com", date: "2026-11-01", currency: "USD" },
    machineTypes: { "GPU-H100": 2, "GPU-A100": 1, M: 0.1 },
  }),
  "prices.json",
);
const found = (read: UsageRead, more: { stack?: DeclaredStack; prices?: typeof prices } = {}) =>
  findingsOf(read, { prices: undefined, stack: undefined, generatedAt, ...more });
const text = (...args: Parameters<typeof found>) => renderPlain(usageReport(found(...args)));

describe("the range of a usage report", () => {
  const now = new Date("2026-11-16T09:41:00Z");

  test("the range consists of whole hours and ends before the current one", () => {
    expect(rangeOf("14d", now)).toEqual({ from: "2026-11-02T09:00:00.000Z", to: "2026-11-16T09:00:00.000Z" });
    expect(rangeOf("90m", now)).toEqual({ from: "2026-11-16T07:00:00.000Z", to: "2026-11-16T09:00:00.000Z" });
  });

  test("the longest range does not begin before what fal keeps", () => {
    const { from } = rangeOf("90d", now);
    expect(now.getTime() - Date.parse(from)).toBeLessThanOrEqual(90 * 86_400_000);
    expect(from).toBe("2026-08-18T10:00:00.000Z");
  });

  test.each(["", "week", "59m", "91d", "-1d", "14"])("--since %j is a mistake on the command line", (since) => {
    expect(() => rangeOf(since, now)).toThrow("--since must be a duration from 1h to 90d, for example 14d");
  });
});

describe("a usage report", () => {
  test("the report begins with what the apps cost, what idle runners cost, and whose callers waited", () => {
    const report = text(sampleRead());
    // One of several assumptions is enough here: test/unit/usage lists them.
    expect(report.replace(/(- Assumed: .*\n)+/, "$1")).toMatchInlineSnapshot(`
      "3 apps in 14 days: $3,283, $2,081 of it for idle runners. llm reached its maximum in 100 hours; its callers waited 48 s (p95). 2 recommendations, of which 1 would save $1,825 per month.

      fal usage: acme

      Cost of 14 days          $3,283
      Per month (730 h)        $7,133
      Idle runners, per month  $4,522
      Busy runners, mean       2.14
      Idle runners, mean       2.75
      Requests                 43,200

      Recommendations: 2
      ──────────────────

      - image-gen: minConcurrency 3 → 2: never more than 2 runners were busy in 336 hours; saves $2.50 per hour (−$1,825 per month). Callers only wait for a runner to start if the app gets busier than it was.
      - llm: maxConcurrency 4 → 6: 4 was reached in 100 of 336 hours; callers waited 48 s (p95); costs up to $0.79 per hour (up to +$574 per month). At most 2 more runners run at a time, and each stays for keepAlive after its work.

      Runners per app  (█ busy on average, ▒ idle on average, · up to the peak)

      image-gen       █████▒▒▒▒▒▒▒▒▒▒▒▒▒        0.77 busy, 2.23 idle, peak 2 of 8
      llm             ████████▒▒▒·············  1.37 busy, 0.52 idle, peak 4 of 4
      staging/unused                            0 busy, 0 idle, peak 0 of 2

      Runners
      ───────

      App             Scaling           Busy, mean  Busy, peak      At the maximum  Idle, mean
      image-gen       3 to 8, GPU-H100        0.77           2               never        2.23
      llm             1 to 4, GPU-A100        1.37           4  100 of 336 h (30%)        0.52
      staging/unused  0 to 2, M                  0           0               never           0

      Costs and requests
      ──────────────────

      App               Cost  Per month  Idle, per month  Requests  Wait, p50  Wait, p95  Cold starts
      image-gen       $2,520     $5,475           $4,063    15,600      0.4 s      1.2 s    12 (41 s)
      llm               $763     $1,658             $459    27,600      0.4 s       48 s    12 (41 s)
      staging/unused   $0.00      $0.00            $0.00         0          –          –            0

      Hours of the week, in UTC
      ─────────────────────────

      image-gen  (busy runners: · none, ░ ▒ ▓ more, █ 8 or more)

           0     6     12    18
      Mon  ········░░░░░░░░░░░░░░░░
      Tue  ········░░░░░░░░░░░░░░░░
      Wed  ········░░░░░░░░░░░░░░░░
      Thu  ········░░░░░░░░░░░░░░░░
      Fri  ········░░░░░░░░░░░░░░░░
      Sat  ························
      Sun  ························

      llm  (busy runners: · none, ░ ▒ ▓ more, █ 4 or more)

           0     6     12    18
      Mon  ········██████████░░░░░░
      Tue  ········██████████░░░░░░
      Wed  ········██████████░░░░░░
      Thu  ········██████████░░░░░░
      Fri  ········██████████░░░░░░
      Sat  ························
      Sun  ························

      How the numbers are computed, and what they assume
      ──────────────────────────────────────────────────

      - Peaks are the highest numbers of each hour. The peaks of busy and idle runners of an hour need not be of the same moment.
      - Means of busy and idle runners are computed from the machine time that was billed, the seconds of work of all requests, and the peaks of each hour. Where these do not determine a number, it is a range that contains it.
      - An hour counts as at the maximum if as many runners were busy as maxConcurrency allows now. The upper end of a range counts hours, too, in which runners were starting and the peaks reach the maximum together.
      - Waits are the time from submission to the start of the work, in the queue and for the start of a runner. If an app has several routes, they are those of the slowest route.
      - Cold starts are requests that waited more than a second for a runner to start. The time in parentheses is that of half of these starts.
      - Costs are after discounts, as billed: all machine types, prices and surges together. A month has 730 hours.
      - Assumed: a start takes longer than a second, and makes at most maxMultiplexing requests wait.

      From 2026-11-02 00:00 UTC to 2026-11-16 00:00 UTC, 14 days.
      "
    `);
  });

  test("the apps are sorted by what their idle runners cost, then by how long their callers waited", () => {
    const order = (read: UsageRead) => found(read).apps.map(({ evidence }) => evidence.app);
    expect(order(sampleRead())).toEqual(["main/image-gen", "main/llm", "staging/unused"]);
    // Without money, by the idle runners.
    expect(order(sampleRead({ unbilled: true }))).toEqual(["main/image-gen", "main/llm", "staging/unused"]);
    const idle = sampleRead().apps.filter(({ app }) => app === "staging/unused");
    const waiting = (app: string, waitP95: number) =>
      idle.map((each) => ({ ...each, app, requests: each.requests && { ...each.requests, waitP95 } }));
    const apps = [...waiting("main/a", 1), ...waiting("main/b", 30), ...waiting("main/c", 2)];
    expect(order({ ...sampleRead(), apps })).toEqual(["main/b", "main/c", "main/a"]);
  });

  test("the grid of a week shows the highest peak of each hour, from Monday in UTC", () => {
    const week = text(sampleRead()).split("llm  (busy runners")[1]?.split("\n").slice(2, 10);
    expect(week).toEqual([
      "     0     6     12    18",
      ...["Mon", "Tue", "Wed", "Thu", "Fri"].map((day) => `${day}  ········██████████░░░░░░`),
      ...["Sat", "Sun"].map((day) => `${day}  ························`),
    ]);
    // A range that begins on a Wednesday at noon.
    const later = { ...usageRange, from: "2026-11-04T12:00:00.000Z" };
    const [first] = sampleRead().apps;
    const peaks = { running: [1, 0, 0], idle: [0, 0, 0], pending: [0, 0, 0] };
    const few = first && { ...first, peaks, scaling: { maxConcurrency: 1 } };
    const shown = text({ ...sampleRead(), range: later, apps: few ? [few] : [] });
    expect(shown).toContain("Wed  ????????????█··?????????");
  });

  test("a key without the right to read usage gets a report without costs, which says so", () => {
    const report = text(sampleRead({ unbilled: true }));
    expect(report).toContain("WARNING: Could not read the account's usage: fal refused this key (403).");
    expect(report).toContain("The report has no costs; --prices estimates those of runners.");
    expect(report).not.toContain("$");
    expect(jsonOf(found(sampleRead({ unbilled: true })))).toMatchObject({ totals: { cost: null, idleCost: null } });
  });

  test("with a prices file, costs are estimated where the key may not read usage, and only there", () => {
    const { totals, apps } = found(sampleRead({ unbilled: true }), { prices });
    const [image] = apps;
    const { idleRunners, idleCost } = image?.numbers ?? {};
    expect(idleCost?.perHour).toEqual({ min: (idleRunners?.min ?? 0) * 2, max: (idleRunners?.max ?? 0) * 2 });
    expect(totals.cost?.currency).toBe("USD");
    const report = text(sampleRead({ unbilled: true }), { prices });
    expect(report).toContain("The costs are estimates, from the numbers of runners and the prices file.");
    expect(report).toMatch(/^3 apps in 14 days: about \$/);
    expect(report).toContain("Prices: list (2026-11-01, https://example.com).");
    expect(found(sampleRead(), { prices }).totals).toEqual(found(sampleRead()).totals);
  });

  test("hours without data are unknown, and a warning says how many there are", () => {
    const report = text(sampleRead({ gap: 200 }));
    expect(report).toContain("fal returned data for 80% of the hours only (808 of 1,008).");
    expect(report).toContain("The others are unknown, not zero.");
    expect(report).toContain("136 of 336");
  });

  test("the report recommends other values with their reason and price, and adds up what they save", () => {
    const report = text(sampleRead());
    expect(report).toContain("2 recommendations, of which 1 would save $1,825 per month.");
    expect(report).toContain(
      "- image-gen: minConcurrency 3 → 2: never more than 2 runners were busy in 336 hours; saves $2.50 per hour (−$1,825 per month).",
    );
    expect(report).toContain(
      "- llm: maxConcurrency 4 → 6: 4 was reached in 100 of 336 hours; callers waited 48 s (p95)",
    );
    const { apps, totals } = jsonOf(found(sampleRead()));
    expect(apps.flatMap(({ recommendations }) => recommendations)).toMatchObject([
      { property: "minConcurrency", from: 3, to: 2, cost: { perHour: { min: -2.5, max: -2.5 }, currency: "USD" } },
      { property: "maxConcurrency", from: 4, to: 6, evidence: { hoursAtLimit: 100, waitP95: 48 } },
    ]);
    expect(totals.savings).toEqual({ perMonth: { min: 1825, max: 1825 }, currency: "USD" });
  });

  test("without enough history, the report says what recommendations need", () => {
    const read = sampleRead();
    const few = sampleRead({ gap: 200 }).apps.filter(({ app }) => app === "main/image-gen");
    const report = text({ ...read, apps: few });
    expect(report).toContain(
      "Recommendations need history of at least 7 days and of 90% of the range, which 1 app lacks.",
    );
    const unused = read.apps.filter(({ app }) => app === "staging/unused");
    expect(text({ ...read, apps: unused })).toContain("None: the evidence supports no other value.");
  });

  test("an app that fal billed nothing for, and has no history of, is unused, not unknown", () => {
    const read = sampleRead();
    const none = read.apps[0]?.peaks.running.map(() => null) ?? [];
    const apps = read.apps.map((app) =>
      app.app === "staging/unused"
        ? { ...app, peaks: { running: none, idle: none, pending: none }, requests: null }
        : app,
    );
    const report = text({ ...read, apps });
    expect(report).not.toContain("WARNING");
    expect(report).toMatch(/staging\/unused +no runners\n/);
    expect(found({ ...read, apps }).totals).toEqual(found({ ...read, apps: apps.slice(1) }).totals);
  });

  test("an app without analytics has no numbers of requests", () => {
    const read = sampleRead();
    const apps = read.apps.map((app) => ({ ...app, requests: null }));
    const report = text({ ...read, apps, analyticsRefused: "Could not read the analytics of apps: fal refused." });
    expect(report).toContain("fal refused. The report has no numbers of requests.");
    expect(report).toMatch(/llm +\$763 +\$1,658 +\$[\d.]+ +– +– +– +–\n/);
  });

  test("usage of apps that do not exist any more is not lost", () => {
    const row = {
      ...{ app: "old", machineType: "M", unit: "second", quantity: 10, unitPrice: 1, costSubtotal: 10 },
      ...{ costDiscount: 0, costTotal: 10, currency: "USD", isSurge: false },
    };
    const read = { ...sampleRead(), otherUsage: [row, row] };
    expect(text(read)).toContain("Not included: $20.00 for apps that do not exist any more");
    expect(jsonOf(found(read)).otherCost).toEqual({ amount: 20, currency: "USD" });
  });

  test("costs in several currencies are not added", () => {
    const read = sampleRead();
    const apps = read.apps.map((app) =>
      app.app === "main/llm" && app.billed ? { ...app, billed: { ...app.billed, currency: "EUR" } } : app,
    );
    expect(found({ ...read, apps }).totals).toMatchObject({ cost: null, idleCost: null });
  });

  test("an app whose costs are unknown although usage is readable is counted in a warning", () => {
    const read = sampleRead();
    const apps = read.apps.map((app) => (app.app === "main/llm" ? { ...app, billed: null } : app));
    expect(text({ ...read, apps })).toContain(
      "The costs of 1 app are unknown: fal billed in several currencies, or no time of machines.",
    );
    expect(found({ ...read, apps }).totals.cost).toBeNull();
  });

  test("a report without apps says so", () => {
    expect(text({ ...sampleRead(), apps: [] })).toMatch(/^There are no apps\.\n/);
  });

  test("a report of 500 apps fits into a comment, and shows ten weeks", () => {
    const [app] = sampleRead().apps.filter(({ app }) => app === "main/llm");
    const apps = Array.from({ length: 500 }, (_, index) => app && { ...app, app: `main/app-${index}` });
    const read = { ...sampleRead(), apps: apps.flatMap((each) => each ?? []) };
    const markdown = renderMarkdown(usageReport(found(read)));
    expect(markdown.length).toBeLessThan(65_536);
    expect(renderPlain(usageReport(found(read)))).toContain(
      "490 more apps were busy. --app NAME shows the week of one.",
    );
  });
});

describe("the evidence in the JSON of a usage report", () => {
  test.each([
    ["with costs", sampleRead()],
    ["without costs", sampleRead({ unbilled: true, gap: 100 })],
  ])("a report %s contains the evidence that it was computed from", (_what, read) => {
    const result = jsonOf(found(read));
    const { apps, ...rest } = evidenceSchema.parse(JSON.parse(JSON.stringify(result)));
    expect(rest).toEqual({ version: 1, account: "acme", generatedAt, ...usageRange });
    const sorted = [...read.apps].sort((a, b) => (a.app < b.app ? -1 : 1));
    expect(apps.sort((a, b) => (a.app < b.app ? -1 : 1))).toEqual(sorted);
  });
});

describe("a usage report about a stack", () => {
  const resource = (kind: string, id: string, inputs: object, more: object = {}) => ({
    ...{ urn: `urn:pulumi:prod::p::fal:index:${kind}::${id}`, custom: true, type: `fal:index:${kind}`, id, inputs },
    outputs: { __fal: { v: 1, account: "acme" } },
    ...more,
  });
  const exported = (...resources: object[]) =>
    new StackExport(JSON.stringify({ version: 3, deployment: { resources } }));

  test("the apps and the declared scaling come from the state", () => {
    const stack = declaredBy(
      "prod",
      exported(
        resource("App", "main/image-gen", { name: "image-gen" }),
        resource("AppScale", "main/llm", { app: "llm", minConcurrency: 2, machineTypes: ["GPU-A100"], regions: ["x"] }),
        resource("AppScale", "main/read", {}, { external: true }),
        resource("AppScale", "main/old", {}, { delete: true }),
        resource("Secret", "main/TOKEN", { name: "TOKEN", value: "x" }),
      ),
    );
    expect(stack.apps).toContain("main/image-gen");
    expect(stack.apps).not.toContain("main/read");
    expect([...stack.scaling]).toEqual([["main/llm", { minConcurrency: 2, machineTypes: ["GPU-A100"] }]]);
  });

  test("the report shows the declared scaling, and where fal has another one", () => {
    const stack = declaredBy(
      "prod",
      exported(resource("AppScale", "main/llm", { minConcurrency: 2, maxConcurrency: 4 })),
    );
    const report = text(sampleRead(), { stack });
    expect(report).toContain("Drift of llm: minConcurrency is 2 in the stack and 1 at fal.");
    expect(report).toMatch(/llm +2 to 4, GPU-A100/);
    expect(report).toContain("fal usage: acme, stack prod");
    expect(jsonOf(found(sampleRead(), { stack })).apps.find(({ app }) => app === "main/llm")).toMatchObject({
      declared: { minConcurrency: 2, maxConcurrency: 4 },
      scaling: { minConcurrency: 1 },
    });
  });

  test("the report names apps of the stack that fal does not have", () => {
    const report = text({ ...sampleRead(), missing: ["main/gone"] }, { stack: declaredBy("prod", exported()) });
    expect(report).toContain("fal does not have 1 app of stack prod: gone.");
  });
});

test.each([
  [["--since", "week"], '--since must be a duration from 1h to 90d, for example 14d, not "week".'],
  [["--app", ""], "--app is empty. Name an app, or omit the option for all."],
  [["--stack", " "], "--stack is empty. Name a stack, or omit the option for all apps of the account."],
  [["--environment", ""], "--environment is empty. Name an environment, or omit the option."],
  [["--cwd", "x"], "--cwd requires --stack."],
])("`pulumi-fal usage %j` is a mistake on the command line", async (args, message) => {
  const { code, notes } = await cli(["usage", ...args], "/", undefined, { FAL_KEY: "key:secret" });
  expect(code).toBe(2);
  expect(notes[0]).toBe(`pulumi-fal usage: ${message}`);
});
