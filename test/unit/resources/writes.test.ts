import { describe, expect, test } from "vitest";
import { FalServerError } from "../../../src/client/errors";
import { diff } from "../../../src/provider/diff";
import type { CreateContext, Handler, UpdateContext } from "../../../src/provider/handler";
import type { PropertyValues } from "../../../src/provider/properties";
import { handlers } from "../../../src/resources/handlers.gen";
import { SSH_KEY } from "../../support/constants";
import { hostOf } from "../../support/host";

/** What handlers send to fal, and their warnings about values that are not sent. */
function handlerOf(kind: string): Handler {
  const handler = handlers.find(({ definition }) => definition.kind === kind);
  if (!handler) throw new Error(`no resource ${kind}`);
  return handler;
}

function contextOf(fal: object, ignored: readonly string[] = []) {
  const warnings: string[] = [];
  const answers: PropertyValues[] = [];
  const achieved: (readonly string[] | PropertyValues | undefined)[][] = [];
  const signal = new AbortController().signal;
  const context: CreateContext & UpdateContext = {
    fal: { settings: { environment: "main" }, ...fal } as unknown as UpdateContext["fal"],
    signal,
    waitSignal: signal,
    timeLimit: "5m0s",
    now: 0,
    stack: undefined,
    progress: () => undefined,
    warn: (message) => warnings.push(message),
    warnOnce: (message) => warnings.push(message),
    creation: undefined,
    exists: () => undefined,
    deploying: (deployment) => deployment(),
    acknowledged: (values) => answers.push(values),
    isManagedElsewhere: () => false,
    isIgnored: (name) => ignored.includes(name),
    achieved: (...given) => achieved.push(given),
    unfinished: () => undefined,
  };
  return { context, warnings, answers, achieved };
}

const stateOf = (inputs: PropertyValues, outputs: PropertyValues = {}) => ({
  inputs,
  outputs,
  managed: Object.keys(inputs),
  pending: [],
  previousValues: {},
});

/** As the host calls it: with the names that differ. */
function update(
  kind: string,
  before: PropertyValues,
  after: PropertyValues,
  context: UpdateContext,
  outputs: PropertyValues = {},
) {
  const handler = handlerOf(kind);
  const metadata = { v: 1, managed: Object.keys(before) };
  const { changed } = diff(handler.definition, { ...before, __fal: metadata }, { ...after, __fal: metadata });
  return handler.update("id", stateOf(before, outputs), after, new Set(changed), context);
}

describe("updates of a secret", () => {
  const id = { name: "TOKEN", environment: "main", fingerprint: "f" };
  const fal = (live: object | undefined = { name: "TOKEN", environment: "main", defaultExposed: true }) => {
    const sent: unknown[] = [];
    const secrets = {
      get: async () => live,
      set: async (name: string, value: string, { defaultExposed }: { defaultExposed?: boolean }) => {
        sent.push({ name, value, ...(defaultExposed !== undefined ? { defaultExposed } : {}) });
      },
    };
    return { sent, ...contextOf({ secrets }) };
  };

  test.each<[string, PropertyValues, PropertyValues, object[]]>([
    ["a first value", {}, { value: "v" }, [{ value: "v" }]],
    [
      "a first value with an exposure",
      {},
      { value: "v", defaultExposed: false },
      [{ value: "v", defaultExposed: false }],
    ],
    [
      "a new value without an unchanged exposure",
      { value: "v", defaultExposed: false },
      { value: "w", defaultExposed: false },
      [{ value: "w" }],
    ],
    [
      "the same value for a new entry of rewriteOn, with a changed exposure",
      { value: "v", defaultExposed: false },
      { value: "v", defaultExposed: true, rewriteOn: ["1"] },
      [{ value: "v", defaultExposed: true }],
    ],
    ["nothing for an exposure that fal has", { value: "v" }, { value: "v", defaultExposed: true }, []],
    ["nothing for an entry removed from rewriteOn", { value: "v", rewriteOn: ["1"] }, { value: "v" }, []],
  ])("an update of a secret writes %s", async (_title, before, after, expected) => {
    const { sent, context } = fal();
    await update("Secret", { ...id, ...before }, { ...id, ...after }, context);
    expect(sent).toEqual(expected.map((one) => ({ name: "TOKEN", ...one })));
  });

  test.each<[string, PropertyValues, RegExp]>([
    [
      "with a value",
      { value: "v" },
      /another `defaultExposed` than the program declares.*nothing was sent.*`rewriteOn`/,
    ],
    ["without one", {}, /another `defaultExposed` than the program declares.*nothing was sent.*set `value` too/],
  ])(
    "an update of a secret fails if fal has a different exposure than the program declares: %s",
    async (_title, before, says) => {
      const { sent, context } = fal();
      const after = { ...id, ...before, defaultExposed: false };
      await expect(update("Secret", { ...id, ...before }, after, context)).rejects.toThrow(says);
      expect(sent).toEqual([]);
    },
  );
});

