import { describe, expect, test } from "vitest";
import { likelyCauses, withAuditTrail } from "../../../../src/cli/commands/drift/causes";
import { compare } from "../../../../src/cli/commands/drift/compare";
import { fixPlanOf, needsDeploy } from "../../../../src/cli/commands/drift/fix";
import { planLines } from "../../../../src/cli/commands/drift/fix-text";
import { driftReport } from "../../../../src/cli/commands/drift/report";
import type { Drifted } from "../../../../src/cli/commands/drift/result";
import type { ReadStack } from "../../../../src/cli/commands/drift/stack";
import { unresolvedIn } from "../../../../src/cli/commands/drift/unresolved";
import type { Refreshed } from "../../../../src/cli/pulumi/events";
import type { ResourceState } from "../../../../src/cli/pulumi/plan";
import { StackExport } from "../../../../src/cli/pulumi/stack-export";
import { renderPlain } from "../../../../src/cli/report/plain";
import type { AppEvent } from "../../../../src/client";
import { engineRun } from "../../../support/engine-run";

/** Deployments of an app with source by somebody else, and such an app that is missing. */

type Properties = Record<string, unknown>;
const state = (kind: string, name: string, inputs: Properties, outputs: Properties = {}): ResourceState => {
  const type = `pulumi-nodejs:dynamic/fal:${kind}`;
  return {
    urn: `urn:pulumi:prod::infra::${type}::${name}`,
    type,
    id: "main/flux",
    inputs,
    outputs: { ...inputs, __fal: { v: 2 }, ...outputs },
  };
};
const declared = { name: "flux", environment: "main", source: { ref: "app.py::Flux" }, sourceHash: "h" };
const app = (running: string, more: Properties = {}, deployed = "ours") =>
  state("App", "flux", { ...declared, ...more }, { currentRevision: running, deployedRevision: deployed });
const read = (of: readonly Refreshed[]) => {
  const resources = of.map(({ urn, old }) => ({ urn, type: old.type, custom: true }));
  const recorded = new StackExport(JSON.stringify({ deployment: { resources } })).resources();
  return compare("prod", engineRun(of, {}), recorded, () => undefined);
};
const refreshed = (old: ResourceState, live?: ResourceState, op = live ? "update" : "delete"): Refreshed => ({
  urn: old.urn,
  op,
  old,
  ...(live ? { live } : {}),
});

const event: AppEvent = {
  id: "1",
  category: "deployment_ended",
  createdAt: "2026-11-30T09:05:00Z",
  payload: { newApplicationId: "theirs", actor: { nickname: "sam" } },
} as unknown as AppEvent;

const report = (drifted: readonly Drifted[]) =>
  renderPlain(
    driftReport(
      {
        drifted,
        checked: 1,
        stacks: [{ stack: "prod", checked: 1, drifted: drifted.length }],
        warnings: [],
        errors: [],
        askedFal: false,
      },
      { stacks: [], auditFailures: [], totals: { capacities: [] }, limits: {} as never },
    ),
  );

