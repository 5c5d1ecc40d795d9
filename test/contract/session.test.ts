import { startEmulator } from "fal-emulator";
import { FalClient, type ScaleParams } from "pulumi-fal/client";
import { describe, expect, onTestFinished, test } from "vitest";
import { falCli, noFalCli } from "../support/fal-cli";
import { Witness } from "../support/witness";
import { asCliShows, type Scope, type Step, sdk, seenByCli, seenByClient, seenBySdk, snakeCase } from "./support/views";

/** Twelve distinct values that are not defaults. The lists are unsorted. */
const SCALING = {
  keepAlive: 61,
  maxMultiplexing: 3,
  maxConcurrency: 9,
  minConcurrency: 2,
  concurrencyBuffer: 4,
  concurrencyBufferPerc: 25,
  scalingDelay: 7,
  requestTimeout: 121,
  requestStartTimeout: 31,
  startupTimeout: 451,
  machineTypes: ["GPU-H200", "GPU-A100", "GPU-H100"],
  regions: ["us-west", "eu-north", "us-central"],
} satisfies Required<{ [K in keyof ScaleParams]: NonNullable<ScaleParams[K]> }>;
/** As fal's SDK takes them. */
const KEYWORDS = snakeCase(SCALING);
/** The same values as fal's SDK returns them. */
const { regions: valid_regions, ...OTHERS } = KEYWORDS;
const STORED = { ...OTHERS, valid_regions };

/** The values that deployments set. */
const SEED = {
  environments: [{ name: "preview", description: "for pull requests" }],
  apps: [
    { name: "sd", revision: "sd-2", revisions: [{ id: "sd-1", machine_types: ["GPU-L40"] }, { id: "sd-2" }] },
    { name: "sd", environment: "preview", revision: "pr-2", revisions: [{ id: "pr-1" }, { id: "pr-2" }] },
    { name: "old", environment: "preview", revision: "old-1" },
  ],
};

/**
 * fal's own CLI and Python SDK were written against the real fal. What they do has to be what our client reads, and what
 * our client does what they show. Not shown by either: values of secrets, presets and permissions of keys.
 */