describe("properties that are recorded but cannot be sent", () => {
  const machine = { id: "inst_1", instanceType: "gpu_1x_h100_sxm5", status: "ready", ip: "203.0.113.9" };
  const said = expect.stringMatching(/`sshKey` is recorded and was not sent.*cannot compare/);

  test("the SSH key of an adopted GPU instance is recorded with a warning", async () => {
    const { context, warnings } = contextOf({ compute: { get: async () => machine } });
    const inputs = { instanceType: machine.instanceType, adopt: "inst_1" };
    await handlerOf("ComputeInstance").create(inputs, context);
    expect(warnings).toEqual([]);
    await handlerOf("ComputeInstance").create({ ...inputs, sshKey: SSH_KEY }, context);
    expect(warnings).toEqual([said]);
    expect(warnings[0]).not.toContain(SSH_KEY);
  });

  test("an SSH key that is added to a GPU instance later is recorded with a warning", async () => {
    const { context, warnings } = contextOf({});
    const before = { instanceType: machine.instanceType };
    await update("ComputeInstance", before, { ...before, sshKey: SSH_KEY }, context);
    expect(warnings).toEqual([said]);
    await update(
      "ComputeInstance",
      { ...before, sshKey: SSH_KEY },
      { ...before, sshKey: SSH_KEY, waitForReady: false },
      context,
    );
    expect(warnings).toHaveLength(1);
  });

  test.each([
    [{ keyId: "k1", alias: "ci", scope: "API" }, {}, 0],
    [{ keyId: "k1", alias: "ci", scope: "ADMIN" }, { scope: "ADMIN" }, 0],
    [{ keyId: "k1", alias: "ci" }, { preset: "DEPLOY" }, 1],
    [{ keyId: "k1", alias: "ci" }, { permissions: ["serverless:apps:run"] }, 1],
    [{ keyId: "k1", alias: "ci" }, {}, 1],
  ])(
    "adoption of the key %j declared with %j gives %i warnings about access that fal does not return",
    async (key, access, expected) => {
      const { context, warnings } = contextOf({ keys: { get: async () => key } });
      await handlerOf("ApiKey").create({ alias: "ci", generation: 1, adopt: "k1", ...access }, context);
      expect(warnings).toHaveLength(expected);
      for (const warning of warnings) expect(warning).toMatch(/recorded but not compared, because fal does not return/);
    },
  );
});

/** The values of an app in fal's responses. */
const app = {
  name: "sd",
  environment: "main",
  revision: "rev-1",
  authMode: "private",
  minConcurrency: 0,
  maxConcurrency: 2,
  machineTypes: ["XS"],
  regions: [],
  maxMultiplexing: 1,
  keepAlive: 10,
};

