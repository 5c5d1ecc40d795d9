import { expect, test } from "vitest";
import { type CallOptions, emulate } from "./support/emulator";
import { operations } from "./support/openapi";

/** One successful call per operation of the specification. The test below fails for an operation without a call. */
const SUCCESS: Record<string, { path: string; status: number; call?: CallOptions }> = {
  getMeta: { path: "/meta", status: 200 },
  getAccountBilling: { path: "/account/billing", status: 200 },
  listApiKeys: { path: "/keys", status: 200 },
  createApiKey: { path: "/keys", status: 201, call: { body: { alias: "ci" } } },
  deleteApiKey: { path: "/keys/k", status: 204 },
  listComputeInstances: { path: "/compute/instances", status: 200 },
  createComputeInstance: {
    path: "/compute/instances",
    status: 201,
    call: { body: { instance_type: "gpu_1x_h100_sxm5", ssh_key: "ssh-ed25519 AAAA" } },
  },
  getComputeInstance: { path: "/compute/instances/inst", status: 200 },
  deleteComputeInstance: { path: "/compute/instances/inst", status: 204 },
  serverlessListApps: { path: "/serverless/apps", status: 200 },
  serverlessListAppRevisions: { path: "/serverless/apps/acme/sd/revisions", status: 200 },
  serverlessGetAppQueueInfo: { path: "/serverless/apps/acme/sd/queue", status: 200 },
  serverlessGetRunnerHistory: { path: "/serverless/apps/acme/sd/runners/history", status: 200 },
  serverlessGetAnalytics: { path: "/serverless/analytics?endpoint_id=acme/sd&expand=time_series,summary", status: 200 },
  serverlessGetUsage: { path: "/serverless/usage?expand=time_series,summary", status: 200 },
  serverlessGetMetrics: { path: "/serverless/metrics", status: 200 },
  serverlessListAppEvents: { path: "/serverless/apps/acme/sd/events", status: 200 },
  getStorageSettings: { path: "/storage/settings", status: 200 },
  updateStorageSettings: { path: "/storage/settings", status: 200, call: { body: {} } },
  serverlessListRoot: { path: "/serverless/files/list", status: 200 },
  serverlessListDirectory: { path: "/serverless/files/list/data", status: 200 },
};

test.each(operations)(
  "$operationId responds as fal specifies, and with 401 without a key",
  async ({ operationId, method }) => {
    const fal = await emulate();
    await fal.seed({
      keys: [{ key_id: "k", scope: "API" }],
      apps: [{ name: "sd", traffic: { requests_per_hour: 60, request_seconds: 5, startup_seconds: 20 } }],
      instances: [{ id: "inst" }],
      files: [{ path: "data/a.txt" }],
      events: [{ app: "sd", category: "runner_started" }],
    });
    const success = SUCCESS[operationId];
    if (!success) throw new Error(`no call for ${operationId}`);

    expect((await fal.platform(method, success.path, { ...success.call, key: null })).status).toBe(
      operationId === "getMeta" ? 200 : 401,
    );
    expect((await fal.platform(method, success.path, success.call)).status).toBe(success.status);
  },
);

test("an unknown path gets an error in fal's format with a request id", async () => {
  const fal = await emulate();
  expect(await fal.rest("GET", "/v1/none")).toMatchObject({
    status: 404,
    body: { error: { type: "not_found", request_id: expect.stringMatching(/^req_/) } },
  });
});
