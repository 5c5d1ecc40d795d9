import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { kindOfToken } from "../../src/provider/tokens";
import { SSH_KEY } from "../support/constants";
import { patience } from "../support/patience";
import { shareOf } from "../support/sample";
import type { Declared, Result, Stack, StateResource } from "./support/stack";
import { World } from "./support/world";

const machine = (name: string, options: Record<string, unknown> = {}): Declared => ({
  kind: "ComputeInstance",
  name,
  args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY },
  options,
});
const never = 86_400_000;

/** A line of a JavaScript stack trace. */
const stackTrace = /^\s+at .*[:(]\d+/m;

describe("a stack that was deployed before", () => {
  let world: World;
  /** Another account, with nothing in it. */
  let other: World;
  let stack: Stack;

  const program = (value: string) =>
    stack.program([
      { kind: "Secret", name: "token", args: { name: "TOKEN", value } },
      { kind: "Environment", name: "staging", args: { name: "staging" } },
      { kind: "ApiKey", name: "key", args: { alias: value } },
      machine("machine"),
    ]);

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 100 });
    other = await World.start({ owner: "globex" });
    await world.seed({ keys: [{ key_id: "narrow", key_secret: "narrow-secret", alias: "narrow", scope: "API" }] });
    stack = await world.stack();
    program("first");
    await stack.up();
  });
  afterAll(() => Promise.all([world?.close(), other?.close()]));
  afterEach(async () => {
    await world.faults([]);
  });

  const up = ["up", "--yes", "--skip-preview"];
  const refresh = ["refresh", "--yes", "--skip-preview"];
  const destroy = ["destroy", "--yes", "--skip-preview"];

  interface Failure {
    readonly env?: Record<string, string | undefined>;
    readonly says: readonly RegExp[];
    readonly never?: string;
    /** Requests that may be sent, as `path` or rpc; none when left out. */
    readonly sends?: RegExp;
  }

  /** Runs a command that must fail in one way only, and leave everything as it was. */
  async function fails(command: readonly string[], failure: Failure): Promise<void> {
    const before = { state: recorded(stack), fal: await world.state(), other: await other.state() };
    await Promise.all([world.clearRequests(), other.clearRequests()]);
    program("changed");
    const result = await stack.runWith(failure.env ?? {}, ...command);
    expectFailure(result, failure);
    const sent = [...(await world.requests()), ...(await other.requests())].map(({ rpc, path }) => rpc ?? path);
    expect(sent.filter((call) => !failure.sends?.test(call))).toEqual([]);
    expect({ state: recorded(stack), fal: await world.state(), other: await other.state() }).toEqual(before);
  }

  const account = /^\/users\/current$|^\/v1\/serverless\/apps$/;
  const commands = [up, refresh, destroy];
  // They fail alike, so each run of the tests tries one of them.
  console.log(`Commands that fail: ${shareOf(commands).title}. \`npm test -- --sample all\` runs all.`);

  test.each(shareOf(commands).rows)("a run without a credential changes nothing: %s", async (...command) => {
    await fails(command, {
      env: { FAL_KEY: undefined },
      says: [/No fal credential found/, /apiKey/, /FAL_KEY\b/, /FAL_PROFILE/, /FAL_KEY_ID and FAL_KEY_SECRET/],
    });
  });

  test("a preview needs no credential and sends no request", async () => {
    program("changed");
    await world.clearRequests();
    const result = await stack.runWith({ FAL_KEY: undefined }, "preview", "--diff");
    expect(result.code, result.text).toBe(0);
    expect(result.text).toContain("2 to update");
    program("first");
    const same = await stack.runWith({ FAL_KEY: undefined }, "preview", "--expect-no-changes");
    expect(same.code, same.text).toBe(0);
    expect(await world.requests()).toEqual([]);
  });

  test.each([refresh])(
    "a run with a malformed FAL_KEY changes nothing and does not print it: %s",
    async (...command) => {
      await fails(command, {
        env: { FAL_KEY: "canary-without-colon", FAL_KEY_ID: "emu", FAL_KEY_SECRET: "secret" },
        says: [/FAL_KEY/, /must have the form <key id>:<key secret>/],
        never: "canary-without-colon",
      });
    },
  );

  test.each(shareOf([up, destroy]).rows)(
    "a run with a key that fal rejects changes nothing: %s",
    async (...command) => {
      await fails(command, {
        env: { FAL_KEY: "emu:canary-wrong-key" },
        says: [/401/, /key came from FAL_KEY \(key id emu\)/, /has not been revoked/],
        never: "canary-wrong-key",
        sends: account,
      });
    },
  );

  test("a run whose key is revoked meanwhile keeps the state", async () => {
    await world.faults([
      { match: { transport: "grpc" }, times: 100, fault: { grpcCode: "UNAUTHENTICATED" } },
      { match: { transport: "rest", path: "^(?!/users/current)" }, times: 100, fault: { status: 401 } },
    ]);
    await fails(up, {
      says: [/answered (401|UNAUTHENTICATED)/, /FAL_KEY/, /has not been revoked/],
      sends: /^\/users\/current$|^SetSecret$|^\/v1\/keys$/,
    });
  });

  test.each(shareOf([refresh, destroy]).rows)("a run with too narrow a key changes nothing: %s", async (...command) => {
    await fails(command, {
      env: { FAL_KEY: "narrow:narrow-secret" },
      says: [/PERMISSION_DENIED|403/, /FAL_KEY \(key id narrow\)/, /needs? a key with ADMIN scope/],
      never: "narrow-secret",
      sends: /./,
    });
  });

  test.each(shareOf(commands).rows)("a run with the key of another account changes nothing: %s", async (...command) => {
    await fails(command, {
      env: other.env,
      says: [/"acme"/, /"globex"/, /from FAL_KEY/, /Use a key of "acme"/],
      sends: account,
    });
  });

  test("a run in another account than fal:owner changes nothing", async () => {
    await stack.ok("config", "set", "fal:owner", "globex");
    // First `up`: refresh and destroy run with the settings that it stores, also when it fails.
    for (const command of commands) {
      await fails(command, {
        says: [/belongs to the fal account "acme"/, /expects "globex"/, /fal:owner/, /Use a key of "globex"/],
        sends: account,
      });
    }
    await stack.ok("config", "rm", "fal:owner");
    program("first");
    await stack.up();
  });

  test("a refresh names the host that it cannot reach", async () => {
    const closed = await closedPort();
    await fails(refresh, {
      env: { FAL_API_URL: `${closed}/v1`, FAL_REST_URL: closed, FAL_GRPC_URL: closed },
      says: [new RegExp(`could not connect to ${closed} \\(ECONNREFUSED\\)`), /Check the network/],
    });
  });

  test.each(shareOf(["FAL_API_URL", "FAL_REST_URL", "FAL_GRPC_URL"] as const).rows)(
    "an unencrypted address of another machine is rejected before any request: %s",
    async (name) => {
      // Any address of this machine but its loopback: were it used, the request would arrive.
      const url = world.env[name].replace("127.0.0.1", "0.0.0.0");
      await fails(up, { env: { [name]: url }, says: [new RegExp(name), /unencrypted/, /Use https:/] });
    },
  );

  test("the stack works after all these failures", async () => {
    program("first");
    await stack.preview("--refresh", "--expect-no-changes");
    await stack.destroy();
    const state = await world.state();
    expect({ secrets: state.secrets, instances: state.instances }).toEqual({ secrets: [], instances: [] });
    expect(state.keys.map(({ key_id }) => key_id)).toEqual(["emu", "narrow"]);
  });
});

