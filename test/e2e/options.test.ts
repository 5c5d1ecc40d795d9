import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { folders, kindIn } from "../../src/resources/registry";
import { SSH_KEY } from "../support/constants";
import { dynamicTest } from "./support/hosts";
import type { Declared, Stack } from "./support/stack";
import { World } from "./support/world";

/** Pulumi's own options, explicit providers, get and import, as users combine them. */
const image = {
  name: "image-gen",
  environment: "main",
  owner: "acme",
  revision: "rev-1",
  revisions: [{ id: "rev-1", created_at: "2026-01-01T00:00:00Z" }],
};

let world: World;
let stack: Stack;
beforeEach(async () => {
  world = await World.start({ instanceReadyMs: 100 });
  stack = await world.stack();
});
afterEach(() => world.close());

const secret = (args: Record<string, unknown> = {}, options: Record<string, unknown> = {}): Declared => ({
  kind: "Secret",
  name: "s",
  args: { name: "TOKEN", value: "v", ...args },
  options,
});

describe("get", () => {
  test("get reads a resource of each kind by its id and manages nothing", async () => {
    await world.seed({
      apps: [image],
      environments: [{ name: "staging", description: "theirs" }],
      secrets: [{ name: "TOKEN", environment: "staging", value: "x", default_exposed: true }],
      keys: [{ key_id: "k1", key_secret: "x", alias: "theirs", scope: "API", created_at: "2026-01-01T00:00:00Z" }],
      instances: [
        { id: "inst_1", instance_type: "gpu_1x_h100_sxm5", status: "ready", ip: "203.0.113.9", region: "us-east" },
      ],
      storage_settings: { expiration_duration_seconds: 3_600 },
    });
    const got = (kind: string, name: string, get: string) => ({ kind, name, args: {}, get });
    const program = [
      got("App", "app", "main/image-gen"),
      got("AppScale", "scale", "main/image-gen"),
      got("Environment", "env", "staging"),
      got("Secret", "secret", "staging/TOKEN"),
      got("ApiKey", "key", "k1"),
      got("ComputeInstance", "machine", "inst_1"),
      got("StorageSettings", "files", "storage"),
    ];
    expect(program.map(({ kind }) => kind).sort()).toEqual(folders.map(kindIn).sort());
    const before = await world.state();
    await stack
      .program(program, {
        url: ["app", "url"],
        auth: ["app", "authMode"],
        max: ["scale", "maxConcurrency"],
        description: ["env", "description"],
        exposed: ["secret", "defaultExposed"],
        alias: ["key", "alias"],
        ssh: ["machine", "sshCommand"],
        lifetime: ["files", "expirationDurationSeconds"],
      })
      .up();
    expect(await stack.outputs()).toEqual({
      url: "https://fal.run/acme/image-gen",
      auth: before.apps[0]?.["auth_mode"],
      max: before.apps[0]?.["max_concurrency"],
      description: "theirs",
      exposed: true,
      alias: "theirs",
      ssh: "ssh ubuntu@203.0.113.9",
      lifetime: 3_600,
    });
    await stack.preview("--expect-no-changes");
    await stack.refresh();
    await stack.destroy();
    expect(await world.state()).toEqual(before);
  });

  test("get of an object that does not exist fails and names it", async () => {
    const { text } = await stack
      .program([{ kind: "ComputeInstance", name: "x", args: {}, get: "inst_nobody" }])
      .fails("up", "--yes", "--skip-preview");
    expect(text).toContain('ComputeInstance "inst_nobody" does not exist');
  });

  test("get with an id without an environment fails and shows the form of an id", async () => {
    const { text } = await stack.program([{ kind: "App", name: "x", args: {}, get: "image-gen" }]).fails("preview");
    expect(text).toContain('The id of App is "environment/name"');
  });
});

