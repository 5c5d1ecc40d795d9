import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SSH_KEY } from "../support/constants";
import { dynamicTest } from "./support/hosts";
import { type Declared, defaultHost, type Stack } from "./support/stack";
import { World } from "./support/world";

/** Proves rules of docs/architecture.md with the real CLI, above all the starred ones. */
const revisions = ["rev-1", "rev-2"].map((id) => ({ id, created_at: "2026-01-01T00:00:00Z" }));

let world: World;
let stack: Stack;
beforeEach(async () => {
  world = await World.start({ instanceReadyMs: 100 });
  await world.seed({ apps: [{ name: "image-gen", environment: "main", owner: "acme", revision: "rev-1", revisions }] });
  stack = await world.stack();
});
afterEach(() => world.close());

const secret = (name: string, args: Record<string, unknown> = {}, options: Record<string, unknown> = {}): Declared => ({
  kind: "Secret",
  name,
  args: { name: "TOKEN", value: "v", ...args },
  options,
});

describe("engine rule 2, outputs for delete and read", () => {
  test("changing only forceDestroy is an update that sends nothing, and the destroy uses the new value", async () => {
    const environment = (forceDestroy: boolean): Declared => ({
      kind: "Environment",
      name: "e",
      args: { name: "staging", ...(forceDestroy ? { forceDestroy } : {}) },
    });
    await stack.program([environment(false)]).up();
    await world.seed({ secrets: [{ name: "FOREIGN", environment: "staging", value: "x" }] });
    await world.clearRequests();
    const { text } = await stack.program([environment(true)]).up();
    expect(text).toMatch(/1 updated/);
    expect((await world.requests()).map((request) => request.path)).toEqual(["/users/current"]);
    await stack.destroy();
    expect((await world.state()).environments.map((each) => each.name)).toEqual(["main"]);
  });

  test("a destroy uses the onDelete that the last up recorded", async () => {
    const app = (onDelete: string): Declared => ({ kind: "App", name: "a", args: { name: "image-gen", onDelete } });
    await stack.program([app("delete")]).up();
    await stack.program([app("retain")]).up();
    await stack.destroy();
    expect((await world.state()).apps).toHaveLength(1);
  });

  dynamicTest(
    "changing only a timeout is an update that records it (the plugin gets it with each request)",
    async () => {
      await stack.program([secret("s")]).up();
      const { text } = await stack.program([secret("s", {}, { customTimeouts: { delete: "1m" } })]).up();
      expect(text).toMatch(/1 updated/);
      expect(stack.encryptedResources()["s"]?.outputs["__fal"]).toMatchObject({ timeouts: { delete: "1m" } });
      await stack.preview("--expect-no-changes");
    },
  );
});

describe("engine rule 3, complete inputs from read", () => {
  test("a refresh keeps write-only inputs and metadata, and drops only adopt, which is not a change", async () => {
    await world.seed({ secrets: [{ name: "TOKEN", environment: "main", value: "old" }] });
    const programs = [
      secret("s", { adopt: true, defaultExposed: true }, { customTimeouts: { create: "1m" } }),
      { kind: "ComputeInstance", name: "m", args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY } },
    ];
    await stack.program(programs).up();
    const before = stack.resources();
    await stack.refresh("--expect-no-changes");
    const after = stack.resources();
    for (const name of ["s", "m"]) {
      const { adopt: _adopt, ...inputs } = before[name]?.inputs ?? {};
      expect(after[name]?.inputs).toEqual(inputs);
    }
    await stack.preview("--expect-no-changes");
  });

  test("a refresh writes live values into the inputs of drifted properties only", async () => {
    await stack
      .program([{ kind: "AppScale", name: "s", args: { app: "image-gen", maxConcurrency: 4, keepAlive: 5 } }])
      .up();
    await world.seed({ apps: [{ name: "image-gen", environment: "main", max_concurrency: 9, min_concurrency: 3 }] });
    await stack.refresh();
    const { inputs, outputs } = stack.encryptedResources()["s"] ?? {};
    expect(inputs).toMatchObject({ maxConcurrency: 9, keepAlive: 5 });
    expect(outputs).toMatchObject({ maxConcurrency: 9, keepAlive: 5, effective: { minConcurrency: 3 } });
    expect(inputs).not.toHaveProperty("minConcurrency");
    expect(outputs).not.toHaveProperty("minConcurrency");
  });
});

