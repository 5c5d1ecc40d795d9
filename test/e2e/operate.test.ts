import { execFile, execFileSync } from "node:child_process";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { falCli, noFalCli } from "../support/fal-cli";
import { Witness } from "../support/witness";
import { Canary, found } from "./support/canary";
import { cli, pulumiFal, type Ran } from "./support/pulumi-fal";
import { World } from "./support/world";

const hostile = "evil\u001b[2J\u001b]0;title\u0007\nname\u202e";

const account = {
  environments: [{ name: "staging" }, { name: "extra-staging" }],
  apps: [
    { name: "image-gen", environment: "main", revision: "rev-1", machine_types: ["GPU-H100", "GPU-A100"] },
    { name: "image-gen", environment: "staging", revision: "rev-2", auth_mode: "public", min_concurrency: 1 },
    { name: "upscale", environment: "extra-staging", revision: "rev-3" },
  ],
};
const runners = [
  // Older than the second runner, so it comes first.
  {
    runner_id: "run-1",
    app: "image-gen",
    environment: "main",
    started_at: new Date(Date.now() - 60_000).toISOString(),
  },
  { runner_id: "run-2", app: "image-gen", environment: "main", in_flight_requests: 3 },
  { runner_id: "run-3", app: "image-gen", environment: "staging", state: "IDLE" },
  { runner_id: "run-4", app: "upscale", environment: "extra-staging", state: "PENDING" },
];

const runnersJson = z.strictObject({
  runners: z.array(
    z.strictObject({
      runnerId: z.string(),
      app: z.string(),
      environment: z.string(),
      state: z.string().nullable(),
      machineType: z.string(),
      uptime: z.int(),
      inFlightRequests: z.int(),
      expirationCountdown: z.number().nullable(),
      replacement: z.enum(["no_replace", "will_replace", "did_replace"]),
      revision: z.string(),
    }),
  ),
});
const appsJson = z.strictObject({
  apps: z.array(
    z.strictObject({
      name: z.string(),
      environment: z.string(),
      authMode: z.enum(["private", "public", "shared"]),
      revision: z.string(),
      activeRunners: z.int(),
      minConcurrency: z.int(),
      maxConcurrency: z.int(),
      concurrencyBuffer: z.int().nullable(),
      keepAlive: z.int(),
      machineTypes: z.array(z.string()),
      regions: z.array(z.string()),
      isRolling: z.boolean(),
    }),
  ),
});
const outcome = { ok: z.boolean(), error: z.string().optional() };
const endedJson = z.strictObject({ runners: z.array(z.strictObject({ runnerId: z.string(), ...outcome })) });
const rolledOutJson = z.strictObject({
  environment: z.string(),
  apps: z.array(z.strictObject({ name: z.string(), ...outcome })),
});

let world: World;
let witness: Witness;
let env: Record<string, string>;
const secret = new Canary("the key's secret");
const printed: string[] = [];

beforeAll(async () => {
  world = await World.start();
  witness = new Witness(world.env);
  await world.seed({ ...account, keys: [{ key_id: "ops", key_secret: secret.value, scope: "ADMIN" }] });
  env = { ...world.env, FAL_KEY: `ops:${secret.value}` };
});
afterAll(() => world.close());

async function run(...args: string[]): Promise<Ran> {
  const ran = await pulumiFal("/", env, ...args);
  printed.push(ran.out, ran.notes);
  return ran;
}

async function json<T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> {
  const { code, out, notes } = await run(...args, "--json");
  expect({ code, notes }).toEqual({ code: 0, notes: "" });
  return schema.parse(JSON.parse(out));
}

const columns = (line: string | undefined) => line?.split(/ {2,}/);
const requestsThatChange = async () =>
  (await world.requests()).filter(({ rpc }) => /^(Stop|Kill|Rollout|Set|Delete)/.test(rpc ?? ""));

