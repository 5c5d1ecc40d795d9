import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dynamicToken } from "../../src/provider/tokens";
import type { AppEvidence } from "../../src/usage/evidence";
import { examples } from "../../tools/generate/gallery";
import { usage, usedApp, working } from "../support/evidence";
import { falCli, noFalCli } from "../support/fal-cli";
import { shareOf } from "../support/sample";
import { dynamicTest } from "./support/hosts";
import { cli, stable } from "./support/review";
import { type Stack, tokenOf } from "./support/stack";
import { World } from "./support/world";

/**
 * Reviews of previews that the real CLI made, as people read them: `test/fixtures/reviews/*.md`, written anew by `-u`. Each file is to
 * be read by eye: would you read this comment?
 */

const canaries = ["canary-one", "canary-two"];

/** A report with the tokens of the files, which are those of the dynamic host. Nothing else depends on the host. */
const withTokens = (report: string) => report.replaceAll(tokenOf(""), dynamicToken(""));

/** Forty apps: four scale up, four scale to zero, sixteen get a higher maximum, sixteen stay as they are. */
const models = ["image-gen", "upscale", "speech", "captions", "embed", "inpaint", "video", "voice"];
const forty = Array.from({ length: 40 }, (_, i) => `${models[i % 8]}-v${1 + Math.floor(i / 8)}`);
const fortyChanged = forty.map((app, i) => ({
  app,
  minConcurrency: i % 10 === 0 ? 3 : i % 10 === 5 ? 0 : 1,
  maxConcurrency: i % 10 === 0 ? 12 : i % 2 === 1 && i % 10 !== 5 ? 6 : 4,
}));

const prices = {
  name: "contract of May 2026",
  source: "test",
  date: "2026-05-01",
  currency: "USD",
  machineTypes: { "GPU-H100": 2, "GPU-H200": 3, XS: 0.1 },
  instanceTypes: { gpu_1x_h100_sxm5: 2.5, gpu_8x_h100_sxm5: 20 },
  gpusPerRunner: Object.fromEntries(["image-gen", "upscale", ...forty].map((app) => [`main/${app}`, 1])),
};

interface Scenario {
  /** A scenario that begins with the same `up`: both use its stack. */
  readonly like?: string;
  /** The program of the stack's last `up`. Without it the stack is empty. `after` is the program under review. */
  readonly before?: string;
  readonly after: string;
  readonly args?: readonly string[];
  /** What the apps did, for a usage file. */
  readonly usage?: readonly AppEvidence[];
  readonly code?: number;
  /** Runs before the `up`. */
  readonly prepare?: (stack: Stack) => void;
  /** The `up` deploys code, which needs fal's CLI. */
  readonly deploys?: true;
  /** Runs between the `up` and the preview. */
  readonly meanwhile?: (stack: Stack, world: World) => Promise<unknown>;
  readonly preview?: readonly string[];
  /** Asks fal too, and so has a second file. Not for scenarios with random ids, which `stable` changes. */
  readonly live?: true;
  /** Applies the program under review and proves what the review says of it. */
  readonly proof?: (stack: Stack, world: World, preview: string) => Promise<void>;
}

const key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVmZmVyYnVmZmVyYnVmZmVyYnVmZmVyYnVmZmVyYnVm laptop";
const machine = (type: string, options = "") =>
  `new fal.ComputeInstance("trainer", { instanceType: "${type}", sshKey: "${key}" }${options});`;
const imageGen = (min: number, max: number, more = "") =>
  `new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: ${min}, maxConcurrency: ${max}, machineTypes: ["GPU-H100"]${more} });`;
const upscale = (min: number, max: number) =>
  `new fal.AppScale("upscale", { app: "upscale", minConcurrency: ${min}, maxConcurrency: ${max}, machineTypes: ["GPU-H100", "GPU-H200"] });`;
const everything = [
  `const staging = new fal.Environment("staging", { name: "staging", description: "for tests" });`,
  `new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one", environment: staging });`,
  `const app = new fal.App("image-gen", { name: "image-gen", authMode: "private" });`,
  `new fal.AppScale("image-gen", { app, minConcurrency: 1, maxConcurrency: 8, keepAlive: 300, machineTypes: ["GPU-H100"] });`,
  `const ci = new fal.ApiKey("ci", { alias: "ci", rotation: { every: "90d" } });`,
  `new fal.Secret("ci", { name: "CI_KEY", value: ci.key });`,
  machine("gpu_1x_h100_sxm5"),
].join("\n");
const scales = (scalings: readonly { app: string; minConcurrency: number; maxConcurrency: number }[]) =>
  scalings
    .map((each) => `new fal.AppScale("${each.app}", ${JSON.stringify({ ...each, machineTypes: ["GPU-H100"] })});`)
    .join("\n");

