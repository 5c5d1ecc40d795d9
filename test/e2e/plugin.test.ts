import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { functions } from "../../src/functions/definitions";
import { definitions } from "../../src/resources/definitions.gen";
import { SSH_KEY } from "../support/constants";
import { nodeOptions } from "../support/node-options";
import { Canary } from "./support/canary";
import { type Declared, ref, resource, type Stack, secret } from "./support/stack";
import { type StateFixture, stateFixtures } from "./support/state-fixture";
import { World } from "./support/world";

/** What only the plugin does, and moves between the hosts. All other tests of this folder also run with the plugin. */

/** Requests that change something at fal. */
async function writes(world: World): Promise<string[]> {
  const reads = /^(GET|HEAD)$|\/(List|Get)/;
  return (await world.requests())
    .filter(({ method, rpc }) => !reads.test(rpc === undefined ? method : `/${rpc}`))
    .map(({ method, path, rpc }) => rpc ?? `${method} ${path}`);
}

const oldProvider = "pulumi:providers:pulumi-nodejs";

/** The types of the resources that a preview changes in any way, from its JSON. */
function changedTypes(stdout: string): string[] {
  const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
  const changed = steps.filter(({ op }) => !/^(same|read|refresh|discard|read-discard)$/.test(op));
  return changed.map(({ urn }) => urn.split("::")[2]?.split("$").at(-1) ?? "").sort();
}

describe("moving between the hosts", () => {
  const fixture = JSON.parse(readFileSync(join(stateFixtures, "0.1.0-hidden-v1.json"), "utf8")) as StateFixture;
  let world: World;
  let stack: Stack;
  let program: (Declared & { get?: string })[];

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 100 });
    stack = await world.stack({}, "dynamic");
    await world.seed(fixture.world);
    const path = join(stack.dir, "deployment.json");
    writeFileSync(path, JSON.stringify(fixture.deployment));
    await stack.ok("stack", "import", "--file", path);
    const { FAL_KEY: apiKey } = world.env;
    program = [
      ...fixture.program,
      { kind: "StorageSettings", name: "files", args: { defaultAccess: "forbid", onDelete: "restore" } },
      { kind: "Provider", name: "same", args: { apiKey, maxConcurrentRequests: 4 } },
      { kind: "Component", name: "parts", args: {}, options: { providers: [resource("same")] } },
      {
        kind: "Secret",
        name: "kept",
        args: { name: "KEPT", value: "v", rewriteOn: secret(["a"]) },
        options: { parent: resource("parts"), protect: true },
      },
      { kind: "App", name: "read", args: {}, get: "main/image-gen" },
    ];
    await stack.program(program).up();
  });
  afterAll(() => world?.close());

  test("the plugin takes over a stack of the oldest version without a change", async () => {
    stack.host("plugin");
    await world.clearRequests();
    // Only the record of the explicit provider is another one.
    expect(changedTypes((await stack.preview("--json")).stdout)).toEqual(["pulumi:providers:fal", oldProvider]);
    await stack.up();
    expect(await writes(world)).toEqual([]);
    expect(new Set(Object.values(stack.resources()).map(({ type }) => type.split(":")[0]))).toEqual(new Set(["fal"]));
    await stack.refresh("--expect-no-changes");
  });

  test("state that the plugin wrote has no data of the dynamic host", async () => {
    program = program.map((each) =>
      each.kind === "AppScale" ? { ...each, args: { ...each.args, maxConcurrency: 9 } } : each,
    );
    await stack.program(program).up();
    expect(await writes(world)).toEqual(["UpdateApplication"]);
    const { inputs, outputs } = stack.resources()["scale"] ?? {};
    for (const values of [inputs, outputs]) {
      expect(values).not.toHaveProperty("__provider");
      for (const name of ["urn", "row", "timeouts", "secrets"]) expect(values?.["__fal"]).not.toHaveProperty(name);
    }
    expect(outputs).toMatchObject({ maxConcurrency: 9, __fal: { account: "acme" } });
  });

  test("the dynamic host takes the stack back, and nothing changes at fal", async () => {
    stack.host("dynamic");
    await world.clearRequests();
    // The state gets the provider text again.
    const { stdout } = await stack.preview("--json");
    const { steps } = JSON.parse(stdout) as { steps: { op: string; urn: string }[] };
    const ops = steps.filter(({ urn }) => urn.includes("/fal:")).map(({ op }) => op);
    expect(new Set(ops)).toEqual(new Set(["update", "read"]));
    await stack.up();
    expect(await writes(world)).toEqual([]);
    for (const { inputs, outputs } of Object.values(stack.resources())) {
      expect([inputs["__provider"], outputs["__provider"]]).not.toContain(undefined);
    }
    await stack.refresh("--expect-no-changes");
  });

  test("a stack that moved forth and back can be moved again and destroyed", async () => {
    await stack.host("plugin").up();
    expect(await writes(world)).toEqual([]);
    await stack.program(program.filter(({ name }) => name !== "read")).up();
    await stack.ok("state", "unprotect", "--all", "--yes");
    await stack.destroy();
    const after = await world.state();
    expect([after.instances, after.secrets]).toEqual([[], []]);
    expect(after.environments.map(({ name }) => name)).toEqual(["main"]);
  });
});

