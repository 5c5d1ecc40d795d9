import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { FalClient } from "pulumi-fal/client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { DriftResult, PlannedStep } from "../../src/cli/commands/drift/result";
import { SSH_KEY } from "../support/constants";
import { patience } from "../support/patience";
import { Canary, found } from "./support/canary";
import { dynamicTest } from "./support/hosts";
import { pulumiFal } from "./support/pulumi-fal";
import { cliEnvironment, type Declared, resource, type Stack, tokenOf } from "./support/stack";
import { World } from "./support/world";

const cli = resolve(__dirname, "../../dist/cli/main.js");
const revisions = ["rev-1", "rev-2"].map((id) => ({ id, created_at: "2026-01-01T00:00:00Z" }));
const app = { name: "image-gen", environment: "main", owner: "acme", revision: "rev-1", revisions };
const urn = (kind: string, name: string, stack = "dev") => `urn:pulumi:${stack}::e2e::${tokenOf(kind)}::${name}`;

interface Ran {
  readonly code: number | null;
  readonly out: string;
  readonly notes: string;
}

/** Runs the command in a stack's folder, without the machine's own fal settings. */
function start(world: World, stack: Stack, args: string[], env: Record<string, string | undefined> = {}) {
  const merged = { ...cliEnvironment(stack.dir, stack.backend), ...world.env, ...env };
  const child: ChildProcess = spawn(process.execPath, [cli, "drift", ...args], {
    cwd: stack.dir,
    env: Object.fromEntries(Object.entries(merged).filter(([, value]) => value !== undefined)),
    stdio: ["ignore", "pipe", "pipe"],
  });
  const texts = { out: "", notes: "" };
  child.stdout?.on("data", (chunk: Buffer) => {
    texts.out += chunk.toString();
  });
  child.stderr?.on("data", (chunk: Buffer) => {
    texts.notes += chunk.toString();
  });
  const result = new Promise<Ran>((done) => child.on("close", (code) => done({ code, ...texts })));
  return { child, texts, result };
}

const run = (world: World, stack: Stack, ...args: string[]) => start(world, stack, args).result;

async function json(world: World, stack: Stack, ...args: string[]): Promise<{ code: number | null } & DriftResult> {
  const { code, out, notes } = await run(world, stack, "--json", ...args);
  if (!out) throw new Error(notes);
  return { code, ...JSON.parse(out) };
}

/** Changes something in fal, as other people do. */
async function elsewhere(world: World, act: (fal: FalClient) => Promise<unknown>): Promise<void> {
  const { FAL_KEY: apiKey, FAL_API_URL: apiUrl, FAL_REST_URL: restUrl, FAL_GRPC_URL: grpcUrl } = world.env;
  const fal = new FalClient({ apiKey, apiUrl, restUrl, grpcUrl, env: {} });
  try {
    await act(fal);
  } finally {
    await fal.close();
  }
}