describe("pulumi-fal apps", () => {
  test("apps list shows the apps of all environments in columns", async () => {
    const { code, out, notes } = await run("apps", "list");
    expect({ code, notes }).toEqual({ code: 0, notes: "" });
    const lines = out.trimEnd().split("\n").map(columns);
    expect(lines.map((line) => line?.slice(0, 3))).toEqual([
      ["APP", "ENVIRONMENT", "AUTH"],
      ["image-gen", "main", "private"],
      ["upscale", "extra-staging", "private"],
      ["image-gen", "staging", "public"],
    ]);
    expect(lines[1]?.slice(-2)).toEqual(["GPU-H100, GPU-A100", "rev-1"]);
  });

  test("apps list filters by environment and by a part of the name", async () => {
    const { apps } = await json(appsJson, "apps", "list", "--environment", "staging");
    expect(apps).toEqual([
      expect.objectContaining({ name: "image-gen", environment: "staging", minConcurrency: 1, authMode: "public" }),
    ]);
    expect((await json(appsJson, "apps", "list", "--filter", "up")).apps.map(({ name }) => name)).toEqual(["upscale"]);
    expect((await run("apps", "list", "--filter", "nothing")).out).toBe("No apps.\n");
    const { code, notes } = await run("apps", "list", "--environment", "nowhere");
    expect([code, notes]).toEqual([
      1,
      'pulumi-fal apps list: Environment "nowhere" does not exist. In the account, there is main, extra-staging, staging.\n',
    ]);
  });

  test("apps list shows the same apps on both surfaces", async () => {
    expect(await json(appsJson, "apps", "list", "--surface", "alpha")).toEqual(await json(appsJson, "apps", "list"));
  });

  test.skipIf(!falCli)(`apps list shows the same apps as fal's CLI${falCli ? "" : ` (${noFalCli})`}`, async () => {
    const { apps } = await json(appsJson, "apps", "list", "--environment", "main");
    const theirs = await witness.apps("main");
    expect(apps.map(({ name, revision }) => [name, revision])).toEqual(
      theirs.map((app) => [app["alias"], app["revision"]]),
    );
  });

  describe("rollout", () => {
    beforeEach(async () => {
      await end();
      await world.seed({ runners });
      await world.clearRequests();
    });

    test("apps rollout replaces the runners of the named apps in one environment", async () => {
      const { code, out, notes } = await run("apps", "rollout", "image-gen", "--yes");
      expect({ code, out, notes }).toEqual({ code: 0, out: "image-gen: replacing its runners\n", notes: "" });
      const states = await runnerStates();
      expect(states).toMatchObject({ "run-2": "DRAINING", "run-3": "IDLE" });
      expect(states).not.toHaveProperty("run-1");
      expect(Object.values(states).filter((state) => state === "RUNNING")).toHaveLength(2);
    });

    test("apps rollout --force ends the old runners at once, and --json lists the result of each app", async () => {
      const args = ["apps", "rollout", "image-gen", "--environment", "main", "--force", "--yes"];
      expect(await json(rolledOutJson, ...args)).toEqual({
        environment: "main",
        apps: [{ name: "image-gen", ok: true }],
      });
      expect(await runnerStates()).not.toHaveProperty("run-2");
    });

    test("apps rollout of an app that does not exist changes no app", async () => {
      const { code, out, notes } = await run("apps", "rollout", "image-gen", "typo", "--yes");
      expect([code, out]).toEqual([1, ""]);
      expect(notes).toBe(
        'pulumi-fal apps rollout: App "typo" does not exist in environment "main". Nothing was changed. List the apps with `pulumi-fal apps list`.\n',
      );
      expect(await requestsThatChange()).toEqual([]);
    });

    test("apps rollout lists the result of each app and fails if one of them fails", async () => {
      await world.seed({ apps: [{ name: "other", environment: "main" }] });
      await world.faults([
        { match: { transport: "grpc", rpc: "RolloutApplication" }, times: 1, fault: { grpcCode: "PERMISSION_DENIED" } },
      ]);
      const { code, out } = await run("apps", "rollout", "image-gen", "other", "--yes", "--json");
      const { apps } = rolledOutJson.parse(JSON.parse(out));
      expect([code, apps.map(({ name }) => name)]).toEqual([1, ["image-gen", "other"]]);
      expect(apps.map(({ ok }) => ok).sort()).toEqual([false, true]);
      await world.remove("apps", "main/other");
    });
  });
});

async function end(): Promise<void> {
  const { runners: all } = await world.state();
  if (all.length > 0) await run("runners", "kill", "--yes", ...all.map((each) => String(each["runner_id"])));
}

