import { describe, expect, test } from "vitest";
import { CreateUserKeyRequest_Scope as Scope } from "../src/gen/controller_pb";
import { emulate, failureOf } from "./support/emulator";

describe("keys over REST", () => {
  test("REST creates a key with the scope API, returns its secret once, and lists it without the secret", async () => {
    const fal = await emulate();

    const created = await fal.platform("POST", "/keys", { body: { alias: "ci" } });

    expect(created.status).toBe(201);
    const { key_id, key_secret, key } = created.body;
    expect(key).toBe(`${key_id}:${key_secret}`);
    const listed = await fal.platform("GET", "/keys");
    expect(listed.body.keys).toEqual([{ key_id, alias: "ci", scope: "API", created_at: expect.any(String) }]);
    expect((await fal.state()).keys.find((each) => each.key_id === key_id)).toMatchObject({
      key_secret,
      alias: "ci",
      scope: "API",
    });
  });

  test("REST names the creator of a key only with expand", async () => {
    const fal = await emulate({ owner: "ada" });
    await fal.platform("POST", "/keys", { body: { alias: "ci" } });

    const expanded = await fal.platform("GET", "/keys?expand=creator_info");

    expect(expanded.body.keys[0]).toMatchObject({ creator_nickname: "ada", creator_email: "ada@example.com" });
    expect((await fal.platform("GET", "/keys")).body.keys[0]).not.toHaveProperty("creator_nickname");
  });

  test("REST lists keys in pages of fifty by default, with base64 page numbers as cursors", async () => {
    const fal = await emulate();
    await fal.seed({ keys: Array.from({ length: 51 }, (_, n) => ({ key_id: `k${n}`, scope: "API" })) });

    const first = await fal.platform("GET", "/keys");
    expect(first.body.keys).toHaveLength(50);
    expect(first.body).toMatchObject({ has_more: true, next_cursor: "Mg==" });

    const second = await fal.platform("GET", "/keys?cursor=Mg==");
    expect(second.body).toMatchObject({ keys: [{ key_id: "k50" }], has_more: false, next_cursor: null });
    expect((await fal.platform("GET", "/keys?limit=17&cursor=Mw==")).body).toMatchObject({
      keys: expect.objectContaining({ length: 17 }),
      has_more: false,
    });
  });

  test.each(["limit=0", "limit=x", "cursor=nonsense", "cursor=MA=="])(
    "REST rejects a list of keys with ?%s as a validation error",
    async (query) => {
      const fal = await emulate();
      // The specification documents no 400 for this list, so the format is that of its other operations.
      const answer = await fal.rest("GET", `/v1/keys?${query}`);
      expect(answer).toMatchObject({ status: 400, body: { error: { type: "validation_error" } } });
    },
  );

  test.each([undefined, {}, { alias: "" }, { alias: "x".repeat(256) }, { alias: 7 }])(
    "REST rejects the new key %j",
    async (body) => {
      const fal = await emulate();

      const answer = await fal.platform("POST", "/keys", { body });

      expect(answer).toMatchObject({ status: 400, body: { error: { type: "validation_error" } } });
      expect((await fal.state()).keys).toHaveLength(1);
    },
  );

  test("REST responds with 204 to the deletion of a key, even if it does not exist", async () => {
    const fal = await emulate();
    const { key_id } = (await fal.platform("POST", "/keys", { body: { alias: "ci" } })).body;

    expect(await fal.platform("DELETE", `/keys/${key_id}`)).toMatchObject({ status: 204, body: undefined });
    expect(await fal.platform("DELETE", `/keys/${key_id}`)).toMatchObject({ status: 204 });
    expect((await fal.state()).keys.map((key) => key.key_id)).toEqual(["emu"]);
  });

  test("REST accepts a DELETE with a content type and without a body", async () => {
    const fal = await emulate();
    const answer = await fal.platform("DELETE", "/keys/none", { headers: { "content-type": "application/json" } });
    expect(answer.status).toBe(204);
  });
});

describe("keys over gRPC", () => {
  test("a gRPC request without scope, preset and policy creates an ADMIN key", async () => {
    const fal = await emulate();

    const { keyId } = await fal.grpc().createUserKey({ alias: "careless" });

    expect((await fal.state()).keys.at(-1)).toMatchObject({ key_id: keyId, alias: "careless", scope: "ADMIN" });
  });

  test.each([
    ["scope API", { scope: Scope.API }, { scope: "API" }],
    ["scope ADMIN", { scope: Scope.ADMIN }, { scope: "ADMIN" }],
    ["preset FULL", { policyPreset: "FULL" }, { scope: "ADMIN", preset: "FULL" }],
    ["preset API", { policyPreset: "API" }, { scope: "API", preset: "API" }],
    ["preset DEPLOY", { policyPreset: "DEPLOY" }, { scope: null, preset: "DEPLOY" }],
    ["permissions", { policy: { permissions: ["a:b"] } }, { scope: null, permissions: ["a:b"] }],
  ])("gRPC creates a key from %s", async (_name, request, expected) => {
    const fal = await emulate();

    const { keyId, keySecret } = await fal.grpc().createUserKey(request);

    expect((await fal.state()).keys.at(-1)).toMatchObject({ key_id: keyId, key_secret: keySecret, ...expected });
  });

  test.each([
    ["an unknown preset", { policyPreset: "EVERYTHING" }],
    ["a policy without permissions", { policy: { permissions: [] } }],
    ["scope and preset together", { scope: Scope.API, policyPreset: "API" }],
    ["preset and policy together", { policyPreset: "API", policy: { permissions: ["a:b"] } }],
  ])("gRPC rejects %s and creates no key", async (_name, request) => {
    const fal = await emulate();
    expect(await failureOf(fal.grpc().createUserKey(request))).toMatchObject({ code: "InvalidArgument" });
    expect((await fal.state()).keys).toHaveLength(1);
  });

  test("gRPC lists every key, and a key without a scope has a number that is neither ADMIN nor API", async () => {
    const fal = await emulate();
    const grpc = fal.grpc();
    await grpc.createUserKey({ policyPreset: "READONLY", alias: "reader" });
    await grpc.createUserKey({ policyPreset: "API" });

    const { userKeys } = await grpc.listUserKeys({});

    expect(userKeys.map((key) => key.scope)).toEqual([Scope.ADMIN, expect.any(Number), Scope.API]);
    expect([Scope.ADMIN, Scope.API]).not.toContain(userKeys[1]?.scope);
    expect(userKeys[1]).toMatchObject({ alias: "reader", createdAt: { seconds: expect.any(BigInt) } });
    // REST shows API-scope keys only.
    expect((await fal.platform("GET", "/keys")).body.keys).toHaveLength(1);
  });

  test("gRPC revokes a key and succeeds even if the key does not exist", async () => {
    const fal = await emulate();
    const grpc = fal.grpc();
    const { keyId } = await grpc.createUserKey({ policyPreset: "API" });
    await grpc.revokeUserKey({ keyId });
    await grpc.revokeUserKey({ keyId });
    expect((await fal.state()).keys.map((key) => key.key_id)).toEqual(["emu"]);
  });
});
