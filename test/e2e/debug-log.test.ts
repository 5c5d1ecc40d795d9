import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { version as pulumiVersion } from "@pulumi/pulumi/version";
import { afterAll, beforeAll, expect, test } from "vitest";
import { version } from "../../src/version";
import { nodeOptions } from "../support/node-options";
import { Canary, found } from "./support/canary";
import { defaultHost, type Stack, secret } from "./support/stack";
import { World } from "./support/world";

let world: World;
let stack: Stack;
let keySecret: string;

const value = "value-canary-0123456789";
const hiddenName = "ALIAS_CANARY_SECRET";
const odd = Canary.odd("a value of quotes, backslashes and other scripts");
const short = Canary.short("a short value");
const up = ["up", "--yes", "--skip-preview"] as const;
const destroy = ["destroy", "--yes", "--skip-preview"] as const;

beforeAll(async () => {
  world = await World.start({ instanceReadyMs: 100 });
  keySecret = "key-canary-0123456789";
  await world.seed({ keys: [{ key_id: "own", key_secret: keySecret, alias: "own", scope: "ADMIN" }] });
  stack = await world.stack({ FAL_KEY: `own:${keySecret}` });
  stack.program([
    { kind: "Secret", name: "token", args: { name: "TOKEN", value } },
    { kind: "Secret", name: "odd", args: { name: "ODD", value: odd.value } },
    { kind: "Secret", name: "short", args: { name: "SHORT", value: short.value } },
    { kind: "ApiKey", name: "ci", args: { alias: secret(hiddenName) } },
  ]);
});
afterAll(() => world?.close());

/** The lines of each resource, by its name, as the CLI lists them at the end. */
function linesByResource(text: string): Record<string, string[]> {
  const [, diagnostics = ""] = text.split(/^Diagnostics:$/m);
  const lines: Record<string, string[]> = {};
  let name = "";
  for (const line of diagnostics.split("\n")) {
    name = /^ {2}\S+ \((.*)\):$/.exec(line)?.[1] ?? name;
    const said = /^ {4}(?:info: )?(fal: .*)$/.exec(line)?.[1];
    if (said !== undefined) lines[name] = [...(lines[name] ?? []), said];
  }
  return lines;
}

async function canaries(): Promise<RegExp> {
  // The emulator's own key has a word of our messages for a secret; it is not in use here.
  const made = (await world.state()).keys.filter(({ key_id }) => key_id !== "emu").map(({ key_secret }) => key_secret);
  return new RegExp([value, hiddenName, ...made].join("|"));
}

test("the debug log is off by default", async () => {
  const result = await stack.runWith({}, ...up);
  expect(result.code, result.text).toBe(0);
  expect(result.text).not.toContain("fal: ");
  await stack.destroy();
});

test("the debug log shows each attempt on its resource in the output of `pulumi up`, without secrets", async () => {
  const file = join(stack.dir, "fal.log");
  await world.faults([{ match: { rpc: "SetSecret" }, times: 1, fault: { grpcCode: "UNAVAILABLE" } }]);
  const result = await stack.runWith({ FAL_LOG: "debug", FAL_LOG_FILE: "fal.log" }, ...up);
  expect(result.code, result.text).toBe(0);
  const lines = linesByResource(result.text);
  const all = Object.values(lines).flat();
  const host = new URL(world.env.FAL_GRPC_URL).host;
  expect(lines["token"], result.text).toContainEqual(
    expect.stringMatching(
      new RegExp(`^fal: secrets\\.set main/TOKEN: grpc SetSecret ${host}: OK, \\d+ ms, attempt [12]`),
    ),
  );
  expect(
    all.filter((line) => /SetSecret .*: UNAVAILABLE server, \d+ ms, attempt 1, next in \d+ ms/.test(line)),
  ).toHaveLength(1);
  expect(lines["ci"]).toContainEqual(expect.stringMatching(/keys\.create: rest POST .*: 201, /));

  const written = readFileSync(file, "utf8");
  expect(
    written
      .trimEnd()
      .split("\n")
      .map((line) => line.replace(/^\S+Z /, "fal: "))
      .sort(),
  ).toEqual([...all].sort());
  expect(statSync(file).mode & 0o777).toBe(0o600);
  const never = await canaries();
  expect(result.text).not.toMatch(never);
  expect(written).not.toMatch(never);
  expect(found(result.text + written, [odd, short])).toEqual([]);

  const json = await stack.runWith({ FAL_LOG: "debug" }, "refresh", "--yes", "--skip-preview", "--json");
  expect(json.text).toContain("fal: secrets.list main: grpc ListSecrets");
  const destroyed = await stack.runWith({ FAL_LOG: "debug" }, ...destroy);
  expect(destroyed.text).toContain("fal: secrets.unset main/TOKEN");
  expect(destroyed.text).not.toMatch(never);
});

