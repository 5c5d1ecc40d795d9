import { describe, expect, test } from "vitest";
import { fixCommand, importCommands, upCommand } from "../../../../src/cli/commands/drift/commands";
import { type FixPlan, fixPlanOf, withResults } from "../../../../src/cli/commands/drift/fix";
import { endedLines, planLines } from "../../../../src/cli/commands/drift/fix-text";
import { nextBlocks } from "../../../../src/cli/commands/drift/next-steps";
import type { Drifted, DriftedProperty, PlannedStep } from "../../../../src/cli/commands/drift/result";
import type { ReadStack } from "../../../../src/cli/commands/drift/stack";
import { refuseUnknownTargets, targetedIn } from "../../../../src/cli/commands/drift/targets";
import { unresolvedIn } from "../../../../src/cli/commands/drift/unresolved";
import type { ResourceState, Step } from "../../../../src/cli/pulumi/plan";
import type { RecordedResource } from "../../../../src/cli/pulumi/stack-export";
import { renderPlain } from "../../../../src/cli/report/plain";

type Properties = Record<string, unknown>;

const typeOf = (kind: string) => (kind.includes(":") ? kind : `pulumi-nodejs:dynamic/fal:${kind}`);
const urnOf = (kind: string, name: string, stack = "prod") => `urn:pulumi:${stack}::infra::${typeOf(kind)}::${name}`;

const state = (kind: string, name: string, inputs: Properties, hidden: Properties = {}): ResourceState => ({
  urn: urnOf(kind, name),
  type: typeOf(kind),
  id: `main/${name}`,
  inputs,
  outputs: { ...inputs, __fal: { v: 2, ...hidden } },
});
const step = (op: string, old?: ResourceState, next?: ResourceState): Step => ({
  op,
  urn: (next ?? old)?.urn ?? "",
  replaceReasons: [],
  ...(old ? { old } : {}),
  ...(next ? { new: { ...next, outputs: {} } } : {}),
});
const drift = (kind: string, name: string, ...properties: DriftedProperty[]): Drifted => ({
  stack: "prod",
  urn: urnOf(kind, name),
  type: typeOf(kind),
  name,
  id: `main/${name}`,
  status: properties.length > 0 ? "changed" : "missing",
  properties,
  label: name,
  impacts: [],
  onCorrection: [],
});

const scaleDrift = drift("AppScale", "scale", { path: "keepAlive", declared: 60, actual: 5, unit: "s" });
const plan = (drifted: readonly Drifted[], ...steps: Step[]) =>
  fixPlanOf({ steps, diagnostics: [], omitted: 0 }, drifted);
const texts = (steps: readonly PlannedStep[]) =>
  steps.map(({ op, name, properties }) =>
    [op, name, ...properties.map(({ path, from, to, along }) => `${path}:${from}>${to}${along ? "+" : ""}`)].join(" "),
  );
const sorted = (of: FixPlan) => [texts(of.corrections), texts(of.otherChanges)];

