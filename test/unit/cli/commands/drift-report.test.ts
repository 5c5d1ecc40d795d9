import { describe, expect, test } from "vitest";
import { totalCost } from "../../../../src/cli/capacity/totals";
import { compare } from "../../../../src/cli/commands/drift/compare";
import { jsonOf } from "../../../../src/cli/commands/drift/json";
import { withSimilar } from "../../../../src/cli/commands/drift/live";
import { byImpact } from "../../../../src/cli/commands/drift/order";
import { driftReport } from "../../../../src/cli/commands/drift/report";
import type { Drifted } from "../../../../src/cli/commands/drift/result";
import type { ReadStack } from "../../../../src/cli/commands/drift/stack";
import { scalingEvidence } from "../../../../src/cli/evidence/scaling";
import type { Refreshed } from "../../../../src/cli/pulumi/events";
import type { ResourceState } from "../../../../src/cli/pulumi/plan";
import { StackExport } from "../../../../src/cli/pulumi/stack-export";
import { renderHtml } from "../../../../src/cli/report/html";
import { levelOf } from "../../../../src/cli/report/level";
import { renderMarkdown } from "../../../../src/cli/report/markdown";
import { renderPlain } from "../../../../src/cli/report/plain";
import { parsePrices } from "../../../../src/cost";
import { engineRun } from "../../../support/engine-run";
import { usage, usedApp, working } from "../../../support/evidence";

/** Reports of what a refresh read: what drift opens, enlarges and costs, and in which order. */

type Properties = Record<string, unknown>;
const typeOf = (kind: string) => (kind.includes(":") ? kind : `pulumi-nodejs:dynamic/fal:${kind}`);

function state(
  kind: string,
  name: string,
  inputs: Properties,
  outputs: Properties = {},
  id = `main/${name}`,
): ResourceState {
  return { urn: `urn:pulumi:prod::infra::${typeOf(kind)}::${name}`, type: typeOf(kind), id, inputs, outputs };
}

/** A resource whose inputs differ at fal; without `live`, it is missing. */
function drift(kind: string, name: string, inputs: Properties, live?: Properties, id?: string): Refreshed {
  const old = state(kind, name, inputs, {}, id);
  return live
    ? { urn: old.urn, op: "update", old, live: { ...old, inputs: { ...inputs, ...live } } }
    : { urn: old.urn, op: "delete", old };
}

const scale = (app: string, declared: Properties, live?: Properties) =>
  drift(
    "AppScale",
    app,
    { app, environment: "main", machineTypes: ["GPU-H100"], minConcurrency: 0, ...declared },
    live,
  );

const prices = parsePrices(
  JSON.stringify({
    ...{ name: "p", source: "s", date: "2026-01-01", currency: "USD" },
    machineTypes: { "GPU-H100": 2, "GPU-A100": 1 },
    instanceTypes: { gpu_1x_h100_sxm5: 3 },
    gpusPerRunner: Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`main/app${n}`, 1])),
  }),
  "prices.json",
);

function read(refreshed: readonly Refreshed[], { ignoreChanges = [] as string[], priced = true } = {}) {
  const resources = refreshed.map(({ urn, old: { type } }) => ({ urn, type, custom: true, ignoreChanges }));
  const recorded = new StackExport(JSON.stringify({ deployment: { resources } })).resources();
  const compared = compare("prod", engineRun(refreshed), recorded, () => undefined, priced ? prices : undefined);
  const drifted = compared.drifted.toSorted(byImpact);
  const totals = {
    capacities: compared.capacities,
    ...(priced ? { prices, cost: totalCost(compared.capacities, prices) } : {}),
  };
  return { ...compared, drifted, totals };
}

function reportOf({ drifted, checked, totals }: ReturnType<typeof read>, more: { askedFal?: boolean } = {}) {
  const stacks = [{ stack: "prod", checked, drifted: drifted.length }];
  const findings = { drifted, checked, stacks, warnings: [], errors: [], askedFal: false, ...more };
  return driftReport(findings, { stacks: [], auditFailures: [], totals, limits: {} });
}

