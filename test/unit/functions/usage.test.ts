import { expect, test } from "vitest";
import { runFunction } from "../../../src/functions/run";
import { Accounts } from "../../../src/provider/accounts";
import type { Connection } from "../../../src/provider/connection";
import { client as clientOf, type RestAnswer, restServer } from "../client/support/servers";

/** Calls functions of an account at a server that returns `answer` for the path. */
async function fal(answer: (url: URL) => RestAnswer) {
  const server = await restServer((call) =>
    call.path === "/users/current" ? { body: { nickname: "acme" } } : answer(new URL(call.path, "http://fal")),
  );
  const client = clientOf({ apiUrl: `${server.url}/v1`, restUrl: server.url, grpcUrl: server.url });
  // The connection of a provider loads the built client.
  const connection = { client: () => client, environment: () => "main", strict: () => false, settings: {} };
  const session = {
    connection: connection as unknown as Connection,
    accounts: new Accounts(connection as unknown as Connection),
    log: { write: () => {}, written: async () => {} },
  };
  return {
    asked: () => server.calls.map(({ path }) => path).filter((path) => path !== "/users/current"),
    call: (name: string, args: Record<string, unknown>) =>
      runFunction({ name, args, secrets: [], fresh: true }, session),
  };
}

test("getRunnerHistory returns the history of an app in its environment", async () => {
  const history = [{ timestamp: "2026-07-01T12:00:00.000Z", running: 2, idle: 1, pending: 0, draining: 0 }];
  const { call, asked } = await fal(() => ({
    body: { endpoint_id: "acme/flux--staging", timeframe: "hour", aggregation: "avg", history },
  }));
  const args = { app: "staging/flux", end: "2126-07-01", timeframe: "hour", aggregation: "avg" };
  expect(await call("getRunnerHistory", args)).toEqual({
    environment: "staging",
    app: "flux",
    endpointId: "acme/flux--staging",
    timeframe: "hour",
    aggregation: "avg",
    history,
  });
  expect(asked()).toEqual([
    "/v1/serverless/apps/acme/flux--staging/runners/history?end=2126-07-01&timeframe=hour&aggregation=avg",
  ]);
});

test("getQueueSize returns the number of waiting requests", async () => {
  const { call } = await fal(() => ({ body: { queue_size: 5 } }));
  expect(await call("getQueueSize", { app: "flux" })).toEqual({ environment: "main", app: "flux", queueSize: 5 });
});

test("getAppAnalytics accepts names and ids of apps", async () => {
  const { call, asked } = await fal((url) => ({
    body: {
      summary: url.searchParams.getAll("endpoint_id").map((id) => ({ endpoint_id: id, request_count: 1 })),
      has_more: false,
      next_cursor: null,
    },
  }));
  const args = { apps: ["flux", "staging/flux"], environment: "dev", expand: ["summary", "requestCount"] };
  expect(await call("getAppAnalytics", args)).toEqual({
    summary: ["acme/flux--dev", "acme/flux--staging"].map((endpointId) => ({ endpointId, requestCount: 1 })),
  });
  expect(asked()).toHaveLength(1);
});

const row = (app: string | null, environment: string | null) => ({
  app,
  environment,
  machine_type: "GPU-H100",
  unit: "second",
  quantity: 60,
  unit_price: 0.001,
  percent_discount: null,
  cost_subtotal: 0.06,
  cost_discount: 0,
  cost_total: 0.06,
  currency: "USD",
  is_surge: false,
});

test("getUsage returns the usage of the account, of an environment, or of apps", async () => {
  const rows = [row("flux", "main"), row("flux", "staging"), row("sdxl--staging", null), row(null, null)];
  const { call, asked } = await fal(() => ({
    body: {
      time_series: [{ bucket: "2026-07-01T00:00:00Z", results: rows }],
      summary: rows,
      has_more: false,
      next_cursor: null,
    },
  }));
  const apps = async (args: object) => {
    const { timeSeries, summary } = (await call("getUsage", { ...args })) as Record<string, unknown>;
    expect(timeSeries).toEqual([{ bucket: "2026-07-01T00:00:00Z", results: summary }]);
    return (summary as { app?: string }[]).map(({ app }) => app);
  };
  expect(await apps({})).toEqual(["flux", "flux", "sdxl--staging", undefined]);
  expect(await apps({ environment: "staging" })).toEqual(["flux", "sdxl--staging"]);
  // fal selects the apps.
  expect(await apps({ environment: "staging", apps: ["flux", "main/sdxl"] })).toHaveLength(4);
  expect(asked().map((path) => new URL(path, "http://fal").searchParams.getAll("app"))).toEqual([
    [],
    [],
    ["flux--staging", "sdxl"],
  ]);
});

test.each([
  ["getAppAnalytics", { apps: [] }, /`apps` must contain at least one app/],
  ["getAppAnalytics", { apps: ["flux--staging"] }, /`apps\[?.?0\]?` must not carry a "--<environment>" suffix/],
  ["getUsage", { apps: ["/flux"] }, /must have an environment before the slash/],
  ["getUsage", { apps: ["a/b/c"] }, /must not contain "\/"/],
  ["getUsage", { start: "last week" }, /`start` must be a date, or a time in ISO 8601 with its zone/],
  ["getUsage", { start: "2026-08-02", end: "2026-08-01" }, /start \(2026-08-02\) must be before end/],
  ["getAppAnalytics", { apps: ["flux"], expand: ["p42Duration"] }, /must be one of "timeSeries", "summary"/],
  ["getRunnerHistory", { app: "flux", start: "2020-01-01" }, /start \(2020-01-01\) must be at most 90 days ago/],
])("%s rejects %j, and nothing is sent", async (name, args, message) => {
  const { call, asked } = await fal(() => ({ status: 500 }));
  await expect(call(name, args)).rejects.toThrow(message);
  expect(asked()).toEqual([]);
});
