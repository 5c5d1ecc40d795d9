import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SSH_KEY } from "../support/constants";
import type { Declared, Stack } from "./support/stack";
import { World } from "./support/world";

/**
 * Drift as a nightly job sees it: `pulumi preview --refresh --diff --expect-no-changes` names every drifted property
 * and fails; `pulumi up --refresh` puts it right.
 */
describe("drift", () => {
  let world: World;
  let stack: Stack;

  const declared: Declared[] = [
    { kind: "Environment", name: "staging", args: { name: "staging", description: "mine" } },
    {
      kind: "Secret",
      name: "token",
      args: { name: "TOKEN", environment: { $resource: "staging" }, value: "v", defaultExposed: true },
    },
    { kind: "App", name: "app", args: { name: "image-gen", authMode: "private", revision: "rev-1" } },
    {
      kind: "AppScale",
      name: "scale",
      args: {
        app: "image-gen",
        minConcurrency: 1,
        maxConcurrency: 4,
        keepAlive: 60,
        startupTimeout: 300,
        requestStartTimeout: 0,
        machineTypes: ["GPU-H100"],
        regions: ["us-east", "eu-west"],
      },
    },
    { kind: "ApiKey", name: "key", args: { alias: "ci" } },
    { kind: "ComputeInstance", name: "machine", args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY } },
  ];

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 100 });
    const revisions = ["rev-1", "rev-2"].map((id) => ({ id, created_at: "2026-01-01T00:00:00Z" }));
    await world.seed({
      apps: [{ name: "image-gen", environment: "main", owner: "acme", revision: "rev-1", revisions }],
    });
    stack = await world.stack();
    await stack.program(declared).up();
  });
  afterAll(() => world?.close());

  const app = (change: Record<string, unknown>) =>
    world.seed({ apps: [{ name: "image-gen", environment: "main", ...change }] });

  test("a preview names exactly the properties that drifted and fails, and `up --refresh` corrects them", async () => {
    const before = await world.state();
    await app({
      auth_mode: "public",
      min_concurrency: 0,
      max_concurrency: 99,
      keep_alive: 0,
      startup_timeout: 600,
      request_start_timeout: 20,
      machine_types: ["GPU-A100"],
      valid_regions: ["us-west"],
    });
    const { text } = await stack.fails("preview", "--refresh", "--diff", "--expect-no-changes");
    for (const named of [
      /authMode\s*: "public" => "private"/,
      /minConcurrency\s*: 0 => 1/,
      /maxConcurrency\s*: 99 => 4/,
      /keepAlive\s*: 0 => 60/,
      /startupTimeout\s*: 600 => 300/,
      /requestStartTimeout\s*: 20 => 0/,
      /machineTypes\s*: \[\s*~ \[0\]: "GPU-A100" => "GPU-H100"/,
      /regions\s*: \[/,
    ])
      expect(text).toMatch(named);
    expect(text).toMatch(/no changes were expected/);
    const { stdout } = await stack.fails("preview", "--refresh", "--json", "--expect-no-changes");
    const scaling = ["keepAlive", "machineTypes", "maxConcurrency", "minConcurrency", "regions"];
    const timeouts = ["requestStartTimeout", "startupTimeout"];
    expect(changedInputs(stdout)).toEqual([
      "app.authMode",
      ...[...scaling, ...timeouts].map((name) => `scale.${name}`).sort(),
    ]);
    const { text: put } = await stack.up("--refresh");
    expect(put).toMatch(/~ 2 updated/);
    expect(withoutTimes((await world.state()).apps)).toEqual(withoutTimes(before.apps));
  });

  test("undeclared values and another order of a set are not drift", async () => {
    await app({
      concurrency_buffer: 5,
      concurrency_buffer_perc: 10,
      scaling_delay: 30,
      max_multiplexing: 8,
      request_timeout: 99,
      valid_regions: ["eu-west", "us-east"],
    });
    await world.seed({
      secrets: [{ name: "FOREIGN", environment: "staging", value: "x" }],
      keys: [{ key_id: "foreign", key_secret: "x", alias: "ci", scope: "API", created_at: "2026-01-01T00:00:00Z" }],
    });
    await stack.preview("--refresh", "--expect-no-changes");
    expect((await stack.refresh("--expect-no-changes")).code).toBe(0);
  });

  test("drift of a secret's exposure is corrected only when the program asks to write the value", async () => {
    const token = async () => (await world.state()).secrets.find((secret) => secret.name === "TOKEN");
    await world.seed({ secrets: [{ name: "TOKEN", environment: "staging", value: "newer", default_exposed: false }] });
    for (const command of [
      ["preview", "--refresh"],
      ["up", "--refresh", "--yes", "--skip-preview"],
    ]) {
      const { text } = await stack.fails(...command);
      expect(text).toMatch(/`defaultExposed` cannot change alone/);
    }
    expect(await token()).toMatchObject({ value: "newer", default_exposed: false });

    const asked = declared.map((one) =>
      one.name === "token" ? { ...one, args: { ...one.args, rewriteOn: ["1"] } } : one,
    );
    const { text } = await stack.program(asked).preview("--diff");
    expect(text).toMatch(/`rewriteOn` changes: the value in the program is written.*and `defaultExposed` with it/);
    await stack.up();
    expect(await token()).toMatchObject({ value: "v", default_exposed: true });
    await stack.program(declared).up();
  });

  test("after a deploy, a preview names exactly the values that the deploy reset", async () => {
    await world.deploy({
      name: "image-gen",
      environment: "main",
      revision: "rev-3",
      startup_timeout: 600,
      machine_types: ["XS"],
      max_multiplexing: 1,
    });
    const { stdout } = await stack.fails("preview", "--refresh", "--json", "--expect-no-changes");
    expect(changedInputs(stdout)).toEqual(["app.revision", "scale.machineTypes", "scale.startupTimeout"]);
    await stack.up("--refresh");
    expect((await world.state()).apps[0]).toMatchObject({
      revision: "rev-1",
      startup_timeout: 300,
      machine_types: ["GPU-H100"],
    });
  });

  test("`up --refresh` creates a deleted GPU instance, key, and environment with its secret again", async () => {
    const before = stack.resources();
    await world.remove("instances", before["machine"]?.id ?? "");
    await world.remove("keys", before["key"]?.id ?? "");
    await world.remove("environments", "staging");
    const { text } = await stack.fails("preview", "--refresh", "--diff", "--expect-no-changes");
    expect(text).toMatch(/4 to create/);
    await stack.up("--refresh");
    expect(Object.keys(stack.resources()).sort()).toEqual(Object.keys(before).sort());
    await stack.preview("--refresh", "--expect-no-changes");
  });

  test("a refresh of a deleted app fails and explains how to deploy it", async () => {
    await world.remove("apps", "main/image-gen");
    const { text } = await stack.fails("up", "--refresh", "--yes", "--skip-preview");
    expect(text).toMatch(/App "main\/image-gen" does not exist in fal\. Deploy it first/);
  });
});

/** `resource.property` of every input that the preview would change, hidden ones left out. */
function changedInputs(previewJson: string): string[] {
  const { steps } = JSON.parse(previewJson) as {
    steps: { op: string; urn: string; oldState?: Side; newState?: Side }[];
  };
  const names = steps
    .filter((step) => step.op === "update")
    .flatMap(({ urn, oldState, newState }) => {
      const before = oldState?.inputs ?? {};
      const after = newState?.inputs ?? {};
      const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((key) => !key.startsWith("__"));
      const resource = urn.split("::").at(-1);
      return keys
        .filter((key) => JSON.stringify(before[key]) !== JSON.stringify(after[key]))
        .map((key) => `${resource}.${key}`);
    });
  return names.sort();
}

interface Side {
  inputs?: Record<string, unknown>;
}

function withoutTimes(apps: readonly Record<string, unknown>[]): unknown[] {
  return apps.map(({ updated_at: _time, ...app }) => app);
}