describe("drift with usage", () => {
  const declared = { minConcurrency: 1, maxConcurrency: 8, machineTypes: ["GPU-H100"] };
  const busy = usedApp("a", working(1, 1), { minConcurrency: 3, maxConcurrency: 8, machineTypes: ["GPU-H100"] });
  const reported = (live: Properties, apps = [busy]) => {
    const { drifted, checked, totals, capacities } = read([scale("a", declared, live)], { priced: false });
    const file = { evidence: usage(apps, { now: Date.parse("2026-11-20T00:00:00Z") }), name: "usage.json" };
    const findings = {
      ...{ drifted, checked, stacks: [{ stack: "prod", checked, drifted: 1 }] },
      ...{ warnings: [], errors: [], askedFal: false },
    };
    const evidence = { usage: file, changes: scalingEvidence(capacities, file) };
    const context = { stacks: [], auditFailures: [], totals, limits: {}, evidence };
    return { text: renderPlain(driftReport(findings, context)), json: jsonOf(findings, context) };
  };

  test("a drift report says what drifted scaling costs per hour and month by usage", () => {
    const { text, json } = reported({ minConcurrency: 3 });
    expect(text.split("\n")[0]).toMatch(
      /1 app scaled up: warm GPU runners 1 → 3, usage of a: .*, idle runners cost .*\/h more than declared \(.*\/month\)\.$/,
    );
    expect(text).toContain("Usage: usage.json of the account acme");
    expect(json.usage?.apps).toMatchObject([{ app: "main/a", idleCost: { currency: "USD" } }]);
    expect(json.usage?.apps[0]?.idleCost?.change.max).toBeGreaterThan(6);
  });

  test("a drift report says how often more runners were busy than the drifted maximum allows", () => {
    const busier = usedApp("a", working(2, 5), declared);
    expect(reported({ maxConcurrency: 4 }, [busier]).text).toContain(
      "- a: maximum 8 → 4: more than 4 runners were busy in 4% of hours.",
    );
    expect(reported({ maxConcurrency: 4 }, []).text).toContain("the usage file does not contain it");
  });
});

const firstLine = (refreshed: readonly Refreshed[]) => renderPlain(reportOf(read(refreshed))).split("\n")[0];