describe("another account", () => {
  let world: World;
  let other: World;
  afterAll(() => Promise.all([world?.close(), other?.close()]));

  test("a refresh keeps the state while fal cannot name the account of the key", async () => {
    world = await World.start({ instanceReadyMs: 100 });
    other = await World.start({ owner: "globex" });
    const stack = await world.stack();
    stack.program([machine("machine"), { kind: "Secret", name: "token", args: { name: "TOKEN", value: "v" } }]);
    await stack.up();
    const before = recorded(stack);
    const fault = { status: 503, headers: { "retry-after": "60" } };
    await other.faults([{ match: { path: "^/users/current|^/v1/serverless/apps" }, times: 100, fault }]);
    const result = await stack.runWith(other.env, "refresh", "--yes", "--skip-preview");
    expectFailure(result, { says: [/503/, /account/] });
    expect(recorded(stack)).toEqual(before);
  });
});

describe("a key in the stack's state", () => {
  let world: World;
  afterAll(() => world?.close());

  test("an error about a rejected key in the stack's configuration names its source and the fix", async () => {
    world = await World.start();
    await world.seed({ keys: [{ key_id: "old", key_secret: "old-secret", alias: "old", scope: "ADMIN" }] });
    const stack = await world.stack({ FAL_KEY: undefined });
    await stack.ok("config", "set", "--secret", "fal:apiKey", "old:old-secret");
    stack.program([{ kind: "Secret", name: "token", args: { name: "TOKEN", value: "v" } }]);
    await stack.up();
    await world.remove("keys", "old");
    await stack.ok("config", "set", "--secret", "fal:apiKey", world.env.FAL_KEY);
    const before = recorded(stack);
    const result = await stack.run("refresh", "--yes", "--skip-preview");
    expectFailure(result, {
      says: [/401/, /key came from .*apiKey.* \(key id old\)/, /--run-program/],
      never: "old-secret",
    });
    expect(recorded(stack)).toEqual(before);
    await stack.refresh("--run-program");
    await stack.destroy();
    expect((await world.state()).secrets).toEqual([]);
  });
});

