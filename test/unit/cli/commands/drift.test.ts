import { describe, expect, test } from "vitest";
import { likelyCauses, withAuditTrail } from "../../../../src/cli/commands/drift/causes";
import { type Comparison, compare } from "../../../../src/cli/commands/drift/compare";
import { driftReport, verdictOf } from "../../../../src/cli/commands/drift/report";
import type { Drifted, Findings } from "../../../../src/cli/commands/drift/result";
import { exitCodeOf } from "../../../../src/cli/commands/drift/run";
import type { EngineRun, Refreshed } from "../../../../src/cli/pulumi/events";
import type { ResourceState } from "../../../../src/cli/pulumi/plan";
import { StackExport } from "../../../../src/cli/pulumi/stack-export";
import { renderHtml } from "../../../../src/cli/report/html";
import { renderMarkdown } from "../../../../src/cli/report/markdown";
import { renderPlain } from "../../../../src/cli/report/plain";
import { textOf } from "../../../../src/cli/report/text";
import type { AppEvent } from "../../../../src/client";
import { engineRun } from "../../../support/engine-run";
import { named, parseMarkdown, parsePage, plainTexts } from "../report/support";

const typeOf = (kind: string) => (kind.includes(":") ? kind : `pulumi-nodejs:dynamic/fal:${kind}`);
const urnOf = (kind: string, name: string) => `urn:pulumi:prod::infra::${typeOf(kind)}::${name}`;

type Properties = Record<string, unknown>;
const state = (kind: string, name: string, inputs: Properties, outputs: Properties = {}): ResourceState => ({
  urn: urnOf(kind, name),
  type: typeOf(kind),
  id: `main/${name}`,
  inputs,
  outputs,
});

function refreshed(old: ResourceState, live?: ResourceState, op = live ? "update" : "delete"): Refreshed {
  return { urn: old.urn, op, old, ...(live ? { live } : {}) };
}

function compared(of: readonly Refreshed[], more: Partial<EngineRun> = {}, known: Properties = {}): Comparison {
  const resources = of.map(({ urn, old }) => ({ urn, type: old.type, custom: true, ...known }));
  return compare(
    "prod",
    engineRun(of, more),
    new StackExport(JSON.stringify({ deployment: { resources } })).resources(),
    (file, line) => `https://example.com/${file}#L${line}`,
  );
}

const told = ({ drifted }: Comparison) => drifted.map(({ name, status, properties }) => ({ name, status, properties }));

