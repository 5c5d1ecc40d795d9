import { describe, expect, test } from "vitest";
import { type Review, reviewOf } from "../../../../../src/cli/changes/model";
import { verdictOf } from "../../../../../src/cli/changes/verdict";
import { type Step, withoutHalves } from "../../../../../src/cli/pulumi/plan";
import { textOf } from "../../../../../src/cli/report/text";
import { resourceTypes } from "../../../../../src/cli/resource-types";
import { dynamicToken, pluginToken } from "../../../../../src/provider/tokens";
import { definitions } from "../../../../../src/resources/definitions.gen";
import { review, scale, step, type Told, underThePlugin, unknown } from "./support";

const only = ({ changes }: Review) => changes[0];
const verdict = (found: Review) => verdictOf(found).map(textOf).join("");

test("every kind of resource has a description for reports, under either host", () => {
  const tokens = definitions.flatMap(({ kind }) => [dynamicToken(kind), pluginToken(kind)]);
  expect([...resourceTypes.keys()]).toEqual(tokens);
});

const texts = (change: ReturnType<typeof only>) => (change?.notes ?? []).map(({ text }) => text);

describe("updates", () => {
  test("an update lists only changed properties, with units", () => {
    const found = review([step("update", "AppScale", "s", { inputs: scale(1, 4) }, { inputs: scale(3, 4) })]);
    expect(only(found)?.properties).toEqual([{ path: "minConcurrency", from: 1, to: 3, unit: "runners" }]);
    expect(found.summary).toEqual({
      creates: 0,
      updates: 1,
      replaces: 0,
      deletes: 0,
      destructive: 0,
      opens: 0,
      enlarges: 1,
      unprotects: 0,
      warmRunners: { from: 1, to: 3 },
      maxRunners: { from: 4, to: 4 },
      costPerHour: { from: 2, to: 6, currency: "USD" },
      maxCostPerHour: { from: 8, to: 8, currency: "USD" },
    });
    expect(verdict(found)).toBe(
      "1 app scales up: warm GPU runners 1 → 3, cost $2.00/h → $6.00/h (+$4.00/h, +200%, +$2,920/month).",
    );
  });

  test("an update that removes a property from the program only changes the state", () => {
    const { ["keepAlive"]: _taken, ...rest } = scale(1, 4, { keepAlive: 60 });
    const found = only(
      review([step("update", "AppScale", "s", { inputs: scale(1, 4, { keepAlive: 60 }) }, { inputs: rest })]),
    );
    expect(found?.effect).toBe("stateOnly");
    expect(found?.properties).toEqual([{ path: "keepAlive", from: 60, to: null, unit: "s" }]);
    expect(texts(found)).toContain("`keepAlive` is no longer managed, and fal keeps the current value");
  });

  test("a value that is known only after the update is marked at any depth", () => {
    const after = {
      inputs: scale(1, 4, { concurrencyBuffer: 0, minConcurrency: unknown, regions: ["us-east", unknown] }),
    };
    const found = review([step("update", "AppScale", "s", { inputs: scale(1, 4) }, after)]);
    expect(only(found)?.properties.map(({ path, to }) => [path, to])).toEqual([
      ["minConcurrency", "[known after apply]"],
      ["concurrencyBuffer", 0],
      ["regions", ["us-east", "[known after apply]"]],
    ]);
    expect(found.cost?.to.open).toContain("runners");
    expect(verdict(found)).toBe(
      "1 app scaling changes, warm GPU runners 1 → at least 0, cost $2.00/h → at least $0.00/h.",
    );
  });

  test("an update of a secret shows no value, even if the preview contains it", () => {
    const secret = (value: string, fingerprint: string) => ({
      inputs: { name: "T", environment: "main", value, fingerprint },
    });
    const found = review([step("update", "Secret", "t", secret("canary", "1"), secret("canary", "2"))]);
    expect(only(found)?.properties).toContainEqual({ path: "value", from: "[secret]", to: "[secret]", secret: true });
    expect(JSON.stringify(found)).not.toContain("canary");
  });

  test("a value that only the program marks as secret is hidden", () => {
    const before = step(
      "update",
      "ApiKey",
      "k",
      { inputs: { alias: "canary", generation: 1 } },
      { inputs: { alias: "canary2", generation: 2 } },
    );
    const told = {
      ...before,
      new: before.new && { ...before.new, inputs: { ...before.new.inputs, __fal: { v: 1, secrets: ["alias"] } } },
    };
    // Not masked, as only metadata says that it is a secret.
    const found = reviewOf({ steps: [told as typeof before], diagnostics: [], omitted: 0 }, () => undefined);
    expect(only(found)?.properties.find(({ path }) => path === "alias")).toMatchObject({
      from: "[secret]",
      to: "[secret]",
    });
    expect(only(found)?.rotation).toBeDefined();
  });

  test("an update notes the values that a deploy resets and the effect of reapplyOn", () => {
    const found = only(
      review([
        step(
          "update",
          "AppScale",
          "s",
          { inputs: scale(1, 4, { reapplyOn: ["1"] }) },
          { inputs: scale(1, 4, { startupTimeout: 9, reapplyOn: ["2"] }) },
        ),
      ]),
    );
    expect(texts(found)).toEqual([
      "a later `fal deploy` resets `startupTimeout` to the value in the app's code; a change of `reapplyOn` sends the declared values again",
      "`reapplyOn` changes, so the values that a deploy resets are sent again",
    ]);
  });

  test("an update that revokes a previous key changes something in fal", () => {
    const key = { inputs: { alias: "ci", generation: 2 } };
    const told = step("update", "ApiKey", "k", key, key);
    const diagnostics = [{ severity: "info", urn: told.urn, message: "the previous key is revoked" }];
    const found = only(review([told], { diagnostics }));
    expect(found?.effect).toBe("changed");
    expect(found?.notes).toEqual([
      { code: "message", params: { message: "the previous key is revoked" }, text: "the previous key is revoked" },
    ]);
  });

  test("a rotation has the provider's message once", () => {
    const key = (generation: number) => ({ inputs: { alias: "ci", generation } });
    const told = step("update", "ApiKey", "k", key(1), key(2));
    const diagnostics = [1, 2].map(() => ({ severity: "info", urn: told.urn, message: "a new key takes the place\n" }));
    const found = review([told], { diagnostics });
    expect(texts(only(found))).toEqual(["a new key takes the place"]);
    expect(verdict(found)).toBe("1 API key rotates.");
  });
});

