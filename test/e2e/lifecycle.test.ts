import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { OTHER_SSH_KEY, SSH_KEY } from "../support/constants";
import { falCli, noFalCli } from "../support/fal-cli";
import { Witness } from "../support/witness";
import { type Declared, defaultHost, ref, resource, type Stack, tokenOf } from "./support/stack";
import { World } from "./support/world";

type Json = Record<string, unknown>;

/** Everything that a program of the six kinds can say; each step of the test is one such program. */
interface Wishes {
  environment: Json;
  secret: Json;
  app: Json;
  scale: Json;
  key: Json;
  machine: Json;
}

const first: Wishes = {
  environment: { name: "staging", description: "Try things here" },
  secret: { name: "HF_TOKEN", environment: resource("staging"), value: "hf_one", defaultExposed: false },
  app: {
    name: "image-gen",
    authMode: "private",
    revision: "rev-1",
    strategy: "rolling",
    rolloutOn: ["a"],
    onDelete: "retain",
  },
  scale: {
    app: resource("app"),
    minConcurrency: 0,
    maxConcurrency: 4,
    concurrencyBuffer: 0,
    concurrencyBufferPerc: 0,
    keepAlive: 0,
    scalingDelay: 0,
    requestTimeout: 600,
    requestStartTimeout: 0,
    startupTimeout: 300,
    maxMultiplexing: 1,
    machineTypes: ["GPU-H100", "GPU-A100"],
    regions: ["us-east"],
    reapplyOn: ["a"],
    onDelete: "retain",
  },
  key: { alias: "ci", preset: "DEPLOY", rotation: { every: "90d", overlap: "24h" } },
  machine: { instanceType: "gpu_8x_h100_sxm5", sshKey: SSH_KEY, sector: "sector_1", waitForReady: true },
};

/**
 * Every property that can be updated in place, changed. One `up` each, with as many resources as do not disturb each
 * other; that each property alone is an update is proved by the laws of diff.
 */
const updates: readonly (readonly [title: string, changes: Partial<Record<keyof Wishes, Json>>])[] = [
  [
    "values that have no side effects",
    {
      environment: { forceDestroy: true },
      secret: { value: "hf_two" },
      app: { authMode: "public" },
      scale: {
        minConcurrency: 2,
        maxConcurrency: 8,
        concurrencyBuffer: 1,
        concurrencyBufferPerc: 20,
        keepAlive: 300,
        scalingDelay: 15,
        requestTimeout: 1200,
        requestStartTimeout: 30,
      },
      key: { alias: "cd" },
      machine: { waitForReady: false },
    },
  ],
  [
    "a revision, which resets scaling",
    { secret: { rewriteOn: ["a"], defaultExposed: true }, app: { revision: "rev-2" }, key: { preset: "READONLY" } },
  ],
  [
    "how an app is rolled out, and the rest of its scaling",
    {
      app: { strategy: "recreate" },
      scale: { startupTimeout: 900, maxMultiplexing: 4, machineTypes: ["GPU-A100", "GPU-H100"], reapplyOn: ["b"] },
      key: { preset: undefined, scope: "ADMIN" },
    },
  ],
  [
    "the rollout itself",
    {
      app: { rolloutOn: ["b"] },
      scale: { regions: ["us-east", "eu-west"] },
      key: { scope: undefined, permissions: ["serverless:apps:run"] },
    },
  ],
  [
    "what a deletion does",
    {
      app: { onDelete: "delete" },
      scale: { onDelete: "restore" },
      key: { rotation: { every: "30d", overlap: "1h", trigger: "1" } },
    },
  ],
];

const kinds: Record<keyof Wishes, { kind: string; name: string }> = {
  environment: { kind: "Environment", name: "staging" },
  secret: { kind: "Secret", name: "token" },
  app: { kind: "App", name: "app" },
  scale: { kind: "AppScale", name: "scale" },
  key: { kind: "ApiKey", name: "key" },
  machine: { kind: "ComputeInstance", name: "machine" },
};

function programOf(wishes: Wishes): Declared[] {
  return (Object.keys(kinds) as (keyof Wishes)[]).map((wish) => ({
    ...kinds[wish],
    args: Object.fromEntries(Object.entries(wishes[wish]).filter(([, value]) => value !== undefined)),
  }));
}

function changed(wishes: Wishes, which: keyof Wishes, change: Json): Wishes {
  return { ...wishes, [which]: { ...wishes[which], ...change } };
}

