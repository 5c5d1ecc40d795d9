import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { SSH_KEY } from "../support/constants";
import { Canary, found } from "./support/canary";
import { type Declared, ref, resource, type Stack, secret } from "./support/stack";
import { World } from "./support/world";

const up = ["up", "--yes", "--skip-preview"];
const refresh = ["refresh", "--yes", "--skip-preview"];
const destroy = ["destroy", "--yes", "--skip-preview"];

/**
 * The SDK of the program prints every secret at -v=9, whatever provider it belongs to. A provider cannot prevent it; the
 * last test here shows a secret of an ordinary dynamic provider. Older CLIs (measured with 3.259) also print the property
 * values that they send and receive.
 */
const printedBySdk = /"msg":"(eventSink::Debug\(<\{%reset%\}>)?(Register|Read)Resource RPC finished: /;

function withoutLinesOfSdk(text: string): string {
  return text
    .split("\n")
    .filter((line) => !printedBySdk.test(line))
    .join("\n");
}

/** Everything that the CLI left in the project's folder and in its backend, but for the program itself. */
function filesOf(stack: Stack): string {
  const program = /^(node_modules|program\.json|index\.js)$/;
  const paths = readdirSync(stack.dir)
    .filter((name) => !program.test(name))
    .flatMap((name) => filesUnder(join(stack.dir, name)));
  for (const kind of [/dev\.json$/, /dev\.json\.bak$/, /\.history\.json$/, /Pulumi\.dev\.yaml$/]) {
    expect(paths.filter((path) => kind.test(path))).not.toEqual([]);
  }
  return paths.map((path) => `${path}\n${readFileSync(path, "utf8")}`).join("\n");
}

function filesUnder(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path).flatMap((name) => filesUnder(join(path, name)));
}

