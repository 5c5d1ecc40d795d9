import http from "node:http";
import http2 from "node:http2";
import { describe, expect, test } from "vitest";
import { emulate, failureOf, type Grpc } from "./support/emulator";

const KEYS = [
  { key_id: "api", key_secret: "s", scope: "API" },
  { key_id: "admin", key_secret: "s:with:colons", scope: "ADMIN" },
  { key_id: "reader", key_secret: "s", scope: null, preset: "READONLY" },
  { key_id: "compute", key_secret: "s", scope: null, preset: "COMPUTE" },
  { key_id: "picked", key_secret: "s", scope: null, permissions: ["a:b"] },
];

describe("authentication", () => {
  test.each([null, "emu", "emu:wrong", "none:secret", ":secret", "emu:"])(
    "both transports reject the key %j",
    async (key) => {
      const fal = await emulate();
      expect(await fal.platform("GET", "/keys", { key })).toMatchObject({
        status: 401,
        body: { error: { type: "authorization_error" } },
      });
      expect(await fal.rest("GET", "/users/current", { key })).toMatchObject({
        status: 401,
        body: { detail: expect.any(String) },
      });
      expect(await failureOf(fal.grpc(key).listEnvironments({}))).toMatchObject({ code: "Unauthenticated" });
    },
  );

  test("credentials are accepted only with the scheme Key", async () => {
    const fal = await emulate();
    for (const authorization of [`Bearer ${fal.key}`, fal.key, `Basic ${btoa(fal.key)}`]) {
      expect((await fal.platform("GET", "/keys", { key: null, headers: { authorization } })).status).toBe(401);
    }
  });

  test("every key of the account is accepted and split at its first colon", async () => {
    const fal = await emulate();
    await fal.seed({ keys: KEYS });
    expect((await fal.platform("GET", "/keys", { key: "admin:s:with:colons" })).status).toBe(200);
    await fal.grpc("admin:s:with:colons").listUserKeys({});
  });

  test("a created key works at once and stops working when it is revoked", async () => {
    const fal = await emulate();
    const { keyId, keySecret } = await fal.grpc().createUserKey({ policyPreset: "FULL" });
    const key = `${keyId}:${keySecret}`;
    expect((await fal.platform("GET", "/keys", { key })).status).toBe(200);

    await fal.grpc().revokeUserKey({ keyId });

    expect((await fal.platform("GET", "/keys", { key })).status).toBe(401);
    expect(await failureOf(fal.grpc(key).listUserKeys({}))).toMatchObject({ code: "Unauthenticated" });
  });

  test("the emulator's own key can be revoked, and a reset restores it", async () => {
    const fal = await emulate();
    await fal.platform("DELETE", "/keys/emu");
    expect((await fal.platform("GET", "/keys")).status).toBe(401);
    await fal.rest("POST", "/_emulator/reset", { key: null });
    expect((await fal.platform("GET", "/keys")).status).toBe(200);
  });
});

describe("authorization", () => {
  test("a key with the scope API can only read apps and files", async () => {
    const fal = await emulate();
    await fal.seed({ keys: KEYS });
    const key = "api:s";
    for (const path of ["/serverless/apps", "/serverless/files/list"]) {
      expect((await fal.platform("GET", path, { key })).status).toBe(200);
    }
    for (const path of ["/keys", "/compute/instances"]) {
      expect(await fal.platform("GET", path, { key })).toMatchObject({
        status: 403,
        body: { error: { type: "authorization_error" } },
      });
    }
    expect((await fal.rest("GET", "/serverless/secrets", { key })).status).toBe(403);
    expect((await fal.rest("GET", "/compute/instances", { key })).status).toBe(403);
    const calls: ((grpc: Grpc) => Promise<unknown>)[] = [
      (grpc) => grpc.listAliases({}),
      (grpc) => grpc.listSecrets({}),
      (grpc) => grpc.listUserKeys({}),
      (grpc) => grpc.listEnvironments({}),
      (grpc) => grpc.listRunners({}),
      (grpc) => grpc.updateApplication({ applicationName: "sd" }),
    ];
    for (const call of calls) expect(await failureOf(call(fal.grpc(key)))).toMatchObject({ code: "PermissionDenied" });
  });

  test("a key with a preset has the permissions of its description", async () => {
    const fal = await emulate();
    await fal.seed({ keys: KEYS, apps: [{ name: "sd" }] });
    await fal.grpc("reader:s").listAliases({});
    expect(await failureOf(fal.grpc("reader:s").deleteAlias({ alias: "sd" }))).toMatchObject({
      code: "PermissionDenied",
    });
    expect((await fal.platform("GET", "/compute/instances", { key: "compute:s" })).status).toBe(200);
    expect((await fal.platform("GET", "/keys", { key: "compute:s" })).status).toBe(403);
    await fal.grpc("compute:s").listRunners({});
    expect(await failureOf(fal.grpc("picked:s").listAliases({}))).toMatchObject({ code: "PermissionDenied" });
    expect((await fal.state()).apps).toHaveLength(1);
  });

  test("a rejected call changes nothing", async () => {
    const fal = await emulate();
    await fal.seed({ keys: KEYS });
    await fal.platform("POST", "/keys", { key: "api:s", body: { alias: "mine" } });
    await failureOf(fal.grpc("api:s").setSecret({ name: "A", value: "b" }));
    expect(await fal.state()).toMatchObject({ keys: { length: KEYS.length + 1 }, secrets: [] });
  });
});