describe("a stack of all six resources", () => {
  let world: World;
  let stack: Stack;
  let witness: Witness;
  let wishes = first;

  const apply = async (next: Wishes, ...args: string[]) => {
    wishes = next;
    return stack.program(programOf(next), { key: ["key", "key"], url: ["app", "url"] }).up(...args);
  };

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 200 });
    const revisions = ["rev-1", "rev-2"].map((id) => ({ id, created_at: "2026-01-01T00:00:00Z" }));
    const app = { owner: "acme", revision: "rev-1", auth_mode: "shared", revisions };
    await world.seed({
      apps: [
        { ...app, name: "image-gen", environment: "main" },
        { ...app, name: "video-gen", environment: "main" },
      ],
      runners: [
        { runner_id: "runner-1", app: "image-gen", environment: "main", state: "RUNNING", machine_type: "GPU-A100" },
      ],
    });
    stack = await world.stack();
    witness = new Witness(world.env);
  });
  afterAll(() => world?.close());

  /** What the program says is what is on the other side, by the emulator's account and by the official CLI's. */
  async function agree(which: readonly (keyof Wishes)[] = Object.keys(kinds) as (keyof Wishes)[]): Promise<void> {
    const state = await world.state();
    const { environment, secret, app, scale, key, machine } = wishes;
    const environmentName = String(environment["name"]);
    const resources = stack.encryptedResources();

    expect(state.environments.map((each) => each.name).sort()).toEqual(["main", environmentName].sort());
    expect(find(state.environments, { name: environmentName })).toMatchObject({
      description: environment["description"],
    });
    expect(state.secrets).toEqual([expect.objectContaining({ name: secret["name"], environment: environmentName })]);
    expect(state.secrets[0]).toMatchObject({ value: secret["value"], default_exposed: secret["defaultExposed"] });
    const liveApp = find(state.apps, { name: app["name"], environment: "main" });
    expect(liveApp).toMatchObject(appWire(app));
    expect(liveApp).toMatchObject(scaleWire(scale));
    const keyId = resources["key"]?.outputs["keyId"];
    expect(find(state.keys, { key_id: keyId })).toMatchObject({ alias: key["alias"] });
    expect(state.instances).toEqual([expect.objectContaining({ id: resources["machine"]?.id })]);
    expect(state.instances[0]).toMatchObject({
      instance_type: machine["instanceType"],
      sector: machine["sector"] ?? null,
      ssh_key: machine["sshKey"],
    });

    if (!falCli) return;
    if (which.includes("environment")) {
      const listed = { name: environmentName, description: environment["description"] };
      expect(await witness.environments()).toContainEqual(expect.objectContaining(listed));
    }
    if (which.includes("secret")) {
      const listed = { name: secret["name"], environment: environmentName, default_exposed: secret["defaultExposed"] };
      expect(await witness.secrets(environmentName)).toEqual([expect.objectContaining(listed)]);
    }
    if (which.includes("app") || which.includes("scale")) {
      const listed = { alias: app["name"], ...appWire(app), ...scaleWire(scale) };
      expect(await witness.apps("main")).toContainEqual(expect.objectContaining(listed));
    }
    if (which.includes("key")) {
      expect(await witness.keys()).toContainEqual(
        expect.objectContaining({ key_id: keyId, description: key["alias"] }),
      );
    }
  }

  test("fal's own CLI is there to confirm the lifecycle of a stack", (context) => {
    if (!falCli) context.skip(noFalCli);
    expect(falCli).toBeTruthy();
  });

  test("up creates all six resources as declared", async () => {
    const { text } = await apply(first);
    expect(text).toMatch(/waiting for ready: provisioning/);
    // A finished machine no longer shows that it waits.
    expect(text).toMatch(/ComputeInstance \S+ created \(\S+\) *$/m);
    await agree();
    const outputs = await stack.outputs();
    expect(outputs["url"]).toBe("https://fal.run/acme/image-gen");
    const keys = (await world.state()).keys;
    expect(outputs["key"]).toBe(
      keys.filter((key) => key.alias === "ci").map((key) => `${key.key_id}:${key.key_secret}`)[0],
    );
  });

  test("resources have the documented ids, and the constant provider text in the dynamic host's state", async () => {
    const resources = stack.encryptedResources();
    const ids = Object.fromEntries(Object.entries(resources).map(([name, entry]) => [name, entry.id]));
    expect(ids).toMatchObject({
      staging: "staging",
      token: "staging/HF_TOKEN",
      app: "main/image-gen",
      scale: "main/image-gen",
    });
    expect(ids["key"]).toBe(resources["key"]?.outputs["keyId"]);
    for (const { kind, name } of Object.values(kinds)) {
      const dynamicText = `exports.handler=()=>require("pulumi-fal/dynamic").provider("${kind}")`;
      const text = defaultHost === "dynamic" ? dynamicText : undefined;
      expect(resources[name]?.type).toBe(tokenOf(kind));
      expect(resources[name]?.inputs["__provider"]).toBe(text);
      // The line of the program, not one of ours: the SDK counts constructor frames.
      expect(resources[name]?.sourcePosition).toMatch(/^project:\/\/\/index\.js#/);
      expect(resources[name]?.outputs["__provider"]).toBe(text);
    }
  });

  test("a second preview, up and refresh find no changes and send no writes", async () => {
    await world.clearRequests();
    await stack.preview("--expect-no-changes", "--diff");
    expect(await world.requests()).toEqual([]);
    await stack.up("--expect-no-changes");
    expect(await world.requests()).toEqual([]);
    await stack.refresh("--expect-no-changes");
    await stack.preview("--refresh", "--expect-no-changes");
    const writes = (await world.requests()).filter((request) => !/^(GET|List)/.test(request.rpc ?? request.method));
    expect(writes).toEqual([]);
  });

  test.each(updates)("up updates in place: %s", async (_title, changes) => {
    const before = stack.encryptedResources();
    const which = Object.keys(changes) as (keyof Wishes)[];
    const { text } = await apply(which.reduce((all, wish) => changed(all, wish, changes[wish] ?? {}), wishes));
    // Pinning another revision resets some scaling, so that is applied again.
    const more = changes.app && "revision" in changes.app ? 1 : 0;
    expect(text).toContain(`~ ${which.length + more} updated`);
    expect(text).not.toMatch(/replaced|deleted|created/);
    await agree(which);
    const after = stack.encryptedResources();
    for (const { name } of Object.values(kinds)) expect(after[name]?.id, name).toBe(before[name]?.id);
  });

  test("a preview and a refresh after all updates find no changes", async () => {
    await stack.preview("--expect-no-changes");
    await stack.preview("--refresh", "--expect-no-changes");
  });

  test("an app is rolled out only when rolloutOn changes", async () => {
    const rollouts = (await world.requests()).filter((request) => request.rpc === "RolloutApplication");
    expect(rollouts).toHaveLength(1);
  });

  test("every rotated key stays valid during its overlap", async () => {
    const outputs = stack.encryptedResources()["key"]?.outputs ?? {};
    const previous = outputs["previousKeys"] as { keyId: string; revokeAfter: string }[];
    const live = new Set((await world.state()).keys.map((key) => key.key_id));
    expect(previous).toHaveLength(4);
    for (const key of previous) expect(live).toContain(key.keyId);
    expect(live).toContain(outputs["keyId"]);
  });

  test.each([
    [{ secret: { name: "DB_URL" }, machine: { instanceType: "gpu_1x_h100_sxm5", sector: undefined } }],
    [{ machine: { sshKey: OTHER_SSH_KEY } }],
  ] as const)("up replaces resources for %j", async (changes: Partial<Record<keyof Wishes, Json>>) => {
    const before = stack.encryptedResources();
    const which = Object.keys(changes) as (keyof Wishes)[];
    const { text } = await apply(which.reduce((all, wish) => changed(all, wish, changes[wish] ?? {}), wishes));
    expect(text).toContain(`${which.length} replaced`);
    const after = stack.encryptedResources();
    for (const wish of which) expect(after[kinds[wish].name]?.id).not.toBe(before[kinds[wish].name]?.id);
    await agree();
  });

  test("another comment of the same SSH key does not replace a GPU instance", async () => {
    const sameKey = OTHER_SSH_KEY.replace("b@example.com", "laptop");
    const { text } = await stack.program(programOf(changed(wishes, "machine", { sshKey: sameKey }))).preview();
    expect(text).not.toMatch(/replace/);
  });

  test("another app name replaces app and scaling, and onDelete decides about the first app", async () => {
    await apply(changed(changed(wishes, "app", { onDelete: "retain" }), "scale", { onDelete: "retain" }));
    const next = changed(wishes, "app", { name: "video-gen" });
    const { text } = await apply(next);
    expect(text).toMatch(/2 replaced/);
    await agree();
    expect(find((await world.state()).apps, { name: "image-gen" })).toMatchObject(scaleWire(wishes.scale));
  });

  test("renaming an environment replaces it together with its secret", async () => {
    const { text } = await apply(changed(wishes, "environment", { name: "preview", description: "Another" }));
    expect(text).toMatch(/2 replaced/);
    await agree();
  });

  test("removing a property from the program stops its management and sends nothing", async () => {
    const before = await world.state();
    await world.clearRequests();
    const { maxConcurrency, regions, ...scale } = wishes.scale;
    const { authMode, revision, ...app } = wishes.app;
    const { text } = await apply({ ...wishes, scale, app });
    expect(text).toMatch(/2 updated/);
    const writes = (await world.requests()).filter((request) => !/^(GET|List)/.test(request.rpc ?? request.method));
    expect(writes).toEqual([]);
    expect((await world.state()).apps).toEqual(before.apps);
    const outputs = stack.encryptedResources()["scale"]?.outputs;
    expect(outputs).not.toHaveProperty("maxConcurrency");
    expect(outputs).not.toHaveProperty("regions");
    await world.seed({ apps: [{ name: "video-gen", environment: "main", max_concurrency: 77, auth_mode: "shared" }] });
    await stack.preview("--refresh", "--expect-no-changes");
  });

  test("destroy deletes everything of the stack and nothing else", async () => {
    const others = (await world.state()).keys.filter((key) => key.key_id === "emu");
    await stack.destroy();
    const state = await world.state();
    expect(state.environments.map((each) => each.name)).toEqual(["main"]);
    expect(state.secrets).toEqual([]);
    expect(state.instances).toEqual([]);
    expect(state.keys).toEqual(others);
    expect(state.apps.map((each) => each.name).sort()).toEqual(["image-gen", "video-gen"]);
    if (falCli)
      expect((await witness.apps("main")).map((each) => each["alias"]).sort()).toEqual(["image-gen", "video-gen"]);
    expect(Object.keys(stack.encryptedResources())).toEqual([]);
  });

  test("destroy deletes an app whose onDelete is delete", async () => {
    const app = { kind: "App", name: "app", args: { name: "video-gen", onDelete: "delete" } };
    await stack.program([app]).up();
    await stack.destroy();
    expect((await world.state()).apps.map((each) => each.name)).toEqual(["image-gen"]);
  });

  test("a secret's fingerprint in rolloutOn rolls out the app", async () => {
    const app = { kind: "App", name: "app", args: { name: "image-gen", rolloutOn: [ref("token", "fingerprint")] } };
    const token = (value: string) => ({ kind: "Secret", name: "token", args: { name: "A", value } });
    await stack.program([token("one"), app]).up();
    await world.clearRequests();
    await stack.program([token("two"), app]).up();
    const rpcs = (await world.requests()).map((request) => request.rpc).filter((rpc) => rpc && !rpc.startsWith("List"));
    expect(rpcs).toEqual(["SetSecret", "RolloutApplication"]);
  });
});