describe("drifted resources", () => {
  test("the drift of another provider's resource shows property names without values", () => {
    const bucket = "aws:s3/bucket:Bucket";
    const inputs = refreshed(
      state(bucket, "a", { acl: "private", __defaults: [] }),
      state(bucket, "a", { acl: "public", __defaults: ["x"] }, { arn: "y" }),
    );
    const outputs = refreshed(state(bucket, "b", {}, { size: 1 }), state(bucket, "b", {}, { size: 2 }));
    expect(told(compared([inputs, outputs, refreshed(state(bucket, "c", {}))]))).toEqual([
      { name: "a", status: "changed", properties: [{ path: "acl" }] },
      { name: "b", status: "changed", properties: [{ path: "size" }] },
      { name: "c", status: "missing", properties: [] },
    ]);
  });

  test("components, unchanged and external resources and ignored changes are not drift", () => {
    const changed = refreshed(state("App", "a", { authMode: "public" }), state("App", "a", { authMode: "private" }));
    expect(compared([changed], {}, { external: true })).toMatchObject({ drifted: [], checked: 0 });
    expect(compared([changed], {}, { custom: false })).toMatchObject({ drifted: [], checked: 0 });
    expect(compared([{ ...changed, op: "same" }])).toMatchObject({ drifted: [], checked: 1 });
    expect(compared([changed], {}, { ignoreChanges: ["authMode"] })).toMatchObject({
      drifted: [],
      checked: 1,
      ignored: ["a.authMode"],
    });
  });

  test("ignoreChanges of a part of a property does not hide drift in the rest of it", () => {
    const of = (tags: Properties, rules: unknown[]) => state("aws:ec2/group:Group", "g", { tags, rules });
    const found = (ignoreChanges: string[], live: ResourceState) =>
      compared([refreshed(of({ team: "a", "a.b": "c" }, [{ port: 1 }]), live)], {}, { ignoreChanges });
    const paths = ["tags.team", 'tags["a.b"]', "rules[*].port"];
    expect(found(paths, of({ team: "x", "a.b": "y" }, [{ port: 2 }]))).toMatchObject({
      drifted: [],
      ignored: ["g.tags", "g.rules"],
    });
    expect(told(found(paths, of({ team: "x", other: "y" }, [{ port: 2 }])))).toMatchObject([
      { properties: [{ path: "tags" }] },
    ]);
    expect(told(found(["rules[1].port"], of({ team: "a", "a.b": "c" }, [{ port: 2 }])))).toMatchObject([
      { properties: [{ path: "rules" }] },
    ]);
  });

  test("a drifted resource has the line of the program that declares it, but not a line of a package", () => {
    const gone = refreshed(state("Secret", "s", {}));
    const source = (sourcePosition: string) => compared([gone], {}, { sourcePosition }).drifted[0]?.source;
    expect(source("project:///src/index.ts#4,9")).toEqual({
      file: "src/index.ts",
      line: 4,
      href: "https://example.com/src/index.ts#L4",
    });
    expect(source("project:///node_modules/lib/index.js#4,9")).toBeUndefined();
  });

  test("an unfinished update is reported and is drift only if fal differs", () => {
    const hidden = { __fal: { v: 1, pending: ["ready"] } };
    const machine = state("ComputeInstance", "m", {}, { ...hidden, status: "creating" });
    const result = compared([refreshed(machine, { ...machine, outputs: { ...hidden, status: "ready" } })]);
    expect(result).toMatchObject({ drifted: [], checked: 1, unfinished: ["m"] });
  });

  test("a value that fal changed when it was written is not drift", () => {
    const scale = state(
      "AppScale",
      "s",
      { maxConcurrency: 50 },
      { maxConcurrency: 10, __fal: { v: 2, notKept: { maxConcurrency: 50 } } },
    );
    expect(compared([refreshed(scale, scale)])).toMatchObject({ drifted: [], checked: 1, unfinished: [] });
    const moved = { ...scale, inputs: { maxConcurrency: 20 }, outputs: { maxConcurrency: 20, __fal: { v: 2 } } };
    expect(compared([refreshed(scale, moved)]).drifted).toHaveLength(1);
  });

  test("the drift of an API key names a current key that was revoked elsewhere", () => {
    const key = state("ApiKey", "k", { alias: "ci" }, { keyId: "key-2" });
    const live = { ...key, inputs: { ...key.inputs, __fal: { v: 1, pending: ["rotate"] } } };
    expect(told(compared([refreshed(key, live)]))).toEqual([
      { name: "k", status: "changed", properties: [{ path: "keyId", declared: "key-2", cause: "revokedElsewhere" }] },
    ]);
  });

  test("properties that matter only at creation and computed inputs are not drift", () => {
    const scale = refreshed(
      state("AppScale", "s", { app: "a", maxConcurrency: 3, adopt: true }),
      state("AppScale", "s", { app: "a", maxConcurrency: 20 }),
    );
    const key = refreshed(
      state("ApiKey", "k", { alias: "ci", adopt: "key-1", generation: 1, rotateAfter: "2026-01-01T00:00:00Z" }),
      state("ApiKey", "k", { alias: "other", generation: 2 }),
    );
    expect(told(compared([scale, key])).map(({ properties }) => properties.map(({ path }) => path))).toEqual([
      ["maxConcurrency"],
      ["alias"],
    ]);
  });

  test("a warning of the provider is reported with its resource", () => {
    const machine = refreshed(state("ComputeInstance", "m", {}), state("ComputeInstance", "m", {}), "same");
    const diagnostics = [
      { severity: "warning", urn: machine.urn, message: "warning: machine i is stopped" },
      { severity: "warning", message: "key k was revoked elsewhere" },
      { severity: "info", urn: machine.urn, message: "fal: a line of the log" },
    ];
    expect(compared([machine], { diagnostics })).toMatchObject({
      drifted: [],
      warnings: [
        { stack: "prod", urn: machine.urn, name: "m", message: "machine i is stopped" },
        { stack: "prod", message: "key k was revoked elsewhere" },
      ],
    });
  });

  test("resources that could not be read are listed once per reason", () => {
    const [a = "", b = ""] = [urnOf("App", "a"), urnOf("App", "b")];
    const error = (message: string, urn?: string) => ({ severity: "error", message, ...(urn ? { urn } : {}) });
    const diagnostics = [
      error("Preview failed: no access", a),
      error("Preview failed: no access", b),
      error("preview failed"),
      { severity: "warning", message: "careful" },
    ];
    expect(compared([], { diagnostics, result: "failed" }).failures).toEqual([
      { stack: "prod", urns: [a, b], message: "no access" },
    ]);
    expect(compared([], { result: undefined, unread: [a] }).failures).toEqual([
      { stack: "prod", urns: [a], message: "The engine ended without a result." },
    ]);
  });
});

