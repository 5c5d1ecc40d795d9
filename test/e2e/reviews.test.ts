import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { cli, stable } from "./support/review";
import type { Stack } from "./support/stack";
import { World } from "./support/world";

/**
 * Reviews of previews that the real CLI made, as people read them: `test/fixtures/reviews/*.md`, written anew by `-u`. Each file is to
 * be read by eye: would you read this comment?
 */

const canaries = ["canary-one", "canary-two"];

const prices = {
  name: "contract of May 2026",
  source: "test",
  date: "2026-05-01",
  currency: "USD",
  machineTypes: { "GPU-H100": 2, "GPU-H200": 3, XS: 0.1 },
  instanceTypes: { gpu_1x_h100_sxm5: 2.5, gpu_8x_h100_sxm5: 20 },
  gpusPerRunner: { "main/image-gen": 1, "main/upscale": 1 },
};

interface Scenario {
  /** The program of the stack's last `up`. Without it the stack is empty. `after` is the program under review. */
  readonly before?: string;
  readonly after: string;
  readonly args?: readonly string[];
  readonly code?: number;
  /** Runs between the `up` and the preview. */
  readonly meanwhile?: (stack: Stack, world: World) => Promise<unknown>;
  readonly preview?: readonly string[];
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
const sixtyApps = (max: number) => `for (let i = 0; i < 60; i++) {
  new fal.AppScale(\`app-\${i}\`, { app: \`app-\${i}\`, minConcurrency: 1, maxConcurrency: ${max} });
}`;

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

const scenarios: Record<string, Scenario> = {
  "create all": { after: everything },
  "scale up": {
    before: `${imageGen(1, 4)}\n${upscale(2, 4)}\nnew fal.AppScale("quiet", { app: "quiet", maxConcurrency: 2 });`,
    after: `${imageGen(3, 8)}\n${upscale(4, 20)}\nnew fal.AppScale("quiet", { app: "quiet", maxConcurrency: 2 });`,
    args: ["--fail-on", "destructive,cost=10,cost-increase=100"],
    code: 3,
  },
  "scale down": {
    before: `${imageGen(3, 8)}\n${upscale(4, 20)}`,
    after: `${imageGen(0, 4)}\n${upscale(4, 10)}`,
    args: ["--fail-on", "cost=20"],
  },
  "replace a machine": {
    before: machine("gpu_1x_h100_sxm5"),
    after: machine("gpu_8x_h100_sxm5"),
    args: ["--fail-on", "destructive"],
    code: 3,
  },
  delete: {
    before: `${everything}
new fal.App("old", { name: "upscale", onDelete: "delete" });
new fal.Secret("kept", { name: "KEPT", value: "canary-one" }, { retainOnDelete: true });`,
    after: "",
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
  },
  "change a secret": {
    before: `const token = new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one" });
new fal.App("image-gen", { name: "image-gen", rolloutOn: [token.fingerprint] });`,
    after: `const token = new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-two" });
new fal.App("image-gen", { name: "image-gen", rolloutOn: [token.fingerprint] });`,
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
      expect(asked.out).toContain("this does not exist at fal, so the update fails");
      expect(asked.out).toMatch(/revision up-3 does not exist at fal, so the update fails; fal has up-2 and up-1/);
      const { text } = await stack.fails("up", "--yes", "--skip-preview", "--continue-on-error");
      expect(text).toContain('App "main/imge-gen" does not exist');
      // Values are hidden in texts of fal.
      expect(text).toMatch(/set the revision of app main\/upscale: .* Revision "\*\*\*" not found/);
    },
  },
  "rename an environment": {
    before: `const qa = new fal.Environment("qa", { name: "qa" });
new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one", environment: qa });`,
    after: `const qa = new fal.Environment("qa", { name: "testing" });
new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one", environment: qa });`,
    proof: async (stack, world) => {
      await stack.up();
      const { environments, secrets } = await world.state();
      expect(environments.map(({ name }) => name)).toContain("testing");
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
  "remove protection": {
    before: guarded("", "protect: true"),
    after: guarded("less", ""),
    args: ["--fail-on", "destructive,opens,unprotects"],
    code: 3,
    proof: async (stack) => {
      const protects = () => Object.values(stack.encryptedResources()).filter(({ protect }) => protect).length;
      expect(protects()).toBe(6);
      await stack.up();
      expect(protects()).toBe(0);
    },
  },
  "60 apps": { before: sixtyApps(4), after: sixtyApps(9) },
  // Each waits for the one before it: else it is chance how far the engine comes.
  "errors in the preview": {
    before: imageGen(1, 4),
    after: `const token = new fal.Secret("hf", { name: "HF_TOKEN", value: "canary-one" });
new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: 6, maxConcurrency: 4 }, { dependsOn: token });`,
    code: 1,
  },
  "delete what is protected": {
    before: machine("gpu_1x_h100_sxm5", ", { protect: true }"),
    after: "",
    code: 1,
  },
  "the program throws": { before: imageGen(1, 4), after: `throw new Error("no config");`, code: 1 },
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
    after: `new fal.Secret("old", { name: "OLD_TOKEN", value: "canary-one", adopt: true });
new fal.Environment("staging", { name: "staging" }, { import: "staging" });
new fal.App("image-gen", { name: "image-gen" });`,
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
  "without what stays": {
    before: `${imageGen(1, 4)}\n${upscale(2, 4)}`,
    after: `${imageGen(3, 4)}\n${upscale(2, 4)}`,
    preview: [],
  },
};

function program(body: string): string {
  return `"use strict";\nconst pulumi = require("@pulumi/pulumi");\nconst fal = require("pulumi-fal");\n${body}\n`;
}

describe.each(Object.entries(scenarios))('the review "%s"', (name, scenario) => {
  let world: World;
  let stack: Stack;
  let preview: string;

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 1 });
    const apps = [
      "image-gen",
      "upscale",
      "quiet",
      ...Array.from({ length: name === "60 apps" ? 60 : 0 }, (_, i) => `app-${i}`),
    ];
    await world.seed({
      environments:
        name === "create all" || scenario.before === everything || name === "delete" ? [] : [{ name: "staging" }],
      apps: apps.map((app) => ({ name: app, machine_types: ["GPU-H100"], ...(app === "upscale" ? upscaled : {}) })),
      secrets: name === "adopt" ? [{ name: "OLD_TOKEN", environment: "main", value: "x" }] : [],
    });
    stack = await world.stack();
    if (scenario.before !== undefined) await stack.source(program(scenario.before)).up();
    await scenario.meanwhile?.(stack, world);
    const { stdout } = await stack
      .source(program(scenario.after))
      .run("preview", "--json", ...(scenario.preview ?? ["--show-sames"]));
    preview = stable(stdout, stack.dir);
    writeFileSync(join(stack.dir, "prices.json"), JSON.stringify(prices));
  });

  afterAll(async () => {
    await world?.close();
  });

  const review = (...args: string[]) =>
    cli(
      [
        "review",
        "--prices",
        "prices.json",
        "--source-url",
        "https://code.example/blob/1234abcd",
        ...(scenario.args ?? []),
        ...args,
      ],
      stack.dir,
      preview,
    );
  const file = (ending: string) => join(__dirname, "../fixtures/reviews", `${name.replaceAll(" ", "-")}.${ending}`);

  test(`the review "${name}" is rendered as a comment`, async () => {
    const { code, out } = await review();
    expect(code).toBe(scenario.code ?? 0);
    await expect(out).toMatchFileSnapshot(file("md"));
  });

  // The type of the result proves the JSON of the other reviews.
  if (name === "create all" || name === "another default environment") {
    test(`the review "${name}" is rendered as JSON`, async () => {
      const { code, out } = await review("--json");
      expect(code).toBe(scenario.code ?? 0);
      await expect(`${JSON.stringify(JSON.parse(out), null, 2)}\n`).toMatchFileSnapshot(file("json"));
    });
  }

  if (scenario.proof) {
    test(`the update does what the review "${name}" says`, async () => {
      await scenario.proof?.(stack, world, preview);
    });
  }

  test(`the review "${name}" shows no secrets in any format and fits into a comment`, async () => {
    const texts = await Promise.all([review(), review("--json"), review("--format", "html")]);
    for (const { out } of texts) for (const canary of canaries) expect(out).not.toContain(canary);
    expect(texts[0]?.out.length).toBeLessThan(65_536);
    expect(texts[2]?.out).toMatch(/^<!doctype html>/i);
  });
});
