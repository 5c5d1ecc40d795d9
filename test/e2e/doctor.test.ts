import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { Canary, found } from "./support/canary";
import { pulumiFal } from "./support/pulumi-fal";
import { cliEnvironment, defaultHost, type Stack } from "./support/stack";
import { World } from "./support/world";

const result = z.strictObject({
  checks: z.array(
    z.strictObject({ name: z.string(), ok: z.boolean(), detail: z.string(), fix: z.string().optional() }),
  ),
});

let world: World;
let stack: Stack;
let env: Record<string, string>;
const secret = new Canary("the key's secret");
const printed: string[] = [];

beforeAll(async () => {
  world = await World.start();
  stack = await world.stack();
  await world.seed({ keys: [{ key_id: "ops", key_secret: secret.value, scope: "ADMIN" }] });
  env = { ...world.env, FAL_KEY: `ops:${secret.value}` };
});
afterAll(() => world.close());

async function doctor(more: Record<string, string | undefined> = {}, cwd = stack.dir) {
  // The machine's own home and fal CLI must not affect the result.
  const all = { ...env, HOME: stack.dir, ...more };
  const { code, out, notes } = await pulumiFal(cwd, all, "doctor", "--json");
  printed.push(out, notes);
  expect(notes).toBe("");
  const { checks } = result.parse(JSON.parse(out));
  const failed = checks.filter(({ ok }) => !ok);
  expect(code).toBe(failed.length === 0 ? 0 : 3);
  for (const { name, fix } of failed) expect(fix, name).toMatch(/\S/);
  return { checks, failed: Object.fromEntries(failed.map(({ name, ...rest }) => [name, rest])) };
}