describe("engine rule 5, created objects in the state", () => {
  test("a GPU instance whose wait fails stays in the state with the dynamic host's provider text, and the next up resumes the wait", async () => {
    const slow = await World.start({ instanceReadyMs: 3_500 });
    try {
      const own = await slow.stack();
      const machine = {
        kind: "ComputeInstance",
        name: "m",
        args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY },
      };
      own.program([{ ...machine, options: { customTimeouts: { create: "1s" } } }]);
      const { text } = await own.fails("up", "--yes", "--skip-preview");
      expect(text).toMatch(
        /GPU instance inst_\w+ exists, is billed and is in state; it is still "provisioning" after 1s/,
      );
      const saved = own.encryptedResources()["m"];
      expect(saved?.id).toBe((await slow.state()).instances[0]?.id);
      const dynamicText = 'exports.handler=()=>require("pulumi-fal/dynamic").provider("ComputeInstance")';
      expect(saved?.outputs["__provider"]).toBe(defaultHost === "dynamic" ? dynamicText : undefined);
      await own.up();
      expect((await slow.state()).instances).toHaveLength(1);
      expect(own.encryptedResources()["m"]?.outputs).toMatchObject({ status: "ready", ip: expect.any(String) });
    } finally {
      await slow.close();
    }
  });

  test("a create succeeds although the read after it fails", async () => {
    await stack.program([{ kind: "ApiKey", name: "k", args: { alias: "ci" } }]);
    await world.faults([
      { match: { transport: "grpc", rpc: "ListUserKeys" }, times: 1, fault: { grpcCode: "PERMISSION_DENIED" } },
    ]);
    await stack.up();
    const saved = stack.resources();
    expect(saved["k"]?.outputs["keyId"]).toBe((await world.state()).keys.find((key) => key.alias === "ci")?.key_id);
  });
});

describe("a lost response", () => {
  test.each([
    ["a secret", "SetSecret", secret("x")],
    [
      "an environment",
      "CreateEnvironment",
      { kind: "Environment", name: "x", args: { name: "staging", description: "d" } },
    ],
  ] as const)(
    "%s whose create got no response stays in the state, and the next up finishes it without adopt",
    async (_title, rpc, declared) => {
      for (const afterEffect of [true, false]) {
        await world.faults([
          { match: { transport: "grpc", rpc }, times: 1, fault: { grpcCode: "INTERNAL", afterEffect } },
        ]);
        await stack.program([declared]).fails("up", "--yes", "--skip-preview");
        expect(stack.encryptedResources()).toHaveProperty("x");
        await stack.up();
        await stack.preview("--refresh", "--expect-no-changes");
        const state = await world.state();
        expect([...state.secrets, ...state.environments.slice(1)]).toHaveLength(1);
        if (afterEffect) await stack.destroy();
      }
    },
  );
});

describe("engine rule 6, unfinished work after a refresh", () => {
  test("a refresh clears initialization failures, and the next up still resumes the wait", async () => {
    const slow = await World.start({ instanceReadyMs: 9_000 });
    try {
      const own = await slow.stack();
      const options = { customTimeouts: { create: "1s" } };
      own.program([
        { kind: "ComputeInstance", name: "m", args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY }, options },
      ]);
      await own.fails("up", "--yes", "--skip-preview");
      await own.refresh();
      expect(own.encryptedResources()["m"]?.initErrors ?? []).toEqual([]);
      expect(own.encryptedResources()["m"]?.outputs["__fal"]).toMatchObject({ pending: ["ready"] });
      const { text } = await own.up();
      expect(text).toMatch(/1 updated/);
      expect(own.encryptedResources()["m"]?.outputs).toMatchObject({ status: "ready" });
      expect(own.encryptedResources()["m"]?.outputs["__fal"]).not.toHaveProperty("pending");
    } finally {
      await slow.close();
    }
  });

  test("an update that fails half-way records the finished part, and the next up does only the rest", async () => {
    const app = (args: Record<string, unknown>): Declared => ({
      kind: "App",
      name: "a",
      args: { name: "image-gen", ...args },
    });
    await stack.program([app({ authMode: "private", rolloutOn: ["a"] })]).up();
    await world.faults([
      { match: { transport: "grpc", rpc: "RolloutApplication" }, times: 1, fault: { grpcCode: "FAILED_PRECONDITION" } },
    ]);
    await stack.program([app({ authMode: "public", rolloutOn: ["b"] })]).fails("up", "--yes", "--skip-preview");
    expect(stack.encryptedResources()["a"]?.outputs).toMatchObject({ authMode: "public", rolloutOn: ["a"] });
    await world.clearRequests();
    await stack.up();
    const rpcs = (await world.requests()).map((request) => request.rpc).filter((rpc) => rpc && !rpc.startsWith("List"));
    expect(rpcs).toEqual(["RolloutApplication"]);
    await stack.preview("--expect-no-changes");
  });
});

