import { describe, expect, test } from "vitest";
import { FalConfigurationError, FalNotFoundError, FalServerError, FalValidationError } from "../../../src/client";
import { client, type RestAnswer, restServer } from "./support/servers";

/** A server that returns the account's name, and `answer` for other requests. */
async function fal(answer: (url: URL, count: number) => RestAnswer) {
  let count = 0;
  const server = await restServer((call) => {
    if (call.path === "/users/current") return { body: { nickname: "acme" } };
    count += 1;
    return answer(new URL(call.path, "http://fal"), count);
  });
  const { apps } = client({ restUrl: server.url, apiUrl: `${server.url}/v1` });
  return { apps, asked: () => server.calls.map((call) => call.path).filter((path) => path !== "/users/current") };
}

const ago = (days: number) => new Date(Date.now() - days * 86_400_000);
const hour = { timestamp: "2026-07-01T12:00:00.000Z", running: 2, idle: 0.5, pending: 0, draining: 1 };
const history = (...buckets: unknown[]) => ({
  body: { endpoint_id: "acme/flux", timeframe: "hour", aggregation: "max", history: buckets },
});

describe("apps.runnerHistory", () => {
  test("apps.runnerHistory returns the counts of each bucket", async () => {
    const { apps, asked } = await fal(() => history({ ...hour, more: 1 }));
    expect(await apps.runnerHistory("flux")).toEqual({
      endpointId: "acme/flux",
      timeframe: "hour",
      aggregation: "max",
      history: [hour],
    });
    expect(asked()).toEqual(["/v1/serverless/apps/acme/flux/runners/history"]);
  });

  test("apps.runnerHistory sends the alias of another environment, the range, the timeframe and the aggregation", async () => {
    const { apps, asked } = await fal(() => history());
    const start = ago(14);
    await apps.runnerHistory("flux", {
      environment: "staging",
      start,
      end: "2126-07-02",
      timeframe: "hour",
      aggregation: "avg",
    });
    expect(asked()).toEqual([
      `/v1/serverless/apps/acme/flux--staging/runners/history?start=${encodeURIComponent(start.toISOString())}&end=2126-07-02&timeframe=hour&aggregation=avg`,
    ]);
  });

  test("a time with another zone is sent in UTC", async () => {
    const { apps, asked } = await fal(() => history());
    await apps.runnerHistory("flux", { end: "2126-07-02T02:30:00+02:00" });
    expect(asked()[0]).toContain("end=2126-07-02T00%3A30%3A00.000Z");
  });

  test.each([
    [{ start: new Date("never") }, /start must be a valid date/],
    [{ start: "yesterday" }, /start must be a valid date.*2026-08-01T00:00:00Z/],
    [{ start: "2026-02-30" }, /start must be a valid date/],
    [{ end: "2026-08-01T00:00:00" }, /end must be .*with its zone/],
    [{ start: ago(1), end: ago(2) }, /start \(.*\) must be before end \(.*\)/],
    [{ start: "2026-08-01", end: "2026-08-01" }, /start \(2026-08-01\) must be before end/],
    [{ start: ago(-2) }, /start \(.*\) must be in the past/],
    [{ start: ago(92) }, /start \(.*\) must be at most 90 days ago/],
    [{ timeframe: "year" as "day" }, /timeframe must be minute, hour, day, week, month, not "year"/],
    [{ aggregation: "min" as "max" }, /aggregation must be max or avg, not "min"/],
  ])("apps.runnerHistory rejects %j, and nothing is sent", async (options, message) => {
    const { apps, asked } = await fal(() => history());
    const failed = apps.runnerHistory("flux", options);
    await expect(failed).rejects.toBeInstanceOf(FalValidationError);
    await expect(failed).rejects.toThrow(message);
    expect(asked()).toEqual([]);
  });

  test("90 days ago is accepted, even if time passes before the request", async () => {
    const { apps, asked } = await fal(() => history());
    await apps.runnerHistory("flux", { start: ago(90.01) });
    expect(asked()).toHaveLength(1);
  });

  test.each([{ running: -1 }, { idle: "1" }, { pending: null }, { timestamp: "noon" }, { timestamp: undefined }])(
    "a bucket with %j is an error that names its place",
    async (wrong) => {
      const { apps } = await fal(() => history(hour, { ...hour, ...wrong }));
      const failed = apps.runnerHistory("flux");
      await expect(failed).rejects.toBeInstanceOf(FalServerError);
      await expect(failed).rejects.toThrow(`unexpected format at history.1.${Object.keys(wrong)[0]}`);
    },
  );

  test("apps.runnerHistory names an app that does not exist", async () => {
    const { apps } = await fal(() => ({ status: 404, body: { error: { type: "not_found", message: "no" } } }));
    const failed = apps.runnerHistory("flux");
    await expect(failed).rejects.toBeInstanceOf(FalNotFoundError);
    await expect(failed).rejects.toThrow(/runner history of app main\/flux.*fal deploy/);
  });

  test("apps.runnerHistory fails without the account's name", async () => {
    const server = await restServer((call) =>
      call.path === "/serverless/apps" ? { body: { apps: [] } } : { status: 404 },
    );
    const { apps } = client({ restUrl: server.url, apiUrl: server.url });
    await expect(apps.runnerHistory("flux")).rejects.toBeInstanceOf(FalConfigurationError);
  });
});