describe("a deployment by somebody else", () => {
  // The second one: an earlier refresh has recorded it, and nothing differs any more.
  test.each<[string, string, "update" | "same"]>([
    ["was not seen before", "ours", "update"],
    ["is in the state already", "theirs", "same"],
  ])("that %s is drift, with who and when", async (_what, before, op) => {
    const of = [refreshed(app(before), app("theirs"), op)];
    const { drifted } = read(of);
    const explained = await withAuditTrail(likelyCauses(drifted, of), of, async () => [event]);
    expect(explained).toMatchObject([
      {
        status: "changed",
        properties: [
          {
            path: "currentRevision",
            declared: "ours",
            actual: "theirs",
            cause: "deployedElsewhere",
            by: "sam",
            at: event.createdAt,
            stays: true,
          },
        ],
      },
    ]);
    const text = report(explained);
    expect(text).toMatch(/1 of 1 resource drifted in prod: 1 was deployed elsewhere/);
    expect(text).toMatch(/App flux: onForeignDeploy is keep, so it stays until the source changes/);
    expect(text).not.toContain("--fix");
  });

  test("is no drift of an app that deploys nothing, that is pinned, or that runs what it deployed", () => {
    const none = [
      refreshed(app("ours"), app("ours"), "same"),
      refreshed(app("theirs", { revision: "theirs" }), app("theirs", { revision: "theirs" }), "same"),
      refreshed(app("theirs", { source: undefined }), app("theirs", { source: undefined }), "same"),
    ];
    for (const each of none) expect(read([each]).drifted).toEqual([]);
  });

  test("is replaced by a fix only with onForeignDeploy: redeploy", () => {
    const redeploys = { onForeignDeploy: "redeploy" };
    const [found] = read([refreshed(app("theirs", redeploys), app("theirs", redeploys), "same")]).drifted;
    if (!found) throw new Error("no drift");
    expect(report([found])).toMatch(/onForeignDeploy is redeploy, so pulumi up --refresh deploys source again/);
    const old = state("App", "flux", { ...declared, ...redeploys }, { __fal: { v: 2, pending: ["redeploy"] } });
    const next = { ...old, outputs: {} };
    const step = { op: "update", urn: old.urn, old, new: next, replaceReasons: [] };
    const plan = fixPlanOf({ steps: [step], diagnostics: [], omitted: 0 }, [found]);
    expect(planLines("prod", plan)).toEqual([
      "prod: 1 correction. All in one sentence: App flux is redeployed (somebody else has deployed it).",
      "  update app flux",
      "    it is redeployed (somebody else has deployed it)",
      expect.stringMatching(/finishes work of an earlier update/),
    ]);
    expect(plan.accepted).toEqual([]);
  });

  test("stays after a fix with onForeignDeploy: keep, which says so", () => {
    const of = [refreshed(app("theirs"), app("theirs"), "same")];
    const { drifted, ...rest } = read(of);
    const plan = fixPlanOf({ steps: [], diagnostics: [], omitted: 0 }, drifted);
    expect(plan.corrections).toEqual([]);
    expect(plan.accepted).toMatchObject([{ path: "currentRevision", reason: expect.stringMatching(/is `keep`/) }]);
    expect(planLines("prod", plan).join("\n")).toMatch(
      /onForeignDeploy is keep, so it stays[^\n]*:\n {2}currentRevision of app flux/,
    );
    const after = { ...rest, stack: "prod", recorded: new Map(), refreshed: of, drifted } as unknown as ReadStack;
    expect(unresolvedIn({ drifted, corrections: [] }, after, [after])).toMatchObject([
      { reason: expect.stringMatching(/^`onForeignDeploy` is `keep`/) },
    ]);
  });

  test("a change of the source in the program replaces it, and is not a correction", () => {
    const { drifted } = read([refreshed(app("theirs"), app("theirs"), "same")]);
    const [old, next] = [app("theirs"), state("App", "flux", { ...declared, sourceHash: "h2" })];
    const step = { op: "update", urn: old.urn, old, new: { ...next, outputs: {} }, replaceReasons: [] };
    const plan = fixPlanOf({ steps: [step], diagnostics: [], omitted: 0 }, drifted);
    expect(plan).toMatchObject({ corrections: [], accepted: [], otherChanges: [{ name: "flux" }] });
  });
});

describe("an app that is missing", () => {
  const scale = state("AppScale", "scale", { app: "flux", environment: "main", maxConcurrency: 3 });

  test("with source is deployed again by a fix, with its scaling", () => {
    const { drifted } = read([refreshed(app("ours")), refreshed(scale)]);
    expect(drifted.map(({ recreated }) => recreated)).toEqual([
      "is deployed again from its `source`, without its earlier revisions",
      "is set again once the app that it belongs to is deployed",
    ]);
    expect(drifted.some(needsDeploy)).toBe(false);
    expect(report(drifted)).toMatch(/it is deployed again from its source, without its earlier revisions/);
    expect(report(drifted)).not.toContain("First deploy");
  });

  test("without source, or pinned, needs fal deploy first", () => {
    for (const more of [{ source: undefined, sourceHash: undefined }, { revision: "r1" }]) {
      expect(read([refreshed(app("ours", more)), refreshed(scale)]).drifted.every(needsDeploy)).toBe(true);
    }
  });
});
