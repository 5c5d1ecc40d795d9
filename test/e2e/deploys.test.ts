import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Declared, Stack } from "./support/stack";
import { World } from "./support/world";

/** What a deploy does to an app's scaling, and what an AppScale says of it. */
describe("the scaling of a redeployed app", () => {
  let world: World;
  let stack: Stack;

  beforeAll(async () => {
    world = await World.start();
    const revisions = [{ id: "rev-1", created_at: "2026-01-01T00:00:00Z" }];
    const app = { environment: "main", owner: "acme", revision: "rev-1", revisions };
    await world.seed({ apps: ["image-gen", "video-gen"].map((name) => ({ ...app, name })) });
    stack = await world.stack();
  });
  afterAll(() => world?.close());

  const scale = (args: Record<string, unknown>, name = "image-gen"): Declared => ({
    kind: "AppScale",
    name,
    args: { app: name, ...args },
  });
  const deploy = (revision: string) =>
    world.deploy({
      name: "image-gen",
      environment: "main",
      revision,
      startup_timeout: 600,
      machine_types: ["XS"],
      max_multiplexing: 1,
    });
  const once = /warning: (AppScale .+): Every deploy of the app resets (.+) to the values in its code.*`reapplyOn`/g;
  const reset = /A deploy \(revision (\S+) instead of (\S+)\) reset (.*)\. `pulumi up`/g;
  /** What stands under "Diagnostics"; rows repeat it, and `--diff` has no rows. */
  const said = (text: string, what: RegExp) => {
    const [, diagnostics = text] = text.split(/^Diagnostics:$/m);
    return [...diagnostics.matchAll(what)].map(([, ...groups]) => groups);
  };

  test("up warns once about a managed value that a deploy resets, and names all its resources", async () => {
    const scaled = [scale({ startupTimeout: 300, maxConcurrency: 4 }), scale({ startupTimeout: 60 }, "video-gen")];
    const { text } = await stack.program(scaled).up("--parallel", "1");
    expect(said(text, once)).toEqual([["AppScale image-gen, video-gen", "startupTimeout"]]);
    // The row of the stack shows it, too.
    expect(text.match(once)).toHaveLength(2);
    expect((await stack.preview("--expect-no-changes")).text).not.toMatch(once);
    const more = scale({ startupTimeout: 200, maxConcurrency: 5, machineTypes: ["GPU-H100"] });
    expect(said((await stack.program([more]).up()).text, once)).toEqual([["AppScale image-gen", "machineTypes"]]);
  });

  test("up does not warn about values that no deploy resets", async () => {
    const others = scale({ maxMultiplexing: 2, reapplyOn: ["a"] }, "video-gen");
    const unaffected = scale({ startupTimeout: 200, maxConcurrency: 5, machineTypes: ["GPU-H100"], keepAlive: 9 });
    expect((await stack.program([unaffected, others]).up()).text).not.toMatch(once);
  });

  test("a refresh reports what a deploy reset, with name and revision", async () => {
    await deploy("rev-2");
    await world.seed({ apps: [{ name: "image-gen", environment: "main", max_concurrency: 99 }] });
    const { text } = await stack.preview("--refresh", "--diff");
    expect(said(text, reset)).toEqual([["rev-2", "rev-1", "startupTimeout, machineTypes"]]);
    expect(said((await stack.refresh()).text, reset)).toHaveLength(1);
    await stack.up();
    expect((await world.state()).apps[0]).toMatchObject({ startup_timeout: 200, machine_types: ["GPU-H100"] });
    await stack.preview("--refresh", "--expect-no-changes");
  });

  test("a refresh does not attribute other changes to a deploy", async () => {
    await world.seed({ apps: [{ name: "image-gen", environment: "main", startup_timeout: 7 }] });
    expect((await stack.up("--refresh")).text).not.toMatch(reset);
    await world.deploy({
      name: "image-gen",
      environment: "main",
      revision: "rev-3",
      startup_timeout: 200,
      machine_types: ["GPU-H100"],
    });
    expect((await stack.preview("--refresh", "--expect-no-changes")).text).not.toMatch(reset);
  });

  test("AppScale follows an App that moves, even over split or failed runs", async () => {
    const code = { startup_timeout: 600, max_multiplexing: 1, machine_types: ["XS"] };
    const revisions = ["mv-1", "mv-2"].map((id) => ({ id, created_at: "2026-01-01T00:00:00Z", ...code }));
    await world.seed({
      apps: [{ name: "moving", environment: "main", owner: "acme", revision: "mv-1", revisions }],
      limits: { max_concurrency: 10 },
    });
    const other = await world.stack();
    const program = (revision: string) =>
      other.program([
        { kind: "App", name: "a", args: { name: "moving", revision } },
        {
          kind: "AppScale",
          name: "s",
          args: { app: { $resource: "a" }, startupTimeout: 300, minConcurrency: 5, maxConcurrency: 50 },
        },
      ]);
    const moving = async () => (await world.state()).apps.find(({ name }) => name === "moving");
    const { text } = await program("mv-1").up();
    expect(text).toMatch(/warning: AppScale s: fal has maxConcurrency 10 instead of 50, which was sent/);
    expect(other.encryptedResources()["s"]?.outputs).toMatchObject({ maxConcurrency: 10 });

    // Two runs that never reach the scaling: the program moves the app, and takes that back.
    const { urn = "" } = other.encryptedResources()["a"] ?? {};
    await program("mv-2").up("--target", urn);
    await program("mv-1").up("--target", urn);
    expect(await moving()).toMatchObject({ revision: "mv-1", startup_timeout: 600 });
    const { text: preview } = await other.preview("--diff");
    expect(preview).toMatch(/reset 2 by the App/);
    expect(preview).toMatch(/fal has maxConcurrency 10 instead of 50/);
    await other.up();
    expect(await moving()).toMatchObject({ startup_timeout: 300, max_concurrency: 10 });

    // No drift, but a warning; and settled when fal keeps what is declared.
    expect((await other.refresh()).text).toMatch(/fal has maxConcurrency 10 instead of 50/);
    await world.seed({ limits: {} });
    await other.up();
    await other.preview("--refresh", "--expect-no-changes");
    await other.destroy();
  });

  test("a change of reapplyOn sends the reset values again and nothing else", async () => {
    const program = (release: string) =>
      stack.program([
        scale({ startupTimeout: 200, machineTypes: ["GPU-H100"], maxConcurrency: 5, reapplyOn: [release] }),
      ]);
    await program("1").up();
    await deploy("rev-4");
    await world.seed({ apps: [{ name: "image-gen", environment: "main", max_concurrency: 42 }] });
    await program("2").up();
    expect((await world.state()).apps[0]).toMatchObject({
      revision: "rev-4",
      startup_timeout: 200,
      machine_types: ["GPU-H100"],
      max_concurrency: 42,
    });
    await stack.up("--refresh");
    await stack.preview("--refresh", "--expect-no-changes");
  });
});