describe.each([
  ["dynamic", "plugin"],
  ["plugin", "dynamic"],
] as const)("a stack that moves from %s to %s with unfinished work", (from, to) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 60_000 });
  });
  afterAll(() => world?.close());

  test("the other host waits for the GPU instance and rotates the key that is due", async () => {
    const stack = await world.stack({}, from);
    const machine = { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY };
    stack.program([
      { kind: "ApiKey", name: "key", args: { alias: "ci", rotation: { every: "30d" } } },
      { kind: "ComputeInstance", name: "machine", args: machine, options: { customTimeouts: { create: "1s" } } },
    ]);
    expect((await stack.fails("up", "--yes", "--skip-preview")).text).toMatch(/is billed and is in state/);
    const before = stack.resources();

    const [instance] = (await world.state()).instances;
    await world.seed({ instances: [{ ...instance, status: "ready", ip: "203.0.113.9" }] });
    stack.host(to);
    await world.clearRequests();
    const later = {
      NODE_OPTIONS: nodeOptions(join(__dirname, "support/move-clock.cjs")),
      TEST_CLOCK_AHEAD_MS: String(31 * 86_400_000),
    };
    expect((await stack.runWith(later, "preview")).text).toMatch(/has been due since/);
    const { code, text } = await stack.runWith(later, "up", "--yes", "--skip-preview");
    expect(code, text).toBe(0);
    expect(await writes(world)).toEqual(["POST /v1/keys"]);
    const after = stack.resources();
    expect(after["machine"]).toMatchObject({ id: before["machine"]?.id, outputs: { status: "ready" } });
    expect(after["key"]).toMatchObject({ id: before["key"]?.id, outputs: { generation: 2 } });
  });
});