function find<T extends Json>(list: readonly T[], match: Json): T {
  const found = list.find((each) => Object.entries(match).every(([key, value]) => each[key] === value));
  if (!found) throw new Error(`nothing matches ${JSON.stringify(match)} in ${JSON.stringify(list)}`);
  return found;
}

/** Declared settings of the app under fal's own names; what is not declared is left out. */
function appWire(app: Json): Json {
  const { authMode, revision } = app;
  return {
    ...(authMode === undefined ? {} : { auth_mode: authMode }),
    ...(revision === undefined ? {} : { revision }),
  };
}

/** Declared scaling under fal's own names; what is not declared is left out. */
function scaleWire(scale: Json): Json {
  const names: Record<string, string> = {
    minConcurrency: "min_concurrency",
    maxConcurrency: "max_concurrency",
    concurrencyBuffer: "concurrency_buffer",
    concurrencyBufferPerc: "concurrency_buffer_perc",
    keepAlive: "keep_alive",
    scalingDelay: "scaling_delay",
    requestTimeout: "request_timeout",
    requestStartTimeout: "request_start_timeout",
    startupTimeout: "startup_timeout",
    maxMultiplexing: "max_multiplexing",
    machineTypes: "machine_types",
    regions: "valid_regions",
  };
  const declared = Object.entries(names).filter(([name]) => scale[name] !== undefined);
  return Object.fromEntries(
    // 0 clears the start timeout: fal then has none.
    declared.map(([name, wire]) => [wire, name === "requestStartTimeout" && scale[name] === 0 ? null : scale[name]]),
  );
}