describe("waits for GPU instances", () => {
  let world: World;
  let stack: Stack;

  // One each: a fal that remembers the order of an earlier test would answer with its machine.
  beforeEach(async () => {
    world = await World.start({ instanceReadyMs: never });
  });
  afterEach(() => world?.close());

  const orders = async () =>
    (await world.requests()).filter(({ method, path }) => method === "POST" && path === "/v1/compute/instances");

  /** The machine has come up, as far as fal is concerned. */
  const becomesReady = (id: string) => world.seed({ instances: [{ id, status: "ready", ip: "203.0.113.77" }] });

  /** The only machine, and how the state holds it. */
  async function theMachine(): Promise<{ id: string; entry: StateResource }> {
    const { instances } = await world.state();
    expect(instances).toHaveLength(1);
    const entry = stack.resources()["machine"];
    if (!entry) throw new Error(`the machine is not in state, but at fal: ${JSON.stringify(instances)}`);
    expect(entry.id).toBe(instances[0]?.id);
    expect(recorded(stack).pendingOperations).toEqual([]);
    return { id: entry.id, entry };
  }

  async function isUnfinished(why: RegExp): Promise<string> {
    const { id, entry } = await theMachine();
    expect(entry.initErrors).toEqual([expect.stringMatching(why)]);
    expect(entry.outputs["__fal"]).toMatchObject({ pending: ["ready"] });
    expect(entry.outputs["status"]).toBe("provisioning");
    return id;
  }

  async function isFinished(id: string): Promise<void> {
    const { entry } = await theMachine();
    expect(entry.id).toBe(id);
    expect(entry.initErrors ?? []).toEqual([]);
    expect(entry.outputs).toMatchObject({ status: "ready", ip: "203.0.113.77" });
    expect(entry.outputs["__fal"]).not.toHaveProperty("pending");
    expect(await orders()).toHaveLength(1);
  }

  /** Runs `up` until the machine is awaited, then sends the signals, half a second apart. */
  async function interruptedUp(...signals: NodeJS.Signals[]): Promise<Result> {
    const { child, result } = stack.start("up", "--yes", "--skip-preview");
    await new Promise<void>((awaited, fail) => {
      let text = "";
      child.stdout?.on("data", (chunk: Buffer) => {
        text += chunk.toString();
        if (text.includes("waiting for ready: provisioning")) awaited();
      });
      child.on("close", () => fail(new Error(`ended before it waited:\n${text}`)));
    });
    for (const [index, signal] of signals.entries()) {
      if (index > 0) await new Promise((done) => setTimeout(done, 500));
      child.kill(signal);
    }
    const impatience = setTimeout(() => child.kill("SIGKILL"), 15_000 * patience);
    try {
      return await result;
    } finally {
      clearTimeout(impatience);
    }
  }

  test.each([
    ["Ctrl-C", ["SIGINT"]],
    ["Ctrl-C twice", ["SIGINT", "SIGINT"]],
    ["SIGTERM", ["SIGTERM"]],
  ] as const)("%s ends the wait for a GPU instance, and the next up continues it", async (_how, signals) => {
    stack = await world.stack();
    await world.clearRequests();
    stack.program([machine("machine")]);
    const interrupted = await interruptedUp(...signals);
    expect(interrupted.signal, `ended by itself:\n${interrupted.text}`).toBeNull();
    const why = /GPU instance inst_\w+ exists, is billed and is in state; it was not ready when the operation was/;
    expectFailure(interrupted, {
      says: [why, /The next `pulumi up` continues to wait, and `pulumi destroy` deletes it/],
    });
    const id = await isUnfinished(why);

    // Also a wait that was resumed can be interrupted.
    if (signals.length === 1 && signals[0] === "SIGINT") {
      expectFailure(await interruptedUp("SIGINT"), { says: [why] });
      expect(await isUnfinished(why)).toBe(id);
    }

    await becomesReady(id);
    const { text } = await stack.up();
    expect(text).toContain("~ 1 updated");
    await isFinished(id);
  });

  test("the time limit ends the wait for a GPU instance, and the next up continues it", async () => {
    stack = await world.stack();
    await world.clearRequests();
    stack.program([machine("machine", { customTimeouts: { create: "4s" } })]);
    const why = /GPU instance inst_\w+ exists, is billed and is in state; it is still "provisioning" after 4s/;
    expectFailure(await stack.run("up", "--yes", "--skip-preview"), { says: [why, /customTimeouts/] });
    const id = await isUnfinished(why);

    // A refresh in between clears the engine's own note of the failure, but not what is left to do.
    await stack.refresh();
    await stack.fails("preview", "--expect-no-changes");

    await becomesReady(id);
    await stack.up();
    await isFinished(id);
  });

  test("a deleted GPU instance stays in the state until fal no longer shows it", async () => {
    stack = await world.stack();
    stack.program([machine("machine", { customTimeouts: { create: "1s", delete: "4s" } })]);
    await stack.fails("up", "--yes", "--skip-preview");
    const { id } = await theMachine();
    const body = { id, instance_type: "gpu_1x_h100_sxm5", status: "provisioning", region: "us-west" };
    const stillShown = { match: { method: "GET", path: `/compute/instances/${id}$` }, fault: { status: 200, body } };
    await world.faults([{ ...stillShown, times: 100 }]);
    const result = await stack.run("destroy", "--yes", "--skip-preview");
    expectFailure(result, {
      says: [
        /accepted the deletion of GPU instance \w+, but the instance is still "provisioning" after 4s.*run the command again/,
      ],
    });
    expect(stack.resources()["machine"]?.id).toBe(id);
    await world.faults([]);
    await stack.destroy();
    expect(stack.resources()).toEqual({});
  });

  test("a GPU instance that is not ready yet can be destroyed", async () => {
    stack = await world.stack();
    stack.program([machine("machine", { customTimeouts: { create: "1s" } })]);
    await stack.fails("up", "--yes", "--skip-preview");
    expect((await world.state()).instances).toHaveLength(1);
    await stack.destroy();
    expect((await world.state()).instances).toEqual([]);
  });
});