describe("the plugin", () => {
  const canary = new Canary("secret value");
  let world: World;
  let stack: Stack;

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 0 });
    await world.seed({
      keys: [{ key_id: "theirs", key_secret: "s", alias: "theirs", scope: "API" }],
      environments: [{ name: "staging" }],
      apps: [{ name: "image-gen", auth_mode: "private" }],
      secrets: [{ name: "TOKEN", environment: "main", value: canary.value }],
      instances: [{ id: "inst_1", instance_type: "gpu_1x_h100_sxm5", status: "ready", ip: "203.0.113.9" }],
    });
    stack = await world.stack({}, "plugin");
  });
  afterAll(() => world?.close());

  test("pulumi import reads objects of every kind, and a program that declares them changes nothing", async () => {
    const ids: Record<string, string | undefined> = {
      Environment: "staging",
      App: "main/image-gen",
      AppScale: "main/image-gen",
      Secret: "main/TOKEN",
      ApiKey: "theirs",
      ComputeInstance: "inst_1",
      StorageSettings: "storage",
    };
    expect(Object.keys(ids).sort()).toEqual(definitions.map(({ kind }) => kind).sort());
    const resources = Object.entries(ids).map(([kind, id]) => ({ type: `fal:index:${kind}`, name: kind, id }));
    const file = join(stack.dir, "import.json");
    writeFileSync(file, JSON.stringify({ resources }));
    await world.clearRequests();
    await stack.ok("import", "--file", file, "--yes", "--protect=false", "--generate-code=false");
    expect(await writes(world)).toEqual([]);

    const imported = stack.resources();
    stack.program(
      Object.keys(ids).map((kind) => {
        const { __fal, ...inputs } = imported[kind]?.inputs ?? {};
        const definition = definitions.find((each) => each.kind === kind);
        const args = Object.entries(inputs).filter(([name]) => !definition?.inputs[name]?.computed);
        return { kind, name: kind, args: Object.fromEntries(args) };
      }),
    );
    await stack.preview("--expect-no-changes");
    await stack.refresh("--expect-no-changes");
    expect(stack.stateFile()).not.toContain(canary.core);
  });

  test("pulumi import of an object that does not exist names it, or its environment", async () => {
    const importing = async (id: string) =>
      (await stack.fails("import", "fal:index:Secret", "missing", id, "--yes")).text;
    expect(await importing("main/NOPE")).toContain("resource 'main/NOPE' does not exist");
    expect(await importing("stagign/TOKEN")).toMatch(/Environment "stagign" does not exist\..*staging/);
  });

  test("an update shows the changed property alone, and dependents of unchanged outputs stay", async () => {
    const program = (authMode: string): Declared[] => [
      { kind: "App", name: "App", args: { name: "image-gen", authMode } },
      { kind: "Secret", name: "url", args: { name: "URL", value: ref("App", "url") } },
    ];
    await stack.program(program("private")).up();
    const { text, stdout } = await stack.program(program("shared")).preview("--diff");
    expect(stdout).toMatch(/~ authMode: "private" => "shared"/);
    expect(stdout.match(/^ {6}[~+-] \w+:/gm)).toHaveLength(1);
    expect(text).toMatch(/~ 1 to update/);
    expect(text).not.toMatch(/fal:index:Secret.*update/);
    const before = stack.resources()["App"]?.outputs;
    await stack.up();
    const after = stack.resources()["App"]?.outputs;
    expect({ ...after, authMode: "private" }).toEqual(before);
  });

  test("replaceOnChanges replaces the resource and names the property", async () => {
    const program = (maxConcurrency: number): Declared[] => [
      {
        kind: "AppScale",
        name: "scale",
        args: { app: "image-gen", maxConcurrency },
        options: { replaceOnChanges: ["maxConcurrency"] },
      },
    ];
    await stack.program(program(4)).up();
    const { stdout } = await stack.program(program(9)).preview("--diff");
    expect(stdout).toMatch(/AppScale: \(replace\)[\s\S]*~ maxConcurrency: 4 => 9/);
  });

  test("a wrong setting fails the preview and is named", async () => {
    stack.program([
      { kind: "Provider", name: "prod", args: { apiKey: `a:${canary.value}`, maxConcurrentRequests: 0 } },
    ]);
    const { text } = await stack.fails("preview");
    expect(text).toMatch(/maxConcurrentRequests of the Provider "prod" must be a whole number above 0, not "0"/);
    expect(text).not.toContain(canary.core);
    stack.program([{ kind: "Secret", name: "s", args: { name: "S", value: "v" } }]);
    await stack.ok("config", "set", "fal:enviroment", "main");
    await stack.ok("config", "set", "fal:surface", "beta");
    const { text: wrong } = await stack.fails("preview");
    expect(wrong).toMatch(/fal:surface must be/);
    expect(wrong).toMatch(/fal:enviroment is not a setting. Did you mean fal:environment\?/);
    for (const key of ["fal:enviroment", "fal:surface"]) await stack.ok("config", "rm", key);
  });

  test("pulumi do lists and reads objects and calls functions without a program", async () => {
    const run = (...args: string[]) =>
      stack.ok("do", "--package", "./node_modules/pulumi-fal/plugin/pulumi-resource-fal", ...args);
    const { stdout } = await run("fal:App", "list");
    expect(JSON.parse(stdout)).toContainEqual({ id: "main/image-gen", name: "main/image-gen" });
    expect((await run("fal:App", "read", "main/image-gen")).text).toMatch(/alias +: "image-gen"/);
    expect(JSON.parse((await run("fal:getApp", "--name", "image-gen")).stdout)).toMatchObject({ name: "image-gen" });
  });

  test("programs of any language call functions through the engine, in previews too", async () => {
    await world.seed({ environments: [{ name: "staging" }], instances: [{ id: "inst_2", status: "ready" }] });
    const args: Record<string, object> = {
      getApp: { name: "image-gen" },
      getAppRevisions: { app: "image-gen" },
      getRunners: { app: "image-gen" },
      getRunnerHistory: { app: "image-gen", end: new Date().toISOString() },
      getQueueSize: { app: "image-gen" },
      getAppAnalytics: { apps: ["image-gen"] },
      getComputeInstance: { id: "inst_2" },
    };
    const calls = Object.fromEntries(functions.map(({ name }) => [name, args[name] ?? {}]));
    // The classes' own functions run in the program's process.
    stack.source(`
      const pulumi = require("@pulumi/pulumi");
      const fal = require("pulumi-fal");
      const provider = new fal.Provider("p", { environment: "staging" });
      const get = (name, args, options) => pulumi.runtime.invokeOutput("fal:index:" + name, args, options);
      const calls = ${JSON.stringify(calls)};
      exports.engine = Object.entries(calls).map(([name, args]) => get(name, args));
      exports.program = Object.entries(calls).map(([name, args]) => fal[name](args));
      exports.place = get("getApps", {}, { provider }).environment;
    `);
    const { stdout } = await stack.preview("--json");
    expect(JSON.parse(stdout).changeSummary).toMatchObject({ create: 1 });
    await stack.up();
    const { engine, program, place } = await stack.outputs();
    expect(engine).toEqual(program);
    expect(engine).toHaveLength(functions.length);
    expect(place).toBe("staging");
    stack.source(`
      const pulumi = require("@pulumi/pulumi");
      pulumi.runtime.invokeOutput("fal:index:getApp", { name: pulumi.secret("${canary.value}") });
    `);
    const { text } = await stack.fails("preview");
    expect(text).toMatch(/getApp: App \\?"main\/\*\*\*\\?" does not exist/);
    expect(text).not.toContain(canary.core);
  });
});
