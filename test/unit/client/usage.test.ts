import { expect, test } from "vitest";
import { FalPermissionError, FalServerError, FalValidationError } from "../../../src/client";
import { client, type RestAnswer, restServer } from "./support/servers";

async function fal(answer: (url: URL) => RestAnswer) {
  const server = await restServer((call) => answer(new URL(call.path, "http://fal")));
  const { usage } = client({ apiUrl: `${server.url}/v1` });
  return { usage, asked: () => server.calls.map((call) => new URL(call.path, "http://fal")) };
}

/** A row as in the example of fal's document. */
const wireRow = {
  app: "my-app-prod",
  environment: null,
  machine_type: "GPU-H100",
  unit: "second",
  quantity: 1200,
  unit_price: 0.00099,
  percent_discount: null,
  cost_subtotal: 1.188,
  cost_discount: 0,
  cost_total: 1.188,
  cost: 1.188,
  currency: "USD",
  is_surge: false,
};
const row = {
  app: "my-app-prod",
  machineType: "GPU-H100",
  unit: "second",
  quantity: 1200,
  unitPrice: 0.00099,
  costSubtotal: 1.188,
  costDiscount: 0,
  costTotal: 1.188,
  currency: "USD",
  isSurge: false,
};
const discounted = { ...wireRow, app: null, environment: "staging", percent_discount: 10, is_surge: true };
const page = (parts: object) => ({ body: { ...parts, next_cursor: null, has_more: false } });
const bucket = "2025-01-15T00:00:00-05:00";

test("usage.list returns rows per bucket and for the range, and does not add those of one app", async () => {
  const { usage, asked } = await fal(() =>
    page({ time_series: [{ bucket, results: [wireRow, wireRow, discounted] }], summary: [wireRow] }),
  );
  const found = await usage.list({
    start: "2025-01-01",
    end: "2025-02-01",
    timeframe: "day",
    expand: ["timeSeries", "summary"],
  });
  const { app: _, ...unnamed } = row;
  expect(found).toEqual({
    timeSeries: [
      { bucket, results: [row, row, { ...unnamed, environment: "staging", percentDiscount: 10, isSurge: true }] },
    ],
    summary: [row],
  });
  expect(asked()[0]?.pathname).toBe("/v1/serverless/usage");
  expect([...(asked()[0]?.searchParams ?? [])]).toEqual([
    ["start", "2025-01-01"],
    ["end", "2025-02-01"],
    ["timeframe", "day"],
    ["limit", "1000"],
    ["expand", "time_series"],
    ["expand", "summary"],
  ]);
});

test("usage.list sends the aliases of apps, 50 with each request, and the text to search", async () => {
  const { usage, asked } = await fal(() => page({ time_series: [] }));
  await usage.list({ apps: ["flux", { name: "flux", environment: "staging" }], environment: "dev", search: "flu" });
  expect(asked()[0]?.searchParams.getAll("app")).toEqual(["flux--dev", "flux--staging"]);
  expect(asked()[0]?.searchParams.get("search")).toBe("flu");
  await usage.list({ apps: Array.from({ length: 51 }, (_, index) => `app-${index}`) });
  expect(asked()).toHaveLength(1 + 2);
});

test("usage without a summary has none", async () => {
  const { usage } = await fal(() => page({ time_series: [] }));
  expect(await usage.list({ expand: ["timeSeries", "summary"] })).toEqual({ timeSeries: [] });
});

test.each([
  [{ apps: [] }, /apps must not be empty/],
  [{ search: " " }, /search must not be empty/],
  [{ expand: [] }, /expand may contain timeSeries and summary/],
  [{ expand: ["time_series" as "timeSeries"] }, /expand may contain timeSeries and summary/],
  [{ start: "2026-08-02", end: "2026-08-01" }, /must be before end/],
])("usage.list rejects %j, and nothing is sent", async (options, message) => {
  const { usage, asked } = await fal(() => page({}));
  const failed = usage.list(options);
  await expect(failed).rejects.toBeInstanceOf(FalValidationError);
  await expect(failed).rejects.toThrow(message);
  expect(asked()).toEqual([]);
});

test.each([{ quantity: -1 }, { cost_total: "1.188" }, { currency: "dollars" }, { machine_type: null }])(
  "a row of usage with %j is an error that names its place",
  async (wrong) => {
    const { usage } = await fal(() => page({ time_series: [{ bucket, results: [{ ...wireRow, ...wrong }] }] }));
    const failed = usage.list();
    await expect(failed).rejects.toBeInstanceOf(FalServerError);
    await expect(failed).rejects.toThrow(`time_series.0.results.0.${Object.keys(wrong)[0]}`);
  },
);

test("a key without ADMIN scope is told so", async () => {
  const { usage } = await fal(() => ({
    status: 403,
    body: { error: { type: "authorization_error", message: "Access denied" } },
  }));
  const failed = usage.list();
  await expect(failed).rejects.toBeInstanceOf(FalPermissionError);
  await expect(failed).rejects.toThrow(/read the account's usage.*ADMIN scope/);
});

test("client.metrics returns fal's text as it is", async () => {
  const text = '# TYPE fal_app_queue_size gauge\nfal_app_queue_size{application="my/app"} 7\n';
  const server = await restServer(() => ({ body: text, headers: { "content-type": "text/plain" } }));
  expect(await client({ apiUrl: `${server.url}/v1` }).metrics()).toBe(text);
  expect(server.calls).toMatchObject([{ path: "/v1/serverless/metrics", headers: { accept: "text/plain" } }]);
});

test("an HTML page is not taken for metrics", async () => {
  const server = await restServer(() => ({ body: "<!doctype html><p>Sign in to the network</p>" }));
  await expect(client({ apiUrl: server.url }).metrics({ timeoutMs: 300 })).rejects.toThrow(/an HTML page/);
});