describe("the plan of a fix", () => {
  const scale = (inputs: Properties) => state("AppScale", "scale", { app: "a", environment: "main", ...inputs });
  const live = scale({ keepAlive: 5, maxConcurrency: 3 });

  test("corrections are separated from changes of the program, each with its values", () => {
    const update = (inputs: Properties) => sorted(plan([scaleDrift], step("update", live, scale(inputs))));
    expect(update({ keepAlive: 60, maxConcurrency: 9 })).toEqual([
      ["update scale keepAlive:5>60"],
      ["update scale maxConcurrency:3>9"],
    ]);
    // `adopt` matters only at creation, and a refresh drops it from the inputs.
    expect(update({ keepAlive: 60, maxConcurrency: 3, adopt: true })).toEqual([["update scale keepAlive:5>60"], []]);
    // The program changed since its last update.
    expect(update({ keepAlive: 30, maxConcurrency: 3 })).toEqual([[], ["update scale keepAlive:5>30"]]);
  });

  test("everything that Pulumi changes in addition is listed, also resources of other providers", () => {
    const bucket = (acl: string) => state("aws:s3/bucket:Bucket", "logs", { acl });
    const stack = state("pulumi:pulumi:Stack", "stack", {});
    const found = plan(
      [scaleDrift, drift("Secret", "s")],
      step("create", undefined, state("Secret", "s", { name: "S", environment: "main", value: "[secret]" })),
      step("delete", state("App", "old", { name: "old", environment: "main" })),
      step("delete", live),
      step("same", live, live),
      step("update", bucket("private"), bucket("public")),
      step("update", stack, stack),
    );
    expect(sorted(found)).toEqual([
      ["create s name:undefined>S environment:undefined>main value:undefined>[secret]"],
      ["delete old", "delete scale", "update logs acl:undefined>undefined"],
    ]);
    expect(found.corrections[0]?.notes).toEqual(["it is set again to the value in the program"]);
  });

  test("a secret's value is part of the correction of its exposure, because fal sets them together", () => {
    const secret = (inputs: Properties) =>
      state("Secret", "s", { name: "S", environment: "main", value: "[secret]", ...inputs });
    const exposed = drift("Secret", "s", { path: "defaultExposed", declared: true, actual: false });
    const old = secret({ defaultExposed: false, fingerprint: "a" });
    expect(
      sorted(
        plan([exposed], step("update", old, secret({ defaultExposed: true, fingerprint: "b", rewriteOn: ["1"] }))),
      ),
    ).toEqual([["update s value:[secret]>[secret] defaultExposed:false>true"], ["update s rewriteOn:undefined>1"]]);
    // The app's revision is sent with its auth mode, as fal has it.
    const app = (authMode: string) => state("App", "a", { name: "a", environment: "main", authMode, revision: "r1" });
    const opened = drift("App", "a", { path: "authMode", declared: "private", actual: "public" });
    expect(sorted(plan([opened], step("update", app("public"), app("private"))))).toEqual([
      ["update a authMode:public>private revision:r1>r1+"],
      [],
    ]);
  });

  test("values that a trigger sends again are listed although they do not differ", () => {
    const triggered = (keepAlive: number, release: string) =>
      scale({ keepAlive, startupTimeout: 300, reapplyOn: [release] });
    const [corrections, others] = sorted(plan([scaleDrift], step("update", triggered(5, "1"), triggered(60, "2"))));
    expect(corrections).toEqual(["update scale keepAlive:5>60"]);
    expect(others).toEqual(["update scale reapplyOn:1>2 startupTimeout:300>300+"]);
  });

  test("drift that no step corrects is accepted by the program", () => {
    const found = plan([scaleDrift, drift("Secret", "gone")], step("same", live, live));
    expect(found.accepted.map(({ name, path }) => [name, path])).toEqual([
      ["scale", "keepAlive"],
      ["gone", undefined],
    ]);
    expect(found.summary).toBe("No changes.");
  });

  test("the text shows every value under its step, and names stay on one line", () => {
    const box = { instanceType: "gpu_1x_h100_sxm5" };
    const found = plan(
      [scaleDrift, drift("ComputeInstance", "box\nprod: b")],
      step("create", undefined, state("ComputeInstance", "box\nprod: b", box)),
      step("update", live, scale({ keepAlive: 60, maxConcurrency: 3 })),
      step("delete", state("aws:s3/bucket:Bucket", "logs\u001b[1m", {})),
    );
    expect(planLines("prod", found)).toEqual([
      expect.stringMatching(/^prod: 2 corrections\. All in one sentence: .*1 GPU instance is created/),
      "  update app scaling scale",
      "    keepAlive: 5 s → 60 s",
      "  create GPU instance box prod: b",
      "    instanceType: gpu_1x_h100_sxm5",
      expect.stringMatching(/^ {4}it is created again: it is billed from then on, /),
      "    is new: it is billed as long as it exists",
      "prod: 1 other change, not drift: program changes that were not applied yet, or consequences of the corrections:",
      "  delete aws:s3/bucket:Bucket logs␛[1m",
    ]);
    const accepted = planLines("prod", plan([scaleDrift], step("same", live, live)));
    expect(accepted).toEqual([
      "prod: nothing to correct. All in one sentence: No changes.",
      "prod: not corrected, because the program declares what fal has, or ignores the difference:",
      "  keepAlive of app scaling scale",
    ]);
  });

  test("an interrupted fix names what was done, what failed, what is left, and how to finish", () => {
    const secret = (name: string) => step("create", undefined, state("Secret", name, { name, environment: "main" }));
    const drifted = ["a", "b", "c"].map((name) => drift("Secret", name));
    const ended = withResults(plan(drifted, secret("a"), secret("b"), secret("c")), {
      changed: [urnOf("Secret", "a")],
      failed: [urnOf("Secret", "b")],
    });
    expect(ended.corrections.map(({ result }) => result)).toEqual(["done", "failed", "notRun"]);
    expect(endedLines("prod", ended, "was interrupted", "pulumi up --refresh --stack prod")).toEqual([
      "prod: `pulumi up --refresh` was interrupted. Done: create secret a. Failed: create secret b. Not done: create secret c.",
      expect.stringMatching(/To finish, run `pulumi up --refresh --stack prod`\.$/),
    ]);
  });
});