describe("one stack", () => {
  const canaries = [new Canary("the secret's value", '"', "$&")];
  let world: World;
  let stack: Stack;
  const declared: Declared[] = [
    {
      kind: "AppScale",
      name: "scale",
      args: {
        app: "image-gen",
        maxConcurrency: 4,
        keepAlive: 60,
        startupTimeout: 300,
        machineTypes: ["GPU-H100", "GPU-A100"],
        regions: ["us-east", "eu-west"],
      },
      options: { ignoreChanges: ["keepAlive"] },
    },
    { kind: "App", name: "app", args: { name: "image-gen", authMode: "private", revision: "rev-1" } },
    { kind: "Secret", name: "token", args: { name: "TOKEN", value: canaries[0]?.value } },
    { kind: "Secret", name: "other", args: { name: "OTHER", value: "v", defaultExposed: { $secret: true } } },
    { kind: "ApiKey", name: "key", args: { alias: "ci", rotation: { trigger: "1" } } },
    { kind: "ComputeInstance", name: "machine", args: { instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY } },
    { kind: "Environment", name: "staging", args: { name: "staging" } },
  ];

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 100 });
    await world.seed({ apps: [app, { name: "loose", environment: "main", owner: "acme" }] });
    stack = await world.stack();
    stack.program(declared);
    await stack.up();
  });
  afterAll(() => world?.close());

  test("usage --stack reports the apps of the stack next to the scaling that it declares", async () => {
    const before = stack.stateFile();
    const env = { ...cliEnvironment(stack.dir, stack.backend), ...world.env };
    const { code, out, notes } = await pulumiFal(stack.dir, env, "usage", "--stack", "dev", "--json");
    expect({ code, notes }).toEqual({ code: 0, notes: "" });
    const { apps, missing } = JSON.parse(out);
    const declaredScaling = { maxConcurrency: 4, keepAlive: 60, machineTypes: ["GPU-H100", "GPU-A100"] };
    expect(apps).toMatchObject([{ app: "main/image-gen", declared: declaredScaling, scaling: declaredScaling }]);
    expect(missing).toEqual([]);
    expect(stack.stateFile()).toBe(before);
    expect(found(out, canaries)).toEqual([]);
  });

  test("drift finds nothing in a stack that is as declared", async () => {
    const before = stack.stateFile();
    const { code, out, notes } = await run(world, stack);
    expect(code).toBe(0);
    expect(out).toMatch(/^\*\*No drift: 7 resources in dev are as declared\.\*\*$/m);
    expect(notes).toBe("dev: reading 7 resources\n");
    expect(stack.stateFile()).toBe(before);
    const none = { from: 0, to: 0 };
    expect(await json(world, stack)).toEqual({
      code: 0,
      verdict: "No drift: 7 resources in dev are as declared.",
      summary: {
        ...{ changed: 0, lost: 0, opens: 0, enlarges: 0, unprotects: 0 },
        ...{ warmRunners: none, maxRunners: { from: 4, to: 4 } },
      },
      drifted: [],
      checked: 7,
      stacks: [{ stack: "dev", checked: 7, drifted: 0 }],
      warnings: [],
      errors: [],
      unpriced: [],
      askedFal: false,
    });
  });

  test("drift ignores another order of a set, undeclared values and ignoreChanges", async () => {
    await world.seed({ apps: [{ ...app, keep_alive: 5, valid_regions: ["eu-west", "us-east"], scaling_delay: 7 }] });
    const { code, out } = await run(world, stack);
    expect(code).toBe(0);
    expect(out).toContain("Different but ignored because of ignoreChanges: scale.keepAlive.");
  });

  test("drift shows each drifted property with its likely cause and changes nothing", async () => {
    const { key, token, machine } = stack.resources();
    await world.deploy({
      name: "image-gen",
      environment: "main",
      revision: "rev-3",
      startup_timeout: 600,
      machine_types: ["XS"],
    });
    await elsewhere(world, (fal) => fal.apps.scale("image-gen", { maxConcurrency: 99 }));
    await world.remove("instances", machine?.id ?? "");
    await world.remove("secrets", token?.id ?? "");
    await world.remove("keys", key?.id ?? "");
    const before = { file: stack.stateFile(), fal: await world.state() };

    const result = await json(world, stack, "--unmanaged");
    const source = { file: "index.js", line: expect.any(Number) };
    const by = { by: "acme", at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) };
    const about = (kind: string, name: string, id: string) => ({
      stack: "dev",
      urn: urn(kind, name),
      type: tokenOf(kind),
      name,
      label: expect.any(String),
      id,
      impacts: [],
      onCorrection: [],
      source,
    });
    const byName = Object.fromEntries(result.drifted.map((resource) => [resource.name, resource]));
    expect(byName).toEqual({
      scale: {
        ...about("AppScale", "scale", "main/image-gen"),
        label: "image-gen",
        status: "changed",
        impacts: [{ notion: "enlarges", properties: [], summary: "scaled up", text: "scaled up: maximum 4 → 99" }],
        onCorrection: [
          expect.objectContaining({
            notion: "enlarges",
            text: "gets more expensive machines: XS → GPU-H100, GPU-A100",
          }),
        ],
        properties: [
          {
            path: "machineTypes",
            declared: ["GPU-H100", "GPU-A100"],
            actual: ["XS"],
            cause: "resetByDeploy",
            ...by,
          },
          { path: "maxConcurrency", declared: 4, actual: 99, unit: "runners", cause: "changedElsewhere", ...by },
          { path: "startupTimeout", declared: 300, actual: 600, unit: "s", cause: "resetByDeploy", ...by },
        ],
      },
      app: {
        ...about("App", "app", "main/image-gen"),
        status: "changed",
        properties: [{ path: "revision", declared: "rev-1", actual: "rev-3", cause: "deployedElsewhere", ...by }],
      },
      machine: { ...about("ComputeInstance", "machine", machine?.id ?? ""), status: "missing", properties: [] },
      token: { ...about("Secret", "token", "main/TOKEN"), status: "missing", properties: [] },
      key: {
        ...about("ApiKey", "key", key?.id ?? ""),
        status: "missing",
        properties: [],
        cause: "revokedElsewhere",
      },
    });
    expect([result.code, result.checked, result.errors]).toEqual([3, 7, []]);
    expect(result.unmanaged).toEqual([
      { kind: "App", id: "main/loose" },
      { kind: "ApiKey", id: "emu", label: "fal-emulator" },
    ]);
    expect({ file: stack.stateFile(), fal: await world.state() }).toEqual(before);
  });

  test("drift explains the causes and the fix in its text report", async () => {
    const { code, out } = await run(world, stack, "--unmanaged", "--environment", "main");
    expect(code).toBe(3);
    expect(out).toContain(
      "5 of 7 resources drifted in dev: <strong>1 API key, 1 GPU instance and 1 secret are missing</strong>, " +
        "1 app scaled up: maximum 4 → 99, 1 app got cheaper machines: GPU-H100, GPU-A100 → XS, 1 other was changed; " +
        "1 object of the account is not managed by these stacks.",
    );
    expect(out).toMatch(/`startupTimeout` \| `300` s \| `600` s \| reset by deploy, `acme`, `[-\d]+ [\d:]+ UTC`/);
    expect(out).toMatch(
      /GPU instance .* is missing in fal\. With `pulumi up --refresh`, it is created again: it is billed from then on/,
    );
    expect(out).toContain(
      "`npx pulumi-fal drift --fix --stack dev` shows the plan, asks, and runs `pulumi up --refresh --stack dev`.",
    );
    expect(out).toContain("`npx pulumi-fal import --without dev.state.json --environment main`");
  });

  test("drift shows no secrets in any format", async () => {
    const credential = new Canary("the credential");
    const key = { key_id: "nightly", key_secret: credential.value, alias: "nightly", scope: "ADMIN" };
    await world.seed({ keys: [{ ...key, created_at: "2026-01-01T00:00:00Z" }] });
    const files = ["all.md", "all.html", "all.json", "all.txt"];
    const args = ["--unmanaged", "--stack", "dev", ...files.flatMap((file) => ["--out", file])];
    const { code, notes } = await start(world, stack, args, { FAL_KEY: `nightly:${credential.value}` }).result;
    expect(code).toBe(3);
    for (const file of files) {
      const text = readFileSync(join(stack.dir, file), "utf8");
      expect(text).toContain("nightly");
      expect(found(text + notes, [...canaries, credential])).toEqual([]);
    }
    await world.remove("keys", "nightly");
  });

  test("drift --fix corrects nothing without a confirmation", async () => {
    const { code, out, notes } = await run(world, stack, "--fix");
    expect([code, out]).toEqual([2, ""]);
    expect(notes).toMatch(/--fix cannot ask for confirmation\. Pass --yes\./);
  });

  test("drift --fix --yes corrects the stack and counts other changes of the program separately", async () => {
    const others = declared.filter(({ name }) => name !== "staging");
    const [scale, ...rest] = others;
    stack.program([
      { ...(scale as Declared), args: { ...scale?.args, scalingDelay: 3 } },
      ...rest,
      { kind: "Environment", name: "qa", args: { name: "qa" } },
    ]);
    const { code, out, notes } = await run(world, stack, "--fix", "--yes", "--out", "drift.json", "--out", "drift.md");
    expect([code, out], notes).toEqual([0, ""]);
    const result: DriftResult = JSON.parse(readFileSync(join(stack.dir, "drift.json"), "utf8"));
    const [fixed] = result.fix?.stacks ?? [];
    const steps = (list: readonly PlannedStep[] = []) =>
      list.map(({ op, name, properties }) =>
        [op, name, ...properties.map(({ path, from, to }) => `${path} ${from} > ${to}`)].join(", "),
      );
    expect([fixed?.outcome, fixed?.remaining, fixed?.accepted]).toEqual(["applied", [], []]);
    expect(steps(fixed?.corrections).sort()).toEqual([
      "create, key, alias undefined > ci, rotation undefined > [object Object]",
      "create, machine, instanceType undefined > gpu_1x_h100_sxm5, sshKey undefined > [not shown]",
      "create, token, name undefined > TOKEN, environment undefined > main, value undefined > [secret]",
      "update, app, revision rev-3 > rev-1",
      "update, scale, maxConcurrency 99 > 4, startupTimeout 600 > 300, machineTypes XS > GPU-H100,GPU-A100",
    ]);
    expect(steps(fixed?.otherChanges).sort()).toEqual([
      "create, qa, name undefined > qa",
      "delete, staging",
      "update, scale, scalingDelay undefined > 3",
    ]);
    expect(result.drifted).toHaveLength(5);
    // Before it asked, had it asked.
    expect(notes).toMatch(/dev: 5 corrections\. All in one sentence: .*\n/);
    expect(notes).toMatch(/ {2}update app scaling scale\n {4}maxConcurrency: 99 runners → 4 runners\n/);
    expect(notes).toMatch(
      / {2}create GPU instance machine\n(?: {4}.*\n)+? {4}it is created again: it is billed from then on/,
    );
    expect(notes).toMatch(
      /dev: 3 other changes, not drift: program changes that were not applied yet, or consequences of the corrections:\n/,
    );

    const { apps, keys, instances, secrets } = await world.state();
    expect(apps.find(({ name }) => name === "image-gen")).toMatchObject({
      revision: "rev-1",
      max_concurrency: 4,
      startup_timeout: 300,
      machine_types: ["GPU-H100", "GPU-A100"],
      keep_alive: 5,
    });
    expect([keys.length, instances.length]).toEqual([2, 1]);
    expect(secrets.map(({ name }) => name).sort()).toEqual(["OTHER", "TOKEN"]);
    expect(await json(world, stack)).toMatchObject({ code: 0, drifted: [], checked: 7 });
  });

  test("drift hides the value of a secret property but reports that it drifted", async () => {
    await world.seed({ secrets: [{ name: "OTHER", environment: "main", value: "v", default_exposed: false }] });
    const { code, drifted } = await json(world, stack);
    const [{ properties } = { properties: [] }] = drifted;
    expect([code, drifted.map(({ name }) => name)]).toEqual([3, ["other"]]);
    expect(properties).toEqual([
      expect.objectContaining({ path: "defaultExposed", declared: "[secret]", actual: "[secret]" }),
    ]);
    await world.seed({ secrets: [{ name: "OTHER", environment: "main", value: "v", default_exposed: true }] });
  });

  test("drift names a deploy with --reset-scale as the cause of each value that it reset", async () => {
    await world.deploy({ name: "image-gen", environment: "main", max_concurrency: 7, reset_scale: true });
    const { code, drifted } = await json(world, stack);
    expect([
      code,
      drifted.find(({ name }) => name === "scale")?.properties.map((one) => [one.path, one.cause]),
    ]).toEqual([
      3,
      [
        ["machineTypes", "resetByDeploy"],
        ["maxConcurrency", "resetByDeploy"],
        ["regions", "resetByDeploy"],
        ["scalingDelay", "resetByDeploy"],
        ["startupTimeout", "resetByDeploy"],
      ],
    ]);
    await stack.up("--refresh");
  });

  test("drift warns about a stopped GPU instance although no declared property differs", async () => {
    const { machine } = stack.resources();
    await world.seed({ instances: [{ id: machine?.id, status: "stopped" }] });
    const result = await json(world, stack);
    expect([result.code, result.drifted]).toEqual([3, []]);
    expect(result.warnings).toEqual([
      {
        stack: "dev",
        urn: urn("ComputeInstance", "machine"),
        name: "machine",
        message: expect.stringContaining("is stopped"),
      },
    ]);
    const { code, out } = await run(world, stack);
    expect([code, out]).toEqual([
      3,
      expect.stringMatching(/^\*\*No property of 7 resources in dev drifted; 1 resource needs/m),
    ]);
    await world.seed({ instances: [{ id: machine?.id, status: "ready" }] });
  });

  dynamicTest("drift rejects a state with foreign code, which only the dynamic host runs, before it runs", async () => {
    const file = join(stack.backend, ".pulumi/stacks/e2e/dev.json");
    const ran = join(stack.dir, "ran");
    const before = readFileSync(file, "utf8");
    const own = JSON.stringify('exports.handler=()=>require("pulumi-fal/dynamic").provider("Environment")');
    const evil = `exports.handler=()=>{require("fs").writeFileSync("${ran}",process.env.FAL_KEY);return require("pulumi-fal/dynamic").provider("Environment")}`;
    writeFileSync(file, before.replaceAll(own, JSON.stringify(evil)));
    try {
      await world.clearRequests();
      for (const args of [[], ["--fix", "--yes"]]) {
        const { code, errors, checked } = await json(world, stack, ...args);
        expect([code, checked]).toEqual([1, 0]);
        expect(errors).toEqual([
          {
            stack: "dev",
            urns: [urn("Environment", "qa")],
            code: "foreignCode",
            message: expect.stringContaining("qa (inputs, outputs), so the stack is rejected"),
          },
        ]);
      }
      expect([existsSync(ran), await world.requests()]).toEqual([false, []]);
      // The engine itself runs it.
      await stack.run("refresh", "--preview-only");
      expect(readFileSync(ran, "utf8")).toBe(world.env["FAL_KEY"]);
    } finally {
      writeFileSync(file, before);
    }
  });

  test("drift lists no unmanaged objects if the stack belongs to another account", async () => {
    const file = join(stack.backend, ".pulumi/stacks/e2e/dev.json");
    const before = readFileSync(file, "utf8");
    writeFileSync(file, before.replaceAll('"account":"acme"', '"account":"globex"'));
    try {
      const { code, out, notes } = await run(world, stack, "--unmanaged", "--json");
      const { unmanaged, errors }: DriftResult = JSON.parse(out);
      expect([code, unmanaged]).toEqual([1, undefined]);
      expect(errors.map(({ message }) => message)).toContainEqual(
        expect.stringMatching(/^--unmanaged: The credential belongs to the fal account "acme", but .* "globex"/),
      );
      expect(notes).toMatch(/is in the fal account "globex"/);
    } finally {
      writeFileSync(file, before);
    }
  });
});