describe("what drift means", () => {
  test("a closed app or secret that someone opened is an impact, and the correction of the reverse is one too", () => {
    const meaning = (refreshed: Refreshed) => {
      const [{ impacts, onCorrection } = { impacts: [], onCorrection: [] }] = read([refreshed]).drifted;
      return [impacts.map(({ text }) => text), onCorrection.map(({ text }) => text)];
    };
    const pays = "everyone can call the app without a key, and your account pays";
    const app = (declared: string, live: string) =>
      drift("App", "a", { name: "a", authMode: declared }, { authMode: live });
    expect(meaning(app("private", "public"))).toEqual([[`became public: ${pays}`], []]);
    expect(meaning(app("public", "private"))).toEqual([[], [`becomes public: ${pays}`]]);
    const secret = drift("Secret", "s", { name: "S", defaultExposed: false }, { defaultExposed: true });
    expect(meaning(secret)[0]).toEqual([expect.stringMatching(/^became exposed to every app: each app/)]);
    const scaled = scale("app1", { maxConcurrency: 4 }, { maxConcurrency: 400 });
    expect(meaning(scaled)).toEqual([["scaled up: maximum 4 → 400"], []]);
  });

  test("a value that the program keeps secret may have opened or enlarged something", () => {
    const hidden = { authMode: "[secret]" };
    const old = state("App", "a", { name: "a", ...hidden });
    const [app] = read([{ urn: old.urn, op: "update", old, live: old }]).drifted;
    expect(app?.impacts).toEqual([
      {
        notion: "opens",
        properties: ["authMode"],
        summary: "may have become public",
        text: "may have become public: `authMode` changed, and the program keeps its value secret",
      },
    ]);
    const scaling = state("AppScale", "a", { app: "a", environment: "main", maxConcurrency: "[secret]" });
    const found = read([{ urn: scaling.urn, op: "update", old: scaling, live: scaling }]);
    expect(found.drifted[0]?.impacts).toMatchObject([{ notion: "enlarges", summary: "may run more" }]);
    expect(levelOf(reportOf(found))).toBe("warning");
  });

  test("what the stack ignores or does not declare is neither drift nor a difference in cost", () => {
    const scaled = scale("app1", { minConcurrency: 1 }, { minConcurrency: 9 });
    expect(read([scaled], { ignoreChanges: ["minConcurrency"] }).totals.cost).toMatchObject({
      from: { max: 18 },
      to: { max: 18 },
    });
    const both = scale("app1", { minConcurrency: 1, keepAlive: 60 }, { minConcurrency: 9, keepAlive: 5 });
    const partly = read([both], { ignoreChanges: ["minConcurrency"] });
    expect([partly.drifted[0]?.impacts, partly.totals.cost?.from.max]).toEqual([[], 18]);
    const effective = (minConcurrency: number) => ({ effective: { minConcurrency } });
    const inputs = { app: "app1", environment: "main", machineTypes: ["GPU-H100"], keepAlive: 60 };
    const old = state("AppScale", "app1", inputs, effective(1));
    const live = { ...old, inputs: { ...inputs, keepAlive: 5 }, outputs: effective(9) };
    const { drifted, totals } = read([{ urn: old.urn, op: "update", old, live }]);
    expect(drifted[0]?.impacts).toEqual([]);
    expect(totals.cost).toMatchObject({ from: { max: 18 }, to: { max: 18 } });
  });
});

describe("the order of drift", () => {
  test("drift is ordered by impact, then by cost, then by name in natural order", () => {
    const mode = (name: string, live: string) => drift("App", name, { name, authMode: "private" }, { authMode: live });
    const { drifted } = read([
      scale("app10", { keepAlive: 60 }, { keepAlive: 5 }),
      scale("app2", { keepAlive: 60 }, { keepAlive: 5 }),
      scale("app3", { minConcurrency: 9 }, { minConcurrency: 1 }),
      drift("aws:s3/bucket:Bucket", "a", { acl: "private" }, { acl: "public" }),
      scale("app5", { minConcurrency: 1 }, { minConcurrency: 2 }),
      scale("app4", { minConcurrency: 1 }, { minConcurrency: 3 }),
      mode("b", "public"),
      mode("a", "shared"),
      drift("Secret", "z", { name: "Z" }),
      drift("ComputeInstance", "box", { instanceType: "gpu_1x_h100_sxm5" }),
    ]);
    expect(drifted.map(({ label }) => label)).toEqual([
      "box",
      "Z",
      "a",
      "b",
      "app4",
      "app5",
      "app3",
      "app2",
      "app10",
      "a",
    ]);
  });
});