describe("scaling of an app", () => {
  const target = { app: "sd", environment: "main" };
  function scaling(
    live: PropertyValues,
    ignored: readonly string[] = [],
    fail: (values: PropertyValues) => boolean = () => false,
    deployments: readonly object[] = [],
  ) {
    let now: PropertyValues = { ...app, ...live };
    const sent: PropertyValues[] = [];
    const apps = {
      get: async () => now,
      deployments: async () => deployments,
      scale: async (_name: string, values: PropertyValues) => {
        if (fail(values)) throw new Error("fal refused");
        sent.push(values);
        now = { ...now, ...values };
        return now;
      },
    };
    return { sent, ...contextOf({ apps }, ignored) };
  }
  const seen = (revision: string) => ({ effective: { revision } });

  test.each<[string, PropertyValues, PropertyValues, RegExp]>([
    [
      "a buffer above fal's maximum",
      {},
      { concurrencyBuffer: 3 },
      /concurrencyBuffer 3, but fal allows only 2 runners/,
    ],
    [
      "a maximum below fal's minimum",
      { minConcurrency: 4, maxConcurrency: 8 },
      { maxConcurrency: 3 },
      /minConcurrency 4, but fal allows only 3 runners/,
    ],
  ])("creating or changing an AppScale warns about %s", async (_title, live, values, says) => {
    const made = scaling(live);
    await handlerOf("AppScale").create({ ...target, ...values }, made.context);
    expect(made.warnings).toEqual([expect.stringMatching(says)]);
    const changed = scaling(live);
    await update(
      "AppScale",
      { ...target, minConcurrency: 0, concurrencyBuffer: 0, maxConcurrency: 1 },
      { ...target, ...values },
      changed.context,
    );
    expect(changed.warnings).toEqual([expect.stringMatching(says)]);
  });

  test("a minimum above fal's maximum is rejected before any request, unless the maximum is declared, too", async () => {
    const says = /`minConcurrency` 5 is above the maximum of 2 runners .* Declare a `maxConcurrency` of at least 5/;
    const made = scaling({});
    const create = (values: PropertyValues) => handlerOf("AppScale").create({ ...target, ...values }, made.context);
    await expect(create({ minConcurrency: 5 })).rejects.toThrow(says);
    const changed = scaling({});
    const before = { ...target, minConcurrency: 0 };
    await expect(update("AppScale", before, { ...target, minConcurrency: 5 }, changed.context)).rejects.toThrow(says);
    expect([made.sent, changed.sent]).toEqual([[], []]);
    await create({ minConcurrency: 5, maxConcurrency: 5 });
    await update("AppScale", before, { ...target, minConcurrency: 2 }, changed.context);
    expect([made.sent, changed.sent]).toEqual([[{ minConcurrency: 5, maxConcurrency: 5 }], [{ minConcurrency: 2 }]]);
  });

  test("a preview warns about a minimum above the maximum that fal had last", async () => {
    const { host, said } = hostOf(handlerOf("AppScale"));
    const inputs = (minConcurrency: number, more = {}) => ({
      ...target,
      minConcurrency,
      ...more,
      __fal: { v: 1, urn: "urn:a" },
    });
    const state = { ...inputs(0), effective: { maxConcurrency: 2 }, __fal: { v: 2 } };
    await host.check({}, inputs(5));
    for (const news of [inputs(2), inputs(5, { maxConcurrency: 5 })]) await host.diff("main/sd", state, news);
    expect(said).toEqual([]);
    await host.diff("main/sd", state, inputs(5));
    expect(said).toEqual([expect.stringMatching(/^warning: `minConcurrency` 5 is above the maximum of 2 runners/)]);
  });

  test("changing an AppScale does not warn about valid values, or about values that are not sent", async () => {
    const { context, warnings } = scaling({ minConcurrency: 5 });
    await update("AppScale", { ...target, keepAlive: 1 }, { ...target, keepAlive: 2 }, context);
    await handlerOf("AppScale").create({ ...target, minConcurrency: 2 }, scaling({}).context);
    expect(warnings).toEqual([]);
  });

  const before = { ...target, keepAlive: 1, machineTypes: ["GPU-H100"], startupTimeout: 300 };

  test("any update of an AppScale sends again what a deploy reset", async () => {
    const { sent, context, answers } = scaling({ revision: "rev-2", startupTimeout: 300 });
    const { outputs } = await update("AppScale", before, { ...before, keepAlive: 2 }, context, seen("rev-1"));
    expect(sent).toEqual([{ keepAlive: 2 }, { machineTypes: ["GPU-H100"] }]);
    expect(answers).toEqual(sent);
    expect(outputs["effective"]).toMatchObject({ revision: "rev-2", machineTypes: ["GPU-H100"] });
  });

  test.each<[string, PropertyValues, string | undefined, readonly string[]]>([
    ["the revision is the same, although someone else changed them", {}, "rev-1", []],
    ["no revision was recorded", { revision: "rev-2" }, undefined, []],
    ["they are in ignoreChanges", { revision: "rev-2", startupTimeout: 300 }, "rev-1", ["machineTypes"]],
  ])("an update of an AppScale does not send unchanged values if %s", async (_title, live, revision, ignored) => {
    const { sent, context } = scaling(live, ignored);
    const outputs = revision === undefined ? {} : seen(revision);
    await update("AppScale", before, { ...before, keepAlive: 2 }, context, outputs);
    expect(sent).toEqual([{ keepAlive: 2 }]);
  });

  test("an AppScale does not record the new revision while values that the deploy reset could not be sent", async () => {
    const { context, achieved } = scaling({ revision: "rev-2" }, [], (values) => "machineTypes" in values);
    const failing = update("AppScale", before, { ...before, keepAlive: 2 }, context, seen("rev-1"));
    await expect(failing).rejects.toThrow("fal refused");
    expect(achieved).toEqual([
      [["keepAlive"], { effective: expect.objectContaining({ revision: "rev-1", keepAlive: 2 }) }, {}],
    ]);
  });

  describe("after a deployment that reset all values", () => {
    const reset = { revision: "rev-2", annotations: { "pulumi-reset-scale": "true" } };
    const older = { revision: "rev-3", annotations: {} };
    const values = { ...target, maxConcurrency: 5, keepAlive: 60 };
    const all = { ...values, machineTypes: ["GPU-H100"] };

    test.each<[what: string, inputs: PropertyValues, deployments: object[], ignored: string[], sent: PropertyValues[]]>(
      [
        [
          "all managed values",
          all,
          [reset],
          [],
          [{ machineTypes: ["GPU-H100"] }, { maxConcurrency: 5, keepAlive: 60 }],
        ],
        ["managed values of which a deploy resets none", values, [reset], [], [{ maxConcurrency: 5, keepAlive: 60 }]],
        ["nothing in ignoreChanges", values, [reset], ["keepAlive"], [{ maxConcurrency: 5 }]],
        [
          "only what every deploy resets, if the app was pointed at its revision later",
          all,
          [older, reset],
          [],
          [{ machineTypes: ["GPU-H100"] }],
        ],
        [
          "only what every deploy resets, after any other deployment",
          all,
          [{ ...reset, annotations: {} }],
          [],
          [{ machineTypes: ["GPU-H100"] }],
        ],
      ],
    )("a trigger of an AppScale sends %s", async (_what, inputs, deployments, ignored, expected) => {
      const { sent, context } = scaling({ revision: "rev-2" }, ignored, undefined, deployments);
      const [from, to] = ["1", "2"].map((trigger) => ({ ...inputs, reapplyOn: [trigger] }));
      const { outputs } = await update("AppScale", from ?? {}, to ?? {}, context, seen("rev-1"));
      expect(sent).toEqual(expected);
      expect(outputs["effective"]).toMatchObject({ revision: "rev-2" });
    });

    test("nothing is sent twice if the values are as declared", async () => {
      const { sent, context } = scaling({ revision: "rev-2", maxConcurrency: 5, keepAlive: 60 }, [], undefined, [
        reset,
      ]);
      const [from, to] = ["1", "2"].map((trigger) => ({ ...values, reapplyOn: [trigger] }));
      await update("AppScale", from ?? {}, to ?? {}, context, seen("rev-1"));
      expect(sent).toEqual([]);
    });
  });

  test("a trigger does not send properties in ignoreChanges", async () => {
    const { sent, context } = scaling({}, ["machineTypes"]);
    await update("AppScale", { ...before, reapplyOn: ["1"] }, { ...before, reapplyOn: ["2"] }, context, seen("rev-1"));
    expect(sent).toEqual([{ startupTimeout: 300 }]);
  });
});