async function runnerStates(): Promise<Record<string, unknown>> {
  return Object.fromEntries((await world.state()).runners.map((each) => [each["runner_id"], each["state"]]));
}

describe("pulumi-fal runners", () => {
  const ids = ({ runners: list }: z.infer<typeof runnersJson>) => list.map(({ runnerId }) => runnerId).sort();

  beforeEach(async () => {
    await end();
    await world.seed({ runners });
    await world.clearRequests();
  });

  test("runners list shows app, environment and state of each runner in columns", async () => {
    const { code, out, notes } = await run("runners", "list");
    expect({ code, notes }).toEqual({ code: 0, notes: "" });
    const lines = out.trimEnd().split("\n").map(columns);
    expect(lines.map((line) => line?.slice(0, 5))).toEqual([
      ["APP", "ENVIRONMENT", "RUNNER", "STATE", "MACHINE"],
      ["upscale", "extra-staging", "run-4", "pending", "XS"],
      ...["run-1", "run-2"].map((id) => ["image-gen", "main", id, "running", "GPU-H100"]),
      ["image-gen", "staging", "run-3", "idle", "XS"],
    ]);
  });

  test.each([
    ["an app in main", ["--app", "image-gen"], ["run-1", "run-2"]],
    ["an app in another environment", ["--app", "image-gen", "--environment", "staging"], ["run-3"]],
    ["an environment whose name is the end of another name", ["--environment", "staging"], ["run-3"]],
    ["states", ["--state", "idle", "--state", "pending"], ["run-3", "run-4"]],
  ])("runners list filters by %s", async (_what, args, expected) => {
    expect(ids(await json(runnersJson, "runners", "list", ...args))).toEqual(expected);
  });

  test("runners list of an app that does not exist suggests the closest one", async () => {
    const { code, notes } = await run("runners", "list", "--app", "image-gem");
    expect([code, notes]).toEqual([
      1,
      'pulumi-fal runners list: App "image-gem" does not exist in environment "main". List the apps with `pulumi-fal apps list`. Did you mean "image-gen"?\n',
    ]);
  });

  test("runners list --since includes runners that ended", async () => {
    await run("runners", "kill", "run-1", "--yes");
    expect(ids(await json(runnersJson, "runners", "list", "--app", "image-gen"))).toEqual(["run-2"]);
    for (const since of ["1h", "1d", new Date(Date.now() - 60_000).toISOString()]) {
      const { runners: list } = await json(runnersJson, "runners", "list", "--app", "image-gen", "--since", since);
      expect(list).toContainEqual(expect.objectContaining({ runnerId: "run-1", state: "terminated" }));
    }
    const { code, notes } = await run("runners", "list", "--since", "yesterday");
    expect([code, notes]).toEqual([2, expect.stringContaining("--since must be a duration such as 30m, 1h or 1d")]);
  });

  test("apps list and runners list print control characters in names as visible characters", async () => {
    await world.seed({
      apps: [{ name: hostile, environment: "main" }],
      runners: [{ runner_id: "run-5", app: hostile, environment: "main" }],
    });
    for (const args of [
      ["runners", "list"],
      ["apps", "list"],
    ]) {
      const { out } = await run(...args);
      expect(out).toContain(String.raw`evil␛[2J␛]0;title␇↵name\u{202e}`);
      expect(out).not.toMatch(/[^\P{C}\n]/u);
    }
    const { runners: list } = await json(runnersJson, "runners", "list");
    expect(list.find(({ runnerId }) => runnerId === "run-5")?.app).toBe(hostile);
    await world.remove("apps", `main/${hostile}`);
  });

  test("runners stop lets a runner finish its requests", async () => {
    const { code, out, notes } = await run("runners", "stop", "run-1", "run-2", "--yes");
    expect({ code, out, notes }).toEqual({
      code: 0,
      out: "run-1: stops after its requests\nrun-2: stops after its requests\n",
      notes: "",
    });
    expect(await runnerStates()).toEqual({ "run-2": "DRAINING", "run-3": "IDLE", "run-4": "PENDING" });
  });

  test("runners stop --replace starts a replacement first", async () => {
    await json(endedJson, "runners", "stop", "run-2", "--replace", "--yes");
    const { "run-2": old, ...others } = await runnerStates();
    expect([old, Object.values(others).sort()]).toEqual(["DRAINING", ["IDLE", "PENDING", "RUNNING", "RUNNING"]]);
  });

  test("runners kill ends runners at once, and --json lists them", async () => {
    expect(await json(endedJson, "runners", "kill", "run-2", "run-4", "run-2", "--yes")).toEqual({
      runners: [
        { runnerId: "run-2", ok: true },
        { runnerId: "run-4", ok: true },
      ],
    });
    expect(Object.keys(await runnerStates())).toEqual(["run-1", "run-3"]);
  });

  test.skipIf(!falCli)(
    `fal's CLI sees the same runners after each command${falCli ? "" : ` (${noFalCli})`}`,
    async () => {
      const seen = async () => {
        const text = await witness.run(["runners", "list", "--output", "json"]);
        const list = JSON.parse(text) as { runners: { runner_id: string; state: string }[] };
        return list.runners.map(({ runner_id }) => runner_id).sort();
      };
      expect(await seen()).toEqual(ids(await json(runnersJson, "runners", "list")));
      await run("runners", "kill", "run-2", "--yes");
      await run("runners", "stop", "run-1", "--yes");
      expect(await seen()).toEqual(["run-3", "run-4"]);
      await run("apps", "rollout", "image-gen", "--environment", "staging", "--yes");
      const after = await seen();
      expect(after).toHaveLength(2);
      expect(after).not.toContain("run-3");
      expect(after).toEqual(ids(await json(runnersJson, "runners", "list")));
    },
  );

  test.each(["stop", "kill"])("runners %s of a runner that does not exist changes no runner", async (what) => {
    const { code, out, notes } = await run("runners", what, "run-1", "typo", "--yes");
    expect([code, out]).toEqual([1, ""]);
    expect(notes).toBe(
      `pulumi-fal runners ${what}: Runner "typo" does not exist or has ended. Nothing was changed. List the runners with \`pulumi-fal runners list\`.\n`,
    );
    expect(await requestsThatChange()).toEqual([]);
  });

  test.each([
    ["runners", "stop", "run-1"],
    ["runners", "kill", "run-1"],
    ["apps", "rollout", "image-gen"],
  ])("%s %s changes nothing without --yes if it cannot ask for confirmation", async (...args) => {
    const { code, out, notes } = await run(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(notes).toContain("cannot ask for confirmation. Pass --yes.");
    expect(await world.requests()).toEqual([]);
  });

  const noScript = terminalProgram() ? "" : " (skipped: there is no `script` to make a terminal with)";
  test.skipIf(noScript !== "")(
    `runners kill asks for confirmation in a terminal and accepts only yes${noScript}`,
    async () => {
      for (const answer of ["n", "", "yesterday"]) {
        expect(await atTerminal(answer, "runners", "kill", "run-2")).toMatch(
          /image-gen +main +run-2 +running[\s\S]*Kill these runners and lose their requests\? \[y\/N\] Nothing was changed\./,
        );
      }
      expect(await requestsThatChange()).toEqual([]);
      expect(await atTerminal("y", "runners", "kill", "run-2")).toContain("run-2: killed");
      expect(await runnerStates()).not.toHaveProperty("run-2");
    },
  );
});

test("apps and runners never print the key, even if fal rejects it", async () => {
  const { code, notes } = await pulumiFal("/", { ...env, FAL_KEY: "wrong:hidden-half" }, "runners", "list");
  expect(code).toBe(1);
  expect(notes).toMatch(/FAL_KEY \(key id wrong\)/);
  expect(notes).not.toContain("hidden-half");
  expect(found(printed.join("\n"), [secret])).toEqual([]);
});

/** util-linux's `script`, which gives a command a terminal. */
function terminalProgram(): boolean {
  try {
    return execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux");
  } catch {
    return false;
  }
}

function atTerminal(answer: string, ...args: string[]): Promise<string> {
  return new Promise((done) => {
    const command = [process.execPath, cli, ...args].map((word) => `'${word}'`).join(" ");
    const child = execFile(
      "script",
      ["-qec", command, "/dev/null"],
      { env: { PATH: process.env["PATH"], ...env } },
      (_error, out) => {
        printed.push(out);
        done(out);
      },
    );
    child.stdin?.end(`${answer}\n`);
  });
}
