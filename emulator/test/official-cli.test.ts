import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Emulated, emulate } from "./support/emulator";
import { falCli, runFalCli } from "./support/fal-cli";

const SKIPPED = falCli ? "" : " (skipped: PULUMI_FAL_TEST_FAL_CLI does not name fal's CLI)";

/**
 * fal's own CLI is an independent client, written for the real control plane. Each test checks the state after a
 * command.
 */
describe.skipIf(!falCli)(`fal's CLI${SKIPPED}`, () => {
  const SEED = {
    environments: [{ name: "staging", description: "before main" }],
    apps: [
      {
        name: "sd",
        revision: "sd-2",
        keep_alive: 60,
        revisions: [{ id: "sd-1", machine_types: ["GPU-L40"] }, { id: "sd-2" }],
      },
      { name: "sd", environment: "staging", revision: "st-1" },
    ],
    runners: [
      { runner_id: "runner-a", app: "sd", state: "IDLE" },
      { runner_id: "runner-b", app: "sd" },
    ],
  };

  async function account(seed: object = SEED) {
    const fal = await emulate();
    await fal.seed(seed);
    const cli = async (...args: string[]) => {
      const result = await runFalCli(fal, args);
      expect(result, result.stdout + result.stderr).toMatchObject({ code: 0 });
      return result.stdout;
    };
    const json = async (...args: string[]) => JSON.parse(await cli(...args, "--output", "json"));
    const refused = async (...args: string[]) => {
      const result = await runFalCli(fal, args);
      expect(result.code).not.toBe(0);
      return result.stdout + result.stderr;
    };
    return { fal, cli, json, refused };
  }

  const appOf = async (fal: Emulated, environment = "main") =>
    (await fal.state()).apps.find((app) => app.name === "sd" && app.environment === environment);

  test("fal apps list shows the apps of one environment", async () => {
    const { json } = await account();
    expect((await json("apps", "list")).apps).toMatchObject([
      {
        alias: "sd",
        revision: "sd-2",
        auth_mode: "private",
        keep_alive: 60,
        max_concurrency: 2,
        machine_types: ["XS"],
        active_runners: 2,
        request_start_timeout: null,
        environment_name: "main",
      },
    ]);
    expect((await json("apps", "list", "--env", "staging")).apps).toMatchObject([
      { alias: "sd--staging", revision: "st-1" },
    ]);
    expect((await json("apps", "list", "--filter", "none")).apps).toEqual([]);
  });

  test("fal apps list-rev shows the revisions of an app", async () => {
    const { cli } = await account();
    const text = await cli("apps", "list-rev", "sd");
    expect(text).toContain("sd-1");
    expect(text).toContain("sd-2");
    expect(text).not.toContain("st-1");
  });

  test("fal apps scale changes only the given values in the given environment", async () => {
    const { fal, cli, json } = await account();
    const before = await appOf(fal);

    await cli(
      "apps",
      "scale",
      "sd",
      "--env",
      "staging",
      "--max-concurrency",
      "7",
      "--min-concurrency",
      "0",
      "--regions",
      "us-east",
      "eu-west",
    );
    await cli(
      "apps",
      "scale",
      "sd",
      "--env",
      "staging",
      "--request-start-timeout",
      "30",
      "--machine-types",
      "GPU-H100",
      "GPU-A100",
    );

    expect(await appOf(fal, "staging")).toMatchObject({
      max_concurrency: 7,
      min_concurrency: 0,
      valid_regions: ["us-east", "eu-west"],
      request_start_timeout: 30,
      machine_types: ["GPU-H100", "GPU-A100"],
      keep_alive: 10,
    });
    expect(await appOf(fal)).toEqual(before);
    await cli("apps", "scale", "sd", "--env", "staging", "--request-start-timeout", "0");
    expect((await json("apps", "list", "--env", "staging")).apps).toMatchObject([{ request_start_timeout: null }]);
  });

  test("fal apps scale changes every value", async () => {
    const { fal, cli } = await account();
    const values = {
      keep_alive: 1,
      max_multiplexing: 2,
      max_concurrency: 3,
      min_concurrency: 4,
      concurrency_buffer: 5,
      concurrency_buffer_perc: 6,
      scaling_delay: 7,
      request_timeout: 8,
      startup_timeout: 9,
    };
    const flags = Object.entries(values).flatMap(([name, value]) => [`--${name.replaceAll("_", "-")}`, String(value)]);
    await cli("apps", "scale", "sd", ...flags);
    expect(await appOf(fal)).toMatchObject(values);
  });

  test("fal apps set-rev rolls back with auth mode and strategy", async () => {
    const { fal, cli } = await account();
    await cli("apps", "set-rev", "sd", "sd-1", "--auth", "public", "--strategy", "rolling");
    const state = await fal.state();
    expect(state.apps[0]).toMatchObject({
      revision: "sd-1",
      auth_mode: "public",
      machine_types: ["GPU-L40"],
      keep_alive: 60,
    });
    expect(state.runners.map((runner) => runner.revision)).toEqual(["sd-1", "sd-1"]);
  });

  test("fal apps set-rev to an unknown revision fails and changes nothing", async () => {
    const { fal, refused } = await account();
    expect(await refused("apps", "set-rev", "sd", "none")).toContain("none");
    expect((await appOf(fal))?.revision).toBe("sd-2");
  });

  test("fal apps rollout replaces the runners", async () => {
    const { fal, cli } = await account();
    await cli("apps", "rollout", "sd");
    const ids = (await fal.state()).runners.map((runner) => runner.runner_id);
    expect(ids).toHaveLength(2);
    expect(ids).not.toContain("runner-a");
    expect(ids).not.toContain("runner-b");
  });

  test("fal apps delete deletes an app and reports that it is not found the second time", async () => {
    const { fal, cli } = await account();
    expect(await cli("apps", "delete", "sd", "--env", "staging")).toContain("st-1");
    expect(await appOf(fal, "staging")).toBeUndefined();
    expect(await appOf(fal)).toBeDefined();
    expect(await cli("apps", "delete", "sd", "--env", "staging")).toContain("not found");
  });

  test("fal apps delete-rev deletes a revision unless it is active", async () => {
    const { fal, cli, refused } = await account();
    expect(await refused("apps", "delete-rev", "sd-2")).toContain("active");
    await cli("apps", "delete-rev", "sd-1");
    expect((await appOf(fal))?.revisions.map((each) => each.id)).toEqual(["sd-2"]);
  });

  test("fal apps runners and fal runners list show runners, and fal runners stop and kill end them", async () => {
    const { fal, cli, json } = await account();
    expect((await json("apps", "runners", "sd")).runners).toMatchObject([
      { runner_id: "runner-a", alias: "sd", state: "IDLE", revision: "sd-2", machine_type: "XS" },
      { runner_id: "runner-b", state: "RUNNING", replacement: "NO_REPLACE" },
    ]);
    await cli("runners", "stop", "runner-a");
    expect((await json("runners", "list")).runners).toMatchObject([{ runner_id: "runner-b" }]);
    await cli("runners", "kill", "runner-b");
    expect((await fal.state()).runners).toEqual([]);
    const ended = (await json("runners", "list", "--since", "1h")).runners;
    expect(ended.map((runner: { state: string }) => runner.state)).toEqual(["TERMINATED", "TERMINATED"]);
  });

  test("fal secrets sets, lists and unsets secrets by environment with their exposure", async () => {
    const { fal, cli, json } = await account();
    await cli("secrets", "set", "HF_TOKEN=hf_one", "OTHER=x", "--env", "staging");
    await cli("secrets", "set", "HF_TOKEN=hf_two", "--env", "staging", "--not-exposed-by-default");
    expect((await fal.state()).secrets).toMatchObject([
      { name: "HF_TOKEN", environment: "staging", value: "hf_two", default_exposed: false },
      { name: "OTHER", environment: "staging", value: "x", default_exposed: true },
    ]);

    const listed = await json("secrets", "list", "--env", "staging");
    expect(listed.secrets).toMatchObject([
      { name: "HF_TOKEN", environment: "staging", default_exposed: false },
      { name: "OTHER", default_exposed: true },
    ]);
    expect(JSON.stringify(listed)).not.toContain("hf_two");
    expect((await json("secrets", "list")).secrets).toEqual([]);

    await cli("secrets", "unset", "HF_TOKEN", "--env", "staging");
    expect((await fal.state()).secrets.map((secret) => secret.name)).toEqual(["OTHER"]);
  });

  test("fal environments creates, lists and deletes environments with their content", async () => {
    const { fal, cli, json, refused } = await account();
    await cli("environments", "create", "preview", "--description", "for pull requests");
    expect((await json("environments", "list")).environments).toMatchObject([
      { name: "main", is_default: true, description: null },
      { name: "staging", is_default: false, description: "before main" },
      { name: "preview", description: "for pull requests" },
    ]);
    expect(await refused("environments", "create", "preview")).toContain("already exists");

    await cli("environments", "delete", "staging", "--yes");
    expect((await fal.state()).environments.map((each) => each.name)).toEqual(["main", "preview"]);
    expect(await appOf(fal, "staging")).toBeUndefined();
    expect(await refused("environments", "delete", "main", "--yes")).toContain("main");
    expect(await refused("environments", "delete", "staging", "--yes")).toContain("staging");
  });

  test("fal keys creates working keys by preset, permission and scope, lists them and revokes them", async () => {
    const { fal, cli, json } = await account();
    const create = async (...flags: string[]) =>
      /FAL_KEY='(.+)'/.exec(await cli("keys", "create", ...flags))?.[1] ?? "";

    const full = await create("--preset", "FULL", "--desc", "for the robot");
    await create("--preset", "DEPLOY");
    await create("--permission", "models:requests:submit,serverless:apps:run");
    await create("--scope", "API");

    const { keys } = await fal.state();
    expect(keys.slice(1)).toMatchObject([
      { scope: "ADMIN", preset: "FULL", alias: "for the robot" },
      { scope: null, preset: "DEPLOY", alias: "" },
      { scope: null, permissions: ["models:requests:submit", "serverless:apps:run"] },
      // Current versions of the CLI send a preset instead of a scope.
      { scope: "API", preset: "API" },
    ]);
    expect((await json("keys", "list")).keys).toMatchObject([
      { key_id: "emu", scope: "ADMIN" },
      { scope: "ADMIN", description: "for the robot" },
      { scope: null },
      { scope: null },
      { scope: "API" },
    ]);

    const listing = ["keys", "list", "--output", "json"];
    expect(await runFalCli(fal, listing, full)).toMatchObject({ code: 0 });
    await cli("keys", "revoke", full.split(":")[0] ?? "");
    expect((await runFalCli(fal, listing, full)).code).not.toBe(0);
    expect((await fal.state()).keys).toHaveLength(4);
  });

  test("fal deploy creates a revision, resets code values, and resets the others only with --reset-scale", async () => {
    const { fal, cli, json } = await account();
    const directory = mkdtempSync(path.join(tmpdir(), "fal-emulator-deploy-"));
    onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
    const code = path.join(directory, "app.py");
    const deploy = async (values: object, ...flags: string[]) => {
      const lines = Object.entries(values).map(([name, value]) => `    ${name} = ${JSON.stringify(value)}\n`);
      writeFileSync(
        code,
        `import fal\n\nclass Sd(fal.App):\n${lines.join("")}    @fal.endpoint("/")\n    def run(self) -> dict:\n        return {}\n`,
      );
      return await cli("deploy", `${code}::Sd`, "--app-name", "sd", "--env", "staging", "--yes", "--detach", ...flags);
    };

    await cli("apps", "scale", "sd", "--env", "staging", "--max-concurrency", "7", "--max-multiplexing", "5");
    const before = await appOf(fal, "staging");
    const text = await deploy(
      { machine_type: ["GPU-H100", "GPU-A100"], max_concurrency: 9, keep_alive: 33, startup_timeout: 44 },
      ...["--message", "first", "--annotation", "commit=abc"],
    );
    const inherited = await appOf(fal, "staging");
    expect(inherited).toMatchObject({
      machine_types: ["GPU-H100", "GPU-A100"],
      startup_timeout: 44,
      max_multiplexing: 1,
      max_concurrency: 7,
      keep_alive: before?.keep_alive,
    });
    expect(inherited?.revision).not.toBe("st-1");
    expect(inherited?.revisions.at(-1)).toMatchObject({ message: "first", annotations: { commit: "abc" } });
    expect(text).toContain("https://fal.run/acme/sd--staging");

    await deploy({ machine_type: "S", max_concurrency: 9, keep_alive: 33, request_start_timeout: 12 }, "--reset-scale");
    expect((await json("apps", "list", "--env", "staging")).apps).toMatchObject([
      {
        alias: "sd--staging",
        machine_types: ["S"],
        max_concurrency: 9,
        keep_alive: 33,
        startup_timeout: 600,
        request_start_timeout: 12,
      },
    ]);
    expect((await appOf(fal))?.revision).toBe("sd-2");
  });

  test("fal apps list fails with a wrong key and with an injected fault", async () => {
    const { fal, refused } = await account();
    expect((await runFalCli(fal, ["apps", "list"], "emu:wrong")).code).not.toBe(0);
    await fal.faults([{ match: { rpc: "ListAliases" }, fault: { grpcCode: "RESOURCE_EXHAUSTED", body: "slow down" } }]);
    expect(await refused("apps", "list")).toContain("slow down");
  });

  test("fal apps list retries an unavailable emulator as it retries fal", async () => {
    const { fal, json } = await account();
    await fal.faults([{ match: { rpc: "ListAliases" }, times: 2, fault: { grpcCode: "UNAVAILABLE" } }]);
    expect((await json("apps", "list")).apps).toHaveLength(1);
    expect((await fal.requests()).map((each) => each["status"])).toEqual(["UNAVAILABLE", "UNAVAILABLE", "OK"]);
  });
});