describe.skipIf(!falCli)(`fal's CLI and Python SDK${falCli ? "" : ` (skipped: ${noFalCli})`}`, () => {
  async function account() {
    // With a fixed clock, all clients see the same uptime.
    const now = Math.floor(Date.now() / 1000) * 1000;
    const startedAt = new Date(now - 90_000).toISOString();
    const runner = (runner_id: string, more: object = {}) => ({
      runner_id,
      app: "sd",
      environment: "preview",
      started_at: startedAt,
      ...more,
    });
    const runners = [
      runner("r-stop", { state: "IDLE" }),
      runner("r-kill", { in_flight_requests: 2 }),
      runner("r-replace", { state: "IDLE" }),
      runner("r-failing", { state: "FAILURE_DELAY" }),
      runner("r-main", { environment: "main", machine_type: "GPU-L40" }),
    ];
    const emulator = await startEmulator({ seed: { ...SEED, runners }, clock: () => now });
    const { key: apiKey, apiUrl, restUrl, grpcUrl } = emulator;
    const fal = new FalClient({ apiKey, apiUrl, restUrl, grpcUrl, env: {} });
    onTestFinished(async () => {
      await fal.close();
      await emulator.close();
    });
    const witness = new Witness({ FAL_KEY: apiKey, FAL_REST_URL: restUrl, FAL_GRPC_URL: grpcUrl });
    const cli = (line: string, ...rest: string[]) => witness.run([...line.split(" "), ...rest]);

    /** Reads the account with each client, expects no difference, and returns the result. */
    const agreed = async () => {
      const scope: Scope = {
        environments: ["main", "preview"],
        app: "sd",
        environment: "preview",
        since: new Date(now - 3_600_000),
      };
      const view = await seenByClient(fal, scope);
      const byAlias = (a: { alias?: unknown }, b: { alias?: unknown }) => (String(a.alias) < String(b.alias) ? -1 : 1);
      view.apps.sort(byAlias);
      const sdkView = await seenBySdk(witness, scope);
      sdkView.apps.sort(byAlias);
      expect(sdkView).toEqual(view);
      // The CLI sorts within an environment.
      const cliView = await seenByCli(witness, scope);
      cliView.apps.sort(byAlias);
      expect(cliView).toEqual(asCliShows(view));
      return view;
    };
    return { fal, witness, cli, agreed };
  }

  test("the client reads what fal's CLI wrote", async () => {
    const { fal, cli, agreed } = await account();

    await cli("environments create qa --description", "for testers");
    await cli("environments create scratch");
    await cli("environments delete scratch --yes");
    await cli("secrets set HF_TOKEN=hf_one OTHER=x GONE=y --env preview");
    await cli("secrets set HF_TOKEN=hf_two --not-exposed-by-default --env preview");
    await cli("secrets unset GONE --env preview");
    await cli("secrets set IN_MAIN=z");
    const keyOf = (output: string) => /FAL_KEY='(.+):.+'/.exec(output)?.[1] ?? "";
    const full = keyOf(await cli("keys create --preset FULL --desc", "for the robot"));
    const deploy = keyOf(await cli("keys create --preset DEPLOY --desc deploy"));
    const listed = keyOf(await cli("keys create --permission models:requests:submit,serverless:apps:run --desc two"));
    const scoped = keyOf(await cli("keys create --scope API --desc scoped"));
    const revoked = keyOf(await cli("keys create --preset API --desc revoked"));
    await cli("keys revoke", revoked);
    const flags = Object.entries(KEYWORDS).flatMap(([name, value]) => [
      `--${name.replaceAll("_", "-")}`,
      ...(Array.isArray(value) ? value : [String(value)]),
    ]);
    await cli("apps scale sd --env preview", ...flags);
    await cli("apps delete old --env preview");
    await cli("apps set-rev sd sd-1 --auth public --strategy rolling");
    await cli("runners stop r-stop");
    await cli("runners kill r-kill");

    const view = await agreed();
    expect(Object.keys(STORED)).toHaveLength(12);
    expect(view.apps).toEqual([
      expect.objectContaining({ alias: "sd", revision: "sd-1", auth_mode: "public", machine_types: ["GPU-L40"] }),
      expect.objectContaining({ alias: "sd--preview", revision: "pr-2", auth_mode: "private", ...STORED }),
    ]);
    expect(view.environments).toMatchObject([
      { name: "main", description: null, is_default: true },
      { name: "preview", description: "for pull requests" },
      { name: "qa", description: "for testers", is_default: false },
    ]);
    expect(view.secrets).toMatchObject([
      { name: "IN_MAIN", environment_name: "main", default_exposed: true },
      { name: "HF_TOKEN", environment_name: "preview", default_exposed: false },
      { name: "OTHER", environment_name: "preview", default_exposed: true },
    ]);
    expect(view.keys).toMatchObject([
      { key_id: "emu", scope: "ADMIN" },
      { key_id: full, scope: "ADMIN", alias: "for the robot" },
      { key_id: deploy, scope: null, alias: "deploy" },
      { key_id: listed, scope: null, alias: "two" },
      { key_id: scoped, scope: "API", alias: "scoped" },
    ]);
    expect(view.revisions).toMatchObject([{ application_id: "pr-2" }, { application_id: "pr-1" }]);
    const ended = view.runnersOfApp.filter(({ state }) => state === "TERMINATED");
    expect(ended.map(({ runner_id }) => runner_id)).toEqual(["r-stop", "r-kill"]);

    for (const mode of ["shared", "private", "public"]) {
      await cli(`apps set-rev sd pr-1 --auth ${mode} --env preview`);
      expect(await fal.apps.get("sd", { environment: "preview", fresh: true })).toMatchObject({
        authMode: mode,
        revision: "pr-1",
      });
    }
    const before = (await fal.apps.runners("sd", { environment: "preview" })).map(({ runnerId }) => runnerId);
    await cli("apps rollout sd --force --env preview");
    const after = (await fal.apps.runners("sd", { environment: "preview" })).map(({ runnerId }) => runnerId);
    expect(after).toHaveLength(before.length);
    expect(after.filter((runnerId) => before.includes(runnerId))).toEqual([]);

    await cli("apps scale sd --request-start-timeout 0 --env preview");
    const cleared = await fal.apps.get("sd", { environment: "preview", fresh: true });
    expect(cleared).not.toHaveProperty("requestStartTimeout");
  });

  test("the client reads what the Python SDK wrote", async () => {
    const { fal, witness, agreed } = await account();
    const inPreview = { environment_name: "preview" };
    const steps: Step[] = [
      ["environments.create", ["qa"], { description: "for testers" }],
      ["environments.create", ["scratch"]],
      ["environments.delete", ["scratch"]],
      ["secrets.set", ["HF_TOKEN", "hf_one"], { ...inPreview, default_exposed: false }],
      // Keeps the exposure that it has.
      ["secrets.set", ["HF_TOKEN", "hf_two"], inPreview],
      ["secrets.set", ["OTHER", "x"], inPreview],
      ["secrets.set", ["GONE", "y"], inPreview],
      ["secrets.unset", ["GONE"], inPreview],
      ["apps.scale", ["sd"], { ...KEYWORDS, ...inPreview }],
      ["connection.create_alias", ["sd", "sd-1", "shared"], { deployment_strategy: "recreate" }],
      ["connection.delete_alias", ["old"], inPreview],
      ["runners.stop", ["r-stop"]],
      ["runners.stop", ["r-replace"], { replace_first: true }],
      ["runners.kill", ["r-kill"]],
      ["keys.create", [], { preset: "READONLY", description: "reader" }],
      ["keys.create", [], { permissions: ["serverless:apps:run"], description: "runs" }],
      ["keys.create", [], { scope: "ADMIN", description: "admin" }],
      ["keys.create", [], { preset: "API", description: "revoked" }],
    ];
    const answers = await sdk(witness, steps);
    const keyIds = answers.slice(-4).map((answer) => (answer as [string, string])[0]);
    await sdk(witness, [["keys.revoke", [keyIds[3]]]]);

    const view = await agreed();
    const scaled = { alias: "sd--preview", ...STORED };
    expect(answers[8]).toMatchObject(scaled);
    expect(view.apps).toEqual([
      expect.objectContaining({ alias: "sd", revision: "sd-1", auth_mode: "shared" }),
      expect.objectContaining(scaled),
    ]);
    expect(view.environments.map(({ name }) => name)).toEqual(["main", "preview", "qa"]);
    expect(view.secrets).toMatchObject([
      { name: "HF_TOKEN", environment_name: "preview", default_exposed: false },
      { name: "OTHER", environment_name: "preview", default_exposed: null },
    ]);
    expect(view.keys).toMatchObject([
      { key_id: "emu" },
      { key_id: keyIds[0], scope: null, alias: "reader" },
      { key_id: keyIds[1], scope: null, alias: "runs" },
      { key_id: keyIds[2], scope: "ADMIN", alias: "admin" },
    ]);
    const ended = view.runnersOfApp.filter(({ state }) => state === "TERMINATED");
    expect(ended).toMatchObject([
      { runner_id: "r-stop", replacement: "NO_REPLACE" },
      { runner_id: "r-replace", replacement: "DID_REPLACE" },
      { runner_id: "r-kill" },
    ]);

    const filters: Step[] = [
      ["apps.list", [], { ...inPreview, filter: "none" }],
      ["apps.runners", ["sd"], { ...inPreview, state: ["crash_backoff"] }],
      ["apps.rollout", ["sd"], { ...inPreview, force: true }],
    ];
    const [none, failing] = await sdk(witness, filters);
    expect(none).toEqual(await fal.apps.list({ environment: "preview", filter: "none" }));
    expect(failing).toMatchObject([{ runner_id: "r-failing" }]);
    const left = await fal.apps.runners("sd", { environment: "preview" });
    expect(left.filter(({ runnerId }) => runnerId.startsWith("r-"))).toEqual([]);
  });

  test("fal's CLI and SDK show what the client wrote", async () => {
    const { fal, witness, agreed } = await account();
    const environment = "preview";

    await fal.environments.create("qa", { description: "for testers" });
    await fal.environments.create("scratch");
    await fal.environments.delete("scratch");
    await fal.secrets.set("HF_TOKEN", "hf_one", { environment, defaultExposed: true });
    await fal.secrets.set("HF_TOKEN", "hf_two", { environment, defaultExposed: false });
    await fal.secrets.set("OTHER", "x", { environment });
    await fal.secrets.set("GONE", "y", { environment });
    await fal.secrets.unset("GONE", { environment });
    await fal.secrets.set("IN_MAIN", "z", { defaultExposed: true });
    const keys = [
      await fal.keys.create({ alias: "for the robot", preset: "FULL" }),
      await fal.keys.create({ alias: "plain" }),
      await fal.keys.create({ alias: "two", permissions: ["models:requests:submit", "serverless:apps:run"] }),
      await fal.keys.create({ alias: "admin", scope: "ADMIN" }),
    ];
    const revoked = await fal.keys.create({ alias: "revoked", preset: "BILLING" });
    await fal.keys.revoke(revoked.keyId);
    await fal.apps.scale("sd", SCALING, { environment });
    await fal.apps.setAlias("sd", "sd-1", { authMode: "shared", strategy: "rolling" });
    await fal.apps.setAlias("new", "pr-1", { environment, authMode: "public" });
    await fal.apps.delete("old", { environment });
    await fal.runners.stop("r-stop");
    await fal.runners.stop("r-replace", { replaceFirst: true });
    await fal.runners.kill("r-kill");

    const view = await agreed();
    expect(view.apps).toEqual([
      expect.objectContaining({ alias: "new--preview", revision: "pr-1", auth_mode: "public" }),
      expect.objectContaining({ alias: "sd", revision: "sd-1", auth_mode: "shared", machine_types: ["GPU-L40"] }),
      expect.objectContaining({ alias: "sd--preview", auth_mode: "private", ...STORED }),
    ]);
    expect(view.environments).toMatchObject([
      { name: "main" },
      { name: "preview" },
      { name: "qa", description: "for testers" },
    ]);
    expect(view.secrets).toMatchObject([
      { name: "IN_MAIN", environment_name: "main", default_exposed: true },
      { name: "HF_TOKEN", environment_name: "preview", default_exposed: false },
      { name: "OTHER", environment_name: "preview", default_exposed: null },
    ]);
    expect(view.keys).toMatchObject([
      { key_id: "emu" },
      { key_id: keys[0]?.keyId, scope: "ADMIN", alias: "for the robot" },
      { key_id: keys[1]?.keyId, scope: "API", alias: "plain" },
      { key_id: keys[2]?.keyId, scope: null, alias: "two" },
      { key_id: keys[3]?.keyId, scope: "ADMIN", alias: "admin" },
    ]);
    const ended = view.runnersOfApp.filter(({ state }) => state === "TERMINATED");
    expect(ended.map(({ runner_id }) => runner_id)).toEqual(["r-stop", "r-replace", "r-kill"]);

    const sees = async (app: string) => {
      const [apps] = (await sdk(witness, [["apps.list", [], { environment_name: environment }]])) as [
        { alias: string }[],
      ];
      return apps.find(({ alias }) => alias === `${app}--${environment}`);
    };
    for (const authMode of ["shared", "private", "public"]) {
      await fal.apps.setAlias("sd", "pr-1", { environment, authMode });
      expect(await sees("sd")).toMatchObject({ auth_mode: authMode, revision: "pr-1" });
    }
    await fal.apps.scale("sd", { requestStartTimeout: 0, minConcurrency: 0 }, { environment });
    expect(await sees("sd")).toMatchObject({ request_start_timeout: null, min_concurrency: 0, max_concurrency: 9 });
    await fal.apps.rollout("sd", { environment, force: true });
    const [runners] = (await sdk(witness, [["apps.runners", ["sd"], { environment_name: environment }]])) as [
      { runner_id: string }[],
    ];
    expect(runners.filter(({ runner_id }) => runner_id.startsWith("r-"))).toEqual([]);
  });
});