/** Each test continues where the one before has left fal and the stack. */
describe("a fix", () => {
  let world: World;
  let stack: Stack;
  const declared = (more: object = {}): Declared[] => [
    { kind: "App", name: "app", args: { name: "image-gen", authMode: "private" } },
    { kind: "AppScale", name: "scale", args: { app: "image-gen", maxConcurrency: 4 } },
    { kind: "Secret", name: "exposed", args: { name: "EXPOSED", value: "v", defaultExposed: true, ...more } },
    {
      kind: "Secret",
      name: "token",
      args: { name: "TOKEN", value: "v" },
      options: { protect: true, dependsOn: resource("scale") },
    },
    { kind: "Secret", name: "last", args: { name: "LAST", value: "v" }, options: { dependsOn: resource("token") } },
  ];
  const atFal = async () => {
    const { apps, secrets } = await world.state();
    const [{ max_concurrency, auth_mode } = {}] = apps as Record<string, unknown>[];
    const exposed = secrets.filter(({ default_exposed }) => default_exposed).map(({ name }) => name);
    return { max_concurrency, auth_mode, secrets: secrets.map(({ name }) => name).sort(), exposed };
  };
  /** The command in backticks after a text, as a reader copies it; in the test, nobody answers its question. */
  const copied = (text: string, before: string) => {
    const [, command = ""] = text.match(new RegExp(`${before} \`([^\`]+)\``)) ?? [];
    const [program, ...args] = command.split(" ");
    if (program === "npx") return run(world, stack, ...args.slice(2), "--yes");
    return stack.run(...args, "--yes", "--skip-preview");
  };

  beforeAll(async () => {
    world = await World.start();
    await world.seed({ apps: [app] });
    stack = await world.stack();
    await stack.program(declared()).up();
  });
  afterAll(() => world?.close());

  test("drift --fix changes nothing while an app is missing that Pulumi cannot create", async () => {
    await world.remove("apps", "main/image-gen");
    const before = stack.stateFile();
    const { code, errors, fix } = await json(world, stack, "--fix", "--yes");
    expect([code, fix?.stacks.map(({ outcome }) => outcome)]).toEqual([1, ["refused"]]);
    expect(errors.map(({ message }) => message)).toEqual([
      expect.stringMatching(
        /^main\/image-gen is missing in fal, and `pulumi up` cannot create it\. Nothing was changed\./,
      ),
    ]);
    expect(stack.stateFile()).toBe(before);
  });

  test("drift --target limits the report and the fix, which leave all other drift", async () => {
    await world.deploy({ name: "image-gen", environment: "main", max_concurrency: 9, auth_mode: "public" });
    await world.seed({ secrets: [{ name: "EXPOSED", environment: "main", value: "v", default_exposed: false }] });
    await world.remove("secrets", "main/TOKEN");
    // The exposure alone would make the plan of the whole stack fail.
    const { code, checked, drifted, fix } = await json(
      world,
      stack,
      "--target",
      "app",
      "--target",
      "scale",
      "--fix",
      "--yes",
    );
    expect([code, checked, drifted.map(({ name }) => name), fix?.stacks[0]?.remaining]).toEqual([
      0,
      2,
      ["app", "scale"],
      [],
    ]);
    expect(await atFal()).toEqual({
      max_concurrency: 4,
      auth_mode: "private",
      secrets: ["EXPOSED", "LAST"],
      exposed: [],
    });
    const unknown = await run(world, stack, "--target", "tokn");
    expect([unknown.code, unknown.out]).toEqual([1, ""]);
    expect(unknown.notes).toMatch(
      /--target tokn: No resource has this name or URN in the state\. Did you mean "token"\?/,
    );
  });

  test("the recommended command corrects a missing protected secret and an exposure, and explains what fal limits", async () => {
    await world.seed({ limits: { max_concurrency: 3 }, apps: [{ ...app, max_concurrency: 2 }] });
    const { code, out } = await run(world, stack);
    expect(code).toBe(3);
    expect(out).toMatch(/First add an entry to `rewriteOn` of secret `exposed`/);
    stack.program(declared({ rewriteOn: ["2026-11-30"] }));
    const fixed = await copied(out, "Correct it:");
    expect(fixed.code).toBe(3);
    expect("out" in fixed && fixed.out).toMatch(
      /still differs: .*fal accepted the update but keeps `maxConcurrency` 3 runners instead of 4 runners/,
    );
    expect(await atFal()).toEqual({
      max_concurrency: 3,
      auth_mode: "private",
      secrets: ["EXPOSED", "LAST", "TOKEN"],
      exposed: ["EXPOSED"],
    });
  });

  test("an interrupted fix says what it did, and the command that it names does the rest", async () => {
    await world.seed({ limits: {}, apps: [{ ...app, max_concurrency: 99 }] });
    for (const name of ["TOKEN", "LAST"]) await world.remove("secrets", `main/${name}`);
    await world.faults([{ match: { transport: "grpc", rpc: "SetSecret" }, times: 1, fault: { delayMs: 5_000 } }]);
    await world.clearRequests();
    const { child, result } = start(world, stack, ["--fix", "--yes"]);
    const isSent = async () => (await world.requests()).some(({ rpc }) => rpc === "SetSecret");
    await expect.poll(isSent, { timeout: 60_000 * patience, interval: 200 }).toBe(true);
    child.kill("SIGINT");
    const { code, out, notes } = await result;
    expect([code, out]).toEqual([130, ""]);
    expect(notes).toMatch(
      /was interrupted\. Done: update app scaling scale; create secret token\. Not done: create secret last\./,
    );
    // The refresh has removed the secret from the state, so it is not drift. The report tells nevertheless.
    const left = await json(world, stack);
    expect([left.code, left.drifted, left.stacks[0]?.lastUpdateFailed]).toEqual([3, [], true]);
    expect((await copied(notes, "To finish, run")).code).toBe(0);
    expect(await atFal()).toMatchObject({ max_concurrency: 4, secrets: ["EXPOSED", "LAST", "TOKEN"] });
    expect((await run(world, stack)).code).toBe(0);
  });
});

