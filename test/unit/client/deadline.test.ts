import { setTimeout as delay } from "node:timers/promises";
import { Code, ConnectError } from "@connectrpc/connect";
import { expect, test } from "vitest";
import { type FalClient, FalTimeoutError } from "../../../src/client";
import { client, grpcServer, restServer } from "./support/servers";

const options = { timeoutMs: 1_500 };

test.each([
  ["apps.delete", (fal: FalClient) => fal.apps.delete("flux", options)],
  ["secrets.unset", (fal: FalClient) => fal.secrets.unset("TOKEN", options)],
] as const)("the time limit of %s includes the check after a refusal", async (_, run) => {
  const refuse = async () => {
    await delay(1_000);
    throw new ConnectError("no such thing", Code.NotFound);
  };
  const list = async () => {
    await delay(1_000);
    return {};
  };
  const server = await grpcServer({ deleteAlias: refuse, setSecret: refuse, listAliases: list, listSecrets: list });
  await expect(run(client({ grpcUrl: server.url }))).rejects.toMatchObject({
    code: "FAL_NOT_FOUND",
    message: expect.stringMatching(/The following check failed too: .*no answer within \d+ ms/),
  });
});

test.each([
  ["environments.get", (fal: FalClient) => fal.environments.get("staging", { timeoutMs: 900 })],
  ["keys.get", (fal: FalClient) => fal.keys.get("other", { timeoutMs: 900 })],
] as const)("the time limit of %s includes the wait before it reads an incomplete list again", async (_, run) => {
  const list = async () => {
    await delay(500);
    return {};
  };
  const server = await grpcServer({ listEnvironments: list, listUserKeys: list });
  const error = await run(client({ grpcUrl: server.url })).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(FalTimeoutError);
  // The wait would take a second; this is what the list left for it.
  const left = Number(/no answer within (\d+) ms/.exec(String(error))?.[1]);
  expect(left).toBeLessThanOrEqual(400);
  expect(server.calls).toHaveLength(1);
});

test("the wait for other calls counts once in the time limit of a method with several calls", async () => {
  const server = await restServer(({ method }) =>
    method === "DELETE" ? { status: 204 } : { delayMs: 900, body: { id: "a", instance_type: "gpu_1x_h100_sxm5" } },
  );
  const { compute } = client({ apiUrl: server.url, maxConcurrentRequests: 1 });
  const before = compute.get("a");
  await compute.delete("b", options);
  await before;
  expect(server.calls.map(({ method }) => method)).toEqual(["GET", "DELETE"]);
});

test.each(["events", "deployments"] as const)(
  "the time limit of apps.%s includes the read of the account's name",
  async (method) => {
    const server = await restServer(() => ({ hang: true }));
    const { apps } = client({ apiUrl: server.url, restUrl: server.url });
    await expect(apps[method]("flux", { timeoutMs: 200 })).rejects.toMatchObject({ code: "FAL_TIMEOUT" });
  },
);
