import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { Canary, found } from "./support/canary";
import { defaultHost, type Stack } from "./support/stack";
import { World } from "./support/world";

/** What a program saw of a call. */
interface Seen {
  readonly value?: unknown;
  readonly known?: boolean;
  readonly secret?: boolean;
  readonly error?: string;
  readonly cause?: string;
}

/** `see(name, promise or output)` notes what came of a call; `drained` that nothing kept the process alive. */
const program = (body: string) => `
"use strict";
const { writeFileSync } = require("node:fs");
const pulumi = require("@pulumi/pulumi");
const fal = require("pulumi-fal");
const seen = {};
function see(name, call) {
  const note = (entry) => { seen[name] = entry; writeFileSync("seen.json", JSON.stringify(seen)); };
  let made;
  try { made = call(); } catch (error) { return note({ error: error.message }); }
  const fail = (error) => note({ error: error.message, cause: error.cause?.name });
  if (!pulumi.Output.isInstance(made)) return made.then((value) => note({ value }), fail);
  return Promise.all([made.promise(), made.isKnown, made.isSecret, made.allResources()])
    .then(([value, known, secret]) => note({ value, known, secret }), fail);
}
process.on("beforeExit", () => writeFileSync("drained", ""));
writeFileSync("seen.json", "{}");
module.exports = async () => {
${body}
};
`;

async function run(stack: Stack, body: string, ...command: string[]): Promise<Record<string, Seen>> {
  await stack.source(program(body)).ok(...(command.length > 0 ? command : ["preview"]));
  return JSON.parse(readFileSync(join(stack.dir, "seen.json"), "utf8"));
}
const up = ["up", "--yes", "--skip-preview"];

const seed = {
  environments: [{ name: "staging", description: "before production" }],
  apps: [
    {
      name: "image-gen",
      environment: "main",
      revision: "rev-2",
      keep_alive: 42,
      revisions: [{ id: "rev-1" }, { id: "rev-2" }],
    },
    { name: "video-gen", environment: "main", revision: "rev-9" },
    { name: "image-gen", environment: "staging", revision: "rev-3" },
  ],
  secrets: [{ name: "HF_TOKEN", environment: "main", value: "never-shown" }],
  keys: [{ key_id: "k-ci", key_secret: "never-shown", alias: "ci", scope: "API" }],
  instances: [{ id: "inst_1", instance_type: "gpu_1x_h100_sxm5", status: "ready", ip: "10.0.0.1", region: "us-west" }],
  runners: [
    { runner_id: "run-1", app: "image-gen", environment: "main", state: "RUNNING" },
    { runner_id: "run-2", app: "image-gen", environment: "staging", state: "IDLE" },
  ],
  files: [{ path: "datasets/cat.jpg", size: 7 }],
};