describe("moves between the hosts", () => {
  const values = { inputs: scale(1, 4) };
  const provider = (op: string, type: string) => ({ op, urn: `urn:pulumi:dev::p::${type}::prod`, replaceReasons: [] });
  /** The steps of a move, with the old or the new side of each under the plugin. */
  const moved = (to: "plugin" | "dynamic", op: string, before: Told, after: Told) => {
    const of = step(op, "AppScale", "s", before, after);
    const inPlugin = underThePlugin(of);
    const [old, next] = to === "plugin" ? [of, inPlugin] : [inPlugin, of];
    const [gone, come] = ["pulumi:providers:pulumi-nodejs", "pulumi:providers:fal"].toSorted(() =>
      to === "plugin" ? 1 : -1,
    );
    const steps: Step[] = [
      {
        op,
        urn: next.urn,
        replaceReasons: [],
        ...(old.old ? { old: old.old } : {}),
        ...(next.new ? { new: next.new } : {}),
      },
      provider("create", come ?? ""),
      provider("delete", gone ?? ""),
    ];
    return reviewOf({ steps, diagnostics: [], omitted: 0 }, () => undefined);
  };

  test("a move to the plugin changes nothing, and creates and deletes nothing", () => {
    const found = moved("plugin", "same", values, values);
    expect([found.changes, found.otherResources, found.unchanged]).toEqual([[], [], 1]);
    expect(verdict(found)).toBe("Nothing changes at fal, 1 resource moves to the plugin.");
  });

  test("a move back changes Pulumi's state only", () => {
    const found = moved("dynamic", "update", values, { ...values, timeouts: { create: "5m" } });
    expect(only(found)).toMatchObject({ effect: "stateOnly", properties: [], impacts: [] });
    expect(texts(only(found))).toEqual([
      "this moves to Pulumi's dynamic providers, which alone changes nothing at fal",
    ]);
    expect(found.otherResources).toEqual([]);
    expect(verdict(found)).toBe("Nothing changes at fal, 1 resource moves to Pulumi's dynamic providers.");
  });

  test("a change in the same update is a change, and time limits in the old state are none", () => {
    const found = moved("plugin", "update", { ...values, timeouts: { create: "5m" } }, { inputs: scale(1, 9) });
    expect(only(found)).toMatchObject({ effect: "changed", properties: [{ path: "maxConcurrency", from: 4, to: 9 }] });
    expect(texts(only(found))).toEqual(["this moves to the plugin, which alone changes nothing at fal"]);
    expect(verdict(found)).toMatch(/1 resource moves to the plugin\.$/);
  });
});