describe("likely causes", () => {
  const scale = (values: Properties, revision: string) =>
    state("AppScale", "scale", values, { effective: { revision } });
  const deployed = refreshed(
    scale({ startupTimeout: 300, keepAlive: 60 }, "rev-1"),
    scale({ startupTimeout: 600, keepAlive: 5 }, "rev-2"),
  );
  const scaled = refreshed(scale({ startupTimeout: 300 }, "rev-1"), scale({ startupTimeout: 600 }, "rev-1"));
  const event = (category: string, createdAt: string, payload: AppEvent["payload"]): AppEvent => ({
    eventId: createdAt,
    category,
    createdAt,
    payload: { actor: { nickname: "ada" }, ...payload },
  });
  const deployment = event("deployment_ended", "2026-11-02T00:00:00Z", { newApplicationId: "rev-2" });
  const change = (at: string, from: unknown, to: unknown) =>
    event("config_changed", at, { oldConfig: { startup_timeout: from }, newConfig: { startup_timeout: to } });

  const causes = async (one: Refreshed, events: readonly AppEvent[] = []) => {
    const drifted = await withAuditTrail(likelyCauses(compared([one]).drifted, [one]), [one], async () => events);
    return drifted[0]?.properties.map(({ path, cause, by, at }) => [path, cause, by, at?.slice(0, 10)]);
  };

  test("a deploy is the cause only for values that deploys reset and only with another revision", async () => {
    expect(await causes(deployed)).toEqual([
      ["startupTimeout", "resetByDeploy", undefined, undefined],
      ["keepAlive", undefined, undefined, undefined],
    ]);
    expect(await causes(scaled)).toEqual([["startupTimeout", undefined, undefined, undefined]]);
  });

  test("the author and time of a cause come only from the matching event", async () => {
    const [reset] = (await causes(deployed, [deployment, change("2026-11-01T00:00:00Z", 300, 600)])) ?? [];
    expect(reset).toEqual(["startupTimeout", "resetByDeploy", "ada", "2026-11-02"]);
    const other = { ...deployment, payload: { ...deployment.payload, newApplicationId: "rev-9" } };
    expect((await causes(deployed, [other]))?.[0]).toEqual(["startupTimeout", "resetByDeploy", undefined, undefined]);
    expect(
      await causes(scaled, [change("2026-11-01T00:00:00Z", 300, 500), change("2026-11-03T00:00:00Z", 600, 600)]),
    ).toEqual([["startupTimeout", undefined, undefined, undefined]]);
  });

  test("a deploy with --reset-scale is the cause of other values only if the events contain the deploy and no later change", async () => {
    const at = (when: string, from: number, to: number) =>
      event("config_changed", when, { oldConfig: { keep_alive: from }, newConfig: { keep_alive: to } });
    const of = async (...events: AppEvent[]) => (await causes(deployed, events))?.[1]?.[1];
    expect(await of(deployment)).toBe("resetByDeploy");
    // The value was changed before or after the deploy.
    expect(await of(deployment, at("2026-11-01T00:00:00Z", 60, 5))).toBe("changedElsewhere");
    expect(await of(deployment, at("2026-11-03T00:00:00Z", 60, 5))).toBe("changedElsewhere");
    // The change was undone before the deploy.
    expect(await of(deployment, at("2026-10-01T00:00:00Z", 60, 5), at("2026-11-01T00:00:00Z", 5, 60))).toBe(
      "resetByDeploy",
    );
    expect(await of()).toBeUndefined();
  });

  test("a manual change is the cause if it is newer than the deploy or if there is no deploy", async () => {
    const later = change("2026-11-03T00:00:00Z", 900, 600);
    expect((await causes(deployed, [later, deployment]))?.[0]).toEqual([
      "startupTimeout",
      "changedElsewhere",
      "ada",
      "2026-11-03",
    ]);
    expect(await causes(scaled, [later])).toEqual([["startupTimeout", "changedElsewhere", "ada", "2026-11-03"]]);
  });
});