describe("the report", () => {
  test("the first line of drift names what is gone, opened and larger with numbers, and never calls drift calm", () => {
    const opened = drift("App", "a", { name: "a", authMode: "private" }, { authMode: "public" });
    const up = scale("app1", { minConcurrency: 1, maxConcurrency: 4 }, { minConcurrency: 3, maxConcurrency: 400 });
    const gone = [1, 2].map((n) => drift("ComputeInstance", `m${n}`, { instanceType: "gpu_1x_h100_sxm5" }));
    expect(firstLine([opened, up, ...gone, scale("app2", { keepAlive: 60 }, { keepAlive: 5 })])).toBe(
      "5 of 5 resources drifted in prod: 2 GPU instances are missing, 1 app became public, 1 app scaled up: " +
        "warm GPU runners 1 → 3, maximum 4 → 400, 1 other was changed, cost $8.00/h → $6.00/h (−$2.00/h, −25%, −$1,460/month).",
    );
    const levels = [opened, gone[0], up, scale("app1", { keepAlive: 60 }, { keepAlive: 5 })].map((one) =>
      levelOf(reportOf(read(one ? [one] : []))),
    );
    expect(levels).toEqual(["danger", "danger", "warning", "warning"]);
    expect(levelOf(reportOf(read([])))).toBe("calm");
  });

  test("several resources are one table with the cost of each, and a long one folds after what matters", () => {
    const fleet = Array.from({ length: 50 }, (_, n) => scale(`app${n}`, { keepAlive: 60 }, { keepAlive: 5 }));
    const found = read([...fleet, scale("app50", { minConcurrency: 1 }, { minConcurrency: 2 })]);
    const markdown = renderMarkdown(reportOf(found));
    const [before = "", folded = ""] = markdown.split("<details>");
    expect(before).toMatch(
      /\| app scaling `app50` \| `minConcurrency` \| `1` runner \| `2` runners \| \+<span>&#36;<\/span>2\.00\/h \|/,
    );
    expect(before.match(/^\| app scaling/gm)).toHaveLength(12);
    expect(folded).toContain("<summary>39 more resources</summary>");
    expect(folded.match(/^\| app scaling/gm)).toHaveLength(39);
    expect(renderMarkdown(reportOf(read(fleet.slice(0, 39))))).not.toContain("<details>");
    const widest = Math.max(
      ...renderPlain(reportOf(found), { columns: 80 })
        .split("\n")
        .map((line) => line.length),
    );
    expect(widest).toBeLessThanOrEqual(80);
  });

  test("ids of fal and times are shown as code, and ids that are names only once", () => {
    const id = "inst_0123456789abcdef";
    const machine = drift("ComputeInstance", "box", { instanceType: "gpu_1x_h100_sxm5" }, undefined, id);
    const app = scale("app1", { maxConcurrency: 4 }, { maxConcurrency: 5 });
    const found = read([machine, app]);
    const at = "2026-11-30T09:05:07.123Z";
    const drifted = found.drifted.map((one) => ({
      ...one,
      properties: one.properties.map((each) => ({ ...each, cause: "changedElsewhere" as const, by: "acme-2", at })),
    }));
    const report = reportOf({ ...found, drifted });
    const markdown = renderMarkdown(report);
    expect(markdown).toContain(`GPU instance \`box\` \`${id}\` is missing`);
    expect(markdown).toContain("| changed elsewhere, `acme-2`, `2026-11-30 09:05 UTC` |");
    expect(markdown).toContain("| app scaling `app1` |");
    for (const text of [markdown, renderHtml(report), renderPlain(report)]) expect(text.includes(id)).toBe(true);
  });

  test("a missing key or machine has the ids of others like it with --live, and the report says whether it asked", async () => {
    const key = drift("ApiKey", "ci", { alias: "ci" }, undefined, "key-1");
    const found = read([key]);
    const fal = { account: async () => "acme" };
    expect(renderMarkdown(reportOf(found))).toContain("Use `--live` with a key to ask.");
    const similar: Drifted[] = found.drifted.map((one) => ({ ...one, similar: ["key-2"] }));
    const report = renderMarkdown(reportOf({ ...found, drifted: similar }, { askedFal: true }));
    expect(report).toContain(
      "fal has `key-2` like it, which no checked stack manages: to keep it, set `adopt` to its id",
    );
    expect(report).not.toContain("Use `--live`");
    const stack = {
      recorded: new Map([["u", { managed: true, ignoreChanges: [], account: "globex" }]]),
    } as unknown as ReadStack;
    await expect(
      withSimilar(found.drifted, [stack], fal as never, new AbortController().signal, () => undefined),
    ).rejects.toThrow(
      '--live: The credential belongs to the fal account "acme", but the stacks manage resources of "globex"',
    );
  });
});