test("a value that becomes a secret under the plugin is hidden on both sides", () => {
  const of = step("update", "ApiKey", "k", { inputs: { alias: "canary" } }, { inputs: { alias: "[secret]" } });
  const { properties } =
    reviewOf({ steps: [underThePlugin(of)], diagnostics: [], omitted: 0 }, () => undefined).changes[0] ?? {};
  expect(properties).toEqual([{ path: "alias", from: "[secret]", to: "[secret]", secret: true, identity: true }]);
});

describe("imports by Pulumi", () => {
  test("an import manages an existing object as it is", () => {
    const app = { inputs: { name: "a", authMode: "public" } };
    const found = review([
      step("import", "App", "a", undefined, app),
      step("import", "AppScale", "s", undefined, { inputs: scale(2, 8) }),
      step("import", "ComputeInstance", "m", undefined, { inputs: { instanceType: "gpu_1x_h100_sxm5" } }),
    ]);
    for (const { op, effect, conditional, impacts, notes } of found.changes) {
      expect({ op, effect, conditional, impacts, notes }).toMatchObject({
        op: "create",
        effect: "adopted",
        impacts: [],
      });
      expect([conditional, notes.filter(({ code }) => code === "overwritten")]).toEqual([undefined, []]);
    }
    expect(found.summary).toMatchObject({ creates: 3, opens: 0, enlarges: 0 });
    expect(found.cost?.from).toEqual(found.cost?.to);
    expect(verdict(found)).toBe("1 app, 1 app scaling and 1 GPU instance are adopted.");
  });

  test("an import in place of another object is a replacement", () => {
    const steps = [
      step("import-replacement", "App", "a", undefined, { inputs: { name: "b" } }),
      step("replace", "App", "a", { inputs: { name: "a" } }, { inputs: { name: "b" } }),
    ];
    expect(withoutHalves(steps).map(({ op }) => op)).toEqual(["replace"]);
    expect(review(steps.slice(0, 1)).summary.replaces).toBe(1);
  });
});

