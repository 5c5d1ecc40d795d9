import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { type CreateKeyParams, FalConflictError, FalServerError, FalValidationError } from "../../../src/client";
import { client, grpcServer, restServer } from "./support/servers";

test("keys.list returns keys with permissions other than a scope without a scope", async () => {
  const server = await grpcServer({
    listUserKeys: () => ({
      userKeys: [
        { keyId: "a", alias: "admin", scope: 0, createdAt: { seconds: 1_700_000_000n } },
        { keyId: "b", alias: "api", scope: 1 },
        { keyId: "c", alias: "preset", scope: Number("9") },
      ],
    }),
  });
  expect(await client({ grpcUrl: server.url }).keys.list()).toEqual([
    { keyId: "a", alias: "admin", scope: "ADMIN", createdAt: "2023-11-14T22:13:20.000Z" },
    { keyId: "b", alias: "api", scope: "API" },
    { keyId: "c", alias: "preset" },
  ]);
});

test("keys.get returns a key by its id, or undefined", async () => {
  const userKeys = [
    { keyId: "a", alias: "ci", scope: 1 },
    { keyId: "kid", alias: "own" },
  ];
  const server = await grpcServer({ listUserKeys: () => ({ userKeys }) });
  const { keys } = client({ grpcUrl: server.url });
  expect(await Promise.all([keys.get("a"), keys.get("ci")])).toEqual([
    { keyId: "a", alias: "ci", scope: "API" },
    undefined,
  ]);
  await expect(keys.get(" ")).rejects.toThrow(FalValidationError);
});

describe("creating keys", () => {
  async function creating(key: CreateKeyParams) {
    const grpc: unknown[] = [];
    const rpc = await grpcServer({
      createUserKey: (request) => {
        grpc.push({
          alias: request.alias,
          scope: request.scope,
          preset: request.policyPreset,
          permissions: request.policy?.permissions,
        });
        return { keyId: "new", keySecret: "sec" };
      },
    });
    const rest = await restServer(() => ({ status: 201, body: { key_id: "new", key_secret: "sec", key: "new:sec" } }));
    const created = await client({ grpcUrl: rpc.url, apiUrl: `${rest.url}/v1` }).keys.create(key);
    expect(created).toEqual({ keyId: "new", keySecret: "sec", key: "new:sec" });
    return { grpc, rest: rest.calls.map((call) => [call.method, call.path, call.body]) };
  }

  test.each<CreateKeyParams>([{ alias: "ci" }, { alias: "ci", preset: "API" }, { alias: "ci", scope: "API" }])(
    "keys.create sends %j over REST as an API key",
    async (key) => {
      expect(await creating(key)).toEqual({ grpc: [], rest: [["POST", "/v1/keys", { alias: "ci" }]] });
    },
  );

  test.each<[CreateKeyParams, object]>([
    [{ alias: "ci", preset: "DEPLOY" }, { preset: "DEPLOY" }],
    [{ alias: "ci", preset: "SOMETHING_NEW" }, { preset: "SOMETHING_NEW" }],
    [{ alias: "ci", scope: "ADMIN" }, { preset: "FULL" }],
    [{ alias: "ci", permissions: ["a:b", "c:d"] }, { permissions: ["a:b", "c:d"] }],
  ])("keys.create sends %j over gRPC with exactly one kind of permissions", async (key, rights) => {
    const { grpc, rest } = await creating(key);
    expect(rest).toEqual([]);
    expect(grpc).toEqual([{ alias: "ci", scope: undefined, preset: undefined, permissions: undefined, ...rights }]);
  });

  test.each<[CreateKeyParams, RegExp]>([
    [{ alias: "ci", preset: "API", scope: "API" }, /at most one/],
    [{ alias: "ci", preset: "API", permissions: ["a"] }, /at most one/],
    [{ alias: "ci", permissions: [] }, /at least one name/],
    [{ alias: "ci", permissions: ["a", ""] }, /no empty one/],
    [{ alias: "ci", preset: "" }, /preset must not be empty/],
    [{ alias: "" }, /alias must not be empty/],
    [{ alias: "x".repeat(256) }, /255/],
    [{ alias: "ci", scope: "admin" as "ADMIN" }, /ADMIN or API/],
  ])("keys.create rejects the unclear request %j and sends nothing", async (key, reason) => {
    const rpc = await grpcServer({});
    const rest = await restServer(() => ({}));
    const failed = client({ grpcUrl: rpc.url, apiUrl: rest.url }).keys.create(key);
    await expect(failed).rejects.toBeInstanceOf(FalValidationError);
    await expect(failed).rejects.toThrow(reason);
    expect([rpc.calls, rest.calls]).toEqual([[], []]);
  });

  test("keys.create reports that a key may exist if the response has no key", async () => {
    const server = await grpcServer({ createUserKey: () => ({ keyId: "new" }) });
    const failed = client({ grpcUrl: server.url }).keys.create({ alias: "ci", preset: "FULL" });
    await expect(failed).rejects.toBeInstanceOf(FalServerError);
    await expect(failed).rejects.toMatchObject({ mayHaveTakenEffect: true });
  });
});

