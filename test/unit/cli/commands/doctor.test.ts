import { stripVTControlCharacters } from "node:util";
import { describe, expect, test, vi } from "vitest";
import type { Terminal } from "../../../../src/cli/command-line/command";
import { type Check, checks } from "../../../../src/cli/commands/doctor/checks";
import type { HostInfo } from "../../../../src/cli/commands/doctor/host";
import { doctor, runChecks } from "../../../../src/cli/commands/doctor/run";
import { inWords, ours, satisfies } from "../../../../src/cli/commands/doctor/versions";
import { FalAuthenticationError, FalPermissionError } from "../../../../src/client/errors";
import { ProxyError } from "../../../../src/client/internal/tunnel";
import { Redacted } from "../../../../src/client/redacted";
import { NodeVersionError } from "../../../../src/node";

const endpoints = {
  apiUrl: "https://api.fal.ai/v1",
  restUrl: "https://rest.alpha.fal.ai",
  grpcUrl: "https://api.alpha.fal.ai",
};

const project = {
  file: "/infra/Pulumi.yaml",
  runtime: "nodejs",
  usesPlugin: false,
  hasProgram: false,
  hasPlugins: false,
};

/** A machine that passes all checks. */
const healthy: HostInfo = {
  windows: false,
  nodeVersion: "24.1.0",
  env: {},
  cwd: "/infra",
  clone: undefined,
  package: (name) => ({ version: name === "@pulumi/pulumi" ? "3.276.0" : "0.1.0", complete: true }),
  pulumiVersion: async () => "v3.259.0",
  project: () => project,
  config: async () => new Map(),
  plugin: () => undefined,
  codeInState: async () => ({ foreign: [], others: [] }),
  isBesidePulumi: () => true,
  deployedCode: async () => [],
  falCommand: async () => "/usr/bin/fal",
  credential: () => ({ keyId: "key-1", source: "FAL_KEY" }),
  endpoints: () => endpoints,
  proxy: () => undefined,
  tunnel: async () => undefined,
  restStatus: async () => 404,
  http2: async () => undefined,
  account: async () => "acme",
  billing: async () => ({ username: "acme", credits: { currentBalance: 24.5, currency: "USD" } }),
  key: async () => ({ keyId: "key-1", alias: "ci", scope: "ADMIN" }),
  refusedUses: async () => [],
};

function refused(code: string): Error {
  return new TypeError("fetch failed", { cause: Object.assign(new Error("connect"), { code }) });
}

function refusedFor(refusal: "account" | "feature" | "rights", reason: string): FalPermissionError {
  return new FalPermissionError(`Could not: fal answered 403: ${reason}`, { refusal, reason });
}

/** The findings by name, without the times. */
async function findings(facts: Partial<HostInfo>) {
  const checked = await runChecks(checks, { ...healthy, ...facts }, new AbortController().signal, 5_000);
  return Object.fromEntries(
    checked.map(({ name, ...finding }) => [name, { ...finding, detail: finding.detail.replace(/\d+ ms/, "N ms") }]),
  );
}

async function failures(facts: Partial<HostInfo>) {
  return Object.fromEntries(Object.entries(await findings(facts)).filter(([, { ok }]) => !ok));
}

async function said(machine: HostInfo, json = false, screen: Pick<Terminal, "columns" | "color"> = {}) {
  const out: string[] = [];
  const terminal: Terminal = {
    out: (line) => out.push(line),
    note: (line) => out.push(`note: ${line}`),
    cwd: machine.cwd,
    env: machine.env,
    signal: new AbortController().signal,
    ...screen,
  };
  return { code: await doctor({ json }, terminal, machine), out };
}