describe("pulumi-fal doctor", () => {
  /** What `pulumi` needs to find the stack. */
  function stackEnvironment() {
    const { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, PULUMI_STACK } = cliEnvironment(stack.dir, stack.backend);
    const PULUMI_HOME = process.env["PULUMI_HOME"] ?? join(homedir(), ".pulumi");
    return { PULUMI_BACKEND_URL, PULUMI_CONFIG_PASSPHRASE, PULUMI_STACK, PULUMI_HOME };
  }

  test("doctor passes all checks in the folder of a working project", async () => {
    const { checks, failed } = await doctor(stackEnvironment());
    expect(failed).toEqual({});
    expect(checks.map(({ name }) => name)).toEqual([
      "Node",
      "Pulumi SDK",
      "Pulumi CLI",
      "Pulumi's Node host",
      "pulumi-fal/dynamic",
      "plugin",
      "state",
      "credential",
      "proxy",
      "account",
      "scope of the key",
      "rights of the key",
      "balance",
      "platform API",
      "REST host",
      "gRPC host",
      "fal CLI",
    ]);
    const detail = Object.fromEntries(checks.map((check) => [check.name, check.detail]));
    expect(detail["credential"]).toBe("from FAL_KEY, key id ops");
    expect(detail["account"]).toBe("acme");
    expect(detail["scope of the key"]).toBe("ADMIN");
    expect(detail["state"]).toBe("the selected stack contains no code but pulumi-fal's own");
    expect(detail["balance"]).toBe("100 USD");
    expect(detail["gRPC host"]).toMatch(/^http:\/\/127\.0\.0\.1:\d+ answered in \d+ ms$/);
  });

  test.each([
    [
      "dynamic",
      /^not used: the selected stack uses Pulumi's dynamic provider; to use it: pulumi config set fal:plugin true$/,
    ],
    ["plugin", /^the selected stack uses it: \d+\.\d+\.\d+, found through plugins of the project file in \S+plugin$/],
  ] as const)("doctor tells that a stack uses this: %s", async (host, detail) => {
    stack.host(host);
    const { checks, failed } = await doctor(stackEnvironment());
    stack.host(defaultHost);
    expect(failed).toEqual({});
    expect(checks.find(({ name }) => name === "plugin")?.detail).toMatch(detail);
  });

  test("doctor changes nothing in fal", async () => {
    await world.clearRequests();
    await doctor();
    const changed = (await world.requests()).filter(
      ({ rpc, method }) => /^(?!List|Get)/.test(rpc ?? "List") || !["GET", "POST"].includes(method),
    );
    expect(changed).toEqual([]);
  });

  test("doctor prints its checks in columns, each fix below its check", async () => {
    const { code, out } = await pulumiFal(stack.dir, { ...env, FAL_KEY: "wrong:hidden-half" }, "doctor");
    printed.push(out);
    expect(code).toBe(3);
    expect(out).toMatch(/^✓ {2}Node {16}\d+\.\d+\.\d+; /m);
    expect(out).toMatch(/^✗ {2}account {13}Could not .*\(key id wrong\).*\n {5}export FAL_KEY="/m);
    expect(out).toMatch(/\n4 of 17 checks failed\.\n$/);
    expect(out).not.toContain("hidden-half");
  });

  test("doctor reports a missing credential", async () => {
    const { failed } = await doctor({ FAL_KEY: undefined });
    expect(Object.keys(failed)).toEqual(["credential", "account", "scope of the key", "rights of the key", "balance"]);
    expect(failed["credential"]?.detail).toContain("FAL_KEY");
    expect(failed["credential"]?.fix).toMatch(/^export FAL_KEY=/);
  });

  test("doctor names the source of the credential", async () => {
    mkdirSync(join(stack.dir, ".fal"));
    writeFileSync(join(stack.dir, ".fal/config.toml"), `[work]\nkey = "${env["FAL_KEY"]}"\n`);
    const { checks, failed } = await doctor({ FAL_KEY: undefined, FAL_PROFILE: "work" });
    expect(failed).toEqual({});
    expect(checks.find(({ name }) => name === "credential")?.detail).toBe(
      'from profile "work" in ~/.fal/config.toml, key id ops',
    );
    rmSync(join(stack.dir, ".fal"), { recursive: true });
  });

  test("doctor reports a key that fal rejects", async () => {
    const { failed } = await doctor({ FAL_KEY: "wrong:hidden-half" });
    expect(Object.keys(failed)).toEqual(["account", "scope of the key", "rights of the key", "balance"]);
    expect(failed["account"]).toEqual({
      ok: false,
      detail: expect.stringContaining("FAL_KEY (key id wrong)"),
      fix: expect.stringMatching(/^export FAL_KEY=/),
    });
  });

  test("doctor reports a key that cannot manage the account", async () => {
    await world.seed({ keys: [{ key_id: "api-only", key_secret: "api-only-secret", scope: "API" }] });
    const { failed } = await doctor({ FAL_KEY: "api-only:api-only-secret" });
    expect(Object.keys(failed)).toEqual(["scope of the key", "rights of the key"]);
    expect(failed["scope of the key"]?.detail).toContain("ADMIN");
    expect(failed["rights of the key"]).toEqual({
      ok: false,
      detail: expect.stringMatching(
        /^this key cannot be used for .*ApiKey.*, `pulumi-fal usage`, `pulumi-fal prices` and getUsage; for \w+, fal answers "Access denied/,
      ),
      fix: expect.stringMatching(/^export FAL_KEY=.*ADMIN scope$/),
    });
  });

  test("doctor shows why fal locked the account and does not blame the key", async () => {
    await world.seed({ locked: "Exhausted balance", credits: { current_balance: 0, currency: "USD" } });
    const { checks, failed } = await doctor();
    await world.seed({ locked: null });
    expect(Object.keys(failed)).toEqual(["account", "scope of the key", "rights of the key"]);
    for (const { detail, fix } of Object.values(failed)) {
      expect([detail, fix]).toEqual([
        expect.stringContaining("User is locked. Reason: Exhausted balance"),
        expect.stringMatching(/^https:\/\/fal\.ai\/dashboard\/billing/),
      ]);
    }
    expect(checks.find(({ name }) => name === "balance")).toMatchObject({
      ok: true,
      detail: expect.stringMatching(/^0 USD; fal locks/),
    });
  });

  test.each([
    ["FAL_API_URL", "platform API"],
    ["FAL_REST_URL", "REST host"],
    ["FAL_GRPC_URL", "gRPC host"],
  ])("doctor reports that nothing listens at %s", async (setting, name) => {
    const { failed } = await doctor({ [setting]: `http://127.0.0.1:${await freePort()}` });
    expect(failed[name]).toEqual({
      ok: false,
      detail: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+ cannot be reached: nothing listens there/),
      fix: `unset ${setting}   # or correct it`,
    });
    const hosts = ["platform API", "REST host", "gRPC host"].filter((host) => host in failed);
    expect(hosts).toEqual([name]);
  });

  test("doctor explains how to start the emulator if nothing listens at any of its addresses", async () => {
    const [port, grpcPort] = [await freePort(), await freePort()];
    const rest = `http://127.0.0.1:${port}`;
    const { failed } = await doctor({
      FAL_API_URL: `${rest}/v1`,
      FAL_REST_URL: rest,
      FAL_GRPC_URL: `http://127.0.0.1:${grpcPort}`,
    });
    const command = `run emulator -- --port ${port} --grpc-port ${grpcPort}   # in another terminal`;
    const names = [
      "account",
      "scope of the key",
      "rights of the key",
      "balance",
      "platform API",
      "REST host",
      "gRPC host",
    ];
    expect(Object.keys(failed)).toEqual(names);
    for (const name of names) expect(failed[name]?.fix).toContain(command);
  });

  describe("a host that never responds", () => {
    let silent: Server;
    afterEach(() => silent.close());

    test("doctor stops waiting for hosts that never respond, and names them", async () => {
      silent = createServer(() => undefined);
      await new Promise<void>((listening) => silent.listen(0, "127.0.0.1", listening));
      const address = silent.address();
      const port = typeof address === "object" ? address?.port : undefined;
      const { failed } = await doctor({
        FAL_GRPC_URL: `http://127.0.0.1:${port}`,
        FAL_API_URL: `http://127.0.0.1:${port}`,
      });
      expect(Object.keys(failed)).toEqual([
        "scope of the key",
        "rights of the key",
        "balance",
        "platform API",
        "gRPC host",
      ]);
      for (const { detail } of Object.values(failed)) expect(detail).toBe("No response within 10 s.");
    });
  });

  test("doctor reports a gRPC host without HTTP/2", async () => {
    const { failed } = await doctor({ FAL_GRPC_URL: world.env.FAL_REST_URL });
    expect(failed["gRPC host"]?.detail).toMatch(/cannot be reached: /);
    expect(failed["REST host"]).toBeUndefined();
  });

  describe("a folder without a project", () => {
    let folder: string;
    afterEach(() => rmSync(folder, { recursive: true, force: true }));

    test("doctor reports packages that are missing or too old", async () => {
      folder = mkdtempSync(join(tmpdir(), "pulumi-fal-doctor-"));
      const { failed } = await doctor({}, folder);
      expect(Object.keys(failed)).toEqual(["Pulumi SDK", "pulumi-fal/dynamic"]);
      expect(failed["pulumi-fal/dynamic"]?.fix).toMatch(
        /^npm pack --ignore-scripts \S+ && npm install \.\/pulumi-fal-/,
      );

      const sdk = join(folder, "node_modules/@pulumi/pulumi");
      mkdirSync(sdk, { recursive: true });
      writeFileSync(join(sdk, "package.json"), JSON.stringify({ name: "@pulumi/pulumi", version: "3.100.0" }));
      writeFileSync(join(sdk, "index.js"), "");
      expect((await doctor({}, folder)).failed["Pulumi SDK"]).toEqual({
        ok: false,
        detail: "3.100.0; needs 3.216.0 or newer, below 4",
        fix: 'npm install "@pulumi/pulumi@^3.216.0"',
      });
    });
  });

  test("doctor reports a missing Pulumi CLI and finds a fal CLI on the path", async () => {
    const bin = mkdtempSync(join(tmpdir(), "pulumi-fal-doctor-bin-"));
    symlinkSync(process.execPath, join(bin, "node"));
    writeFileSync(join(bin, "fal"), "#!/bin/sh\necho 1.83.0\n", { mode: 0o755 });
    const { checks, failed } = await doctor({ PATH: bin });
    expect(Object.keys(failed)).toEqual(["Pulumi CLI", "Pulumi's Node host"]);
    expect(checks.find(({ name }) => name === "fal CLI")).toEqual({
      name: "fal CLI",
      ok: true,
      detail: join(bin, "fal"),
    });
    rmSync(bin, { recursive: true });
  });

  test("doctor reports an old Node even if the client cannot be loaded", async () => {
    const old = join(stack.dir, "old-node.cjs");
    writeFileSync(
      old,
      `Object.defineProperty(process.versions, "node", { value: process.env["OLD_NODE"] });
const { _load } = require("node:module");
require("node:module")._load = (name, ...rest) => {
  if (name === "undici") throw new TypeError("Cannot read properties of undefined");
  return _load(name, ...rest);
};
`,
    );
    const NODE_OPTIONS = `--require ${old}`;
    const { checks, failed } = await doctor({ NODE_OPTIONS, OLD_NODE: "20.20.0" });
    expect(failed["Node"]?.detail).toMatch(/^20\.20\.0; needs 22\.19\.0 or newer$/);
    expect(checks.find(({ name }) => name === "credential")?.ok).toBe(true);
    for (const [OLD_NODE, who, ...args] of [
      ["20.20.0", "pulumi-fal apps list: ", "apps", "list"],
      ["20.20.0", "pulumi-fal drift: ", "drift"],
      ["18.20.0", "", "doctor"],
    ]) {
      const { code, notes } = await pulumiFal(stack.dir, { ...env, NODE_OPTIONS, OLD_NODE }, ...args);
      expect([code, notes]).toEqual([
        1,
        expect.stringMatching(`^${who}pulumi-fal \\S+ needs Node 22\\.19\\.0 or newer, but \\S+ is Node ${OLD_NODE}: `),
      ]);
    }
  });

  test("doctor never prints the key", () => {
    expect(found(printed.join("\n"), [secret])).toEqual([]);
  });
});

/** A port without a listener. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
