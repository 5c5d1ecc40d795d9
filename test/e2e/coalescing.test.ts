import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { patience } from "../support/patience";
import type { Declared, Stack } from "./support/stack";
import { type RecordedRequest, World } from "./support/world";

/** A refresh asks the provider for five hundred objects, one by one; fal is asked for a handful of lists. */
describe("a stack of 250 apps, 150 secrets and 100 keys in two environments", () => {
  let world: World;
  let stack: Stack;

  const environments = ["main", "staging"];
  const numbered = (count: number) => Array.from({ length: count }, (_, index) => index);
  const environmentOf = (index: number) => environments[index % environments.length];
  const declared: Declared[] = [
    ...numbered(250).map((index) => ({
      kind: "App",
      name: `app-${index}`,
      args: { name: `app-${index}`, environment: environmentOf(index) },
    })),
    ...numbered(150).map((index) => ({
      kind: "Secret",
      name: `secret-${index}`,
      args: { name: `SECRET_${index}`, environment: environmentOf(index), value: `value ${index}` },
    })),
    ...numbered(100).map((index) => ({ kind: "ApiKey", name: `key-${index}`, args: { alias: `key ${index}` } })),
  ];

  beforeAll(async () => {
    world = await World.start();
    await world.seed({
      environments: [{ name: "staging" }],
      apps: numbered(250).map((index) => ({ name: `app-${index}`, environment: environmentOf(index) })),
    });
    // A checkpoint after each resource takes most of the time, and nothing here fails.
    stack = await world.stack({ PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" });
    await stack.program(declared).up("--suppress-progress");
  }, 120_000 * patience);
  afterAll(() => world?.close());

  const count = (requests: readonly RecordedRequest[], rpc: string) =>
    requests.filter((request) => request.rpc === rpc).length;

  test(
    "a refresh of 500 resources sends at most two list calls per kind and environment",
    async () => {
      await world.clearRequests();
      await stack.refresh("--expect-no-changes", "--suppress-progress");
      const requests = await world.requests();
      console.log(
        "calls of one refresh:",
        requests.map((request) => request.rpc ?? `${request.method} ${request.path}`),
      );
      const each = 2 * environments.length;
      expect(count(requests, "ListAliases")).toBeLessThanOrEqual(each);
      expect(count(requests, "ListSecrets")).toBeLessThanOrEqual(each);
      expect(count(requests, "ListUserKeys")).toBeLessThanOrEqual(2);
      // The lists, and one question for the account's name.
      expect(requests.length).toBeLessThanOrEqual(2 * each + 2 + 1);
    },
    120_000 * patience,
  );
});