const upscaled = {
  revision: "up-2",
  revisions: ["up-1", "up-2"].map((id) => ({ id, created_at: "2026-01-01T00:00:00Z" })),
};

const access = (authMode: string, preset: string, secret: string, files: string) => `
new fal.App("image-gen", { name: "image-gen", authMode: "${authMode}" });
new fal.ApiKey("deploy", { alias: "deploy", preset: "${preset}" });
new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one", ${secret} });
new fal.StorageSettings("files", { defaultAccess: "${files}" });`;
const guarded = (guards: string, options: string) => `
const staging = new fal.Environment("extra", { name: "extra"${guards ? ", forceDestroy: true" : ""} }, { ${options} });
new fal.App("image-gen", { name: "image-gen"${guards ? ', onDelete: "delete"' : ""} }, { ${options} });
new fal.AppScale("scale", { app: "image-gen", maxConcurrency: 4 }, { ${options} });
new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one" }, { ${options} });
new fal.ApiKey("ci", { alias: "ci", rotation: { every: "90d", overlap: "${guards ? "1h" : "7d"}" } }, { ${options} });
${machine("gpu_1x_h100_sxm5", `, { ${options} }`)}
new fal.Secret("kept", { name: "KEPT", value: "canary-one" }, { ${guards ? "" : "retainOnDelete: true"} });`;

/** Writes the code of an app and commits it. The same code has the same commit everywhere. */
function commitCode(stack: Stack, files: Readonly<Record<string, string>>): void {
  const folder = join(stack.dir, "app");
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const date = "2026-01-01T00:00:00Z";
  const who = {
    GIT_AUTHOR_NAME: "a",
    GIT_AUTHOR_EMAIL: "a@b.example",
    GIT_COMMITTER_NAME: "a",
    GIT_COMMITTER_EMAIL: "a@b.example",
  };
  const env = {
    ...process.env,
    ...who,
    GIT_AUTHOR_DATE: date,
    GIT_COMMITTER_DATE: date,
    GIT_CONFIG_GLOBAL: "/dev/null",
  };
  for (const args of [
    ["init", "-q"],
    ["add", "app"],
    ["commit", "-q", "-m", "code"],
  ]) {
    execFileSync("git", args, { cwd: stack.dir, env });
  }
}
const greeting = (text: string) => `
import fal

class Flux(fal.App, name="flux"):
    machine_type = "S"

    @fal.endpoint("/")
    def run(self) -> dict:
        return {"greeting": "${text}"}
`;
const flux = `const flux = new fal.App("flux", { name: "flux", authMode: "private", source: { ref: "app.py::Flux", cwd: "app", fal: ${JSON.stringify(falCli)} } });
new fal.AppScale("flux", { app: flux, minConcurrency: 1, maxConcurrency: 4, startupTimeout: 600 });`;