describe("destructive deletions", () => {
  const machine = { inputs: { instanceType: "gpu_1x_h100_sxm5", sshKey: "k" } };
  const cases: [
    what: string,
    kind: string,
    inputs: Record<string, unknown>,
    more: Record<string, unknown>,
    outcome: string,
  ][] = [
    ["a GPU instance", "ComputeInstance", machine.inputs, {}, "lost"],
    ["a GPU instance with retainOnDelete", "ComputeInstance", machine.inputs, { retainOnDelete: true }, "kept"],
    ["an API key", "ApiKey", { alias: "a", generation: 1 }, {}, "lost"],
    ["a secret", "Secret", { name: "S", environment: "main" }, {}, "lost"],
    ['an app with onDelete "delete"', "App", { name: "a", environment: "main", onDelete: "delete" }, {}, "lost"],
    ["an app", "App", { name: "a", environment: "main" }, {}, "kept"],
    ["an environment with forceDestroy", "Environment", { name: "e", forceDestroy: true }, {}, "lost"],
    ["an environment without forceDestroy", "Environment", { name: "e" }, {}, "removed"],
    ["the environment main", "Environment", { name: "main", forceDestroy: true }, {}, "kept"],
    ["the scaling of an app", "AppScale", scale(1, 2), {}, "kept"],
  ];
  test.each(cases)("a review shows the outcome of deleting %s", (_what, kind, inputs, more, outcome) => {
    const found = only(review([step("delete", kind, "x", { inputs, more })]));
    expect([found?.deletion?.outcome, found?.destructive]).toEqual([outcome, outcome === "lost"]);
    expect(found?.effect).toBe(outcome === "kept" ? "unmanaged" : "deleted");
  });

  test("destructive changes come first in the verdict", () => {
    const found = review([
      step("delete", "Environment", "e", { inputs: { name: "e" } }),
      step("delete", "ComputeInstance", "m", { inputs: machine.inputs }),
    ]);
    expect(verdict(found)).toMatch(/^1 GPU instance is deleted .*, 1 environment is deleted/);
  });

  test("a replacement is destructive if only the provider's default environment causes it", () => {
    const moved = (declared: string[] | undefined) => ({
      ...step(
        "replace",
        "AppScale",
        "s",
        { inputs: scale(1, 2) },
        { inputs: scale(1, 2, { environment: "staging" }), more: { declared } },
      ),
      replaceReasons: ["environment"],
    });
    expect(only(review([moved(["app"])]))).toMatchObject({
      destructive: true,
      reason: {
        code: "providerDefaultChanges",
        params: { property: "environment", from: "main", to: "staging" },
        text: "the provider's default `environment` changes from main to staging",
      },
    });
    expect(only(review([moved(["app", "environment"])]))).toMatchObject({
      destructive: false,
      reason: { code: "propertiesChange", text: "`environment` changes" },
    });
    // A stream of events does not contain the declared properties.
    expect(only(review([moved(undefined)]))?.destructive).toBe(true);
  });
});

describe("running costs", () => {
  test("warm runners continue after the scaling is deleted, unless the app is deleted", () => {
    const released = step("delete", "AppScale", "s", { inputs: scale(3, 5) });
    const app = step("delete", "App", "a", {
      inputs: { name: "a", environment: "main", onDelete: "delete" },
      more: { id: "main/a" },
    });
    expect(review([released]).summary.warmRunners).toEqual({ from: 3, to: 3 });
    expect(review([released, app]).summary.warmRunners).toEqual({ from: 3, to: 0 });
  });

  test("warm runners return to the previous values if the deletion restores them", () => {
    const inputs = scale(3, 5, { onDelete: "restore" });
    const outputs = { __fal: { v: 1, managed: Object.keys(inputs), found: { minConcurrency: 1 } } };
    expect(review([step("delete", "AppScale", "s", { inputs, outputs })]).summary.warmRunners).toEqual({
      from: 3,
      to: 1,
    });
  });

  test("values that the program does not declare are those of fal", () => {
    const effective = { minConcurrency: 2, maxConcurrency: 9, machineTypes: ["XS"] };
    const inputs = { app: "a", environment: "main", keepAlive: 1 };
    const found = review([step("same", "AppScale", "s", { inputs, outputs: { effective } }, { inputs })]);
    expect(found.summary.warmRunners).toEqual({ from: 2, to: 2 });
    expect(found.cost?.to).toMatchObject({ min: 0.2, max: 0.2 });
    expect([found.unchanged, verdict(found)]).toEqual([1, "No changes."]);
  });

  test("a replaced GPU instance is counted once", () => {
    const machine = (instanceType: string) => ({ inputs: { instanceType, sshKey: "k" } });
    const found = review([
      step("replace", "ComputeInstance", "gpu", machine("gpu_1x_h100_sxm5"), machine("gpu_8x_h100_sxm5")),
    ]);
    expect(found.cost).toMatchObject({ from: { min: 2.5, max: 2.5 }, to: { unpriced: ["gpu_8x_h100_sxm5"] } });
    expect(found.unpriced).toEqual(["gpu_8x_h100_sxm5"]);
  });

  test("a retained GPU instance is billed in addition to its replacement", () => {
    const machine = { inputs: { instanceType: "gpu_1x_h100_sxm5", sshKey: "k" } };
    const old = { ...machine, more: { retainOnDelete: true } };
    const costs = (op: string, next?: typeof machine) => {
      const { from, to } = review([step(op, "ComputeInstance", "gpu", old, next)]).cost ?? {};
      return [from?.min, to?.min];
    };
    expect(costs("replace", machine)).toEqual([2.5, 5]);
    expect(costs("delete")).toEqual([2.5, 2.5]);
  });

  test("an adopted GPU instance costs the same before and after", () => {
    const machine = { inputs: { instanceType: "gpu_1x_h100_sxm5", adopt: "inst_1" } };
    const found = review([step("create", "ComputeInstance", "gpu", undefined, machine)]);
    expect(found.cost).toMatchObject({ from: { min: 2.5 }, to: { min: 2.5 } });
    expect(verdict(found)).toBe("1 GPU instance is adopted (if it exists).");
  });
});