describe("a healthy project", () => {
  test("doctor lists everything that it found in a healthy project", async () => {
    expect(await findings({})).toEqual({
      Node: { ok: true, detail: `24.1.0; needs ${inWords(ours.engines.node)}` },
      "Pulumi SDK": { ok: true, detail: "3.276.0; needs 3.216.0 or newer, below 4" },
      "Pulumi CLI": { ok: true, detail: "v3.259.0" },
      "Pulumi's Node host": { ok: true, detail: "beside the CLI or on PATH" },
      "pulumi-fal/dynamic": { ok: true, detail: "0.1.0, found from /infra" },
      plugin: { ok: true, detail: "not used: the selected stack uses Pulumi's dynamic provider" },
      state: { ok: true, detail: "the selected stack contains no code but pulumi-fal's own" },
      credential: { ok: true, detail: "from FAL_KEY, key id key-1" },
      account: { ok: true, detail: "acme" },
      "scope of the key": { ok: true, detail: "ADMIN" },
      "rights of the key": { ok: true, detail: "it may read everything; doctor does not try changes" },
      balance: { ok: true, detail: "24.5 USD" },
      proxy: { ok: true, detail: "none: fal's hosts are reached directly" },
      "platform API": { ok: true, detail: "https://api.fal.ai/v1 answered in N ms" },
      "REST host": { ok: true, detail: "https://rest.alpha.fal.ai answered in N ms" },
      "gRPC host": { ok: true, detail: "https://api.alpha.fal.ai answered in N ms" },
      "fal CLI": { ok: true, detail: "/usr/bin/fal" },
    });
  });

  test("doctor exits with code 0 if all checks pass", async () => {
    const { code, out } = await said(healthy);
    expect([code, out.at(-1)]).toEqual([0, "All checks passed."]);
    expect(out[0]).toMatch(/^✓ {2}Node +24\.1\.0;/);
  });
});

test("doctor shows an empty or unreadable balance without failing", async () => {
  const balance = async (billing: HostInfo["billing"]) => (await findings({ billing }))["balance"];
  expect(await balance(async () => ({ username: "acme", credits: { currentBalance: 0, currency: "USD" } }))).toEqual({
    ok: true,
    detail: "0 USD; fal locks accounts that have exhausted theirs",
    fix: expect.stringMatching(/dashboard\/billing/),
  });
  expect(await balance(() => Promise.reject(refusedFor("rights", "Access denied")))).toEqual({
    ok: true,
    detail: 'this key may not read it: "Access denied"',
  });
});

test("doctor shows that a key cannot be used for usage, or that the account lacks a feature, without failing", async () => {
  const rights = async (...refused: Awaited<ReturnType<HostInfo["refusedUses"]>>) =>
    (await findings({ refusedUses: async () => refused }))["rights of the key"];
  expect(await rights({ uses: ["getUsage"], optional: true, error: refusedFor("rights", "Access denied") })).toEqual({
    ok: true,
    detail: 'this key cannot be used for getUsage: "Access denied"',
    fix: expect.stringMatching(/it needs ADMIN scope$/),
  });
  const noCompute = refusedFor("feature", "Compute is not enabled");
  expect(await rights({ uses: ["ComputeInstance"], optional: false, error: noCompute })).toEqual({
    ok: true,
    detail: 'the account lacks ComputeInstance: "Compute is not enabled"',
    fix: expect.stringMatching(/^https:\/\/fal\.ai\/support /),
  });
});

test("doctor shows that the state was not checked, and counts dynamic resources of other packages", async () => {
  const nowhere = async () => {
    throw new Error("There is no Pulumi project in this folder.");
  };
  expect((await findings({ codeInState: nowhere }))["state"]).toEqual({
    ok: true,
    detail: "not checked: There is no Pulumi project in this folder.",
  });
  const others = async () => ({ foreign: [], others: ["urn:a", "urn:b"] });
  expect((await findings({ codeInState: others }))["state"]?.detail).toBe(
    "the selected stack contains no code but pulumi-fal's own, and the code of 2 dynamic resources of other packages",
  );
});