describe("revoking keys", () => {
  async function revoking(listed: string[][], code?: Code) {
    let lists = 0;
    const server = await grpcServer({
      revokeUserKey: () => {
        if (code !== undefined) throw new ConnectError("x", code);
        return {};
      },
      // Every list contains the client's own key.
      listUserKeys: () => ({
        userKeys: ["kid", ...(listed[lists++] ?? listed.at(-1) ?? [])].map((keyId) => ({ keyId })),
      }),
    });
    const { keys } = client({ grpcUrl: server.url });
    await keys.list();
    const failed = await keys.revoke("old").then(
      () => undefined,
      (error: unknown) => error,
    );
    return { failed, calls: server.calls.slice(1) };
  }

  test("keys.revoke confirms the revocation with a fresh list", async () => {
    expect(await revoking([["old"], []])).toEqual({ failed: undefined, calls: ["RevokeUserKey", "ListUserKeys"] });
  });

  test("keys.revoke reads the list again if it is stale", async () => {
    expect(await revoking([["old"], ["old"], []])).toEqual({
      failed: undefined,
      calls: ["RevokeUserKey", "ListUserKeys", "ListUserKeys"],
    });
  });

  test("keys.revoke fails if the list keeps the key", async () => {
    const { failed } = await revoking([["old"]]);
    expect(failed).toBeInstanceOf(FalConflictError);
  });

  test.each([Code.NotFound, Code.Unknown, Code.InvalidArgument])(
    "keys.revoke succeeds on gRPC status %i if the key is gone",
    async (code) => {
      expect((await revoking([["other"]], code)).failed).toBeUndefined();
    },
  );

  test("keys.revoke fails if fal refuses to revoke an existing key", async () => {
    expect((await revoking([["old"]], Code.FailedPrecondition)).failed).toMatchObject({ code: "FAL_CONFLICT" });
    const { failed, calls } = await revoking([[]], Code.PermissionDenied);
    expect(failed).toMatchObject({ code: "FAL_PERMISSION" });
    expect(calls).toEqual(["RevokeUserKey"]);
  });

  test.each([
    ["a signal", () => ({ signal: AbortSignal.timeout(300) })],
    ["a time limit", () => ({ timeoutMs: 300 })],
  ])("keys.revoke reports that it may have taken effect if %s ends it", async (_name, options) => {
    const server = await grpcServer({ revokeUserKey: () => new Promise<never>(() => {}) });
    const failed = client({ grpcUrl: server.url }).keys.revoke("old", options());
    await expect(failed).rejects.toMatchObject({ code: "FAL_TIMEOUT", mayHaveTakenEffect: true });
  });

  test("keys.revoke rejects the client's own key", async () => {
    const server = await grpcServer({});
    const failed = client({ grpcUrl: server.url }).keys.revoke("kid");
    await expect(failed).rejects.toBeInstanceOf(FalValidationError);
    await expect(failed).rejects.toThrow(/this client uses it/);
    expect(server.calls).toEqual([]);
  });
});