describe("responses of fal", () => {
  test("fal's response to an update of an app is compared with the values that were sent", async () => {
    const apps = { get: async () => app, setAlias: async () => ({ ...app, authMode: "shared", revision: "rev-9" }) };
    const { context, answers } = contextOf({ apps, account: async () => "acme" });
    const inputs = { name: "sd", environment: "main", alias: "sd", authMode: "private", revision: "rev-1" };
    await update("App", inputs, { ...inputs, authMode: "public" }, context);
    await update("App", inputs, { ...inputs, revision: "rev-2" }, context);
    expect(answers).toEqual([{ authMode: "shared" }, { revision: "rev-9" }]);
  });

  test("an update of an app's auth mode warns about the scaling values that it also reset", async () => {
    const inputs = { name: "sd", environment: "main", alias: "sd", authMode: "private" };
    const change = async (reset: PropertyValues) => {
      const apps = { get: async () => app, setAlias: async () => ({ ...app, authMode: "public", ...reset }) };
      const { context, warnings } = contextOf({ apps, account: async () => "acme" });
      await update("App", inputs, { ...inputs, authMode: "public" }, context);
      return warnings;
    };
    expect(await change({})).toEqual([]);
    expect(await change({ revision: "rev-2", maxMultiplexing: 9 })).toEqual([]);
    expect(await change({ maxMultiplexing: 9, machineTypes: ["S"], keepAlive: 9 })).toEqual([
      expect.stringMatching(/it also reset maxMultiplexing, machineTypes, as a deploy does/),
    ]);
  });

  test("an app's update without a response is sent again, also if the program reverts the change", async () => {
    const lost = new FalServerError("no answer", { operation: "apps.setAlias", attempts: 1, mayHaveTakenEffect: true });
    const left: string[][] = [];
    const sent: string[] = [];
    const apps = {
      get: async () => ({ ...app, revision: "rev-2" }),
      setAlias: async (_name: string, revision: string) => {
        sent.push(revision);
        if (sent.length === 1) throw lost;
        return { ...app, revision };
      },
    };
    const { context } = contextOf({ apps, account: async () => "acme" });
    const unfinished = (work: readonly string[]) => void left.push([...work]);
    const inputs = { name: "sd", environment: "main", alias: "sd", revision: "rev-1" };
    const handler = handlerOf("App");
    const failed = handler.update("id", stateOf(inputs), { ...inputs, revision: "rev-3" }, new Set(["revision"]), {
      ...context,
      unfinished,
    });
    await expect(failed).rejects.toThrow("no answer");
    expect(left).toHaveLength(1);
    await handler.update("id", { ...stateOf(inputs), pending: left.flat() }, inputs, new Set(), context);
    expect(sent).toEqual(["rev-3", "rev-1"]);
  });

  test("fal's responses to the creation of a GPU instance, a key and an environment are compared", async () => {
    const machine = {
      id: "inst_1",
      instanceType: "gpu_8x_h100_sxm5",
      sector: "sector_2",
      status: "ready",
      ip: "203.0.113.9",
    };
    const compute = { list: async () => [], create: async () => machine, get: async () => machine };
    const ordered = contextOf({ compute });
    await handlerOf("ComputeInstance").create(
      { instanceType: "gpu_8x_h100_sxm5", sshKey: SSH_KEY, sector: "sector_1" },
      ordered.context,
    );
    expect(ordered.answers).toEqual([{ instanceType: "gpu_8x_h100_sxm5", sector: "sector_2" }]);

    const listed = { keyId: "k1", alias: "c", scope: "ADMIN" };
    const keys = { create: async () => ({ keyId: "k1", keySecret: "s", key: "k1:s" }), get: async () => listed };
    const key = contextOf({ keys });
    await handlerOf("ApiKey").create({ alias: "ci", preset: "READONLY", generation: 1 }, key.context);
    expect(key.answers).toEqual([{ alias: "c" }]);
    expect(key.warnings).toEqual([
      expect.stringMatching(/lists the new key k1 with scope ADMIN, which was not requested/),
    ]);
    const full = contextOf({ keys });
    await handlerOf("ApiKey").create({ alias: "c", scope: "ADMIN", generation: 1 }, full.context);
    expect(full.warnings).toEqual([]);

    const environments = { get: async () => undefined, create: async () => ({ name: "staging", isDefault: false }) };
    const made = contextOf({ environments });
    await handlerOf("Environment").create({ name: "staging", description: "mine" }, made.context);
    expect(made.answers).toEqual([{ description: undefined }]);
  });

  test("a secret is read back if its exposure was sent", async () => {
    const secrets = {
      get: async () => ({ name: "A", environment: "main", defaultExposed: true }),
      set: async () => undefined,
    };
    const { context, answers } = contextOf({ secrets });
    const inputs = { name: "A", environment: "main", fingerprint: "f", value: "v", defaultExposed: true };
    await update("Secret", inputs, { ...inputs, value: "w" }, context);
    expect(answers).toEqual([]);
    await update("Secret", inputs, { ...inputs, value: "w", defaultExposed: false }, context);
    expect(answers).toEqual([{ defaultExposed: true }]);
  });
});