describe("the plugin", () => {
  const withBlock = () => ({
    ...project,
    hasPlugins: true,
    plugin: { block: "plugins", path: "node_modules/pulumi-fal/plugin" } as const,
  });
  const config = async () => new Map([["fal:plugin", "true"]]);
  const folder = "/infra/node_modules/pulumi-fal/plugin";
  const plugin = () => ({ by: "plugins of the project file", folder, version: ours.version });

  test.each<[string, Partial<HostInfo>, string]>([
    [
      "a stack that could use it",
      { project: withBlock },
      "not used: the selected stack uses Pulumi's dynamic provider; to use it: pulumi config set fal:plugin true",
    ],
    [
      "a stack that moved back",
      { config: async () => new Map([["fal:plugin", "false"]]) },
      "not used: the selected stack uses Pulumi's dynamic provider",
    ],
    [
      "a stack that uses it",
      { project: withBlock, config, plugin },
      `the selected stack uses it: ${ours.version}, found through plugins of the project file in ${folder}`,
    ],
    [
      "no stack",
      { config: () => Promise.reject(new Error("No stack is selected.")) },
      "not checked: No stack is selected.",
    ],
  ])("doctor tells the form of %s", async (_what, facts, detail) => {
    expect((await findings(facts))["plugin"]).toEqual({ ok: true, detail });
  });

  test("doctor asks of a program in another language only for the plugin", async () => {
    const inPython = () => ({ ...withBlock(), runtime: "python" });
    const nothing = {
      package: () => undefined,
      isBesidePulumi: () => false,
      config: () => Promise.reject(new Error()),
    };
    const found = await findings({ ...nothing, project: inPython, plugin });
    expect(found["plugin"]?.detail).toMatch(/^programs in python use it: /);
    for (const name of ["Pulumi SDK", "Pulumi's Node host", "pulumi-fal/dynamic"]) {
      expect(found[name]).toEqual({ ok: true, detail: "not needed: programs in python use the plugin" });
    }
  });

  const append =
    /^printf '\\nplugins:\\n {2}providers:\\n {4}- name: fal\\n {6}path: \S+\/plugin\\n' >> \/infra\/Pulumi\.yaml$/;
  const line = /^plugins: \{ providers: \[\{ name: fal, path: "\S+\/plugin" \}\] \} {3}# in Pulumi\.yaml$/;
  test.each<[string, Partial<HostInfo>, RegExp, RegExp]>([
    ["no plugin", { config }, /^the selected stack uses it, and Pulumi does not find it$/, append],
    ["no plugin on Windows", { config, windows: true }, /does not find it$/, line],
    [
      "a wrong path",
      { config, project: withBlock, plugin: () => ({ by: "plugins", folder: "/nowhere" }) },
      /uses it, but it is not in \/nowhere$/,
      line,
    ],
    [
      "a plugin of another version",
      { config, plugin: () => ({ ...plugin(), version: "0.0.9", by: "PATH" }) },
      /: 0\.0\.9, found through PATH in \S+, but this package is \d/,
      append,
    ],
    [
      "a wrong setting",
      { config: async () => new Map([["fal:plugin", "yes"]]) },
      /^fal:plugin must be true or false, not "yes"$/,
      /^pulumi config set fal:plugin true$/,
    ],
    [
      "a broken project file",
      {
        project: () => {
          throw new Error("Could not read Pulumi.yaml: bad indentation");
        },
      },
      /^Could not read Pulumi\.yaml: bad indentation$/,
      /^pulumi config {3}# /,
    ],
  ])("doctor names the fix for %s", async (_what, facts, detail, fix) => {
    expect(await failures(facts)).toEqual({
      plugin: { ok: false, detail: expect.stringMatching(detail), fix: expect.stringMatching(fix) },
    });
  });
});

