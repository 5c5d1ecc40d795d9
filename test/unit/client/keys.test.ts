import { Code, ConnectError } from "@connectrpc/connect";
import { describe, expect, test } from "vitest";
import { type CreateKeyParams, FalConflictError, FalServerError, FalValidationError } from "../../../src/client";
import { client, grpcServer, restServer } from "./support/servers";

test("list keeps keys whose rights are no scope, without a scope", async () => {
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

test("get finds one in the account's list", async () => {
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

describe("create", () => {
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
    "%j is an API key, made over REST",
    async (key) => {
      expect(await creating(key)).toEqual({ grpc: [], rest: [["POST", "/v1/keys", { alias: "ci" }]] });
    },
  );

  test.each<[CreateKeyParams, object]>([
    [{ alias: "ci", preset: "DEPLOY" }, { preset: "DEPLOY" }],
    [{ alias: "ci", preset: "SOMETHING_NEW" }, { preset: "SOMETHING_NEW" }],
    [{ alias: "ci", scope: "ADMIN" }, { preset: "FULL" }],
    [{ alias: "ci", permissions: ["a:b", "c:d"] }, { permissions: ["a:b", "c:d"] }],
  ])("%j is made over gRPC, with exactly one kind of rights", async (key, rights) => {
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
  ])("refuses %j and sends nothing: an unclear request could make an ADMIN key", async (key, reason) => {
    const rpc = await grpcServer({});
    const rest = await restServer(() => ({}));
    const failed = client({ grpcUrl: rpc.url, apiUrl: rest.url }).keys.create(key);
    await expect(failed).rejects.toBeInstanceOf(FalValidationError);
    await expect(failed).rejects.toThrow(reason);
    expect([rpc.calls, rest.calls]).toEqual([[], []]);
  });

  test("an answer without the key says that there may be one", async () => {
    const server = await grpcServer({ createUserKey: () => ({ keyId: "new" }) });
    const failed = client({ grpcUrl: server.url }).keys.create({ alias: "ci", preset: "FULL" });
    await expect(failed).rejects.toBeInstanceOf(FalServerError);
    await expect(failed).rejects.toMatchObject({ mayHaveTakenEffect: true });
  });
});

describe("revoke", () => {
  async function revoking(listed: string[][], code?: Code) {
    let lists = 0;
    const server = await grpcServer({
      revokeUserKey: () => {
        if (code !== undefined) throw new ConnectError("x", code);
        return {};
      },
      // Every list holds the key that asks.
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

  test("is confirmed by a list that is asked for anew", async () => {
    expect(await revoking([["old"], []])).toEqual({ failed: undefined, calls: ["RevokeUserKey", "ListUserKeys"] });
  });

  test("a list that lags behind is asked again", async () => {
    expect(await revoking([["old"], ["old"], []])).toEqual({
      failed: undefined,
      calls: ["RevokeUserKey", "ListUserKeys", "ListUserKeys"],
    });
  });

  test("a key that stays is a failure", async () => {
    const { failed } = await revoking([["old"]]);
    expect(failed).toBeInstanceOf(FalConflictError);
  });

  test.each([Code.NotFound, Code.Unknown, Code.InvalidArgument])(
    "a key that is gone is success (code %i)",
    async (code) => {
      expect((await revoking([["other"]], code)).failed).toBeUndefined();
    },
  );

  test("a refusal for a key that is there is one", async () => {
    expect((await revoking([["old"]], Code.FailedPrecondition)).failed).toMatchObject({ code: "FAL_CONFLICT" });
    const { failed, calls } = await revoking([[]], Code.PermissionDenied);
    expect(failed).toMatchObject({ code: "FAL_PERMISSION" });
    expect(calls).toEqual(["RevokeUserKey"]);
  });

  test.each([
    ["a signal", () => ({ signal: AbortSignal.timeout(300) })],
    ["a time limit", () => ({ timeoutMs: 300 })],
  ])("may have been carried out when %s ends it", async (_name, options) => {
    const server = await grpcServer({ revokeUserKey: () => new Promise<never>(() => {}) });
    const failed = client({ grpcUrl: server.url }).keys.revoke("old", options());
    await expect(failed).rejects.toMatchObject({ code: "FAL_TIMEOUT", mayHaveTakenEffect: true });
  });

  test("the key that the client runs with is never revoked", async () => {
    const server = await grpcServer({});
    const failed = client({ grpcUrl: server.url }).keys.revoke("kid");
    await expect(failed).rejects.toBeInstanceOf(FalValidationError);
    await expect(failed).rejects.toThrow(/this client uses it/);
    expect(server.calls).toEqual([]);
  });
});