describe("what still differs after a fix", () => {
  const recorded = (objects: string[]): RecordedResource => ({ managed: true, ignoreChanges: [], objects });
  const stack = (name: string, drifted: readonly Drifted[], more: Partial<ReadStack> = {}): ReadStack => ({
    stack: name,
    recorded: new Map([[urnOf("AppScale", "scale", name), recorded(["AppScale main/a"])]]),
    otherDynamicResources: [],
    lastUpdateFailed: false,
    failures: [],
    refreshed: [],
    drifted,
    checked: 1,
    warnings: [],
    ignored: [],
    unfinished: [],
    capacities: [],
    ...more,
  });
  const correction: PlannedStep = {
    op: "update",
    urn: scaleDrift.urn,
    type: scaleDrift.type,
    name: "scale",
    properties: [],
    notes: [],
    result: "done",
  };
  const reasons = (after: ReadStack, others: readonly ReadStack[] = [], corrections = [correction]) =>
    unresolvedIn({ drifted: [scaleDrift], corrections }, after, others).map(({ stack: of, name, reason }) => [
      of,
      name,
      reason,
    ]);
  const left = (property: Partial<DriftedProperty>) => ({
    ...scaleDrift,
    properties: [{ path: "keepAlive", declared: 60, actual: 5, ...property }],
  });

  test("nothing differs if nothing drifted again", () => {
    expect(reasons(stack("prod", []))).toEqual([]);
  });

  test("a value that somebody changes again is told from one that something changes back", () => {
    expect(reasons(stack("prod", [left({})]))).toEqual([
      ["prod", "scale", expect.stringContaining("fal has the old value again although the correction succeeded")],
    ]);
    expect(reasons(stack("prod", [left({ actual: 7 })]))).toEqual([
      ["prod", "scale", expect.stringContaining("fal has another value than the correction sent")],
    ]);
    expect(reasons(stack("prod", [left({ by: "ada", at: "2026-11-30T00:00:00Z" })]))).toEqual([
      ["prod", "scale", "it was changed again after the correction, according to fal's events by ada"],
    ]);
    expect(reasons(stack("prod", [{ ...scaleDrift, status: "missing" }]))).toEqual([
      ["prod", "scale", "the object was deleted again after the correction"],
    ]);
  });

  test("a resource whose correction failed still differs, although the state has fal's value", () => {
    expect(reasons(stack("prod", []), [], [{ ...correction, result: "failed" }])).toEqual([
      ["prod", "scale", "the correction failed, see the error"],
    ]);
    expect(reasons(stack("prod", []), [], [{ ...correction, result: "notRun" }])).toEqual([
      ["prod", "scale", expect.stringContaining("was not reached")],
    ]);
  });

  test("stacks that manage the same object are named, whichever of them drifts", () => {
    const shared = expect.stringMatching(/^`\w+` manages the same object and declares other values/);
    const other = { ...scaleDrift, stack: "qa", urn: urnOf("AppScale", "scale", "qa") };
    expect(reasons(stack("prod", [left({})]), [stack("qa", [])])).toEqual([["prod", "scale", shared]]);
    expect(reasons(stack("prod", []), [stack("qa", [other])])).toEqual([["qa", "scale", shared]]);
  });

  test("a value that fal limits is named with both values", () => {
    const limited = state("AppScale", "scale", { maxConcurrency: 10 }, { notKept: { maxConcurrency: 40 } });
    const refreshed = [{ urn: limited.urn, op: "same", old: limited, live: limited }];
    expect(reasons(stack("prod", [], { refreshed }))).toEqual([
      [
        "prod",
        "scale",
        expect.stringContaining("fal accepted the update but keeps `maxConcurrency` 10 runners instead of 40 runners"),
      ],
    ]);
  });
});