test("the debug log can be enabled in stack configuration, and a wrong value is an error", async () => {
  await stack.ok("config", "set", "fal:log", "debug");
  const result = await stack.run(...up);
  expect(result.code, result.text).toBe(0);
  expect(linesByResource(result.text)["ci"]).toContainEqual(expect.stringMatching(/keys\.create/));
  await stack.ok("config", "set", "fal:log", "verbose");
  stack.program([{ kind: "Secret", name: "token", args: { name: "TOKEN", value: `${value}-changed` } }]);
  const refused = await stack.fails("up", "--yes", "--skip-preview");
  expect(refused.text).toContain('fal:log must be "debug" or "off", not "verbose"');
  await stack.ok("config", "rm", "fal:log");
});

test("a debug log file that cannot be written is an error before any request", async () => {
  await world.clearRequests();
  const result = await stack.runWith({ FAL_LOG_FILE: join(stack.dir, "no-such-folder/fal.log") }, ...up);
  expect(result.code).not.toBe(0);
  expect(result.text).toMatch(/Could not log to .*fal\.log: the file cannot be written \(ENOENT\)/);
  expect(await world.requests()).toEqual([]);
});

test("the user agent contains the versions of the package, of Node and, if known, of Pulumi", async () => {
  const agents = new Set<string | undefined>();
  const server: Server = createServer((request, response) => {
    agents.add(request.headers["user-agent"]);
    response.writeHead(401).end();
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  try {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await stack.runWith({ FAL_REST_URL: url, FAL_API_URL: url }, "refresh", "--yes", "--skip-preview");
  } finally {
    server.close();
  }
  // The engine does not tell a plugin its version.
  const pulumi = defaultHost === "dynamic" ? `pulumi/${pulumiVersion}` : "pulumi";
  expect([...agents]).toEqual([expect.stringMatching(new RegExp(`^pulumi-fal/${version} node/[\\d.]+ ${pulumi}$`))]);
});

test("the provider creates spans if its process has a tracer provider", async () => {
  const spans = join(stack.dir, "spans.txt");
  writeFileSync(
    join(stack.dir, "tracing.js"),
    `
    const { appendFileSync } = require("node:fs");
    const { trace } = require(${JSON.stringify(require.resolve("@opentelemetry/api"))});
    const span = trace.wrapSpanContext({ traceId: "1".repeat(32), spanId: "1".repeat(16), traceFlags: 1 });
    trace.setGlobalTracerProvider({
      getTracer: (tracer) => ({
        startSpan: () => span,
        startActiveSpan: (name, options, run) => {
          appendFileSync(${JSON.stringify(spans)}, JSON.stringify([tracer, name, options.attributes]) + "\\n");
          return run(span);
        },
      }),
    });
    `,
  );
  const result = await stack.runWith({ NODE_OPTIONS: nodeOptions(join(stack.dir, "tracing.js")) }, ...up);
  expect(result.code, result.text).toBe(0);
  const lines = readFileSync(spans, "utf8");
  expect(lines).toContain('["pulumi-fal","secrets.set",{"server.address":"127.0.0.1"');
  expect(lines).not.toMatch(await canaries());
});
