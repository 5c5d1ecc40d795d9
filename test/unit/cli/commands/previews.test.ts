import { describe, expect, test } from "vitest";
import { criteriaOf, previewsIn, removable } from "../../../../src/cli/commands/previews/find";
import { listed, listReport } from "../../../../src/cli/commands/previews/list";
import { alwaysBilled, costOf, elsewhere, scalingProblems, upReport } from "../../../../src/cli/commands/previews/up";
import { renderMarkdown } from "../../../../src/cli/report/markdown";
import type { AppInfo } from "../../../../src/client";
import { parsePrices } from "../../../../src/cost";
import { cli } from "../../../e2e/support/review";

const day = 24 * 3_600_000;
const now = Date.parse("2026-06-10T12:00:00Z");
const ago = (days: number) => new Date(now - days * day).toISOString();

describe("previews of pull requests", () => {
  test("a preview is a stack, an environment or both, whose name is the prefix and a number", () => {
    const stacks = ["prod", "acme/pr-12", "pr-5", "pr-x", "pr-05", "xpr-6", "pr-7-old"];
    const environments = [{ name: "main" }, { name: "pr-12", createdAt: ago(1) }, { name: "pr-3" }, { name: "pr-" }];
    expect(previewsIn("pr-", stacks, environments)).toEqual([
      { name: "pr-3", pullRequest: 3, environment: { createdAt: undefined } },
      { name: "pr-5", pullRequest: 5, stack: "pr-5" },
      { name: "pr-12", pullRequest: 12, stack: "acme/pr-12", environment: { createdAt: ago(1) } },
    ]);
    expect(previewsIn("infra-pr-", stacks, environments)).toEqual([]);
  });

  test("a preview is left over without an open pull request, and expired above the maximum age", () => {
    const preview = { name: "pr-5", pullRequest: 5, environment: { createdAt: ago(3) } };
    const why = (values: Parameters<typeof criteriaOf>[0], of = preview) => removable(of, criteriaOf(values), now);
    expect(why({})).toBeNull();
    expect(why({ open: "5" })).toBeNull();
    expect(why({ open: " 4, 5\n" })).toBeNull();
    expect(why({ open: "4,6" })).toBe("leftOver");
    expect(why({ open: "none" })).toBe("leftOver");
    expect(why({ "max-age": "4d" })).toBeNull();
    expect(why({ "max-age": "2d", open: "5" })).toBe("expired");
    // fal may not tell when it was created.
    expect(
      removable({ name: "pr-5", pullRequest: 5, environment: {} }, criteriaOf({ "max-age": "2d" }), now),
    ).toBeNull();
    expect(removable({ name: "pr-5", pullRequest: 5, stack: "pr-5" }, criteriaOf({ "max-age": "2d" }), now)).toBeNull();
  });

  test.each([
    [["list", "--open", ""], "--open is empty. Write none if no pull request is open, or omit the option."],
    [["list", "--open", "all"], '--open must be numbers of pull requests such as 5,12, or none, not "all".'],
    [["list", "--open", "5,none"], '--open must be numbers of pull requests such as 5,12, or none, not "5,none".'],
    [["list", "--max-age", "week"], '--max-age must be a duration such as 12h or 7d, not "week".'],
    [
      ["list", "--prefix", "p"],
      '--prefix must consist of lower-case letters, digits and "-", and end with "-", not "p".',
    ],
    [["clean", "--yes"], "Say which previews to remove, with --open, --max-age or both."],
    [
      ["clean", "--open", "5"],
      "Standard input is not a terminal, so the command cannot ask for confirmation. Pass --yes.",
    ],
    [["down", "main", "--yes"], 'NUMBER must be the number of a pull request, not "main".'],
    [["up", "5", "--yes", "--max-runners", "-1"], "--max-runners"],
  ])("`previews %j` is a mistake on the command line", async (args, message) => {
    const { code, notes } = await cli(["previews", ...args], "/", undefined, { FAL_KEY: "key:secret" });
    expect(code).toBe(2);
    expect(notes[0]).toContain(message);
  });

  test("the list says which previews nobody needs, and why", () => {
    const previews = [
      listed({ name: "pr-3", pullRequest: 3, environment: { createdAt: ago(9) } }, "expired"),
      listed({ name: "pr-5", pullRequest: 5, stack: "pr-5" }, "leftOver"),
      listed({ name: "pr-6", pullRequest: 6, stack: "pr-6", environment: { createdAt: ago(1) } }, null),
    ];
    const text = renderMarkdown(listReport(previews, now));
    expect(text).toContain("2 of 3 previews are left over or expired.");
    expect(text).toMatch(/pr-5.*missing.*left over: no open pull request owns it/);
    expect(text).toMatch(/pr-3.*missing.*exists.*216h0m.*expired/);
    expect(text).toMatch(/pr-6.*exists.*exists.*in use/);
    expect(renderMarkdown(listReport([], now))).toContain("There are no previews.");
  });
});

