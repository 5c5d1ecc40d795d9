import { expect, test } from "vitest";
import { FalServerError } from "../../../src/client";
import { client, grpcServer } from "./support/servers";

// The test's key is "kid"; every account has "main".
const named = (...names: string[]) => ({ environments: names.map((name) => ({ name })) });
const keyed = (...keyIds: string[]) => ({ userKeys: keyIds.map((keyId) => ({ keyId, alias: "a" })) });

test("a list of environments without main is requested again", async () => {
  const server = await grpcServer({ listEnvironments: () => named(...(server.calls.length > 1 ? ["main"] : [])) });
  const { environments } = client({ grpcUrl: server.url });
  expect(await environments.get("staging")).toBeUndefined();
  expect(server.calls).toHaveLength(2);
});

test("environments.get fails for a missing environment if the list still lacks main", async () => {
  const server = await grpcServer({ listEnvironments: () => named("prod") });
  const { environments } = client({ grpcUrl: server.url });
  for (const name of ["staging", "main"]) {
    const error = await environments.get(name).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FalServerError);
    expect(String(error)).toMatch(
      /is incomplete, because it does not contain environment main, which every account has\./,
    );
  }
  expect(await environments.get("prod")).toMatchObject({ name: "prod" });
  expect(await environments.list()).toHaveLength(1);
});

test("a list of keys without the client's own key is requested again and then does not count", async () => {
  const lagging = await grpcServer({ listUserKeys: () => keyed(...(lagging.calls.length > 1 ? ["kid"] : [])) });
  expect(await client({ grpcUrl: lagging.url }).keys.get("other")).toBeUndefined();
  expect(lagging.calls).toHaveLength(2);

  const broken = await grpcServer({ listUserKeys: () => keyed("third") });
  const { keys } = client({ grpcUrl: broken.url });
  const error = await keys.get("other").catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FalServerError);
  expect(String(error)).toMatch(/does not contain key kid, which this client uses/);
  expect(await keys.get("third")).toMatchObject({ keyId: "third" });
});

test("keys.revoke fails if the list of keys lacks the client's own key", async () => {
  const server = await grpcServer({ listUserKeys: () => keyed(), revokeUserKey: () => ({}) });
  const error = await client({ grpcUrl: server.url })
    .keys.revoke("other")
    .catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FalServerError);
});