describe("problems and their fixes", () => {
  test.each<[string, Partial<HostInfo>, Record<string, { detail: string | RegExp; fix: string | RegExp }>]>([
    ["an old Node", { nodeVersion: "22.18.9" }, { Node: { detail: /^22\.18\.9; /, fix: /^nvm install 24/ } }],
    [
      "a Node that is too old for the client",
      {
        nodeVersion: "20.20.2",
        account: () => Promise.reject(new NodeVersionError("20.20.2", "/usr/bin/node")),
        key: () => Promise.reject(new NodeVersionError("20.20.2", "/usr/bin/node")),
      },
      {
        Node: { detail: /^20\.20\.2; /, fix: /^nvm install 24/ },
        account: {
          detail: /needs Node 22\.19\.0 or newer, but \/usr\/bin\/node is Node 20\.20\.2/,
          fix: /^nvm install 24/,
        },
        "scope of the key": { detail: /needs Node 22\.19\.0 or newer/, fix: /^nvm install 24/ },
      },
    ],
    [
      "an old SDK",
      { package: (name) => ({ version: name === "@pulumi/pulumi" ? "3.215.9" : "0.1.0", complete: true }) },
      { "Pulumi SDK": { detail: /^3\.215\.9; /, fix: 'npm install "@pulumi/pulumi@^3.216.0"' } },
    ],
    [
      "an SDK of a future major version",
      { package: (name) => ({ version: name === "@pulumi/pulumi" ? "4.0.0" : "0.1.0", complete: true }) },
      { "Pulumi SDK": { detail: /^4\.0\.0; /, fix: 'npm install "@pulumi/pulumi@^3.216.0"' } },
    ],
    [
      "foreign code in the state",
      {
        codeInState: async () => ({
          foreign: [{ urn: "urn:pulumi:prod::p::t::image", where: ["outputs"] }],
          others: [],
        }),
      },
      {
        state: {
          detail: /^The state contains code that is not pulumi-fal's, in image \(outputs\)/,
          fix: /^pulumi stack export/,
        },
      },
    ],
    [
      "missing packages",
      { package: () => undefined },
      {
        "Pulumi SDK": { detail: "@pulumi/pulumi is not found from /infra", fix: /^npm install "@pulumi/ },
        "pulumi-fal/dynamic": {
          detail: "is not found from /infra, where the provider looks for it",
          fix: /^npm pack --ignore-scripts \S+ && npm install \.\/pulumi-fal-\d+\.\d+\.\d+\.tgz$/,
        },
      },
    ],
    [
      "an incomplete package",
      {
        package: (name, module) => ({
          version: name === "pulumi-fal" ? "0.0.1" : "3.216.0",
          complete: module === undefined,
        }),
      },
      { "pulumi-fal/dynamic": { detail: /^0\.0\.1 is incomplete/, fix: /^npm pack --ignore-scripts / } },
    ],
    [
      "a missing Pulumi CLI",
      { pulumiVersion: () => Promise.reject(new Error("there is none")) },
      { "Pulumi CLI": { detail: "there is none", fix: "curl -fsSL https://get.pulumi.com | sh" } },
    ],
    [
      "a missing Node host on Windows",
      { windows: true, isBesidePulumi: (name) => name !== "pulumi-language-nodejs" },
      { "Pulumi's Node host": { detail: /^pulumi-language-nodejs not found /, fix: "winget install pulumi" } },
    ],
    [
      "a missing credential, and sends no requests",
      {
        credential: () => {
          throw new FalAuthenticationError("No fal credential found.");
        },
        account: () => Promise.reject(new Error("asked")),
        key: () => Promise.reject(new Error("asked")),
      },
      {
        credential: { detail: "No fal credential found.", fix: /^export FAL_KEY="/ },
        account: { detail: "needs a usable credential", fix: /^export FAL_KEY="/ },
        "scope of the key": { detail: "needs a usable credential", fix: /^export FAL_KEY="/ },
        "rights of the key": { detail: "needs a usable credential", fix: /^export FAL_KEY="/ },
        balance: { detail: "needs a usable credential", fix: /^export FAL_KEY="/ },
      },
    ],
    [
      "a key that fal rejects",
      { account: () => Promise.reject(new FalAuthenticationError("refused")) },
      { account: { detail: "refused", fix: /^export FAL_KEY="/ } },
    ],
    [
      "a failed request for the account",
      { account: () => Promise.reject(new Error("503")) },
      { account: { detail: "503", fix: /^curl --verbose https:\/\/rest\.alpha\.fal\.ai / } },
    ],
    [
      "a key with the scope API",
      { key: async () => ({ keyId: "key-1", alias: "ci", scope: "API" }) },
      {
        "scope of the key": {
          detail: "API; managing an account needs a key with ADMIN scope",
          fix: /^export FAL_KEY="/,
        },
      },
    ],
    [
      "a key that cannot list keys",
      { key: () => Promise.reject(new FalPermissionError("no")) },
      { "scope of the key": { detail: /^this key may not list the account's keys/, fix: /^export FAL_KEY="/ } },
    ],
    [
      "a locked account, not for the key, and quotes fal's reason",
      {
        account: () => Promise.reject(refusedFor("account", "User is locked. Reason: Exhausted balance.")),
        key: () => Promise.reject(refusedFor("account", "User is locked. Reason: Exhausted balance.")),
        refusedUses: () => Promise.reject(refusedFor("account", "User is locked. Reason: Exhausted balance.")),
        billing: () => Promise.reject(refusedFor("account", "User is locked. Reason: Exhausted balance.")),
      },
      Object.fromEntries(
        ["account", "scope of the key", "rights of the key", "balance"].map((name) => [
          name,
          {
            detail: 'fal has locked the account, so no key of it works: "User is locked. Reason: Exhausted balance."',
            fix: /^https:\/\/fal\.ai\/dashboard\/billing /,
          },
        ]),
      ),
    ],
    [
      "an account that lacks a feature",
      { key: () => Promise.reject(refusedFor("feature", "Keys are not enabled for this account")) },
      {
        "scope of the key": {
          detail: 'this key may not list the account\'s keys: "Keys are not enabled for this account"',
          fix: /^https:\/\/fal\.ai\/support /,
        },
      },
    ],
    [
      "a key that may not be used for some resources",
      {
        refusedUses: async () => [
          { uses: ["ApiKey"], optional: false, error: refusedFor("rights", "Access denied") },
          { uses: ["`pulumi-fal usage`"], optional: true, error: refusedFor("rights", "Access denied") },
          { uses: ["ComputeInstance"], optional: false, error: refusedFor("feature", "Compute is not enabled") },
        ],
      },
      {
        "rights of the key": {
          detail:
            'this key cannot be used for ApiKey and `pulumi-fal usage`; for ApiKey, fal answers "Access denied"; the account lacks ComputeInstance: "Compute is not enabled"',
          fix: /^export FAL_KEY=".*; it needs ADMIN scope$/,
        },
      },
    ],
    [
      "a host name that is not found",
      { restStatus: (url) => (url === endpoints.apiUrl ? Promise.reject(refused("ENOTFOUND")) : Promise.resolve(200)) },
      {
        "platform API": {
          detail: "https://api.fal.ai/v1 cannot be reached: its name is not found (ENOTFOUND)",
          fix: /^curl --verbose https:\/\/api\.fal\.ai\/v1 /,
        },
      },
    ],
    [
      "a host that a setting names",
      { env: { FAL_HOST: "h", FAL_GRPC_HOST: "g" }, http2: () => Promise.reject(refused("ECONNREFUSED")) },
      {
        "gRPC host": {
          detail: "https://api.alpha.fal.ai cannot be reached: nothing listens there (ECONNREFUSED)",
          fix: "unset FAL_GRPC_HOST   # or correct it",
        },
      },
    ],
    [
      "an untrusted certificate",
      { http2: () => Promise.reject(refused("DEPTH_ZERO_SELF_SIGNED_CERT")) },
      { "gRPC host": { detail: /its certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)$/, fix: /^curl/ } },
    ],
    [
      "a proxy that responds instead of fal",
      { restStatus: async (url) => (url === endpoints.restUrl ? 502 : 401) },
      { "REST host": { detail: "https://rest.alpha.fal.ai answered 502 in N ms", fix: /^curl/ } },
    ],
  ])("doctor names the fix for %s", async (_what, facts, expected) => {
    const failed = await failures(facts);
    expect(Object.keys(failed)).toEqual(Object.keys(expected));
    for (const [name, { detail, fix }] of Object.entries(expected)) {
      expect(failed[name]?.detail).toMatch(detail);
      expect(failed[name]?.fix).toMatch(fix);
      if (typeof detail === "string") expect(failed[name]?.detail).toBe(detail);
    }
  });

  const local = { apiUrl: "http://127.0.0.1:4600/v1", restUrl: "http://localhost:4600", grpcUrl: "http://[::1]:4601" };
  const atPorts = { apiUrl: "http://127.0.0.1:1/v1", restUrl: "http://127.0.0.1:1", grpcUrl: "http://127.0.0.1:2" };
  const gone = () => Promise.reject(refused("ECONNREFUSED"));
  const elsewhere = (name: string) => (name === "fal-emulator" ? undefined : healthy.package(name));

  test.each<[string, Partial<HostInfo>, string]>([
    ["in a project that has it", { endpoints: () => local }, "npx --no -- fal-emulator   # in another terminal"],
    [
      "on other ports",
      { endpoints: () => atPorts },
      "npx --no -- fal-emulator --port 1 --grpc-port 2   # in another terminal",
    ],
    [
      "without it",
      { endpoints: () => local, package: elsewhere },
      "npm run emulator   # in a clone of pulumi-fal, in another terminal",
    ],
    [
      "from a clone",
      { endpoints: () => atPorts, clone: "/my clone" },
      'npm --prefix "/my clone" run emulator -- --port 1 --grpc-port 2   # in another terminal',
    ],
  ])("doctor explains how to start fal-emulator %s", async (_where, facts, command) => {
    const env = { FAL_API_URL: "http://127.0.0.1" };
    const http2 = vi.fn(gone);
    const failed = await failures({ ...facts, env, restStatus: gone, http2, account: gone });
    // The check of the gRPC host, and one look for all four suggestions.
    expect(http2).toHaveBeenCalledTimes(2);
    expect(Object.fromEntries(Object.entries(failed).map(([name, { fix }]) => [name, fix]))).toEqual({
      account: command,
      "platform API": `${command}; or unset FAL_API_URL`,
      "REST host": command,
      "gRPC host": command,
    });
  });

  test.each<[string, Partial<HostInfo>]>([
    ["another failure", { endpoints: () => local, restStatus: () => Promise.reject(refused("ECONNRESET")) }],
    ["hosts of fal", { restStatus: gone, http2: gone, account: gone }],
    ["one of three addresses", { endpoints: () => local, http2: gone }],
    ["one host of fal", { endpoints: () => ({ ...local, grpcUrl: endpoints.grpcUrl }), restStatus: gone, http2: gone }],
  ])("doctor does not suggest fal-emulator for %s", async (_what, facts) => {
    const failed = await failures(facts);
    expect(failed).not.toEqual({});
    expect(JSON.stringify(failed)).not.toContain("emulator");
  });

  test("doctor shows the proxy of each host without its password", async () => {
    const proxy = { url: "http://proxy.corp:3128", source: "HTTPS_PROXY", credential: new Redacted("jo:proxy-canary") };
    const found = await findings({ proxy: (url) => (url === endpoints.grpcUrl ? undefined : proxy) });
    expect(found["proxy"]).toEqual({
      ok: true,
      detail:
        "api.fal.ai through http://proxy.corp:3128 (HTTPS_PROXY), rest.alpha.fal.ai through http://proxy.corp:3128 (HTTPS_PROXY), api.alpha.fal.ai directly",
    });
  });

  test("doctor reports a rejecting proxy at the proxy and at the hosts behind it", async () => {
    const proxy = { url: "http://proxy.corp:3128", source: "HTTPS_PROXY", credential: undefined };
    const failure = {
      code: "connection",
      answer: "it answered 407",
      advice: "Set it.",
      delivery: "unsent",
      transient: false,
    } as const;
    const refused = () => Promise.reject(new ProxyError(failure));
    const failed = await failures({ proxy: () => proxy, tunnel: refused, http2: refused, restStatus: refused });
    expect(Object.keys(failed)).toEqual(["proxy", "platform API", "REST host", "gRPC host"]);
    for (const finding of Object.values(failed)) {
      expect(finding).toEqual({ ok: false, detail: "it answered 407", fix: "Set it." });
    }
  });

  test("doctor reports a setting that is not an address", async () => {
    const failed = await failures({
      env: { FAL_API_URL: "ftp://x" },
      endpoints: () => {
        throw new Error("FAL_API_URL must be an https: address");
      },
    });
    expect(failed["platform API"]).toEqual({
      ok: false,
      detail: "FAL_API_URL must be an https: address",
      fix: "unset FAL_API_URL   # or correct it",
    });
    expect(failed["gRPC host"]?.fix).toMatch(/^env \| grep \^FAL_/);
  });
});

test("doctor lists missing optional tools without failing", async () => {
  const machine = {
    ...healthy,
    falCommand: async () => Promise.reject(new Error("The fal CLI was not found.")),
    pulumiVersion: async () => "v3.220.0",
  };
  const { code, out } = await said(machine);
  expect(code).toBe(0);
  expect(out.join("\n")).toMatch(
    /^- {2}Pulumi CLI +v3\.220\.0; importing an account needs 3\.254\.0 or newer\n {5}curl /m,
  );
  expect(out.join("\n")).toMatch(
    /^- {2}fal CLI +The fal CLI was not found\. It is only needed to deploy code\.\n {5}pip install /m,
  );
  const json = JSON.parse((await said(machine, true)).out.join("")) as { checks: { name: string }[] };
  expect(json.checks.find(({ name }) => name === "fal CLI")).toEqual({
    name: "fal CLI",
    ok: true,
    detail: "The fal CLI was not found. It is only needed to deploy code.",
    fix: 'pip install -U "fal>=1.83"',
  });
});

test("doctor needs the fal CLI if the stack deploys code, for each folder", async () => {
  const deployedCode = async () => [{ folder: "a" }, { folder: "b", fal: "fal" }];
  const falCommand = async ({ folder }: { folder?: string }) => `/srv/${folder}/.venv/bin/fal`;
  expect((await findings({ deployedCode, falCommand }))["fal CLI"]).toEqual({
    ok: true,
    detail: "/srv/a/.venv/bin/fal, /srv/b/.venv/bin/fal; the selected stack deploys 2 apps with it",
  });
  const tooOld = async () => Promise.reject(new Error("the fal CLI has version 1.70, but 1.83 or later is needed"));
  expect((await findings({ deployedCode, falCommand: tooOld }))["fal CLI"]).toEqual({
    ok: false,
    detail: "the fal CLI has version 1.70, but 1.83 or later is needed",
    fix: 'pip install -U "fal>=1.83"',
  });
});

test("doctor exits with code 3 if a check fails and prints the fix below it", async () => {
  const { code, out } = await said({ ...healthy, nodeVersion: "18.20.0" });
  expect(code).toBe(3);
  expect(out[0]).toMatch(/^✗ {2}Node +18\.20\.0;/);
  expect(out[1]).toBe("     nvm install 24   # or an installer from https://nodejs.org");
  expect(out.at(-1)).toBe("1 of 17 checks failed.");
});

test("doctor fits its lines to the terminal, and colors its signs", async () => {
  const missing = { ...healthy, nodeVersion: "18.20.0" };
  const plain = (await said(missing)).out;
  const { out } = await said(missing, false, { columns: 40, color: true });
  expect(out[0]).toBe(
    "\u001b[31m✗\u001b[39m  Node                18.20.0; needs\n                       22.19.0 or newer",
  );
  const words = (lines: readonly string[]) =>
    stripVTControlCharacters(lines.join(" "))
      .split(/\s+/)
      // The times of the hosts' answers.
      .map((word) => word.replace(/^\d+$/, "N"));
  expect(words(out)).toEqual(words(plain));
});

test("doctor makes control characters in account names visible", async () => {
  const { out } = await said({ ...healthy, account: async () => "evil\u001b[2J\nname" });
  expect(out.join("\n")).toContain("evil␛[2J↵name");
});

describe("slow checks", () => {
  const hanging: Check = { name: "hangs", fix: () => "wait", run: () => new Promise(() => undefined) };
  const quick: Check = { name: "is quick", fix: () => "", run: async () => ({ ok: true, detail: "done" }) };

  test("a slow check fails after its time limit and does not delay the others", async () => {
    expect(await runChecks([hanging, quick], healthy, new AbortController().signal, 20)).toEqual([
      { name: "hangs", ok: false, detail: "No response within 0.02 s.", fix: "wait" },
      { name: "is quick", ok: true, detail: "done" },
    ]);
  });

  test("a slow check ends on Ctrl-C", async () => {
    const interrupted = new AbortController();
    setTimeout(() => interrupted.abort(new Error("interrupted")), 20);
    const [first] = await runChecks([hanging], healthy, interrupted.signal, 600_000);
    expect(first).toMatchObject({ ok: false, detail: "interrupted" });
  });
});

describe("versions", () => {
  test.each([
    ["22.19.0", ">=22.19.0", true],
    ["22.18.9", ">=22.19.0", false],
    ["22.100.0", ">=22.19.0", true],
    ["26.0.0", ">=22.19.0", true],
    ["3.216.0", "^3.216.0", true],
    ["3.1000.2-dev+build", "^3.216.0", true],
    ["3.99.1000", "^3.216.0", false],
    ["4.0.0", "^3.216.0", false],
    ["v3.259.0", ">=3.254.0", true],
    ["none at all", ">=3.254.0", false],
  ])('satisfies("%s", "%s") is %s', (version, range, expected) => {
    expect(satisfies(version, range)).toBe(expected);
  });

  test("the ranges of package.json are supported", () => {
    expect(satisfies("24.0.0", ours.engines.node)).toBe(true);
    expect(satisfies("3.300.0", ours.peerDependencies["@pulumi/pulumi"] ?? "")).toBe(true);
    expect(() => satisfies("1.0.0", "1.x || 2.x")).toThrow("not supported");
  });
});