describe("secrets", () => {
  let world: World;
  let stack: Stack;

  const providerKey = new Canary("the key of the provider", "a/b+", "=");
  const secondKey = new Canary("the key of an explicit provider");
  const value = new Canary("a secret's value", 'ä/+ "\n', "\\%");
  const newValue = new Canary("a secret's new value", "&=?");
  const odd = Canary.odd("a value of quotes, backslashes and other scripts");
  const short = Canary.short("a short value");
  const description = Canary.odd("a description that the program calls secret");
  const trigger = new Canary("a trigger that the program calls secret");
  const alias = new Canary("an alias that the program calls secret");
  const comment = new Canary("an ssh key that the program calls secret");
  /** What was made during the tests joins. */
  const canaries = [providerKey, secondKey, value, newValue, odd, short, description, trigger, alias, comment];

  const declared = (
    change: { value?: string; end?: string; trigger?: string; machine?: boolean; rotate?: string } = {},
  ): Declared[] => [
    {
      kind: "Environment",
      name: "staging",
      args: { name: "staging", description: secret(description.value), forceDestroy: true },
    },
    {
      kind: "Secret",
      name: "token",
      args: { name: "TOKEN", environment: resource("staging"), value: change.value ?? value.value },
    },
    {
      kind: "App",
      name: "app",
      args: {
        name: "image-gen",
        authMode: change.trigger ? "public" : "private",
        rolloutOn: [secret(change.trigger ?? trigger.value)],
      },
    },
    {
      kind: "ApiKey",
      name: "key",
      args: {
        alias: secret(alias.value),
        preset: "DEPLOY",
        rotation: { trigger: change.rotate ?? "1", overlap: "0h" },
      },
    },
    { kind: "Secret", name: "copy", args: { name: "COPY", value: ref("key", "key") } },
    { kind: "Secret", name: "odd", args: { name: "ODD", value: odd.value + (change.end ?? "") } },
    { kind: "Secret", name: "short", args: { name: "SHORT", value: short.value + (change.end ?? "") } },
    { kind: "Provider", name: "second", args: { apiKey: `second:${secondKey.value}` } },
    {
      kind: "Secret",
      name: "far",
      args: { name: "FAR", value: "far-value" },
      options: { provider: resource("second") },
    },
    ...(change.machine
      ? [
          {
            kind: "ComputeInstance",
            name: "machine",
            args: { instanceType: "gpu_1x_h100_sxm5", sshKey: secret(`${SSH_KEY} ${comment.value}`) },
            options: { customTimeouts: { create: "1s", update: "1s" } },
          },
        ]
      : []),
  ];

  const program = (change: Parameters<typeof declared>[0] = {}) =>
    stack.program(declared(change), { key: ["key", "key"], value: ["token", "value"] });

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 3_600_000 });
    const admin = { alias: "admin", scope: "ADMIN" };
    await world.seed({
      apps: [{ name: "image-gen", environment: "main", revision: "rev-1" }],
      keys: [
        { key_id: "first", key_secret: providerKey.value, ...admin },
        { key_id: "second", key_secret: secondKey.value, ...admin },
      ],
    });
    stack = await world.stack({ FAL_KEY: `first:${providerKey.value}`, FAL_LOG: "debug" });
  });
  afterAll(() => world?.close());

  /** Nothing is on disk, in the state as everybody may export it, or in fal's log of requests. */
  async function expectNothingKept(): Promise<void> {
    for (const { key_id, key_secret } of (await world.state()).keys) {
      const isMade = !["emu", "first", "second"].includes(key_id);
      if (isMade && !canaries.some(({ core }) => core === key_secret)) {
        canaries.push(Canary.of(`the secret of the created key ${key_id}`, key_secret));
      }
    }
    expect(found(filesOf(stack), canaries)).toEqual([]);
    expect(found((await stack.ok("stack", "export")).stdout, canaries)).toEqual([]);
    expect(found(JSON.stringify(await world.requests()), canaries)).toEqual([]);
  }

  test("a preview does not print secrets that it creates", async () => {
    program();
    for (const format of ["--json", "--diff"]) {
      const { text } = await stack.preview(format);
      expect(text).toContain("[secret]");
      expect(found(text, canaries)).toEqual([]);
    }
  });

  test("an update at -v=9 does not print secrets, and sends them to fal", async () => {
    const { text } = await stack.up("-v=9", "--logtostderr", "--logflow");
    expect(text).toContain("fal: secrets.set staging/TOKEN: grpc SetSecret");
    const state = await world.state();
    const made = state.keys.find((key) => key.alias === alias.value);
    if (!made) throw new Error("the key was not made");
    canaries.push(Canary.of("the secret of the created key", made.key_secret));
    expect(found(withoutLinesOfSdk(text), canaries)).toEqual([]);
    expect(text).toMatch(/key\s*: "?\[secret\]/);

    expect(state.environments).toContainEqual(expect.objectContaining({ description: description.value }));
    expect(Object.fromEntries(state.secrets.map((entry) => [entry.name, entry.value]))).toEqual({
      TOKEN: value.value,
      COPY: `${made.key_id}:${made.key_secret}`,
      ODD: odd.value,
      SHORT: short.value,
      FAR: "far-value",
    });
  });

  test("the state contains secrets encrypted", async () => {
    await expectNothingKept();
    const entries = await stack.exported();
    expect(stack.resources()).toEqual(entries);
    // Parsed, because Go escapes more characters than JavaScript does.
    const unwrapped = (entry: unknown) => JSON.parse((entry as { plaintext: string }).plaintext);
    expect(unwrapped(entries["token"]?.inputs["value"])).toBe(value.value);
    expect(unwrapped(entries["token"]?.outputs["value"])).toBe(value.value);
    expect(unwrapped(entries["staging"]?.outputs["description"])).toBe(description.value);
    expect(unwrapped(entries["app"]?.outputs["rolloutOn"])).toEqual([trigger.value]);
    expect(unwrapped(entries["key"]?.outputs["alias"])).toBe(alias.value);
    const [made] = (await world.state()).keys.slice(-1);
    expect(unwrapped(entries["key"]?.outputs["keySecret"])).toBe(made?.key_secret);
    expect(unwrapped(entries["key"]?.outputs["key"])).toBe(`${made?.key_id}:${made?.key_secret}`);

    const { text } = await stack.ok("stack", "output");
    expect(text.match(/\[secret\]/g)).toHaveLength(2);
    expect(found(text, canaries)).toEqual([]);
    expect(await stack.outputs()).toEqual({ value: value.value, key: `${made?.key_id}:${made?.key_secret}` });
  });

  test("a preview and an update of changed secrets do not print them", async () => {
    program({ value: newValue.value });
    for (const args of [
      ["preview", "--json"],
      ["preview", "--diff"],
      [...up, "--diff"],
    ]) {
      const { text } = await stack.ok(...args);
      expect(text).toContain("[secret]");
      expect(found(text, canaries)).toEqual([]);
    }
    expect((await world.state()).secrets).toContainEqual(
      expect.objectContaining({ name: "TOKEN", value: newValue.value }),
    );
    await expectNothingKept();
  });

  test("a refresh does not print secrets or write them to log files", async () => {
    const logs = join(stack.dir, "logs");
    mkdirSync(logs);
    await world.seed({ secrets: [{ name: "TOKEN", environment: "staging", default_exposed: true }] });
    const result = await stack.runWith({ TMPDIR: logs }, ...refresh, "--diff", "-v=9");
    expect(result.code, result.text).toBe(0);
    expect(found(result.text, canaries)).toEqual([]);
    const written = filesUnder(logs).filter((path) => path.startsWith(join(logs, "pulumi")));
    expect(written.length).toBeGreaterThan(0);
    for (const path of written) {
      expect(found(withoutLinesOfSdk(readFileSync(path, "utf8")), canaries)).toEqual([]);
      writeFileSync(path, "");
    }
    await expectNothingKept();
  });

  const grpc = (rpc: string, message: string, grpcCode = "INVALID_ARGUMENT") =>
    world.faults([{ match: { rpc }, times: 100, fault: { grpcCode, body: message } }]);

  test("an error does not repeat secret values from fal's message, in any form", async () => {
    const all = [value, newValue, odd, short].flatMap(({ forms }) => forms);
    await grpc("SetSecret", `cannot store ${all.join(" ")} for key first:${providerKey.value}`);
    program({ end: "." });
    const { text } = await stack.fails(...up);
    await world.faults([]);
    expect(text.match(/INVALID_ARGUMENT to SetSecret: \(fal's text is withheld/g)?.length).toBeGreaterThanOrEqual(3);
    expect(found(text, canaries)).toEqual([]);
    await expectNothingKept();
  });

  test("an error shows why fal rejects the account, although secrets are redacted", async () => {
    const locked = "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.";
    await grpc("SetSecret", locked, "PERMISSION_DENIED");
    program();
    const { text } = await stack.fails(...up);
    await world.faults([]);
    expect(text).toContain(`PERMISSION_DENIED to SetSecret: ${locked}`);
    expect(found(text, canaries)).toEqual([]);
  });

  test("an error does not repeat the credential from fal's message", async () => {
    const body = { detail: `no such key: Key first:${providerKey.value}` };
    await world.faults([{ match: { transport: "rest" }, times: 100, fault: { status: 401, body } }]);
    // One resource of this credential: another provider knows nothing of it, and fal would not tell it there.
    const { urn = "" } = stack.resources()["token"] ?? {};
    const { text } = await stack.fails(...refresh, "--target", urn);
    await world.faults([]);
    expect(text).toContain("no such key");
    expect(found(text, canaries)).toEqual([]);
  });

  test("an error does not repeat a value that only the program marks as secret", async () => {
    const message = `no key like ${alias.value} with ${description.value}`;
    await world.faults([
      { match: { rpc: "CreateUserKey" }, times: 100, fault: { grpcCode: "INVALID_ARGUMENT", body: message } },
    ]);
    program({ value: newValue.value, rotate: "2" });
    const { text } = await stack.fails(...up);
    await world.faults([]);
    // An answer to this call may hold the new key.
    expect(text).toContain("INVALID_ARGUMENT to CreateUserKey: (fal's text is withheld");
    expect(found(text, canaries)).toEqual([]);
    await expectNothingKept();
  });

  test.each<[string, Declared]>([
    ["a choice", { kind: "App", name: "wrong", args: { name: "a", authMode: secret(value.value) } }],
    ["a number", { kind: "AppScale", name: "wrong", args: { app: "image-gen", keepAlive: secret(value.value) } }],
    ["a list", { kind: "App", name: "wrong", args: { name: "a", rolloutOn: [secret(7), secret(value.value)] } }],
    ["a name", { kind: "Secret", name: "wrong", args: { name: secret(`${trigger.core}--x`), value: "v" } }],
    ["an id", { kind: "AppScale", name: "wrong", args: { app: secret(`${trigger.core}/a/b`), environment: "main" } }],
    [
      "an unknown input",
      { kind: "Secret", name: "wrong", args: { name: "A", value: "v", valeu: secret(value.value) } },
    ],
    ["an unknown input, not called secret", { kind: "Secret", name: "wrong", args: { name: "A", valeu: value.value } }],
    ["a value of another type", { kind: "Secret", name: "wrong", args: { name: "A", value: { token: value.value } } }],
  ])("the error about a wrong input does not print secrets: %s", async (_what, wrong) => {
    stack.program([...declared({ value: newValue.value }), wrong]);
    const { text } = await stack.fails("preview", "--diff");
    expect(text).toContain("has a problem");
    expect(found(text, canaries)).toEqual([]);
  });

  test("a creation that fails half-way records secrets encrypted", async () => {
    program({ value: newValue.value, machine: true });
    const { text } = await stack.fails(...up);
    expect(text).toContain("exists, is billed and is in state");
    expect(found(text, canaries)).toEqual([]);
    await expectNothingKept();
    const machine = stack.resources()["machine"];
    expect(machine?.initErrors).toHaveLength(1);
    expect(JSON.stringify(machine?.outputs["sshKey"])).toContain(comment.value);

    // And after a refresh and a second failure, which go other ways through the engine.
    expect(found((await stack.refresh()).text, canaries)).toEqual([]);
    await expectNothingKept();
    expect(found((await stack.fails(...up)).text, canaries)).toEqual([]);
    await expectNothingKept();
    await world.seed({
      instances: (await world.state()).instances.map(({ id }) => ({ id, status: "ready", ip: "203.0.113.9" })),
    });
    expect(found((await stack.up()).text, canaries)).toEqual([]);
    await expectNothingKept();
  });

  test("a change that fails half-way records secrets encrypted", async () => {
    const next = new Canary("a trigger's new value");
    canaries.push(next);
    // The mode reaches fal, the roll-out does not.
    await grpc("RolloutApplication", `cannot roll out ${next.value}`);
    program({ value: newValue.value, machine: true, trigger: next.value });
    const { text } = await stack.fails(...up);
    await world.faults([]);
    expect(text).toContain("RolloutApplication: (fal's text is withheld");
    expect(found(text, canaries)).toEqual([]);
    await expectNothingKept();
    const app = stack.resources()["app"];
    expect(app?.outputs).toMatchObject({ authMode: "public" });
    expect(JSON.stringify(app?.outputs["rolloutOn"])).toContain(trigger.value);
    await stack.up();
    await expectNothingKept();
  });

  test("a rotation that fails half-way records secrets encrypted", async () => {
    const alive = async () => (await world.state()).keys.filter((key) => key.alias === alias.value);
    program({ value: newValue.value, machine: true, rotate: "2" });
    await stack.up();
    expect(await alive()).toHaveLength(2);
    program({ value: newValue.value, machine: true, rotate: "3" });
    await stack.up();
    expect(await alive()).toHaveLength(3);
    // Two keys are due; the first one is revoked, the second is not.
    const revoke = { match: { rpc: "RevokeUserKey" }, times: 1 };
    await world.faults([
      { ...revoke, fault: { delayMs: 1 } },
      { ...revoke, fault: { grpcCode: "FAILED_PRECONDITION", body: "not now" } },
    ]);
    const { text } = await stack.fails(...up);
    await world.faults([]);
    const left = await alive();
    expect(left).toHaveLength(2);
    await expectNothingKept();
    expect(text).toContain("not now");
    expect(found(text, canaries)).toEqual([]);
    const newest = left.at(-1);
    const key = stack.resources()["key"];
    expect(key?.initErrors).toHaveLength(1);
    expect(key?.outputs).toMatchObject({ keyId: newest?.key_id, previousKeys: [{ keyId: left[0]?.key_id }] });
    expect(JSON.stringify(key?.outputs["keySecret"])).toContain(newest?.key_secret);

    expect(found((await stack.up()).text, canaries)).toEqual([]);
    await expectNothingKept();
    expect(await alive()).toEqual([newest]);
    expect((await world.state()).secrets).toContainEqual(
      expect.objectContaining({ name: "COPY", value: `${newest?.key_id}:${newest?.key_secret}` }),
    );
  });

  test("a destroy at -v=9 does not print secrets or leave them in the stack", async () => {
    const { text } = await stack.destroy("-v=9", "--logtostderr", "--logflow");
    expect(found(withoutLinesOfSdk(text), canaries)).toEqual([]);
    await expectNothingKept();
    expect((await world.state()).secrets).toEqual([]);
  });
});

describe("the provider's key in the stack's configuration", () => {
  let world: World;
  afterAll(() => world?.close());

  test("a secret fal:apiKey works and appears nowhere in clear text", async () => {
    const key = new Canary("the key in the configuration", "+/", "=");
    world = await World.start();
    await world.seed({ keys: [{ key_id: "config", key_secret: key.value, alias: "admin", scope: "ADMIN" }] });
    const stack = await world.stack({ FAL_KEY: undefined, FAL_LOG: "debug" });
    await stack.ok("config", "set", "--secret", "fal:apiKey", `config:${key.value}`);
    stack.program([{ kind: "Secret", name: "token", args: { name: "TOKEN", value: "v" } }]);
    const commands = [
      ["preview", "--json"],
      [...up, "-v=9", "--logtostderr"],
      refresh,
      ["config"],
      ["stack", "export"],
    ];
    for (const command of [...commands, [...destroy, "-v=9", "--logtostderr"]]) {
      const { text } = await stack.ok(...command);
      expect(found(withoutLinesOfSdk(text), [key]), command.join(" ")).toEqual([]);
      if (command[0] === "up") expect((await world.state()).secrets).toHaveLength(1);
    }
    expect(found(filesOf(stack), [key])).toEqual([]);
    expect(found(JSON.stringify(await world.requests()), [key])).toEqual([]);
    expect((await world.state()).secrets).toEqual([]);
  });
});

describe("exceptions from the search of logs at -v=9", () => {
  let world: World;
  afterAll(() => world?.close());

  test("at -v=9 the SDK prints secrets of every dynamic provider", async () => {
    const ordinary = new Canary("a secret of an ordinary dynamic provider");
    world = await World.start();
    const stack = await world.stack();
    writeFileSync(
      join(stack.dir, "index.js"),
      `const pulumi = require("@pulumi/pulumi");
       const provider = { create: async (inputs) => ({ id: "x", outs: inputs }) };
       class Ordinary extends pulumi.dynamic.Resource {}
       new Ordinary(provider, "ordinary", { value: pulumi.secret(${JSON.stringify(ordinary.value)}) });`,
    );
    const { text } = await stack.up("-v=9", "--logtostderr", "--logflow");
    const lines = text.split("\n").filter((line) => printedBySdk.test(line));
    expect(found(lines.join("\n"), [ordinary])).toEqual([ordinary.name]);
    expect(found(withoutLinesOfSdk(text), [ordinary])).toEqual([]);
    expect(found(filesOf(stack), [ordinary])).toEqual([]);
  });
});
