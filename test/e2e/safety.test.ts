import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { SSH_KEY } from "../support/constants";
import type { Declared, Stack } from "./support/stack";
import { World } from "./support/world";

/** Sequences in which something of value would be lost, doubled or changed behind the user's back. */
const revisions = ["rev-1", "rev-2"].map((id) => ({ id, created_at: "2026-01-01T00:00:00Z" }));
const image = { name: "image-gen", environment: "main", owner: "acme", revision: "rev-1", revisions };

let world: World;
let stack: Stack;
beforeEach(async () => {
  world = await World.start({ instanceReadyMs: 100 });
  stack = await world.stack();
});
afterEach(() => world.close());

const secret = (args: Record<string, unknown>): Declared => ({
  kind: "Secret",
  name: "s",
  args: { name: "TOKEN", ...args },
});
const machine: Declared = {
  kind: "ComputeInstance",
  name: "m",
  args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY },
};

describe("what is under ignoreChanges", () => {
  test("updating an app does not restore a value under ignoreChanges", async () => {
    await world.seed({ apps: [image] });
    const app = (authMode: string): Declared => ({
      kind: "App",
      name: "a",
      args: { name: "image-gen", revision: "rev-1", authMode },
      options: { ignoreChanges: ["revision"] },
    });
    await stack.program([app("private")]).up();
    await world.deploy({ name: "image-gen", environment: "main", revision: "rev-9" });
    await stack.program([app("public")]).up();
    expect((await world.state()).apps[0]).toMatchObject({ revision: "rev-9", auth_mode: "public" });
  });

  test("updating a secret does not restore an exposure under ignoreChanges", async () => {
    const exposed = (value: string): Declared => ({
      ...secret({ value, defaultExposed: true }),
      options: { ignoreChanges: ["defaultExposed"] },
    });
    await stack.program([exposed("one")]).up();
    await world.seed({ secrets: [{ name: "TOKEN", environment: "main", value: "one", default_exposed: false }] });
    await stack.program([exposed("two")]).up();
    expect((await world.state()).secrets[0]).toMatchObject({ value: "two", default_exposed: false });
  });
});

describe("a secret", () => {
  test("a secret whose update got no answer is written again, even with the old value", async () => {
    await stack.program([secret({ value: "one" })]).up();
    await world.faults([
      { match: { transport: "grpc", rpc: "SetSecret" }, times: 1, fault: { grpcCode: "INTERNAL", afterEffect: true } },
    ]);
    await stack.program([secret({ value: "two" })]).fails("up", "--yes", "--skip-preview");
    expect((await world.state()).secrets[0]?.value).toBe("two");
    await stack.program([secret({ value: "one" })]).up();
    expect((await world.state()).secrets[0]?.value).toBe("one");
    await stack.preview("--expect-no-changes");
  });

  test("renaming a secret whose value only fal has fails the preview", async () => {
    await world.seed({ secrets: [{ name: "TOKEN", environment: "main", value: "theirs" }] });
    await stack.program([secret({ adopt: true })]).up();
    const { text } = await stack.program([secret({ name: "OTHER", adopt: true })]).fails("preview");
    expect(text).toMatch(/its value is known to fal alone/);
    expect((await world.state()).secrets[0]).toMatchObject({ name: "TOKEN", value: "theirs" });
  });
});