describe("an update whose response is lost", () => {
  const lost = new FalServerError("no answer", { operation: "write", attempts: 1, mayHaveTakenEffect: true });

  /** fal has the new values, although the first update fails. */
  const kinds: [
    kind: string,
    fal: () => { fal: object; sent: unknown[] },
    before: PropertyValues,
    added: PropertyValues,
    previous: PropertyValues,
  ][] = [
    [
      "AppScale",
      () => {
        let live: PropertyValues = app;
        const sent: unknown[] = [];
        const scale = async (_app: string, values: PropertyValues) => {
          live = { ...live, ...values };
          if (sent.push(values) === 1) throw lost;
          return live;
        };
        return { fal: { apps: { get: async () => live, scale } }, sent };
      },
      { app: "sd", environment: "main", keepAlive: 10 },
      { maxConcurrency: 8 },
      { maxConcurrency: 2 },
    ],
    [
      "StorageSettings",
      () => {
        let live: PropertyValues = { expirationDurationSeconds: 60 };
        const sent: unknown[] = [];
        const replaceSettings = async (values: PropertyValues) => {
          live = values;
          if (sent.push(values) === 1) throw lost;
          return live;
        };
        return { fal: { storage: { getSettings: async () => live, replaceSettings } }, sent };
      },
      { expirationDurationSeconds: 60 },
      { defaultAccess: "forbid" },
      { defaultAccess: "allow", systemAccess: true },
    ],
  ];

  test.each(kinds)(
    "the next update of %s sends the values again and keeps the previous values of the first one",
    async (kind, start, before, added, previous) => {
      const { fal, sent } = start();
      const { context, achieved } = contextOf(fal);
      const left: string[] = [];
      const failing = { ...context, unfinished: (work: readonly string[]) => void left.push(...work) };
      await expect(update(kind, before, { ...before, ...added }, failing)).rejects.toThrow("no answer");
      expect(left).toHaveLength(1);
      expect(achieved).toEqual([[[], undefined, previous]]);

      const saved = { ...stateOf(before), pending: left, previousValues: previous };
      const after = { ...before, ...added };
      const { previousValues } = await handlerOf(kind).update("id", saved, after, new Set(Object.keys(added)), context);
      expect(previousValues).toEqual(previous);
      expect(sent).toHaveLength(2);

      // The same if the program and the state agree by now, because fal may not.
      const agreeing = { ...saved, inputs: { ...before, ...added }, managed: Object.keys(after) };
      await handlerOf(kind).update("id", agreeing, after, new Set(), context);
      expect(sent).toHaveLength(3);
      expect(sent[2]).toMatchObject(sent[1] as object);
    },
  );

  test.each(kinds)(
    "the next update of %s does not send values under ignoreChanges",
    async (kind, start, before, added) => {
      const { fal, sent } = start();
      const after = { ...before, ...added };
      const { context } = contextOf(fal, Object.keys(after));
      await handlerOf(kind).update("id", { ...stateOf(after), pending: ["scale", "write"] }, after, new Set(), context);
      expect(sent).toEqual([]);
    },
  );
});