const drift = (more: Partial<Drifted> = {}): Drifted => ({
  stack: "prod",
  urn: urnOf("AppScale", "scale"),
  type: typeOf("AppScale"),
  name: "scale",
  label: "scale",
  id: "main/scale",
  status: "changed",
  impacts: [],
  onCorrection: [],
  properties: [{ path: "keepAlive", declared: 60, actual: 5, unit: "s" }],
  ...more,
});

const totals = { capacities: [] };

const result = (more: Partial<Findings> = {}): Findings => {
  const { drifted = [], checked = 41 } = more;
  const stacks = [{ stack: "acme/prod", checked, drifted: drifted.length }];
  return { drifted, checked, stacks, warnings: [], errors: [], askedFal: false, ...more };
};

test("the report names the property that fal requires together with a drifted one", () => {
  const drifted = [drift({ properties: [{ path: "keepAlive", declared: 60, actual: 5, writtenWith: ["value"] }] })];
  expect(renderPlain(driftReport(result({ drifted }), { stacks: [], totals, auditFailures: [], limits: {} }))).toMatch(
    /fal sets keepAlive only together with value\./,
  );
});

const applied = {
  stack: "prod",
  outcome: "applied",
  corrections: [],
  otherChanges: [],
  accepted: [],
  remaining: [],
  warnings: [],
} as const;

