import { expect, test } from "vitest";
import { emulate } from "./support/emulator";

test("new storage settings keep files forever with the system's default access", async () => {
  const fal = await emulate();
  expect((await fal.platform("GET", "/storage/settings")).body).toEqual({
    expiration_duration_seconds: null,
    initial_acl: null,
  });
});

test("PUT replaces all storage settings, and what it leaves out is cleared", async () => {
  const fal = await emulate();
  await fal.seed({ storage_settings: { expiration_duration_seconds: 60 } });
  const acl = { default: "forbid", rules: [{ user: "sam", decision: "allow" }] };
  const answer = await fal.platform("PUT", "/storage/settings", { body: { initial_acl: acl } });
  expect(answer).toMatchObject({ status: 200, body: { expiration_duration_seconds: null, initial_acl: acl } });
  expect((await fal.platform("PUT", "/storage/settings", { body: { initial_acl: { default: "hide" } } })).body).toEqual(
    {
      expiration_duration_seconds: null,
      initial_acl: { default: "hide", rules: [] },
    },
  );
  expect((await fal.state()).storage_settings.initial_acl).toEqual({ default: "hide", rules: [] });
});

test("rules for users that do not exist are dropped", async () => {
  const fal = await emulate();
  await fal.seed({ users: ["sam"] });
  const rules = ["sam", "nobody"].map((user) => ({ user, decision: "allow" }));
  const { body } = await fal.platform("PUT", "/storage/settings", {
    body: { initial_acl: { default: "forbid", rules } },
  });
  expect(body).toMatchObject({ initial_acl: { rules: [{ user: "sam", decision: "allow" }] } });
});

test.each([
  [{ expiration_duration_seconds: 0 }],
  [{ initial_acl: { rules: [] } }],
  [{ initial_acl: { default: "open" } }],
  [{ ttl: 1 }],
])("storage settings %j are invalid", async (body) => {
  const fal = await emulate();
  expect((await fal.platform("PUT", "/storage/settings", { body })).status).toBe(400);
});

test("storage settings need a key with full rights", async () => {
  const fal = await emulate();
  await fal.seed({ keys: [{ key_id: "api", key_secret: "s", scope: "API" }] });
  expect((await fal.platform("GET", "/storage/settings", { key: "api:s" })).status).toBe(403);
});