describe("limits of a preview", () => {
  const app = (more: Partial<AppInfo>) =>
    ({
      name: "flux",
      environment: "pr-5",
      minConcurrency: 0,
      maxConcurrency: 1,
      machineTypes: ["S"],
      ...more,
    }) as AppInfo;

  test("what fal has may keep no runner warm, and run no more than the maximum in total", () => {
    expect(scalingProblems([app({}), app({ name: "sdxl" })], 2)).toEqual([]);
    expect(scalingProblems([app({ minConcurrency: 2, maxConcurrency: 2 })], 2)).toEqual([
      expect.stringContaining("The apps keep 2 runners warm, which are billed while idle."),
    ]);
    expect(scalingProblems([app({ concurrencyBuffer: 1 })], 2)).toEqual([
      expect.stringContaining("keep 1 runner warm"),
    ]);
    expect(scalingProblems([app({ maxConcurrency: 2 }), app({ name: "sdxl" })], 2)).toEqual([
      expect.stringContaining("The apps may run 3 runners, and --max-runners is 2."),
    ]);
  });

  test("the cost ceiling counts every runner, with the entries of the prices file for production", () => {
    const prices = parsePrices(
      JSON.stringify({
        name: "test",
        source: "https://example.com",
        date: "2026-06-01",
        currency: "USD",
        machineTypes: { "GPU-H100": 2 },
        gpusPerRunner: { "main/flux": 4 },
      }),
      "prices.json",
    );
    const apps = [app({ maxConcurrency: 3, machineTypes: ["GPU-H100"] })];
    expect(costOf(apps, prices)).toMatchObject({ min: 24, max: 24, open: [] });
    expect(costOf(apps, undefined)).toBeUndefined();
  });

  test("a preview has no GPU instances, which are billed while idle", () => {
    const flux = { label: "flux", after: { app: "pr-5/flux", machineTypes: [] } };
    const deleted = { label: "old", before: { instanceType: "gpu_1x_h100_sxm5" } };
    expect(alwaysBilled([flux, deleted])).toEqual([]);
    expect(alwaysBilled([flux, { label: "trainer", after: { instanceType: "gpu_1x_h100_sxm5" } }])).toEqual([
      expect.stringContaining("GPU instance `trainer` is billed as long as it exists."),
    ]);
  });

  test("a preview changes nothing in another environment", () => {
    const step = (op: string, kind: string, environment?: string) => {
      const type = kind.includes(":") ? kind : `pulumi-nodejs:dynamic/fal:${kind}`;
      const urn = `urn:pulumi:pr-5::infra::${type}::flux`;
      const inputs = environment === undefined ? {} : { environment };
      return { op, urn, replaceReasons: [], new: { urn, type, inputs, outputs: {} } };
    };
    const steps = [
      step("create", "App", "pr-5"),
      step("create", "Environment"),
      step("read", "App", "main"),
      step("create", "aws:s3:Bucket", "main"),
    ];
    expect(elsewhere({ steps }, "pr-5")).toEqual([]);
    expect(elsewhere({ steps: [...steps, step("create", "Secret", "main")] }, "pr-5")).toEqual([
      expect.stringContaining('Secret `flux` is in environment "main", not "pr-5"'),
    ]);
  });

  test("the comment has the URL and the cost ceiling, or why nothing was deployed", () => {
    const result = { name: "pr-5", pullRequest: 5, outcome: "updated", reasons: [] } as const;
    const flux = {
      name: "flux",
      url: "https://fal.run/acme/flux--pr-5",
      minConcurrency: 0,
      maxConcurrency: 2,
      machineTypes: ["GPU-H100"],
    };
    const maxCostPerHour = { min: 5, max: 5, open: [], unpriced: [], currency: "USD" };
    const text = renderMarkdown(upReport({ ...result, apps: [flux], maxCostPerHour }));
    expect(text).toMatch(/runs 1 app: at most 2 runners, cost at full load .*5\.00\/h/);
    expect(text).toContain("https://fal.run/acme/flux--pr-5");
    const refused = renderMarkdown(upReport({ ...result, outcome: "refused", reasons: ["Too many."], apps: [] }));
    expect(refused).toContain("exceeds a limit");
    expect(refused).toContain("Too many.");
    expect(refused).not.toContain("Nothing runs while idle");
  });
});