describe("orders of GPU instances without a response", () => {
  let world: World;
  beforeEach(async () => {
    world = await World.start({ instanceReadyMs: 100 });
  });
  afterEach(() => world?.close());

  const lost = { match: { method: "POST", path: "/compute/instances$" }, fault: { reset: true, afterEffect: true } };
  const orders = async () =>
    (await world.requests()).filter(({ method, path }) => method === "POST" && path === "/v1/compute/instances");

  test("an order that gets no answer is repeated and creates one GPU instance", async () => {
    const stack = await world.stack();
    await world.faults([{ ...lost, times: 6 }]);
    stack.program([machine("machine")]);
    await stack.up();
    expect(await orders()).toHaveLength(7);
    expect((await world.state()).instances).toHaveLength(1);
    await stack.preview("--refresh", "--expect-no-changes");
  });

  test("Ctrl-C ends an unanswered order, and the error names the GPU instance", async () => {
    const stack = await world.stack();
    await world.faults([{ ...lost, times: 1_000 }]);
    stack.program([machine("machine")]);
    const { child, result } = stack.start("up", "--yes", "--skip-preview");
    await expect.poll(async () => (await orders()).length, { timeout: 30_000 * patience }).toBeGreaterThan(3);
    child.kill("SIGINT");
    const { text, code, signal } = await result;
    expect([signal, code === 0], text).toEqual([null, false]);
    const [made] = (await world.state()).instances;
    expect((await world.state()).instances).toHaveLength(1);
    expect(text).toContain(`New since the request: ${made?.id}`);
    expect(text).toContain('adopt it with `adopt: "<id>"`');
    expect((await orders()).length).toBeLessThan(10);
    await world.faults([]);
    stack.program([{ ...machine("machine"), args: { ...machine("machine").args, adopt: made?.id } }]);
    await stack.up();
    expect((await world.state()).instances).toHaveLength(1);
  });
});