describe("requests from web pages", () => {
  test.each(["/v1/meta", "/users/current", "/_emulator/state"])(
    "a request with an Origin header to %s is rejected",
    async (path) => {
      const fal = await emulate();
      const answer = await fal.rest("GET", path, { headers: { origin: "https://evil.example" } });
      expect(answer.status).toBe(403);
      expect(JSON.stringify(answer.body)).toContain("Origin");
    },
  );

  test.each([
    ["evil.example", 403],
    ["127.0.0.1.evil.example", 403],
    ["192.0.2.1:4600", 403],
    ["localhost:4600", 200],
    ["LOCALHOST", 200],
    ["[::1]:4600", 200],
  ])("a request with the Host %s gets status %i", async (host, status) => {
    const fal = await emulate();
    // fetch does not allow another Host.
    const get = (path: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        const request = http.get(`${fal.restUrl}${path}`, { headers: { host } }, (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        });
        request.on("error", reject);
      });
    expect(await get("/v1/meta")).toBe(status);
    expect(await get("/_emulator/state")).toBe(status);
  });

  test.each([
    [{ origin: "https://evil.example" }, 403],
    [{ ":authority": "evil.example" }, 403],
    [{ ":authority": "localhost" }, 200],
  ])("a gRPC request with the headers %j gets status %i", async (headers, status) => {
    const fal = await emulate();
    expect(await h2Status(fal.grpcUrl, headers)).toBe(status);
    expect((await fal.requests()).at(-1)).toMatchObject({ status: status === 403 ? 403 : "UNAUTHENTICATED" });
  });
});

test("a gRPC method that the emulator does not serve is unimplemented", async () => {
  const fal = await emulate();
  const session = http2.connect(fal.grpcUrl);
  try {
    const headers = await h2Headers(session, { ":path": "/controller.IsolateController/Run" });
    expect(headers).toMatchObject({ ":status": 200, "grpc-status": "12" });
  } finally {
    session.destroy();
  }
  expect(await fal.requests()).toMatchObject([{ rpc: "Run", status: "UNIMPLEMENTED" }]);
});

async function h2Status(url: string, headers: object): Promise<unknown> {
  const session = http2.connect(url);
  try {
    return (await h2Headers(session, headers))[":status"];
  } finally {
    session.destroy();
  }
}

function h2Headers(session: http2.ClientHttp2Session, headers: object): Promise<http2.IncomingHttpHeaders> {
  return new Promise((resolve, reject) => {
    const stream = session.request({
      ":method": "POST",
      ":path": "/controller.IsolateController/ListEnvironments",
      "content-type": "application/grpc",
      te: "trailers",
      ...headers,
    });
    stream.on("error", reject);
    stream.on("response", resolve);
    // An empty message: no compression, length 0.
    stream.end(Buffer.alloc(5));
  });
}

describe("a locked account", () => {
  test("a locked account gets the reason on every transport and can still read its balance", async () => {
    const fal = await emulate();
    await fal.seed({ locked: "Exhausted balance", credits: { current_balance: 0, currency: "USD" } });
    const reason = "User is locked. Reason: Exhausted balance.";
    expect(await fal.platform("GET", "/keys")).toMatchObject({ status: 403, body: { error: { message: reason } } });
    expect(await fal.rest("GET", "/users/current")).toMatchObject({ status: 403, body: { detail: reason } });
    expect(await failureOf(fal.grpc().listAliases({}))).toMatchObject({ code: "PermissionDenied", message: reason });
    expect(await fal.platform("GET", "/account/billing")).toMatchObject({ status: 200, body: { username: "acme" } });
    expect((await fal.platform("GET", "/account/billing?expand=credits")).body).toEqual({
      username: "acme",
      credits: { current_balance: 0, currency: "USD" },
    });
    await fal.seed({ locked: null });
    expect((await fal.platform("GET", "/keys")).status).toBe(200);
  });

  test("only keys with the billing permission can read the balance", async () => {
    const fal = await emulate();
    await fal.seed({ keys: [...KEYS, { key_id: "bills", key_secret: "s", scope: null, preset: "BILLING" }] });
    const status = async (key: string) => (await fal.platform("GET", "/account/billing", { key })).status;
    expect([await status("admin:s:with:colons"), await status("bills:s"), await status("reader:s")]).toEqual([
      200, 200, 403,
    ]);
  });
});