describe("several stacks", () => {
  let world: World;
  let stack: Stack;
  const scale = (maxConcurrency: number): Declared[] => [
    { kind: "AppScale", name: "scale", args: { app: "image-gen", maxConcurrency } },
  ];

  beforeAll(async () => {
    world = await World.start();
    await world.seed({ apps: [app], secrets: [{ name: "LOOSE", environment: "main", value: "v" }] });
    stack = await world.stack();
    stack.program(scale(4));
    await stack.up();
    await stack.ok("stack", "init", "qa", "--no-select");
    stack.program([{ kind: "Secret", name: "token", args: { name: "TOKEN", value: "v" } }]);
    await stack.up("--stack", "qa");
    await stack.ok("stack", "init", "empty", "--no-select");
    stack.program(scale(4));
    await world.seed({ apps: [{ ...app, max_concurrency: 99 }] });
  });
  afterAll(() => world?.close());

  test("drift reports several stacks together, and an object that one of them manages is not unmanaged", async () => {
    const { code, stacks, drifted, unmanaged } = await json(world, stack, "--all-stacks", "--unmanaged");
    expect(code).toBe(3);
    expect(stacks).toEqual([
      { stack: "dev", checked: 1, drifted: 1 },
      { stack: "empty", checked: 0, drifted: 0 },
      { stack: "qa", checked: 1, drifted: 0 },
    ]);
    expect(drifted.map(({ stack: of, name }) => [of, name])).toEqual([["dev", "scale"]]);
    expect(unmanaged?.map(({ kind, id }) => `${kind} ${id}`)).toEqual(["Secret main/LOOSE", "ApiKey emu"]);
    const alone = await json(world, stack, "--stack", "empty", "--unmanaged");
    expect([alone.code, alone.checked]).toEqual([0, 0]);
    expect(alone.unmanaged?.map(({ kind, id }) => `${kind} ${id}`)).toContain("App main/image-gen");
    const { out } = await run(world, stack, "--stack", "empty");
    expect(out).toContain("**Nothing to compare: empty contains no resources.**");
  });

  test("drift --fix refuses a stack whose configuration differs from its last `up`", async () => {
    const canary = new Canary("the configuration's value");
    await stack.ok("config", "set", "fal:maxConcurrentRequests", "3");
    await stack.ok("config", "set", "--secret", "token", canary.value);
    const { code, out, notes } = await run(world, stack, "--stack", "dev", "--fix", "--yes", "--json");
    const { errors, fix }: DriftResult = JSON.parse(out);
    expect([code, fix?.stacks.map(({ outcome }) => outcome)]).toEqual([1, ["refused"]]);
    expect(errors[0]?.message).toMatch(
      /differs from its last `pulumi up`: e2e:token \(new here\), fal:maxConcurrentRequests \(new here\)\. Nothing was changed\. .*`pulumi config refresh --stack dev`/,
    );
    expect(found(out + notes, [canary])).toEqual([]);
    expect((await world.state()).apps[0]).toMatchObject({ max_concurrency: 99 });
    for (const key of ["token", "fal:maxConcurrentRequests"]) await stack.ok("config", "rm", key);
  });

  test("drift reports the stacks that it can read and exits with code 1 if another stack fails", async () => {
    const { code, out, notes } = await run(world, stack, "--stack", "nope", "--stack", "dev");
    expect(code).toBe(1);
    expect(out).toContain(
      "**1 of 1 resource drifted in dev: 1 app scaled up: maximum 4 → 99; nope could not be read.**",
    );
    expect(notes).toMatch(
      /^nope: The stack does not exist\. `pulumi stack ls` lists the stacks\. \(.*no stack named 'nope' found\)$/m,
    );
  });

  test.each([
    ["a wrong passphrase", { PULUMI_CONFIG_PASSPHRASE: "wrong" }, /Set PULUMI_CONFIG_PASSPHRASE or/],
    ["no login", { PULUMI_BACKEND_URL: undefined, HOME: "/nonexistent" }, /not logged in\. Set PULUMI_ACCESS_TOKEN/],
    ["no CLI", { PULUMI: "/no/pulumi" }, /Pulumi CLI could not be started: PULUMI names \/no\/pulumi/],
    ["a credential that fal refuses", { FAL_KEY: "wrong:key" }, /fal answered 401 .* The key came from FAL_KEY/],
  ])("drift with %s exits with code 1 and names the fix", async (_what, env, message) => {
    const { code, notes } = await start(world, stack, ["--stack", "dev"], env).result;
    expect([code, notes]).toEqual([1, expect.stringMatching(message)]);
  });

  test("drift exits with code 1 outside a project and with code 2 for a wrong command line", async () => {
    const nowhere = await run(world, stack, "--cwd", "/");
    expect([nowhere.code, nowhere.notes]).toEqual([
      1,
      expect.stringMatching(/There is no Pulumi project in this folder\. .*--cwd/),
    ]);
    for (const args of [["--stack", "dev", "--all-stacks"], ["--yes"], ["--environment", "main"], ["--nope"]]) {
      const { code, out, notes } = await run(world, stack, ...args);
      expect([code, out, notes]).toEqual([2, "", expect.stringMatching(/Run pulumi-fal drift --help for its usage/)]);
    }
  });

  test("drift reports a failed read as an error, not as drift, and corrects nothing", async () => {
    await world.faults([
      { match: { transport: "grpc", rpc: "ListAliases" }, times: 1000, fault: { grpcCode: "PERMISSION_DENIED" } },
    ]);
    const before = await world.state();
    const { code, out, notes } = await run(world, stack, "--json", "--fix", "--yes");
    await world.faults([]);
    const { drifted, checked, errors }: DriftResult = JSON.parse(out);
    expect([code, drifted, checked], notes).toEqual([1, [], 0]);
    expect(errors).toEqual([
      {
        stack: "dev",
        urns: [urn("AppScale", "scale")],
        message: expect.stringMatching(/PERMISSION_DENIED|permission/i),
      },
    ]);
    expect((await world.state()).apps).toEqual(before.apps);
  });

  test("drift ends on Ctrl-C together with the Pulumi CLI", async () => {
    await world.faults([
      { match: { transport: "grpc", rpc: "ListAliases" }, times: 1000, fault: { delayMs: 600_000 } },
    ]);
    await world.clearRequests();
    const { child, texts, result } = start(world, stack, ["--stack", "dev"]);
    await expect.poll(() => texts.notes, { timeout: 60_000 }).toMatch(/dev: reading 1 resource\n/);
    await expect
      .poll(async () => (await world.requests()).length, { timeout: 60_000, interval: 200 })
      .toBeGreaterThan(0);
    child.kill("SIGINT");
    const { code, out, notes } = await result;
    await world.faults([]);
    expect([code, out, notes]).toEqual([130, "", expect.stringMatching(/pulumi-fal drift: interrupted\n$/)]);
    // The stack is neither locked nor half-updated.
    expect((await json(world, stack, "--stack", "dev")).code).toBe(3);
  });

  test("drift --fix corrects nothing if the program fails", async () => {
    stack.source('throw new Error("no such luck");');
    const before = await world.state();
    const { code, out } = await run(world, stack, "--fix", "--yes", "--json");
    const { drifted, errors, fix }: DriftResult = JSON.parse(out);
    expect([code, drifted.length, fix?.stacks[0]?.outcome]).toEqual([1, 1, "failed"]);
    expect(errors[0]?.message).toContain("no such luck");
    expect((await world.state()).apps).toEqual(before.apps);
  });

  test("drift --fix names a stack that declares other values for the same object", async () => {
    stack.source(`const pulumi = require("@pulumi/pulumi");
const fal = require("pulumi-fal");
new fal.AppScale("scale", { app: "image-gen", maxConcurrency: new pulumi.Config().requireNumber("max") });`);
    for (const [name = "", max = ""] of [
      ["dev", "4"],
      ["empty", "9"],
    ]) {
      await stack.ok("config", "set", "max", max, "--stack", name);
      await stack.up("--stack", name);
    }
    // Only dev has drift, and its correction is drift of the other one.
    const { code, drifted, fix } = await json(world, stack, "--stack", "dev", "--stack", "empty", "--fix", "--yes");
    expect([code, drifted.map(({ stack: of }) => of)]).toEqual([3, ["dev"]]);
    expect(fix?.stacks.map(({ stack: of, outcome }) => [of, outcome])).toEqual([["dev", "applied"]]);
    expect(fix?.stacks[0]?.remaining.map(({ stack: of, reason }) => [of, reason])).toEqual([
      ["empty", expect.stringMatching(/^`dev` manages the same object and declares other values/)],
    ]);
  });
});