test("apps.queueSize returns the number of waiting requests", async () => {
  const { apps, asked } = await fal(() => ({ body: { queue_size: 5 } }));
  expect(await apps.queueSize("flux", { environment: "staging" })).toBe(5);
  expect(asked()).toEqual(["/v1/serverless/apps/acme/flux--staging/queue"]);
});

test("a queue of another form is an error", async () => {
  const { apps } = await fal(() => ({ body: { queue_size: -1 } }));
  await expect(apps.queueSize("flux")).rejects.toBeInstanceOf(FalServerError);
});

const row = (endpoint: string, more: object = {}) => ({ endpoint_id: endpoint, request_count: 1, ...more });
const page = (parts: object, next: string | null = null) => ({
  body: { ...parts, next_cursor: next, has_more: next !== null },
});

describe("apps.analytics", () => {
  test("apps.analytics returns the metrics that fal has, per bucket and for the range", async () => {
    const { apps, asked } = await fal(() =>
      page({
        time_series: [
          { bucket: "2026-07-01T00:00:00+02:00", results: [row("acme/flux", { p95_prepare_duration: 4.5 })] },
        ],
        summary: [row("acme/flux", { cold_boot_count: 0, total_billable_duration: 12.5, new_metric: 1 })],
      }),
    );
    const found = await apps.analytics({
      apps: ["flux", { name: "sdxl", environment: "staging" }],
      expand: ["timeSeries", "summary", "requestCount", "p95PrepareDuration", "p50ColdBootDuration"],
      timeframe: "day",
      timezone: "Europe/Berlin",
      boundToTimeframe: false,
      start: "2026-07-01",
      end: "2026-07-02",
    });
    expect(found).toEqual({
      timeSeries: [
        {
          bucket: "2026-07-01T00:00:00+02:00",
          results: [{ endpointId: "acme/flux", requestCount: 1, p95PrepareDuration: 4.5 }],
        },
      ],
      summary: [{ endpointId: "acme/flux", requestCount: 1, coldBootCount: 0, totalBillableDuration: 12.5 }],
    });
    const { pathname, searchParams } = new URL(asked()[0] ?? "", "http://fal");
    expect(pathname).toBe("/v1/serverless/analytics");
    expect(searchParams.getAll("endpoint_id")).toEqual(["acme/flux", "acme/sdxl--staging"]);
    expect(searchParams.getAll("expand")).toEqual([
      "time_series",
      "summary",
      "request_count",
      "p95_prepare_duration",
      "p50_cold_boot_duration",
    ]);
    expect(Object.fromEntries(searchParams)).toMatchObject({
      timeframe: "day",
      timezone: "Europe/Berlin",
      bound_to_timeframe: "false",
      start: "2026-07-01",
      end: "2026-07-02",
    });
  });

  test("a part that fal does not return is absent, and an empty one is empty", async () => {
    const { apps } = await fal((_, count) => (count === 1 ? page({ time_series: [] }) : page({ summary: [] })));
    expect(await apps.analytics({ apps: ["flux"] })).toEqual({ timeSeries: [] });
    expect(await apps.analytics({ apps: ["flux"] })).toEqual({ summary: [] });
  });

  test("apps.analytics sends endpoints as they are, without asking for the account", async () => {
    const server = await restServer(() => page({ time_series: [] }));
    await client({ apiUrl: server.url }).apps.analytics({ endpointIds: ["acme/flux/dev"] });
    expect(server.calls.map((call) => call.path)).toEqual([
      "/serverless/analytics?limit=1000&endpoint_id=acme%2Fflux%2Fdev",
    ]);
  });

  test("50 apps need one request, and more are split, merged by bucket and asked for once", async () => {
    const { apps, asked } = await fal((url) =>
      page({
        time_series: ["2026-07-01T01:00:00Z", "2026-07-01T00:00:00Z"].map((bucket) => ({
          bucket,
          results: url.searchParams.getAll("endpoint_id").map((id) => row(id)),
        })),
        summary: url.searchParams.getAll("endpoint_id").map((id) => row(id)),
      }),
    );
    const names = (count: number) => Array.from({ length: count }, (_, index) => `app-${index}`);
    await apps.analytics({ apps: names(50) });
    expect(asked()).toHaveLength(1);
    const { timeSeries, summary } = await apps.analytics({ apps: [...names(101), "app-0"] });
    expect(asked()).toHaveLength(1 + 3);
    const sizes = asked().map((path) => new URL(path, "http://fal").searchParams.getAll("endpoint_id").length);
    expect(sizes.slice(1).sort((one, other) => one - other)).toEqual([1, 50, 50]);
    expect(timeSeries?.map(({ bucket, results }) => [bucket, results.length])).toEqual([
      ["2026-07-01T00:00:00Z", 101],
      ["2026-07-01T01:00:00Z", 101],
    ]);
    expect(new Set(summary?.map((each) => each.endpointId)).size).toBe(101);
    expect(summary).toHaveLength(101);
  });

  test("all pages are read: a bucket may continue on the next page, and a repeated row counts once", async () => {
    const bucket = (time: string, ...results: unknown[]) => ({ bucket: time, results });
    const first = "2026-07-01T00:00:00Z";
    const second = "2026-07-02T00:00:00Z";
    const pages: Record<string, RestAnswer> = {
      none: page({ time_series: [bucket(first, row("acme/a"), row("acme/b"))], summary: [row("acme/a")] }, "Mg=="),
      "Mg==": page({ time_series: [bucket(first, row("acme/b"), row("acme/c"))], summary: [row("acme/a")] }, "Mw=="),
      "Mw==": page({ time_series: [bucket(second, row("acme/a"))], summary: [row("acme/b")] }),
    };
    const { apps, asked } = await fal((url) => pages[url.searchParams.get("cursor") ?? "none"] ?? { status: 500 });
    const { timeSeries, summary } = await apps.analytics({ endpointIds: ["acme/a"] });
    expect(timeSeries?.map(({ bucket, results }) => [bucket, ...results.map((each) => each.endpointId)])).toEqual([
      [first, "acme/a", "acme/b", "acme/c"],
      [second, "acme/a"],
    ]);
    expect(summary?.map((each) => each.endpointId)).toEqual(["acme/a", "acme/b"]);
    expect(asked()).toHaveLength(3);
  });

  test("pages that never end, and a next page without a cursor, are errors", async () => {
    const endless = await fal(() => page({ time_series: [] }, "Mg=="));
    await expect(endless.apps.analytics({ apps: ["flux"] })).rejects.toThrow(/does not end/);
    const cut = await fal(() => ({ body: { time_series: [], has_more: true, next_cursor: null } }));
    await expect(cut.apps.analytics({ apps: ["flux"] })).rejects.toThrow(/unexpected format at next_cursor/);
  });

  test("a summary of another form is an error that names it", async () => {
    const { apps } = await fal(() => page({ summary: { request_count: 1 } }));
    const failed = apps.analytics({ apps: ["flux"], expand: ["summary", "requestCount"] });
    await expect(failed).rejects.toThrow(/unexpected format at summary/);
  });

  test.each([
    [{}, /apps or endpointIds must contain at least one app/],
    [{ apps: [] }, /apps or endpointIds must contain at least one app/],
    [{ apps: ["flux--staging"], environment: "staging" }, /name must not end with the suffix/],
    [{ endpointIds: ["flux"] }, /endpointIds must have the form owner\/app/],
    [{ endpointIds: ["acme/flux,acme/other"] }, /endpointIds must have the form owner\/app/],
    [{ apps: ["flux"], expand: [] }, /expand must contain timeSeries, summary, or both/],
    [{ apps: ["flux"], expand: ["requestCount" as const] }, /expand must contain timeSeries, summary, or both/],
    [
      { apps: ["flux"], expand: ["p42Duration" as "p50Duration"] },
      /expand contains "p42Duration". It may contain timeSeries/,
    ],
    [{ apps: ["flux"], timezone: "Mars/Phobos" }, /timezone must be the name of a time zone/],
    [{ apps: ["flux"], start: ago(1), end: ago(2) }, /must be before end/],
  ])("apps.analytics rejects %j, and nothing is sent", async (options, message) => {
    const { apps, asked } = await fal(() => page({}));
    const failed = apps.analytics(options);
    await expect(failed).rejects.toBeInstanceOf(FalValidationError);
    await expect(failed).rejects.toThrow(message);
    expect(asked()).toEqual([]);
  });
});