describe("failed previews", () => {
  const urn = "urn:pulumi:dev::p::pulumi-nodejs:dynamic/fal:AppScale::s";
  const errors = (...messages: string[]) =>
    review([], { diagnostics: messages.map((message) => ({ severity: "error", urn, message })) }).errors.map(
      ({ text }) => text,
    );

  test("the errors of a failed preview are shortened and not repeated", () => {
    expect(
      errors("error: pulumi-nodejs:dynamic/fal:AppScale resource 's': property app value {a} has a problem: app: no\n"),
    ).toEqual(["app: no"]);
    expect(errors(`error: Preview failed: resource "${urn}" is protected\n`, "error: preview failed\n")).toEqual([
      "resource s is protected",
    ]);
    expect(errors("error: it failed:\n\u001b[90mError: boom\u001b[39m\n    at Object.<anonymous> (x.js:1)\n")).toEqual([
      "it failed: Error: boom",
    ]);
    expect(errors("error: preview failed\n")).toEqual([expect.stringContaining("It may be a violated policy")]);
  });

  test.each(["no. Really.", "no"])(
    'the verdict of a failed preview contains the error "%s" as a sentence',
    (message) => {
      const found = review([step("delete", "ComputeInstance", "gpu", { inputs: {} })], {
        diagnostics: [{ severity: "error", urn, message: `error: ${message}\n` }],
      });
      expect(verdict(found)).toBe(
        "The preview failed: s: no. Planned before the failure: 1 GPU instance is deleted (all data on it is lost).",
      );
    },
  );
});

test("a review lists resources of other providers without their values", () => {
  const urn = "urn:pulumi:dev::p::web:index:Site$aws:s3/bucket:Bucket::logs";
  const state = { urn, type: "aws:s3/bucket:Bucket", inputs: { password: "canary" }, outputs: {} };
  const found = review([{ op: "create", urn, new: state, replaceReasons: [] }]);
  expect(found.otherResources).toEqual([{ urn, type: "aws:s3/bucket:Bucket", name: "logs", op: "create" }]);
  expect(verdict(found)).toBe("Nothing changes at fal, 1 other resource changes.");
  expect(JSON.stringify(found)).not.toContain("canary");
});

test("a review does not depend on the engine's order of steps", () => {
  const steps = ["b", "a", "a10", "a9"].map((name) =>
    step("create", "Secret", name, undefined, { inputs: { name, environment: "main" } }),
  );
  expect(review(steps).changes.map(({ name }) => name)).toEqual(["a", "a9", "a10", "b"]);
  expect(review([...steps].reverse())).toEqual(review(steps));
});