describe("engine rule 7, creation before deletion", () => {
  const target = async (name: string) => stack.encryptedResources()[name]?.urn ?? "";

  test("up --replace of a secret deletes the old one first", async () => {
    await stack.program([secret("s")]).up();
    await stack.up("--replace", await target("s"));
    expect((await world.state()).secrets).toHaveLength(1);
  });

  test.each(["Secret", "Environment"])(
    "renaming a %s without an alias but with adopt hands its object over",
    async (kind) => {
      const args = kind === "Secret" ? { name: "TOKEN", value: "v" } : { name: "staging" };
      await stack.program([{ kind, name: "before", args }]).up();
      const { text } = await stack.program([{ kind, name: "after", args: { ...args, adopt: true } }]).up();
      expect(text).toMatch(/Did not delete .*, because (Secret|Environment) "after" manages it now/);
      const state = await world.state();
      expect(kind === "Secret" ? state.secrets : state.environments.slice(1)).toHaveLength(1);
      expect(Object.keys(stack.encryptedResources())).toEqual(["after"]);
    },
  );

  test("renaming an App and its AppScale without aliases deletes and restores nothing", async () => {
    const program = (suffix: string): Declared[] => [
      { kind: "App", name: `a${suffix}`, args: { name: "image-gen", onDelete: "delete" } },
      { kind: "AppScale", name: `s${suffix}`, args: { app: "image-gen", maxConcurrency: 7, onDelete: "restore" } },
    ];
    await stack.program(program("1")).up();
    await stack.program(program("2")).up();
    expect((await world.state()).apps).toEqual([expect.objectContaining({ max_concurrency: 7 })]);
  });

  test("renaming a secret with an alias sends nothing", async () => {
    await stack.program([secret("before")]).up();
    const alias = { aliases: [{ name: "before" }] };
    await world.clearRequests();
    await stack.program([secret("after", {}, alias)]).up();
    expect((await world.requests()).filter((request) => request.rpc === "SetSecret")).toEqual([]);
  });

  test("a replacement fails while adopt still names the old object", async () => {
    const machine = (args: Record<string, unknown>): Declared => ({
      kind: "ComputeInstance",
      name: "m",
      args: { sshKey: SSH_KEY, ...args },
    });
    await stack.program([machine({ instanceType: "gpu_1x_h100_sxm5" })]).up();
    const id = (await world.state()).instances[0]?.id;
    const { text } = await stack.program([machine({ instanceType: "gpu_8x_h100_sxm5", adopt: id })]).fails("preview");
    expect(text).toMatch(/Remove `adopt`/);
    expect((await world.state()).instances.map((each) => each.id)).toEqual([id]);
  });
});

describe("engine rules 8 and 9, values known in previews", () => {
  test("a preview that updates an App shows no change of its AppScale", async () => {
    const program = (authMode: string): Declared[] => [
      { kind: "App", name: "a", args: { name: "image-gen", authMode } },
      { kind: "AppScale", name: "s", args: { app: { $resource: "a" }, maxConcurrency: 7 } },
      { kind: "App", name: "b", args: { name: "video-gen", authMode } },
      { kind: "AppScale", name: "t", args: { app: { $output: "b" }, keepAlive: 9 } },
    ];
    await world.seed({ apps: [{ name: "video-gen", environment: "main" }] });
    await stack.program(program("private")).up();
    await stack.preview("--expect-no-changes");
    const { text } = await stack.program(program("public")).preview();
    expect(text).toMatch(/~ 2 to update/);
    expect(text).not.toMatch(/replace/);
  });

  dynamicTest(
    "a preview shows no rollout if the secret in rolloutOn keeps its value (the plugin has no update of it)",
    async () => {
      const program = (forLife: string): Declared[] => [
        secret("t", {}, { customTimeouts: { update: forLife } }),
        { kind: "App", name: "a", args: { name: "image-gen", rolloutOn: [{ $ref: ["t", "fingerprint"] }] } },
      ];
      await stack.program(program("1m")).up();
      const { text } = await stack.program(program("2m")).preview();
      expect(text).toMatch(/~ 1 to update/);
    },
  );
});