const scenarios: Record<string, Scenario> = {
  "create all": { after: everything },
  "scale up": {
    before: `${imageGen(1, 4)}\n${upscale(2, 4)}\nnew fal.AppScale("quiet", { app: "quiet", maxConcurrency: 2 });`,
    after: `${imageGen(3, 8)}\n${upscale(4, 20)}\nnew fal.AppScale("quiet", { app: "quiet", maxConcurrency: 2 });`,
    args: ["--fail-on", "destructive,cost=10,cost-increase=100"],
    code: 3,
    proof: async (stack, world) => {
      await stack.up();
      expect(await scalingAtFal(world)).toMatchObject({ "image-gen": [3, 8], upscale: [4, 20], quiet: [0, 2] });
    },
  },
  "scale down": {
    before: `${imageGen(3, 8)}\n${upscale(4, 20)}`,
    after: `${imageGen(0, 4)}\n${upscale(4, 10)}`,
    args: ["--fail-on", "cost=20,cost-increase=1"],
    proof: async (stack, world) => {
      await stack.up();
      expect(await scalingAtFal(world)).toMatchObject({ "image-gen": [0, 4], upscale: [4, 10] });
    },
  },
  // The previews of the two before it, as who knows what the apps did reads them.
  "scale up by usage": {
    like: "scale up",
    after: `${imageGen(3, 8)}\n${upscale(4, 20)}\nnew fal.AppScale("quiet", { app: "quiet", maxConcurrency: 2 });`,
    usage: [
      usedApp("image-gen", working(1, 4), { minConcurrency: 1, maxConcurrency: 4, keepAlive: 60, maxMultiplexing: 1 }),
    ],
    args: ["--fail-on", "starves=5,wastes=50"],
    code: 3,
  },
  "scale down by usage": {
    like: "scale down",
    after: `${imageGen(0, 4)}\n${upscale(4, 10)}`,
    usage: [
      usedApp("image-gen", working(2, 3), { minConcurrency: 3, maxConcurrency: 8, keepAlive: 60, maxMultiplexing: 1 }),
      usedApp("upscale", working(6, 12), { minConcurrency: 4, maxConcurrency: 20, keepAlive: 60, maxMultiplexing: 1 }),
    ],
    args: ["--fail-on", "starves=2"],
    code: 3,
  },
  "replace a machine": {
    before: machine("gpu_1x_h100_sxm5"),
    after: machine("gpu_8x_h100_sxm5"),
    args: ["--fail-on", "destructive"],
    code: 3,
    proof: async (stack, world) => {
      const before = (await world.state()).instances;
      await stack.up();
      const after = (await world.state()).instances;
      expect([before, after]).toMatchObject([
        [{ instance_type: "gpu_1x_h100_sxm5" }],
        [{ instance_type: "gpu_8x_h100_sxm5" }],
      ]);
      expect(after[0]?.id).not.toBe(before[0]?.id);
    },
  },
  delete: {
    before: `${everything}
new fal.App("old", { name: "upscale", onDelete: "delete" });
new fal.Secret("kept", { name: "KEPT", value: "canary-one" }, { retainOnDelete: true });`,
    after: "",
    proof: async (stack, world) => {
      await stack.up();
      const { apps, environments, instances, keys, secrets } = await world.state();
      expect(environments.map(({ name }) => name)).not.toContain("staging");
      expect(secrets).toMatchObject([{ name: "KEPT" }]);
      expect(keys.map(({ alias }) => alias)).not.toContain("ci");
      expect(instances).toEqual([]);
      expect(apps.map(({ name }) => name)).not.toContain("upscale");
      expect(await scalingAtFal(world)).toMatchObject({ "image-gen": [1, 8] });
    },
  },
  rotate: {
    before: `new fal.ApiKey("ci", { alias: "ci", rotation: { trigger: "2026-04" } });
new fal.ApiKey("deploy", { alias: "deploy", preset: "DEPLOY", rotation: { trigger: "1", overlap: "0h" } });`,
    meanwhile: (stack) =>
      stack
        .source(
          program(`new fal.ApiKey("ci", { alias: "ci", rotation: { trigger: "2026-04" } });
new fal.ApiKey("deploy", { alias: "deploy", preset: "DEPLOY", rotation: { trigger: "2", overlap: "0h" } });`),
        )
        .up(),
    after: `new fal.ApiKey("ci", { alias: "ci", rotation: { trigger: "2026-05" } });
new fal.ApiKey("deploy", { alias: "deploy", preset: "DEPLOY", rotation: { trigger: "2", overlap: "0h" } });`,
    proof: async (stack, world) => {
      const idsOf = async (alias: string) =>
        (await world.state()).keys.filter((key) => key.alias === alias).map(({ key_id }) => key_id);
      const [ci, deploy] = [await idsOf("ci"), await idsOf("deploy")];
      expect([ci.length, deploy.length]).toEqual([1, 2]);
      await stack.up();
      expect(await idsOf("ci")).toEqual([...ci, expect.any(String)]);
      expect(await idsOf("deploy")).toEqual(deploy.slice(1));
    },
  },
  "change a secret": {
    before: `const token = new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one" });
new fal.App("image-gen", { name: "image-gen", rolloutOn: [token.fingerprint] });`,
    after: `const token = new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-two" });
new fal.App("image-gen", { name: "image-gen", rolloutOn: [token.fingerprint] });`,
    proof: async (stack, world) => {
      const runnerOf = async (app: string) => (await world.state()).runners.filter((runner) => runner["app"] === app);
      await world.seed({ runners: ["image-gen", "upscale"].map((app) => ({ runner_id: `${app}-runner`, app })) });
      await stack.up();
      expect((await world.state()).secrets).toMatchObject([{ name: "HF_TOKEN", value: "canary-two" }]);
      expect(await runnerOf("upscale")).toMatchObject([{ runner_id: "upscale-runner" }]);
      expect(await runnerOf("image-gen")).toEqual([
        expect.objectContaining({ runner_id: expect.not.stringContaining("image-gen-runner") }),
      ]);
    },
  },
  "deploy resets": {
    before: imageGen(1, 4, ", startupTimeout: 600"),
    after: `${imageGen(1, 4, ", startupTimeout: 900, maxMultiplexing: 4")}
new fal.AppScale("upscale", { app: "upscale", machineTypes: ["GPU-H100"], reapplyOn: ["build 7"] });`,
  },
  foreign: {
    before: imageGen(1, 4),
    after: `class Site extends pulumi.ComponentResource {
  constructor(name) { super("web:index:Site", name, {}, {}); }
}
const site = new Site("site");
class Page extends pulumi.dynamic.Resource {
  constructor(name, opts) { super({ async create() { return { id: "1", outs: {} }; } }, name, { password: pulumi.secret("canary-one") }, opts); }
}
for (const name of ["index", "about", "team"]) new Page(name, { parent: site });
new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: 2, maxConcurrency: 4, machineTypes: ["GPU-H100"] });`,
  },
  "a misspelled app": {
    after: `new fal.App("gen", { name: "imge-gen", authMode: "private" });
new fal.App("pinned", { name: "upscale", revision: "up-3" });
new fal.AppScale("scale", { app: "imge-gen", minConcurrency: 1, maxConcurrency: 4, machineTypes: ["GPU-H100"] });`,
    proof: async (stack, world, preview) => {
      const asked = await cli(["review", "--live", "--format", "text"], stack.dir, preview, world.env);
      expect(asked.out).toMatch(/^The update fails for 2 apps and 1 app scaling, /);
      expect(asked.out).toContain("this does not exist at fal, so the update fails");
      expect(asked.out).toMatch(/revision up-3 does not exist at fal, so the update fails; fal has up-2 and up-1/);
      const { text } = await stack.fails("up", "--yes", "--skip-preview", "--continue-on-error");
      expect(text).toContain('App "main/imge-gen" does not exist');
      // Values are hidden in texts of fal.
      expect(text).toMatch(/set the revision of app main\/upscale: .* Revision "\*\*\*" not found/);
    },
  },
  "rename an environment": {
    live: true,
    before: `const qa = new fal.Environment("qa", { name: "qa" });
new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one", environment: qa });`,
    after: `const qa = new fal.Environment("qa", { name: "testing" });
new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one", environment: qa });`,
    proof: async (stack, world) => {
      await stack.up();
      const { environments, secrets } = await world.state();
      expect(environments.map(({ name }) => name)).toContain("testing");
      expect(environments.map(({ name }) => name)).not.toContain("qa");
      expect(secrets).toMatchObject([{ name: "HF_TOKEN", environment: "testing", value: "canary-one" }]);
    },
  },
  "release a scaling": {
    before: `${imageGen(3, 8)}
new fal.StorageSettings("files", { defaultAccess: "forbid", onDelete: "restore" });`,
    after: "",
    args: ["--fail-on", "opens"],
    code: 3,
    proof: async (stack, world) => {
      expect((await world.state()).storage_settings.initial_acl).toMatchObject({ default: "forbid" });
      await stack.up();
      // The system's default, which is open to everyone.
      expect((await world.state()).storage_settings.initial_acl).toBeNull();
      const app = (await world.state()).apps.find(({ name }) => name === "image-gen");
      expect(app).toMatchObject({ min_concurrency: 3, max_concurrency: 8 });
    },
  },
  "open access": {
    before: access("private", "DEPLOY", "defaultExposed: false", "forbid"),
    after: `${access("public", "FULL", 'defaultExposed: true, rewriteOn: ["exposed"]', "allow")}
new fal.App("upscale", { name: "upscale", authMode: "public", revision: "up-1" });`,
    args: ["--fail-on", "destructive,opens"],
    code: 3,
    proof: async (stack, world, preview) => {
      const asked = await cli(["review", "--live", "--format", "text"], stack.dir, preview, world.env);
      expect(asked.out).toContain("Apps image-gen and upscale become public");
      expect(asked.out).toContain("revision up-1 exists at fal and replaces up-2, which is in use now");
      expect(asked.out).toContain("The review asked fal what exists");
      await stack.up();
      const { apps, keys, secrets, storage_settings: files } = await world.state();
      expect(apps.map(({ name, auth_mode }) => [name, auth_mode])).toEqual(
        expect.arrayContaining([
          ["image-gen", "public"],
          ["upscale", "public"],
        ]),
      );
      expect(apps.find(({ name }) => name === "upscale")).toMatchObject({ revision: "up-1" });
      expect(keys.filter(({ alias }) => alias === "deploy").map(({ preset }) => preset)).toContain("FULL");
      expect(secrets).toMatchObject([{ name: "HF_TOKEN", default_exposed: true }]);
      expect(files.initial_acl).toMatchObject({ default: "allow" });
    },
  },
  "public app": { like: "open access", after: access("public", "DEPLOY", "defaultExposed: false", "forbid") },
  "key rights": { like: "open access", after: access("private", "FULL", "defaultExposed: false", "forbid") },
  "remove protection": {
    before: guarded("", "protect: true"),
    after: guarded("less", ""),
    args: ["--fail-on", "destructive,opens,unprotects"],
    code: 3,
    proof: async (stack, world) => {
      const protects = () => Object.values(stack.encryptedResources()).filter(({ protect }) => protect).length;
      expect(protects()).toBe(6);
      await stack.up();
      expect(protects()).toBe(0);
      // An app and a secret that no program declares: the environment takes them along.
      await world.seed({
        apps: [{ name: "tool", environment: "extra" }],
        secrets: [{ name: "TOOL", environment: "extra", value: "canary-two" }],
      });
      await stack.destroy();
      const { apps, environments, secrets } = await world.state();
      expect(environments.map(({ name }) => name)).not.toContain("extra");
      expect(apps.map(({ name }) => name).sort()).toEqual(["quiet", "upscale"]);
      expect(secrets).toEqual([]);
    },
  },
  "40 apps": {
    before: scales(forty.map((app) => ({ app, minConcurrency: 1, maxConcurrency: 4 }))),
    after: scales(fortyChanged),
    proof: async (stack, world) => {
      await stack.up();
      const scalings = await scalingAtFal(world);
      expect(forty.map((app) => scalings[app])).toEqual(
        fortyChanged.map(({ minConcurrency, maxConcurrency }) => [minConcurrency, maxConcurrency]),
      );
    },
  },
  // Each waits for the one before it: else it is chance how far the engine comes.
  "errors in the preview": {
    like: "foreign",
    after: `const token = new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one" });
new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: 6, maxConcurrency: 4 }, { dependsOn: token });`,
    code: 1,
  },
  "delete what is protected": {
    before: machine("gpu_1x_h100_sxm5", ", { protect: true }"),
    after: "",
    code: 1,
  },
  "the program throws": { like: "foreign", after: `throw new Error("no config");`, code: 1 },
  "nothing to do": { before: everything, after: everything },
  "another default environment": {
    before: `new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one" });
new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: 1 });
new fal.Secret("fixed", { name: "FIXED", environment: "main", value: "canary-one" });`,
    after: `new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one" });
new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: 1 });
new fal.Secret("fixed", { name: "FIXED", environment: "main", value: "canary-one" });`,
    meanwhile: (stack) => stack.ok("config", "set", "fal:environment", "staging"),
  },
  adopt: {
    live: true,
    after: `new fal.Secret("old", { name: "OLD_TOKEN", value: "canary-one", adopt: true });
new fal.Environment("staging", { name: "staging" }, { import: "staging" });
new fal.App("image-gen", { name: "image-gen", authMode: "public" });
new fal.AppScale("busy", { app: "busy", minConcurrency: 1, maxConcurrency: 2, machineTypes: ["GPU-H100"] });`,
    // What only fal knows: that the app may run more than that today.
    proof: async (stack, world) => {
      await stack.up();
      const { apps, secrets } = await world.state();
      expect(apps.find(({ name }) => name === "image-gen")).toMatchObject({ auth_mode: "public" });
      expect(await scalingAtFal(world)).toMatchObject({ busy: [1, 2] });
      expect(secrets).toMatchObject([{ name: "OLD_TOKEN", value: "canary-one" }]);
    },
  },
  "hand over": {
    before: `new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one" });
new fal.App("image-gen", { name: "image-gen", onDelete: "delete" });
new fal.StorageSettings("files", { defaultAccess: "forbid", accessRules: [{ user: "acme", decision: "allow" }] });`,
    after: `new fal.Secret("hugging-face", { name: "HF_TOKEN", value: "canary-two", adopt: true });
new fal.App("image", { name: "image-gen", authMode: "public", adopt: true, onDelete: "delete" });
new fal.StorageSettings("files", { defaultAccess: "allow", accessRules: [{ user: "sam", decision: "allow" }] });`,
    args: ["--fail-on", "destructive"],
  },
  "only recorded": {
    before: `new fal.App("image-gen", { name: "image-gen", authMode: "private" });
${imageGen(1, 4, ", keepAlive: 60")}`,
    after: `new fal.App("image-gen", { name: "image-gen", authMode: "private", onDelete: "delete" });
${imageGen(1, 4)}`,
  },
  "known after apply": {
    before: `const ci = new fal.ApiKey("ci", { alias: "ci" });
${imageGen(1, 4)}`,
    after: `const ci = new fal.ApiKey("ci", { alias: "ci" });
const later = new fal.ApiKey("later", { alias: "later" });
new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: later.keyId.apply((id) => id.length), maxConcurrency: 4, machineTypes: ["GPU-H100"] });
new fal.App("upscale", { name: "upscale", rolloutOn: [later.keyId] });`,
  },
  redeploy: {
    deploys: true,
    prepare: (stack) => commitCode(stack, { "app.py": greeting("hello"), "requirements.txt": "numpy\n" }),
    before: flux,
    meanwhile: async (stack) =>
      commitCode(stack, { "app.py": greeting("hi"), "requirements.txt": "numpy\npillow\n", "weights.bin": "0101" }),
    after: flux,
    proof: async (stack, world) => {
      const revision = async () => (await world.state()).apps.find(({ name }) => name === "flux");
      const before = await revision();
      await stack.up();
      const after = await revision();
      expect(after?.["revision"]).not.toBe(before?.["revision"]);
      expect(after).toMatchObject({ startup_timeout: 600 });
    },
  },
  "deploy a new app": {
    deploys: true,
    like: "redeploy",
    after: `${flux}\nnew fal.App("turbo", { name: "turbo", source: { ref: "app.py::Flux", cwd: "app" } });`,
  },
  "without what stays": {
    like: "scale up",
    after: `${imageGen(3, 4)}\n${upscale(2, 4)}\nnew fal.AppScale("quiet", { app: "quiet", maxConcurrency: 2 });`,
    preview: [],
  },
};

