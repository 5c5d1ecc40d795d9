import { expect, test } from "vitest";
import { FalServerError, FalValidationError } from "../../../src/client";
import { client, restServer } from "./support/servers";

const acl = { default: "forbid", rules: [{ user: "sam", decision: "allow" }] };

test("the storage settings are read with their lifetime and their access rules", async () => {
  const server = await restServer(() => ({ body: { expiration_duration_seconds: 86400, initial_acl: acl, more: 1 } }));
  const fal = client({ apiUrl: `${server.url}/v1` });
  expect(await fal.storage.getSettings()).toEqual({ expirationDurationSeconds: 86400, initialAcl: acl });
  expect(server.calls).toMatchObject([{ method: "GET", path: "/v1/storage/settings", body: undefined }]);
});

test("storage settings that fal has no value for are absent", async () => {
  const server = await restServer(() => ({ body: { expiration_duration_seconds: null, initial_acl: null } }));
  expect(await client({ apiUrl: server.url }).storage.getSettings()).toEqual({});
});

test("replacing the storage settings sends all of them and returns what fal kept", async () => {
  const server = await restServer(() => ({
    body: { expiration_duration_seconds: null, initial_acl: { default: "forbid", rules: [] } },
  }));
  const fal = client({ apiUrl: server.url });
  expect(await fal.storage.replaceSettings({ initialAcl: acl })).toEqual({
    initialAcl: { default: "forbid", rules: [] },
  });
  await fal.storage.replaceSettings({ expirationDurationSeconds: 60 });
  expect(server.calls).toMatchObject([
    { method: "PUT", path: "/storage/settings", body: { expiration_duration_seconds: null, initial_acl: acl } },
    { method: "PUT", path: "/storage/settings", body: { expiration_duration_seconds: 60, initial_acl: null } },
  ]);
});

test.each([0, -1, 1.5])("a lifetime of %d seconds is rejected, and nothing is sent", async (lifetime) => {
  const server = await restServer(() => ({ body: {} }));
  const replace = client({ apiUrl: server.url }).storage.replaceSettings({ expirationDurationSeconds: lifetime });
  await expect(replace).rejects.toBeInstanceOf(FalValidationError);
  expect(server.calls).toEqual([]);
});

test("storage settings of another form are an error", async () => {
  const server = await restServer(() => ({ body: { initial_acl: null } }));
  await expect(client({ apiUrl: server.url }).storage.getSettings()).rejects.toBeInstanceOf(FalServerError);
});
