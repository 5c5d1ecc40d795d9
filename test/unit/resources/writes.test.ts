import { describe, expect, it } from "vitest";
import { diff } from "../../../src/provider/diff";
import type { CreateContext, Handler, UpdateContext } from "../../../src/provider/handler";
import type { Bag } from "../../../src/provider/properties";
import { handlers } from "../../../src/resources/handlers";

/** What reaches fal, and what is said where something does not. */
function handlerOf(kind: string): Handler {
  const handler = handlers.find(({ definition }) => definition.kind === kind);
  if (!handler) throw new Error(`no resource ${kind}`);
  return handler;
}

function contextOf(fal: object) {
  const warnings: string[] = [];
  const signal = new AbortController().signal;
  const context: CreateContext & UpdateContext = {
    fal: { settings: { environment: "main" }, ...fal } as unknown as UpdateContext["fal"],
    signal,
    waitSignal: signal,
    timeLimit: "5m0s",
    now: 0,
    progress: () => undefined,
    warn: (message) => warnings.push(message),
    creation: undefined,
    exists: () => undefined,
    achieved: () => undefined,
    unfinished: () => undefined,
  };
  return { context, warnings };
}

const stateOf = (inputs: Bag, outputs: Bag = {}) => ({
  inputs,
  outputs,
  managed: Object.keys(inputs),
  pending: [],
  found: {},
});

/** As the host calls it: with the names that differ. */
function update(kind: string, before: Bag, after: Bag, context: UpdateContext, outputs: Bag = {}) {
  const handler = handlerOf(kind);
  const hidden = { v: 1, managed: Object.keys(before) };
  const { changed } = diff(handler.definition, { ...before, __fal: hidden }, { ...after, __fal: hidden });
  return handler.update("id", stateOf(before, outputs), after, new Set(changed), context);
}

describe("an update of a secret", () => {
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

  it.each<[string, Bag, Bag, object[]]>([
    ["a first value", {}, { value: "v" }, [{ value: "v" }]],
    [
      "a first value with an exposure",
      {},
      { value: "v", defaultExposed: false },
      [{ value: "v", defaultExposed: false }],
    ],
    [
      "a new value; an exposure that stays is left to fal",
      { value: "v", defaultExposed: false },
      { value: "w", defaultExposed: false },
      [{ value: "w" }],
    ],
    [
      "the same value on request, with what changed",
      { value: "v", defaultExposed: false },
      { value: "v", defaultExposed: true, rewriteOn: ["1"] },
      [{ value: "v", defaultExposed: true }],
    ],
    ["nothing for an exposure that fal has", { value: "v" }, { value: "v", defaultExposed: true }, []],
    ["nothing for an entry that leaves rewriteOn", { value: "v", rewriteOn: ["1"] }, { value: "v" }, []],
  ])("writes %s", async (_title, before, after, expected) => {
    const { sent, context } = fal();
    await update("Secret", { ...id, ...before }, { ...id, ...after }, context);
    expect(sent).toEqual(expected.map((one) => ({ name: "TOKEN", ...one })));
  });

  it.each<[string, Bag, RegExp]>([
    ["with a value", { value: "v" }, /another defaultExposed at fal.*nothing was sent.*`rewriteOn`/],
    ["without one", {}, /another defaultExposed at fal.*nothing was sent.*set `value` too/],
  ])("fails where fal has another exposure than the one that becomes managed, %s", async (_title, before, says) => {
    const { sent, context } = fal();
    const after = { ...id, ...before, defaultExposed: false };
    await expect(update("Secret", { ...id, ...before }, after, context)).rejects.toThrow(says);
    expect(sent).toEqual([]);
  });
});

describe("what is recorded and cannot be sent", () => {
  const machine = { id: "inst_1", instanceType: "gpu_1x_h100_sxm5", status: "ready", ip: "203.0.113.9" };
  const sshKey = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ8b0wEJzkGYhdRkVXhHHXWHV0h3IQJRxEZhGbPzV1mM";
  const said = expect.stringMatching(/`sshKey` is recorded and was not sent.*not compared/);

  it("of an adopted machine is its ssh key, with a warning", async () => {
    const { context, warnings } = contextOf({ compute: { get: async () => machine } });
    const inputs = { instanceType: machine.instanceType, adopt: "inst_1" };
    await handlerOf("ComputeInstance").create(inputs, context);
    expect(warnings).toEqual([]);
    await handlerOf("ComputeInstance").create({ ...inputs, sshKey }, context);
    expect(warnings).toEqual([said]);
    expect(warnings[0]).not.toContain(sshKey);
  });

  it("of a machine is an ssh key that is set later, with a warning", async () => {
    const { context, warnings } = contextOf({});
    const before = { instanceType: machine.instanceType };
    await update("ComputeInstance", before, { ...before, sshKey }, context);
    expect(warnings).toEqual([said]);
    await update("ComputeInstance", { ...before, sshKey }, { ...before, sshKey, waitForReady: false }, context);
    expect(warnings).toHaveLength(1);
  });

  it.each([
    [{ keyId: "k1", alias: "ci", scope: "API" }, {}, 0],
    [{ keyId: "k1", alias: "ci", scope: "ADMIN" }, { scope: "ADMIN" }, 0],
    [{ keyId: "k1", alias: "ci" }, { preset: "DEPLOY" }, 1],
    [{ keyId: "k1", alias: "ci" }, { permissions: ["serverless:apps:run"] }, 1],
    [{ keyId: "k1", alias: "ci" }, {}, 1],
  ])("of an adopted key is what fal does not return of it: %j, declared %j", async (key, access, expected) => {
    const { context, warnings } = contextOf({ keys: { get: async () => key } });
    await handlerOf("ApiKey").create({ alias: "ci", generation: 1, adopt: "k1", ...access }, context);
    expect(warnings).toHaveLength(expected);
    for (const warning of warnings) expect(warning).toMatch(/does not return the preset or permissions.*not compared/);
  });
});