describe("a GPU instance", () => {
  test("a 404 from a wrong address does not remove a GPU instance from the state", async () => {
    await stack.program([machine]).up();
    const wrong = { FAL_API_URL: world.env.FAL_REST_URL };
    for (const command of [["refresh"], ["destroy"]]) {
      const { code } = await stack.runWith(wrong, ...command, "--yes", "--skip-preview");
      expect(code).not.toBe(0);
    }
    expect(stack.encryptedResources()).toHaveProperty("m");
    expect((await world.state()).instances).toHaveLength(1);
  });

  test("a GPU instance whose order got no answer is named, and adopt takes it over", async () => {
    await stack.program([{ ...machine, options: { customTimeouts: { create: "5s" } } }]);
    const lost = {
      match: { transport: "rest", method: "POST", path: "instances" },
      times: 20,
      fault: { status: 503, afterEffect: true },
    };
    await world.faults([lost]);
    const { text } = await stack.fails("up", "--yes", "--skip-preview");
    const made = (await world.state()).instances;
    expect(made).toHaveLength(1);
    expect(text).toContain(`New since the request: ${made[0]?.id}`);
    await world.faults([]);
    await stack.program([{ ...machine, args: { ...machine.args, adopt: made[0]?.id } }]).up();
    expect((await world.state()).instances).toEqual([expect.objectContaining({ id: made[0]?.id })]);
  });

  test("the next up takes over a GPU instance that a failed run ordered", async () => {
    const impatient: Declared = { ...machine, options: { customTimeouts: { create: "5s" } } };
    await world.faults([
      {
        match: { transport: "rest", method: "POST", path: "instances" },
        times: 20,
        fault: { reset: true, afterEffect: true },
      },
    ]);
    await stack.program([impatient]).fails("up", "--yes", "--skip-preview");
    expect(stack.encryptedResources()).toEqual({});
    const [ordered] = (await world.state()).instances;
    await world.faults([]);
    const { text } = await stack.up();
    expect(text).toContain(`GPU instance ${ordered?.id} was created for this resource by a run that ended`);
    expect((await world.state()).instances).toEqual([expect.objectContaining({ id: ordered?.id })]);
    expect(stack.encryptedResources()["m"]?.id).toBe(ordered?.id);
  });

  test("declaring a destroyed GPU instance again orders a new one", async () => {
    await stack.program([machine]).up();
    const first = (await world.state()).instances[0]?.id;
    await stack.destroy();
    await stack.up();
    const instances = (await world.state()).instances;
    expect(instances).toHaveLength(1);
    expect(instances[0]?.id).not.toBe(first);
    expect(stack.encryptedResources()["m"]?.id).toBe(instances[0]?.id);
  });

  test("a forced replacement right after its order keeps the GPU instance", async () => {
    await stack.program([machine]).up();
    const first = stack.encryptedResources()["m"];
    const { text } = await stack.up("--replace", first?.urn ?? "");
    expect(text).toMatch(/is adopted, and no other instance is created.*--replace/);
    expect((await world.state()).instances).toEqual([expect.objectContaining({ id: first?.id })]);
    expect(stack.encryptedResources()["m"]?.id).toBe(first?.id);
  });
});

describe("an environment", () => {
  test("destroying an environment that is already gone succeeds", async () => {
    await stack.program([{ kind: "Environment", name: "e", args: { name: "staging" } }]).up();
    await world.remove("environments", "staging");
    await stack.destroy();
    expect(stack.encryptedResources()).toEqual({});
  });
});

describe("the scaling of an app", () => {
  test("scaling in another environment than its app fails the preview", async () => {
    await world.seed({ environments: [{ name: "staging" }], apps: [image, { ...image, environment: "staging" }] });
    const app: Declared = { kind: "App", name: "a", args: { name: "image-gen", environment: "staging" } };
    const scale = (environment: string): Declared => ({
      kind: "AppScale",
      name: "s",
      args: { app: { $resource: "a" }, environment, maxConcurrency: 3 },
    });
    const { text } = await stack.program([app, scale("main")]).fails("preview");
    expect(text).toMatch(/names another environment than `environment` does.*"staging" and "main"/);
    await stack.program([app, scale("staging")]).up();
    expect(stack.encryptedResources()["s"]?.id).toBe("staging/image-gen");
  });

  test("AppScale restores the value found when the property was last declared", async () => {
    await world.seed({ apps: [{ ...image, keep_alive: 60 }] });
    const scale = (args: Record<string, unknown>): Declared => ({
      kind: "AppScale",
      name: "s",
      args: { app: "image-gen", onDelete: "restore", ...args },
    });
    await stack.program([scale({ keepAlive: 300 })]).up();
    await stack.program([scale({})]).up();
    await world.seed({ apps: [{ name: "image-gen", environment: "main", keep_alive: 900 }] });
    await stack.program([scale({ keepAlive: 300 })]).up();
    await stack.destroy();
    expect((await world.state()).apps[0]).toMatchObject({ keep_alive: 900 });
  });
});

describe("the key that the provider runs with", () => {
  test("a destroy does not revoke the key that the provider uses", async () => {
    const own: Declared = { kind: "ApiKey", name: "own", args: { alias: "own", scope: "ADMIN", adopt: "own" } };
    await world.seed({ keys: [{ key_id: "own", key_secret: "own-secret", alias: "own", scope: "ADMIN" }] });
    await stack.program([own]).up();
    const { code, text } = await stack.runWith({ FAL_KEY: "own:own-secret" }, "destroy", "--yes", "--skip-preview");
    expect(code, text).not.toBe(0);
    expect(text).toMatch(/Could not revoke key own: this client uses it.*Use another key/);
    expect(stack.encryptedResources()).toHaveProperty("own");
    expect((await world.state()).keys.map((each) => each.key_id)).toContain("own");
    await stack.destroy();
    expect((await world.state()).keys.map((each) => each.key_id)).toEqual(["emu"]);
  });
});

describe("a provider's settings", () => {
  test("an empty apiKey of a provider is an error", async () => {
    const own: Declared = { ...secret({ value: "v" }), options: { provider: { $resource: "p" } } };
    const { text } = await stack
      .program([{ kind: "Provider", name: "p", args: { apiKey: "" } }, own])
      .fails("up", "--yes", "--skip-preview");
    expect(text).toMatch(/apiKey of the Provider "p" is empty/);
    expect((await world.state()).secrets).toEqual([]);
  });
});