describe("adoption", () => {
  test("creating an object that exists fails and lists every way to take it over", async () => {
    const theirs = { name: "TOKEN", environment: "main", value: "theirs", created_at: "2026-01-01T00:00:00Z" };
    await world.seed({ secrets: [theirs] });
    const { text } = await stack.program([secret()]).fails("up", "--yes", "--skip-preview");
    expect(text).toMatch(/Secret "main\/TOKEN" already exists \(created 2026-01-01T00:00:00/);
    for (const way of ["aliases", "adopt: true", "`import`", "`pulumi-fal import`", "another stack", "`get`"])
      expect(text).toContain(way);
    expect((await world.state()).secrets[0]?.value).toBe("theirs");
  });

  test("adopt and the option import bring existing objects to the declared state", async () => {
    const both = ["TOKEN", "OTHER"].map((name) => ({ name, environment: "main", value: "theirs" }));
    await world.seed({ secrets: both });
    const other = (options: Record<string, unknown>): Declared => ({
      ...secret({ name: "OTHER" }, options),
      name: "o",
    });
    await stack.program([secret({ adopt: true }), other({ import: "main/OTHER" })]).up();
    expect((await world.state()).secrets.map(({ value }) => value)).toEqual(["v", "v"]);
    await stack.preview("--expect-no-changes");
    await stack.program([secret(), other({})]).preview("--expect-no-changes");
  });

  dynamicTest(
    "an import id that differs from the declared object fails the preview (the engine imports with the plugin)",
    async () => {
      const { text } = await stack.program([secret({}, { import: "main/OTHER" })]).fails("preview");
      expect(text).toMatch(/the id in the option `import` must be the id of the declared object \("main\/TOKEN"\)/);
    },
  );

  test("a secret adopted without its value is managed, and a value that is set later is written", async () => {
    await world.seed({ secrets: [{ name: "TOKEN", environment: "main", value: "theirs" }] });
    const without = (args: Record<string, unknown>): Declared => ({
      kind: "Secret",
      name: "s",
      args: { name: "TOKEN", ...args },
    });
    await stack.program([without({ adopt: true })]).up();
    await stack.program([without({})]).preview("--expect-no-changes");
    const { text } = await stack.program([secret({ value: "theirs" })]).up();
    expect(text).toMatch(/1 updated/);
    // The same value: what fal holds cannot be compared, so the program's is written.
    expect((await world.requests()).filter((request) => request.rpc === "SetSecret")).toHaveLength(1);
    await stack.program([secret({ value: "mine" })]).up();
    expect((await world.state()).secrets[0]?.value).toBe("mine");
  });

  test("adopting a GPU instance and a key keeps their ids, and a difference is an error with both values", async () => {
    await world.seed({
      keys: [{ key_id: "k1", key_secret: "x", alias: "theirs", scope: "API", created_at: "2026-01-01T00:00:00Z" }],
      instances: [
        { id: "inst_1", instance_type: "gpu_1x_h100_sxm5", status: "ready", ip: "203.0.113.9", region: "us-east" },
      ],
    });
    const key = (alias: string): Declared => ({ kind: "ApiKey", name: "k", args: { alias, adopt: "k1" } });
    const machine = (instanceType: string): Declared => ({
      kind: "ComputeInstance",
      name: "m",
      args: { instanceType, adopt: "inst_1" },
    });
    const { text } = await stack
      .program([key("mine"), machine("gpu_8x_h100_sxm5")])
      .fails("up", "--yes", "--skip-preview", "--continue-on-error");
    expect(text).toMatch(/another alias than the program declares/);
    expect(text).toMatch(/instanceType "gpu_1x_h100_sxm5", which differs from the program/);
    await stack.program([key("theirs"), machine("gpu_1x_h100_sxm5")], { key: ["k", "key"] }).up();
    expect((await stack.outputs())["key"]).toBe("");
    // An ssh key that is declared later is recorded: fal never tells the machine's own.
    const later = { kind: "ComputeInstance", name: "m", args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY } };
    const { text: recorded } = await stack.program([key("theirs"), later]).up();
    expect(recorded).toMatch(/1 updated/);
    expect((await world.state()).instances.map((each) => each.id)).toEqual(["inst_1"]);
    await stack.destroy();
    expect((await world.state()).keys.map((each) => each.key_id)).toEqual(["emu"]);
  });

  test("deleting an adopted main environment only removes it from the state", async () => {
    await stack.program([{ kind: "Environment", name: "e", args: { name: "main", adopt: true } }]).up();
    const { text } = await stack.destroy();
    expect(text).toMatch(/only removed from this stack's state/);
    expect((await world.state()).environments.map((each) => each.name)).toEqual(["main"]);
  });
});

describe("explicit providers", () => {
  test("an explicit provider is used by up, refresh and destroy, and by a component's children", async () => {
    const other = await World.start({ owner: "globex" });
    try {
      const { FAL_KEY: apiKey, FAL_API_URL: apiUrl, FAL_REST_URL: restUrl, FAL_GRPC_URL: grpcUrl } = other.env;
      const args = { apiKey, apiUrl, restUrl, grpcUrl, environment: "main", owner: "globex", maxConcurrentRequests: 4 };
      const provider = { kind: "Provider", name: "globex", args };
      const theirs = (name: string, options: Record<string, unknown>): Declared => ({
        kind: "Secret",
        name,
        args: { name, value: "v" },
        options,
      });
      stack.program([
        provider,
        theirs("A", { provider: { $resource: "globex" } }),
        { kind: "Component", name: "parts", args: {}, options: { providers: [{ $resource: "globex" }] } },
        theirs("B", { parent: { $resource: "parts" } }),
        secret(),
      ]);
      await stack.up();
      const names = async (of: World) => (await of.state()).secrets.map((each) => each.name).sort();
      expect(await names(other)).toEqual(["A", "B"]);
      expect(await names(world)).toEqual(["TOKEN"]);
      expect(stack.stateFile()).not.toContain(apiKey);
      await stack.preview("--expect-no-changes");
      await stack.refresh("--expect-no-changes");
      await stack.destroy();
      expect(await names(other)).toEqual([]);
      expect(await names(world)).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test("a provider with a new key replaces nothing, and refresh and destroy use the key", async () => {
    const other = await World.start({ owner: "globex" });
    try {
      const keyOf = (id: string) => ({ key_id: id, key_secret: `secret-of-${id}`, alias: id, scope: "ADMIN" });
      await other.seed({ keys: [keyOf("k1"), keyOf("k2")] });
      const { FAL_API_URL: apiUrl, FAL_REST_URL: restUrl, FAL_GRPC_URL: grpcUrl } = other.env;
      const program = (id: string, value: string) =>
        stack.program([
          { kind: "Provider", name: "globex", args: { apiKey: `${id}:secret-of-${id}`, apiUrl, restUrl, grpcUrl } },
          { kind: "Component", name: "parts", args: {}, options: { providers: [{ $resource: "globex" }] } },
          secret({ value }, { parent: { $resource: "parts" } }),
          { kind: "ApiKey", name: "k", args: { alias: "ci" }, options: { provider: { $resource: "globex" } } },
          { kind: "Secret", name: "mine", args: { name: "MINE", value } },
        ]);
      await program("k1", "one").up();
      const before = stack.encryptedResources();
      await other.remove("keys", "k1");
      const { text } = await program("k2", "one").up();
      expect(text).not.toMatch(/replaced|created|deleted/);
      await program("k2", "two").up();
      expect((await other.state()).secrets).toEqual([expect.objectContaining({ name: "TOKEN", value: "two" })]);
      expect((await world.state()).secrets).toEqual([expect.objectContaining({ name: "MINE", value: "two" })]);
      const after = stack.encryptedResources();
      for (const name of ["s", "k", "mine"]) expect(after[name]?.id).toBe(before[name]?.id);
      await stack.refresh("--expect-no-changes");
      await stack.destroy();
      expect((await other.state()).keys.map((each) => each.key_id)).not.toContain(before["k"]?.id);
      expect([...(await other.state()).secrets, ...(await world.state()).secrets]).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test("a resource may move to another provider of the same account but not of another account", async () => {
    const other = await World.start({ owner: "globex" });
    try {
      const { FAL_API_URL: apiUrl, FAL_REST_URL: restUrl, FAL_GRPC_URL: grpcUrl } = world.env;
      const theirs = {
        apiUrl: other.env.FAL_API_URL,
        restUrl: other.env.FAL_REST_URL,
        grpcUrl: other.env.FAL_GRPC_URL,
      };
      const through = (name: string, args: Record<string, unknown>) =>
        stack.program([{ kind: "Provider", name, args }, secret({}, { provider: { $resource: name } })]);
      await stack.program([secret()]).up();
      const before = await world.state();
      const { text } = await through("ours", { apiUrl, restUrl, grpcUrl }).up();
      expect(text).not.toMatch(/Secret.*(created|replaced|deleted)/);
      expect(await world.state()).toEqual(before);
      // Where nothing differs nobody asks fal, so it comes out with the first operation.
      await through("theirs", theirs).run("up", "--yes", "--skip-preview");
      const changed = { kind: "Provider", name: "theirs", args: theirs };
      stack.program([changed, secret({ value: "other" }, { provider: { $resource: "theirs" } })]);
      for (const command of ["up", "refresh", "destroy"]) {
        const refused = await stack.fails(command, "--yes", "--skip-preview");
        expect(refused.text).toMatch(/"acme".*"globex".*Nothing was read or changed\. Use a key of "acme"/);
      }
      expect(stack.encryptedResources()["s"]?.id).toBe("main/TOKEN");
      expect([(await world.state()).secrets, (await other.state()).secrets]).toEqual([before.secrets, []]);
      await through("ours", { apiUrl, restUrl, grpcUrl }).up();
      await stack.destroy();
      expect((await world.state()).secrets).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test("a provider whose owner is another account fails before any change", async () => {
    const { text } = await stack
      .program([
        { kind: "Provider", name: "p", args: { owner: "globex" } },
        secret({}, { provider: { $resource: "p" } }),
      ])
      .fails("up", "--yes", "--skip-preview");
    expect(text).toMatch(/belongs to the fal account "acme", but the provider expects "globex"/);
    expect((await world.state()).secrets).toEqual([]);
  });

  test("a provider's environment is the default of its resources, and changing it replaces them", async () => {
    await world.seed({ environments: [{ name: "staging" }] });
    await stack.ok("config", "set", "fal:environment", "staging");
    await stack.program([secret()]).up();
    expect((await world.state()).secrets[0]?.environment).toBe("staging");
    await stack.ok("config", "set", "fal:environment", "main");
    const { text } = await stack.preview();
    expect(text).toMatch(/1 to replace/);
    await stack.up();
    expect((await world.state()).secrets).toEqual([expect.objectContaining({ environment: "main" })]);
  });
});

describe("Pulumi's options", () => {
  test("the resource options ignoreChanges, protect, retainOnDelete, parent and dependsOn work", async () => {
    await world.seed({ apps: [image] });
    const scale = (args: Record<string, unknown>, options: Record<string, unknown> = {}): Declared => ({
      kind: "AppScale",
      name: "scale",
      args: { app: "image-gen", ...args },
      options: { ignoreChanges: ["maxConcurrency"], dependsOn: [{ $resource: "s" }], ...options },
    });
    const kept = (options: Record<string, unknown>) => secret({}, options);
    await stack.program([kept({ protect: true }), scale({ maxConcurrency: 3, keepAlive: 1 })]).up();
    await stack
      .program([kept({ protect: true }), scale({ maxConcurrency: 9, keepAlive: 1 })])
      .preview("--expect-no-changes");
    // A value under ignoreChanges is not stomped when another one changes.
    await world.seed({ apps: [{ name: "image-gen", environment: "main", max_concurrency: 50 }] });
    await stack.program([kept({ protect: true }), scale({ maxConcurrency: 9, keepAlive: 2 })]).up();
    expect((await world.state()).apps[0]).toMatchObject({ max_concurrency: 50, keep_alive: 2 });
    const { text } = await stack.fails("destroy", "--yes", "--skip-preview");
    expect(text).toMatch(/protect/);
    await stack.program([kept({ retainOnDelete: true })]).up();
    await stack.destroy();
    expect((await world.state()).secrets.map((each) => each.name)).toEqual(["TOKEN"]);
  });
});

describe("an environment's deletion", () => {
  test("destroying an environment that contains foreign objects fails and names them", async () => {
    await stack.program([{ kind: "Environment", name: "e", args: { name: "staging" } }]).up();
    await world.seed({ secrets: [{ name: "FOREIGN", environment: "staging", value: "x" }] });
    const { text } = await stack.fails("destroy", "--yes", "--skip-preview");
    expect(text).toMatch(/still contains secret FOREIGN/);
    expect(text).toMatch(/forceDestroy: true/);
    expect((await world.state()).environments.map((each) => each.name)).toContain("staging");
    expect(stack.encryptedResources()).toHaveProperty("e");
  });
});

describe("AppScale with onDelete restore", () => {
  test("AppScale with onDelete restore restores each value that nobody changed since", async () => {
    await world.seed({
      apps: [{ ...image, max_concurrency: 2, keep_alive: 10, scaling_delay: 5, machine_types: ["XS"] }],
    });
    const scale = {
      kind: "AppScale",
      name: "scale",
      args: { app: "image-gen", maxConcurrency: 8, keepAlive: 60, machineTypes: ["GPU-H100"], onDelete: "restore" },
    };
    await stack.program([scale]).up();
    // Somebody changes one of ours and one that is not managed.
    await world.seed({ apps: [{ name: "image-gen", environment: "main", keep_alive: 99, scaling_delay: 7 }] });
    await stack.destroy();
    expect((await world.state()).apps[0]).toMatchObject({
      max_concurrency: 2,
      keep_alive: 99,
      scaling_delay: 7,
      machine_types: ["XS"],
    });
  });
});