const usageName = (review: string) => `usage-${review.replaceAll(" ", "-")}.json`;

function program(body: string): string {
  return `"use strict";\nconst pulumi = require("@pulumi/pulumi");\nconst fal = require("pulumi-fal");\n${body}\n`;
}

/** Warm and maximum runners of every app, as fal has them. */
async function scalingAtFal(world: World): Promise<Record<string, readonly unknown[]>> {
  const { apps } = await world.state();
  return Object.fromEntries(apps.map((app) => [app.name, [app["min_concurrency"], app["max_concurrency"]]]));
}

const stacks = Object.entries(scenarios)
  .filter(([, { like }]) => like === undefined)
  .map(([name, first]) => ({
    name,
    first,
    reviews: Object.entries(scenarios).filter(([other, { like }]) => other === name || like === name),
  }));

// An update takes longer than all reviews of its stack, so each run of the tests proves a part of them.
const proofs = shareOf(stacks, 3);
console.log(`Updates that the reviews describe: ${proofs.title}. \`npm test -- --sample all\` runs all.`);

for (const { name: firstName, first, reviews } of stacks) {
  const lacksCli = first.deploys === true && !falCli;
  const title = `the stack of the review "${firstName}"${lacksCli ? ` (skipped: ${noFalCli})` : ""}`;
  describe.skipIf(lacksCli)(title, () => {
    let world: World;
    let stack: Stack;
    const previews = new Map<string, string>();

    beforeAll(async () => {
      world = await World.start({ instanceReadyMs: 1 });
      const apps = ["image-gen", "upscale", "quiet", ...(firstName === "40 apps" ? forty : [])];
      await world.seed({
        environments:
          firstName === "create all" || first.before === everything || firstName === "delete"
            ? []
            : [{ name: "staging" }],
        apps: [
          ...apps.map((app) => ({ name: app, machine_types: ["GPU-H100"], ...(app === "upscale" ? upscaled : {}) })),
          ...(firstName === "adopt"
            ? [{ name: "busy", min_concurrency: 4, max_concurrency: 12, machine_types: ["GPU-H100"] }]
            : []),
        ],
        secrets: firstName === "adopt" ? [{ name: "OLD_TOKEN", environment: "main", value: "x" }] : [],
      });
      stack = await world.stack();
      first.prepare?.(stack);
      if (first.before !== undefined) await stack.source(program(first.before)).up();
      await first.meanwhile?.(stack, world);
      for (const [name, { after, preview = ["--show-sames"] }] of reviews) {
        const same = reviews.find(
          ([other, one]) => previews.has(other) && one.after === after && one.preview === undefined,
        );
        if (same) {
          previews.set(name, previews.get(same[0]) ?? "");
          continue;
        }
        const { stdout } = await stack.source(program(after)).run("preview", "--json", ...preview);
        previews.set(name, stable(stdout, stack.dir));
      }
      writeFileSync(join(stack.dir, "prices.json"), JSON.stringify(prices));
      for (const [name, { usage: apps }] of reviews) {
        const file = usage(apps ?? [], { now: Date.parse("2026-11-17T00:00:00Z") });
        if (apps) writeFileSync(join(stack.dir, usageName(name)), JSON.stringify(file));
      }
    });

    afterAll(async () => {
      await world?.close();
    });

    describe.each(reviews)('the review "%s"', (name, scenario) => {
      const source = "https://code.example/blob/1234abcd";
      const review = (...args: string[]) => {
        const read = scenario.usage ? ["--usage", usageName(name), "--usage-max-age", "99999d"] : [];
        const options = ["--prices", "prices.json", ...read, "--source-url", source, ...(scenario.args ?? []), ...args];
        return cli(["review", ...options], stack.dir, previews.get(name), args.includes("--live") ? world.env : {});
      };
      const fileName = name.replaceAll(" ", "-");
      const file = (ending: string) => join(__dirname, "../fixtures/reviews", `${fileName}${ending}`);

      // Under the plugin, Pulumi itself imports, so it is certain that the object exists.
      const isSame = name !== "adopt";
      const renderTest = isSame ? test : dynamicTest;
      const reason = isSame ? "" : ", with an import that is not Pulumi's own,";
      renderTest(`the review "${name}"${reason} is rendered as a comment`, async () => {
        const { code, out } = await review();
        expect(code).toBe(scenario.code ?? 0);
        await expect(withTokens(out)).toMatchFileSnapshot(file(".md"));
      });

      // The type of the result proves the JSON of the other reviews.
      if (name === "create all" || name === "another default environment") {
        test(`the review "${name}" is rendered as JSON`, async () => {
          const { code, out } = await review("--json");
          expect(code).toBe(scenario.code ?? 0);
          await expect(`${JSON.stringify(JSON.parse(withTokens(out)), null, 2)}\n`).toMatchFileSnapshot(file(".json"));
        });
      }

      if (scenario.live) {
        test(`the review "${name}" contains what fal says, with --live`, async () => {
          const { out } = await review("--live");
          await expect(out).toMatchFileSnapshot(file("-live.md"));
        });
      }

      if (examples.some(({ report }) => report === `reviews/${fileName}`)) {
        test(`the review "${name}" is a page of the gallery`, async () => {
          const { out } = await review("--format", "html");
          await expect(out).toMatchFileSnapshot(join(__dirname, "../../docs/gallery", `${fileName}.html`));
        });
      }

      test(`the review "${name}" shows no secrets in any format and fits into a comment`, async () => {
        const texts = await Promise.all([review(), review("--json"), review("--format", "html")]);
        for (const { out } of texts) for (const canary of canaries) expect(out).not.toContain(canary);
        expect(texts[0]?.out.length).toBeLessThan(65_536);
        expect(texts[2]?.out).toMatch(/^<!doctype html>/i);
      });
    });

    const [, { after, proof }] = reviews[0] ?? ["", first];
    if (proof && proofs.rows.some(({ name }) => name === firstName)) {
      test(`the update does what the review "${firstName}" says`, async () => {
        stack.source(program(after));
        await proof(stack, world, previews.get(firstName) ?? "");
      });
    }
  });
}