test("the exit code of drift is 1 for errors, else 3 for findings, and 0 only if nothing is left", () => {
  const fixed = (more: object) => ({ drifted: [drift()], fix: { stacks: [{ ...applied, ...more }] } });
  const error = { urns: [], message: "no" };
  expect(exitCodeOf(result())).toBe(0);
  expect(exitCodeOf(result({ unmanaged: [{ kind: "App", id: "main/x" }] }))).toBe(0);
  expect(exitCodeOf(result({ drifted: [drift()] }))).toBe(3);
  const stopped = { stack: "prod", urn: urnOf("ComputeInstance", "m"), name: "m", message: "machine i is stopped" };
  expect(exitCodeOf(result({ warnings: [stopped] }))).toBe(3);
  expect(exitCodeOf(result({ warnings: [{ stack: "prod", message: "key k was revoked elsewhere" }] }))).toBe(3);
  // A warning of another provider does not count.
  expect(exitCodeOf(result({ warnings: [{ ...stopped, urn: urnOf("aws:s3/bucket:Bucket", "b") }] }))).toBe(0);
  expect(exitCodeOf(result({ ...fixed({}), warnings: [stopped] }))).toBe(0);
  expect(exitCodeOf(result({ ...fixed({ warnings: [stopped] }) }))).toBe(3);
  expect(exitCodeOf(result({ drifted: [drift()], errors: [error] }))).toBe(1);
  expect(exitCodeOf(result({ errors: [error] }))).toBe(1);
  expect(exitCodeOf(result(fixed({})))).toBe(0);
  expect(exitCodeOf(result(fixed({ remaining: [{ ...drift(), reason: "a limit" }] })))).toBe(3);
  expect(exitCodeOf(result(fixed({ outcome: "declined" })))).toBe(3);
  expect(exitCodeOf(result({ ...fixed({}), drifted: [drift(), drift({ stack: "qa" })] }))).toBe(3);
  // What an `up` did not do is no drift, because its refresh may have replaced the declared values in the state.
  const stacks = [{ stack: "prod", checked: 1, drifted: 0, lastUpdateFailed: true }] as const;
  expect(exitCodeOf(result({ stacks }))).toBe(3);
  expect(exitCodeOf(result({ stacks, fix: { stacks: [applied] } }))).toBe(0);
  expect(exitCodeOf(result({ stacks, fix: { stacks: [{ ...applied, outcome: "declined" }] } }))).toBe(3);
});

test.each<[string, Findings, string]>([
  ["no drift", result(), "No drift: 41 resources in acme/prod are as declared."],
  ["an empty stack", result({ checked: 0 }), "Nothing to compare: acme/prod contains no resources."],
  [
    "several kinds of drift",
    result({
      drifted: [
        drift({ properties: [{ path: "startupTimeout", cause: "resetByDeploy" }] }),
        drift({ type: typeOf("ComputeInstance"), status: "missing" }),
        drift({ type: typeOf("ComputeInstance"), status: "missing" }),
        drift({ type: "aws:s3/bucket:Bucket", status: "missing" }),
      ],
    }),
    "4 of 41 resources drifted in acme/prod: 2 GPU instances and 1 other resource are missing, 1 other was reset by a deploy.",
  ],
  [
    "a warning without drift",
    result({ checked: 2, warnings: [{ stack: "acme/prod", urn: urnOf("ComputeInstance", "m"), message: "stopped" }] }),
    "No property of 2 resources in acme/prod drifted; 1 resource needs attention.",
  ],
  [
    "two warnings, one of them for a drifted resource,",
    result({
      drifted: [drift()],
      warnings: [
        { stack: "acme/prod", urn: urnOf("AppScale", "scale"), message: "a deploy" },
        { stack: "acme/prod", urn: urnOf("ComputeInstance", "m"), message: "stopped" },
      ],
    }),
    "1 of 41 resources drifted in acme/prod: 1 was changed; 1 resource needs attention.",
  ],
  [
    "an `up` that failed",
    { ...result(), stacks: [{ stack: "acme/prod", checked: 41, drifted: 0, lastUpdateFailed: true }] },
    "No property of 41 resources in acme/prod drifted; the last pulumi up of acme/prod failed.",
  ],
  [
    "a failed correction",
    result({
      drifted: [drift()],
      errors: [{ stack: "acme/prod", urns: [], message: "no", during: "fix" }],
      fix: { stacks: [{ ...applied, stack: "acme/prod", outcome: "failed" }] },
    }),
    "1 of 41 resources had drifted in acme/prod and not everything was corrected: 1 was changed.",
  ],
  [
    "a partial failure",
    result({ checked: 5, errors: [{ stack: "acme/prod", urns: [urnOf("App", "a")], message: "no" }] }),
    "No drift: 5 resources in acme/prod are as declared; 1 resource could not be read.",
  ],
  [
    "a correction",
    result({
      drifted: [drift()],
      fix: {
        stacks: [applied],
      },
    }),
    "1 of 41 resources had drifted in acme/prod and was corrected: 1 was changed.",
  ],
  [
    "a correction of a missing object",
    result({
      drifted: [drift({ type: typeOf("ComputeInstance"), status: "missing" })],
      fix: {
        stacks: [applied],
      },
    }),
    "1 of 41 resources had drifted in acme/prod and was corrected: 1 GPU instance was missing.",
  ],
])("the verdict about %s is one sentence", (_what, of, sentence) => {
  expect(verdictOf(of, { totals }).map(textOf).join("")).toBe(sentence);
});