/** An ordinary end with an error; every message is one line, and all of `says` stands in one of them. */
function expectFailure(result: Result, expected: { says: readonly RegExp[]; never?: string }): void {
  expect(result.signal, result.text).toBeNull();
  expect(result.code, result.text).not.toBe(0);
  expect(result.text).not.toMatch(stackTrace);
  if (expected.never !== undefined) expect(result.text).not.toContain(expected.never);
  const [, diagnostics = ""] = result.text.split(/^Diagnostics:$/m);
  const messages = diagnostics
    .split("\n")
    .map((line) => /^\s+(?:error: |\* )(.*)$/.exec(line)?.[1] ?? "")
    .filter((message) => message && !/^(update failed|update canceled|1 error occurred:)$/.test(message));
  expect(messages, result.text).not.toEqual([]);
  for (const message of messages) {
    for (const said of expected.says) expect(message).toMatch(said);
    expect(message.length, message).toBeLessThan(500);
  }
}

/** What the state holds of our resources, by name, and what the engine believes to be unfinished. */
function recorded(stack: Stack) {
  const { resources, pendingOperations } = stack.recorded();
  const ours = resources
    .filter(({ type }) => kindOfToken(type) !== undefined)
    .map(({ urn, id, inputs, outputs, initErrors = [] }) => [urn, { id, inputs, outputs, initErrors }] as const);
  return { resources: Object.fromEntries(ours), pendingOperations };
}

/** The address of a port of this machine that nobody listens on. */
async function closedPort(): Promise<string> {
  const probe = await World.start();
  const url = probe.env.FAL_REST_URL;
  await probe.close();
  return url;
}