describe("--target", () => {
  const resource = (managed = true): RecordedResource => ({ managed, ignoreChanges: [], objects: [] });
  const recorded = new Map([
    [urnOf("App", "image-gen"), resource()],
    [urnOf("AppScale", "image-gen"), resource()],
    [urnOf("Secret", "token"), resource()],
    [urnOf("App", "read"), resource(false)],
  ]);

  test("a name selects every resource of this name, and a URN one of them", () => {
    expect(targetedIn(recorded, ["image-gen"])).toEqual([urnOf("App", "image-gen"), urnOf("AppScale", "image-gen")]);
    expect(targetedIn(recorded, [urnOf("AppScale", "image-gen"), "token"])).toEqual([
      urnOf("AppScale", "image-gen"),
      urnOf("Secret", "token"),
    ]);
  });

  test("a misspelled name or URN gets a suggestion, and a resource that is only read is explained", () => {
    const refused = (target: string) => () => refuseUnknownTargets([target], [recorded]);
    expect(refused("token")).not.toThrow();
    expect(refused("image-gn")).toThrow('No resource has this name or URN in the state. Did you mean "image-gen"?');
    expect(refused(urnOf("Secret", "tokn"))).toThrow(`Did you mean "${urnOf("Secret", "token")}"?`);
    expect(refused("read")).toThrow("it is a component, a provider, or read with `get`");
  });
});

describe("recommended commands", () => {
  const next = (...drifted: Drifted[]) =>
    renderPlain({
      title: "",
      verdict: "",
      blocks: nextBlocks({ drifted, checked: 1, stacks: [], warnings: [], errors: [], askedFal: false }, {}),
      footer: [],
    });

  test("they repeat the options of this run, quoted for a shell", () => {
    const limits = { cwd: "my infra", targets: ["it's"] };
    expect(fixCommand(["prod", "qa"], limits)).toBe(
      "npx pulumi-fal drift --fix --cwd 'my infra' --stack prod --stack qa --target 'it'\\''s'",
    );
    expect(upCommand("acme/infra/prod", {}, [urnOf("App", "a")])).toBe(
      `pulumi up --refresh --stack acme/infra/prod --target ${urnOf("App", "a")}`,
    );
    expect(importCommands(["acme/prod", "qa"], { environment: "main" })).toEqual([
      "pulumi stack export --stack acme/prod --file acme-prod.state.json",
      "pulumi stack export --stack qa --file qa.state.json",
      "npx pulumi-fal import --without acme-prod.state.json,qa.state.json --environment main",
    ]);
  });

  test("a missing object is created by `up --refresh`, but an app has to be deployed first", () => {
    expect(next(drift("Secret", "s"))).toContain(
      "npx pulumi-fal drift --fix --stack prod shows the plan, asks, and runs pulumi up --refresh --stack prod.",
    );
    expect(next(drift("Secret", "s"))).not.toContain("fal deploy");
    expect(next(drift("App", "a"), drift("AppScale", "a"))).toContain("First deploy main/a with fal deploy");
  });

  test("a secret's exposure needs an entry in rewriteOn first", () => {
    const exposure = { path: "defaultExposed", declared: true, actual: false, writtenWith: ["value"] };
    const source = { file: "index.ts", line: 7 };
    expect(next({ ...drift("Secret", "s", exposure), source })).toContain(
      "First add an entry to rewriteOn of secret s (index.ts:7)",
    );
  });
});