test("the drift report contains warnings", () => {
  const of = result({
    warnings: [{ stack: "prod", urn: urnOf("ComputeInstance", "m"), name: "m", message: "is stopped" }],
  });
  expect(renderPlain(driftReport(of, { stacks: [], totals, auditFailures: [], limits: {} }))).toMatch(
    /WARNING: m: is stopped/,
  );
});

test("the drift report separates objects that a correction created again from those still missing", () => {
  const machine = (name: string) =>
    drift({
      urn: urnOf("ComputeInstance", name),
      type: typeOf("ComputeInstance"),
      name,
      label: name,
      id: name,
      status: "missing",
      properties: [],
    });
  const [back, gone] = [machine("back"), machine("gone")];
  const stack = {
    stack: "prod",
    outcome: "applied",
    corrections: [],
    otherChanges: [],
    accepted: [],
    remaining: [{ ...gone, reason: "no" }],
    warnings: [],
  } as const;
  const text = renderPlain(
    driftReport(result({ drifted: [back, gone], fix: { stacks: [stack] } }), {
      stacks: [],
      totals,
      auditFailures: [],
      limits: {},
    }),
  );
  expect(text).toMatch(
    /WARNING: GPU instance back was missing in fal\. With this correction, it is created again: it is billed/,
  );
  expect(text).toMatch(
    /CAUTION: GPU instance gone is missing in fal\. With pulumi up --refresh, it is created again: it is billed/,
  );
});

test("the report lists unmanaged objects by kind and id, and marks the key of the run", () => {
  const unmanaged = [
    { kind: "ApiKey", id: "key-1", label: "ci" },
    { kind: "Secret", id: "main/TOKEN" },
  ];
  const text = renderMarkdown(
    driftReport(result({ unmanaged }), { stacks: [], totals, auditFailures: [], limits: {}, keyId: "key-1" }),
  );
  expect(text).toContain("| Kind | Id | Also known as |");
  expect(text).toContain("| API key | `key-1` | ci, the key of this run |");
  expect(text).toContain("| secret | `main/TOKEN` |  |");
});

test("hostile names, values and messages are inert in every format of the drift report", () => {
  const hostile = `<img src=x onerror=alert(1)> @acme [a](javascript:alert(2)) | \`code\` \u001b[31mred \u202ertl\n# title ${"x".repeat(200)}`;
  const property = { path: hostile, declared: hostile, actual: [hostile, { deep: hostile }], by: hostile, at: hostile };
  const report = driftReport(
    result({
      drifted: [
        drift({ name: hostile, id: hostile, properties: [{ ...property, cause: "changedElsewhere" }] }),
        drift({ name: hostile, type: hostile }),
        drift({ name: hostile, status: "missing" }),
      ],
      errors: [{ stack: hostile, urns: [hostile], message: hostile }],
      warnings: [{ stack: hostile, urn: hostile, name: hostile, message: hostile }],
      unmanaged: [{ kind: hostile, id: hostile, label: hostile }],
    }),
    { stacks: [], totals, auditFailures: [hostile], limits: {} },
  );
  const html = renderHtml(report);
  const markdown = renderMarkdown(report);
  for (const tree of [parsePage(html).page, parseMarkdown(markdown)]) {
    expect([named(tree, "img"), named(tree, "a")]).toEqual([[], []]);
  }
  expect(plainTexts(parseMarkdown(markdown)).filter((text) => /(^|\s)@acme/.test(text))).toEqual([]);
  for (const character of ["\u001b", "\u202e"]) expect((html + markdown).includes(character)).toBe(false);
});