describe("functions", () => {
  let world: World;
  let stack: Stack;

  beforeAll(async () => {
    world = await World.start();
    await world.seed(seed);
    stack = await world.stack();
  });
  beforeEach(() => world.clearRequests());
  afterAll(() => world?.close());

  const sent = async () => (await world.requests()).map(({ rpc, method, path }) => rpc ?? `${method} ${path}`).sort();

  const imageGen = expect.objectContaining({
    name: "image-gen",
    environment: "main",
    alias: "image-gen",
    owner: "acme",
    endpointId: "acme/image-gen",
    url: "https://fal.run/acme/image-gen",
    currentRevision: "rev-2",
    effective: expect.objectContaining({ keepAlive: 42 }),
    isRolling: false,
  });
  const named = (...names: string[]) => names.map((name) => expect.objectContaining({ name }));
  const machine = {
    id: "inst_1",
    instanceType: "gpu_1x_h100_sxm5",
    status: "ready",
    ip: "10.0.0.1",
    region: "us-west",
    sshCommand: "ssh ubuntu@10.0.0.1",
  };
  const calls: [name: string, args: object, result: unknown][] = [
    ["getApp", { name: "image-gen" }, imageGen],
    ["getApps", { filter: "image" }, { environment: "main", apps: [imageGen] }],
    [
      "getAppRevisions",
      { app: "main/image-gen" },
      {
        environment: "main",
        app: "image-gen",
        revisions: expect.arrayContaining(["rev-1", "rev-2"].map((revision) => expect.objectContaining({ revision }))),
      },
    ],
    [
      "getRunners",
      { app: "image-gen", state: ["running"], since: "2020-01-01T00:00:00Z" },
      { runners: [expect.objectContaining({ runnerId: "run-1" })] },
    ],
    [
      "getRunnerHistory",
      { app: "image-gen", timeframe: "hour" },
      expect.objectContaining({
        environment: "main",
        app: "image-gen",
        endpointId: "acme/image-gen",
        timeframe: "hour",
      }),
    ],
    ["getQueueSize", { app: "staging/image-gen" }, { environment: "staging", app: "image-gen", queueSize: 0 }],
    ["getAppAnalytics", { apps: ["image-gen"], expand: ["summary", "requestCount"] }, { summary: [] }],
    ["getUsage", { expand: ["summary"] }, { summary: [] }],
    ["getSecrets", {}, { environment: "main", secrets: named("HF_TOKEN") }],
    ["getEnvironments", {}, { environments: expect.arrayContaining(named("main", "staging")) }],
    ["getApiKeys", { alias: "ci" }, { keys: [expect.objectContaining({ keyId: "k-ci", alias: "ci", scope: "API" })] }],
    ["getComputeInstance", { id: "inst_1" }, expect.objectContaining(machine)],
    ["getComputeInstances", {}, { instances: [expect.objectContaining(machine)] }],
    [
      "getFiles",
      { path: "datasets" },
      { path: "datasets", files: [expect.objectContaining({ path: "datasets/cat.jpg", size: 7 })] },
    ],
  ];

  test.each([["preview"], up])(
    "functions and their output forms return the same values in pulumi %s",
    async (...command) => {
      const before = await world.state();
      const both = calls.map(
        ([name, args]) => `
        see("${name}", () => fal.${name}(${JSON.stringify(args)}));
        see("${name}Output", () => fal.${name}Output(${JSON.stringify(args)}));`,
      );
      const seen = await run(stack, both.join("\n"), ...command);
      for (const [name, , result] of calls) {
        expect(seen[name], name).toEqual({ value: result });
        expect(seen[`${name}Output`], name).toEqual({ value: result, known: true, secret: false });
      }
      expect(JSON.stringify(seen)).not.toContain("never-shown");
      expect(await world.state()).toEqual(before);
    },
  );

  test("functions called at the same time send one request", async () => {
    await run(
      stack,
      `for (let i = 0; i < 20; i += 1) see(i, () => i % 2 ? fal.getApp({ name: "image-gen" }) : fal.getAppsOutput({ environment: "main" }));`,
    );
    expect(await sent()).toEqual(["GET /users/current", "ListAliases"]);
  });

  test("functions in an update return what the update created", async () => {
    const other = await world.stack();
    const seen = await run(
      other,
      `await fal.getSecrets();
       const secret = new fal.Secret("new", { name: "NEW", value: "v" });
       await see("after", () => fal.getSecretsOutput({}, { dependsOn: secret }));`,
      ...up,
    );
    expect(seen["after"]?.value).toMatchObject({ secrets: expect.arrayContaining(named("NEW")) });
    await other.destroy();
  });

  test("functions let the program's process end by itself", () => {
    expect(existsSync(join(stack.dir, "drained"))).toBe(true);
  });

  test("getRunners returns the runners of an environment or of the account", async () => {
    const seen = await run(
      stack,
      `see("staging", () => fal.getRunners({ environment: "staging" }));
       see("main", () => fal.getRunners({ environment: "main" }));
       see("all", () => fal.getRunners());`,
    );
    const runners = (...ids: string[]) => ({ runners: ids.map((runnerId) => expect.objectContaining({ runnerId })) });
    expect(seen["staging"]?.value).toEqual(runners("run-2"));
    expect(seen["main"]?.value).toEqual(runners("run-1"));
    expect(seen["all"]?.value).toEqual(runners("run-1", "run-2"));
  });

  test("functions accept resources as arguments and keep secrets secret", async () => {
    const seen = await run(
      stack,
      `const app = fal.App.get("found", "staging/image-gen");
       const environment = fal.Environment.get("found", "staging");
       see("revisions", () => fal.getAppRevisionsOutput({ app: pulumi.output(app) }));
       see("apps", () => fal.getAppsOutput({ environment }));
       see("secret", () => fal.getAppOutput({ name: pulumi.secret("image-gen") }));
       see("unknown app", () => fal.getAppOutput({ name: pulumi.secret("not-to-be-printed") }));`,
    );
    expect(seen["revisions"]?.value).toMatchObject({ environment: "staging", app: "image-gen" });
    expect(seen["apps"]?.value).toMatchObject({ environment: "staging", apps: [{ alias: "image-gen--staging" }] });
    expect(seen["secret"]).toEqual({ value: imageGen, known: true, secret: true });
    expect(seen["unknown app"]?.error).toMatch(/^getApp: .*does not exist/);
    expect(seen["unknown app"]?.error).not.toContain("not-to-be-printed");
  });

  test("functions do not write a secret argument to the debug log", async () => {
    const body = `process.env.FAL_LOG = "debug";
      see("revisions", () => fal.getAppRevisionsOutput({ app: pulumi.secret("not-to-be-printed") }));`;
    const { text } = await stack.source(program(body)).ok("preview");
    expect(text).toContain("fal: apps.revisions main/***: grpc ListApplications");
    expect(text).not.toContain("not-to-be-printed");
  });

  test("functions reject wrong arguments before any request and name the fix", async () => {
    const wrong: [call: string, error: RegExp][] = [
      ["getApp({})", /^getApp: `name` is required: set it to the app's name/],
      [
        'getApp({ name: "image-gen--staging" })',
        /^getApp: `name` must not carry a "--<environment>" suffix: put the part/,
      ],
      ['getApp({ name: "image-gen", enviroment: "main" })', /is not an input of getApp\. Did you mean "environment"\?/],
      ['getApps({ filter: "" })', /^getApps: `filter` must not be empty: leave it out/],
      ['getSecrets({ environment: "a/b" })', /^getSecrets: `environment` must not contain "\/"/],
      ['getRunners({ since: "yesterday" })', /^getRunners: `since` must be a time in ISO 8601/],
      ['getRunners({ state: "RUNNING" })', /^getRunners: `state` must be a list of states/],
      [
        'getAppRevisions({ app: "main/a", environment: "staging" })',
        /names another environment than `environment` does/,
      ],
      ['getRunnerHistory({ app: "a", timeframe: "year" })', /^getRunnerHistory: `timeframe` must be one of "minute"/],
      ['getAppAnalytics({ apps: ["a--b"] })', /must not carry a "--<environment>" suffix/],
      ['getUsage({ start: "last week" })', /^getUsage: `start` must be a date, or a time in ISO 8601/],
      ['getComputeInstance({ id: " " })', /^getComputeInstance: `id` must not be empty/],
      ['getFiles({ path: "../x" })', /^getFiles: `path` must not contain "\." or "\.\."/],
      ['getFiles({ path: "/etc" })', /^getFiles: `path` must be below \/data/],
      ['getApp({ name: pulumi.output("a") })', /^getApp: name is an Output or a resource: use getAppOutput/],
    ];
    const seen = await run(stack, wrong.map(([call], index) => `see(${index}, () => fal.${call});`).join("\n"));
    for (const [index, [call, error]] of wrong.entries()) expect(seen[index]?.error, call).toMatch(error);
    expect(await sent()).toEqual([]);
  });

  test("functions fail for objects that do not exist and name them", async () => {
    const seen = await run(
      stack,
      `see("app", () => fal.getApp({ name: "nothing", environment: "staging" }));
       see("machine", () => fal.getComputeInstanceOutput({ id: "inst_9" }));`,
    );
    expect(seen["app"]?.error).toMatch(/^getApp: App "staging\/nothing" does not exist in fal\. Deploy it first/);
    expect(seen["machine"]?.error).toMatch(
      /^getComputeInstance: GPU instance "inst_9" does not exist in this fal account/,
    );
  });

  test("an error of a function ends the program with one line", async () => {
    stack.source(program(`await fal.getApp({ name: "nothing" });`));
    const { text } = await stack.fails("preview");
    expect(text).toContain('error: getApp: App "main/nothing" does not exist in fal');
    expect(text).not.toMatch(/^\s+at /m);
    stack.source(program(`return { app: fal.getAppOutput({ name: "nothing" }) };`));
    expect((await stack.fails("preview")).text).toContain('error: getApp: App "main/nothing" does not exist in fal');
  });

  test("output forms are unknown in a preview while their dependencies do not exist", async () => {
    const fresh = await world.stack();
    const body = `
      const environment = new fal.Environment("new", { name: "new", forceDestroy: true });
      const secret = new fal.Secret("token", { name: "TOKEN", environment, value: "v" });
      class Group extends pulumi.ComponentResource {
        constructor() { super("test:index:Group", "group", {}); new fal.Secret("second", { name: "SECOND", environment, value: "v" }, { parent: this }); }
      }
      const group = new Group();
      see("resource", () => fal.getSecretsOutput({ environment }, { dependsOn: secret }));
      see("name", () => fal.getSecretsOutput({ environment: environment.name }, { dependsOn: [pulumi.output(secret)] }));
      see("dependsOn", () => fal.getEnvironmentsOutput({}, { dependsOn: [environment] }));
      see("component", () => fal.getSecretsOutput({ environment: "new" }, { dependsOn: group }));`;
    const unknown = { known: false, secret: false };
    await world.clearRequests();
    const preview = await run(fresh, body);
    expect(preview).toEqual({ resource: unknown, name: unknown, dependsOn: unknown, component: unknown });
    expect(await sent()).toEqual([]);

    const done = await run(fresh, body, ...up);
    for (const name of ["resource", "name"]) {
      expect(done[name], name).toMatchObject({
        known: true,
        value: { secrets: expect.arrayContaining(named("TOKEN")) },
      });
    }
    expect(done["dependsOn"]?.value).toMatchObject({ environments: expect.arrayContaining(named("new")) });
    expect(done["component"]?.value).toMatchObject({ secrets: expect.arrayContaining(named("SECOND")) });

    // Now it exists: a preview knows all.
    expect(Object.values(await run(fresh, body)).map(({ known }) => known)).toEqual([true, true, true, true]);
    await fresh.destroy();
  });

  test("resources can use results of functions, even if fal is slow", async () => {
    const slow = await World.start({ latencyMs: 400 });
    try {
      await slow.seed(seed);
      const other = await slow.stack();
      const body = `
        const app = fal.getAppOutput({ name: "image-gen" });
        new fal.Secret("input", { name: "REVISION", value: app.currentRevision });
        app.apply(({ url }) => new fal.Secret("later", { name: "URL", value: url }));`;
      await run(other, body, ...up);
      const made = (await slow.state()).secrets.map(({ name, value }) => [name, value]);
      expect(made).toEqual(
        expect.arrayContaining([
          ["REVISION", "rev-2"],
          ["URL", "https://fal.run/acme/image-gen"],
        ]),
      );
    } finally {
      await slow.close();
    }
  });
});

describe("the account that functions read", () => {
  const key = new Canary("the key of the stack's config", "a/b+", "=");
  const globexKey = new Canary("the key of an explicit provider");
  let acme: World;
  let globex: World;
  let stack: Stack;

  beforeAll(async () => {
    acme = await World.start({ owner: "acme" });
    globex = await World.start({ owner: "globex" });
    const admin = { alias: "admin", scope: "ADMIN" };
    await acme.seed({ ...seed, keys: [{ key_id: "first", key_secret: key.value, ...admin }] });
    await globex.seed({
      apps: [{ name: "globex-app", environment: "prod", revision: "rev-1" }],
      environments: [{ name: "prod" }],
      keys: [{ key_id: "second", key_secret: globexKey.value, ...admin }],
    });
    stack = await acme.stack({
      FAL_KEY: undefined,
      FAL_LOG: "debug",
      GLOBEX_KEY: `second:${globexKey.value}`,
      GLOBEX_API: globex.env.FAL_API_URL,
      GLOBEX_REST: globex.env.FAL_REST_URL,
      GLOBEX_GRPC: globex.env.FAL_GRPC_URL,
    });
    await stack.ok("config", "set", "--secret", "fal:apiKey", `first:${key.value}`);
  });
  beforeEach(async () => {
    await acme.clearRequests();
    await globex.clearRequests();
  });
  afterAll(async () => {
    await acme?.close();
    await globex?.close();
  });

  const provider = (more = "") => `new fal.Provider("globex", {
    apiKey: pulumi.secret("second:${globexKey.value}"), environment: "prod",
    apiUrl: "${globex.env.FAL_API_URL}", restUrl: "${globex.env.FAL_REST_URL}", grpcUrl: "${globex.env.FAL_GRPC_URL}", ${more} })`;
  const component = (name: string, options: string) =>
    `new pulumi.ComponentResource("test:index:Component", "${name}", {}, ${options})`;
  const ownerOf = (entry: Seen | undefined) =>
    (entry?.value as { apps?: { owner: string }[] })?.apps?.[0]?.owner ?? entry;

  test("functions use the account of the configuration, of the provider, or of the parent", async () => {
    const body = `
      const provider = ${provider()};
      const list = ${component("list", "{ providers: [provider] }")};
      const inner = ${component("inner", "{ parent: list }")};
      const plain = ${component("plain", "{}")};
      const custom = fal.Environment.get("prod", "prod", { provider });
      const envVarMappings = {
        GLOBEX_KEY: "FAL_KEY", GLOBEX_API: "FAL_API_URL", GLOBEX_REST: "FAL_REST_URL", GLOBEX_GRPC: "FAL_GRPC_URL" };
      const mapped = new fal.Provider("mapped", { environment: "prod" }, { envVarMappings });
      const transformations = [({ props, opts }) => ({ props, opts: { ...opts, envVarMappings } })];
      const transformed = new fal.Provider("transformed", { environment: "prod" }, { transformations });
      see("mapped", () => fal.getApps({}, { provider: mapped }));
      see("transformed", () => fal.getAppsOutput({}, { provider: transformed }));
      see("default", () => fal.getApps());
      see("plain parent", () => fal.getAppsOutput({}, { parent: plain }));
      see("option", () => fal.getApps({}, { provider }));
      see("option, output", () => fal.getAppsOutput({}, { provider }));
      see("parent", () => fal.getApps({}, { parent: list }));
      see("parent's parent", () => fal.getAppsOutput({}, { parent: inner }));
      see("custom parent", () => fal.getApps({}, { parent: custom }));`;
    for (const command of [["preview"], up]) {
      const seen = await run(stack, body, ...command);
      const owners = Object.fromEntries(Object.entries(seen).map(([name, entry]) => [name, ownerOf(entry)]));
      expect(owners).toEqual({
        default: "acme",
        "plain parent": "acme",
        option: "globex",
        "option, output": "globex",
        parent: "globex",
        "parent's parent": "globex",
        "custom parent": "globex",
        mapped: "globex",
        transformed: {
          error: expect.stringMatching(/^getApps: its provider has transforms, which may set envVarMappings/),
        },
      });
      // A secret key makes no secret of what it can read.
      expect(seen["option, output"]?.secret).toBe(false);
    }
  });

  test("functions send nothing while the provider's inputs are unknown", async () => {
    const other = await acme.stack();
    const body = `
      const key = new fal.ApiKey("key", { alias: "made", preset: "FULL" });
      const provider = new fal.Provider("made", { apiKey: key.key });
      see("output", () => fal.getAppsOutput({}, { provider }));
      see("promise", () => fal.getApps({}, { provider }));`;
    await acme.clearRequests();
    const preview = await run(other, body);
    expect(preview["output"]).toEqual({ known: false, secret: false });
    expect(preview["promise"]?.error).toMatch(
      /^getApps: inputs of the provider are not known yet in this preview: use getAppsOutput/,
    );
    expect(await acme.requests()).toEqual([]);
    const done = await run(other, body, ...up);
    expect([ownerOf(done["output"]), ownerOf(done["promise"])]).toEqual(["acme", "acme"]);
    await other.destroy();
  });

  test("functions never use another account than their options name", async () => {
    const seen = await run(
      stack,
      `const foreign = new pulumi.ProviderResource("pulumi-nodejs", "foreign", {});
       const group = ${component("group", "{ providers: [foreign] }")};
       const wrongOwner = ${provider('owner: "initech"')};
       see("provider", () => fal.getApps({}, { provider: foreign }));
       see("parent", () => fal.getAppsOutput({}, { parent: group }));
       see("owner", () => fal.getApps({}, { provider: wrongOwner }));`,
    );
    // The plugin's resources have a package of their own, so that parent has no provider for them.
    for (const name of defaultHost === "dynamic" ? ["provider", "parent"] : ["provider"]) {
      expect(seen[name]?.error).toMatch(/^getApps: its provider, from .*, is not a fal\.Provider: give it one/);
    }
    expect(seen["owner"]?.error).toMatch(/belongs to the fal account "globex", but the provider expects "initech"/);
    if (defaultHost === "dynamic") expect(await acme.requests()).toEqual([]);
    expect((await globex.requests()).map(({ path }) => path)).toEqual(["/users/current"]);
  });

  test("functions fail if the stack disables default providers", async () => {
    const other = await acme.stack();
    await other.ok("config", "set", "--path", "pulumi:disable-default-providers[0]", "*");
    const seen = await run(
      other,
      `const provider = ${provider()};
       see("default", () => fal.getApps());
       see("provider", () => fal.getApps({}, { provider }));`,
    );
    expect(seen["default"]?.error).toMatch(/^getApps: the stack's config disables the default provider/);
    expect(ownerOf(seen["provider"])).toBe("globex");
    expect(await acme.requests()).toEqual([]);
  });

  test("functions without a credential fail and name the places searched", async () => {
    const other = await acme.stack({ FAL_KEY: undefined });
    const seen = await run(other, `see("app", () => fal.getApp({ name: "image-gen" }));`);
    expect(seen["app"]?.error).toMatch(/^getApp: .*FAL_KEY/);
    expect(seen["app"]?.cause).toBe("FalAuthenticationError");
  });

  test("functions print no keys", async () => {
    const body = `
      const provider = ${provider()};
      const apps = fal.getAppsOutput({}, { provider });
      return { apps, file: await fal.getFiles(), own: apps.apply(() => JSON.stringify(Object.keys(provider))) };`;
    const canaries = [key, globexKey];
    for (const command of [
      ["preview", "--diff"],
      [...up, "--diff"],
    ]) {
      const { text } = await stack.source(program(body)).ok(...command);
      expect(text).toContain("fal: apps.list prod: grpc ListAliases");
      expect(found(text, canaries)).toEqual([]);
    }
    expect(found(stack.stateFile(), canaries)).toEqual([]);
    expect(found((await stack.ok("stack", "output", "--json")).stdout, canaries)).toEqual([]);
    for (const world of [acme, globex]) expect(found(JSON.stringify(await world.requests()), canaries)).toEqual([]);

    const detail = `no such key: Key first:${key.value}`;
    await acme.faults([{ match: { transport: "rest" }, times: 100, fault: { status: 401, body: { detail } } }]);
    const { text } = await stack.source(program(`await fal.getApp({ name: "image-gen" });`)).fails("preview");
    await acme.faults([]);
    expect(text).toMatch(/error: getApp: .*no such key/);
    expect(found(text, canaries)).toEqual([]);
  });
});
