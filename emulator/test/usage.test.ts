import { describe, expect, test } from "vitest";
import { emulate } from "./support/emulator";

const hour = 60 * 60 * 1000;
const day = 24 * hour;
const week = 7 * day;
/** A Monday. */
const now = Date.parse("2026-11-30T12:00:00Z");
const iso = (time: number) => new Date(time).toISOString();
const steady = { requests_per_hour: 60, request_seconds: 20, startup_seconds: 30, seed: 1 };
const sd = { name: "sd", traffic: steady, max_concurrency: 4, keep_alive: 60, machine_types: ["GPU-H100"] };

/** An emulator with a clock that the test advances. */
async function emulateAt(seed: object) {
  const clock = { now };
  const fal = await emulate({ seed, clock: () => clock.now });
  const get = async (path: string, query: Record<string, string | string[]> = {}, key?: string) => {
    const parameters = Object.entries(query).flatMap(([name, value]) =>
      [value].flat().map((each) => [name, each] as [string, string]),
    );
    return fal.platform("GET", `${path}?${new URLSearchParams(parameters)}`, key === undefined ? {} : { key });
  };
  return {
    ...fal,
    clock,
    get,
    history: async (query: Record<string, string> = {}, app = "sd") =>
      (await get(`/serverless/apps/acme/${app}/runners/history`, query)).body,
    analytics: async (query: Record<string, string | string[]> = {}) =>
      (await get("/serverless/analytics", { endpoint_id: "acme/sd", ...query })).body,
    usage: async (query: Record<string, string | string[]> = {}) => (await get("/serverless/usage", query)).body,
    record: async (query: Record<string, string> = {}) =>
      (await fal.rest("GET", `/_emulator/record?${new URLSearchParams({ app: "sd", ...query })}`, { key: null })).body,
    pass: (seconds: number) => fal.rest("POST", "/_emulator/pass-time", { body: { seconds }, key: null }),
  };
}

const total = <T>(list: readonly T[], value: (each: T) => number) => list.reduce((sum, each) => sum + value(each), 0);
const lastWeeks = (weeks: number) => ({ start: iso(now - weeks * week), end: iso(now) });

describe("runner history", () => {
  test("the history of the last 24 hours has a row per hour, with the largest number of each state", async () => {
    const fal = await emulateAt({ apps: [sd] });
    const { endpoint_id, timeframe, aggregation, history } = await fal.history();
    expect({ endpoint_id, timeframe, aggregation }).toEqual({
      endpoint_id: "acme/sd",
      timeframe: "hour",
      aggregation: "max",
    });
    expect(history.map(({ timestamp }: { timestamp: string }) => timestamp)).toEqual(
      Array.from({ length: 24 }, (_, each) => iso(now - day + each * hour)),
    );
    expect(Math.max(...history.map(({ running }: { running: number }) => running))).toBeLessThanOrEqual(4);

    const means = (await fal.history({ aggregation: "avg" })).history;
    // 60 requests of 20 seconds per hour keep a third of a runner busy.
    expect(total(means, ({ running }: { running: number }) => running) / 24).toBeCloseTo(1 / 3, 1);
    for (const [index, { running }] of means.entries()) expect(running).toBeLessThanOrEqual(history[index].running);
  });

  test.each([
    [hour, "minute", 60],
    [2 * hour, "hour", 2],
    [2 * day, "day", 3],
    [63 * day, "day", 31],
    [64 * day, "week", 6],
  ])("without a timeframe, a range of %i ms has buckets of a %s", async (length, timeframe, rows) => {
    const fal = await emulateAt({ apps: [sd] });
    const answer = await fal.history({ start: iso(now - length), end: iso(now) });
    expect(answer.timeframe).toBe(timeframe);
    expect(answer.history).toHaveLength(rows);
  });

  test("hours are the sums of their minutes", async () => {
    const fal = await emulateAt({ apps: [sd] });
    const range = { start: iso(now - 3 * hour), end: iso(now), aggregation: "avg" };
    const [hours, minutes] = [
      (await fal.history({ ...range, timeframe: "hour" })).history,
      (await fal.history({ ...range, timeframe: "minute" })).history,
    ];
    expect([hours.length, minutes.length]).toEqual([3, 180]);
    for (const [index, each] of hours.entries()) {
      const part = minutes.slice(index * 60, index * 60 + 60);
      expect(each.idle).toBeCloseTo(total(part, ({ idle }: { idle: number }) => idle) / 60, 4);
    }
  });

  test("buckets of a gap and buckets before the traffic are absent; an app without traffic has none", async () => {
    const gap = { from: iso(now - 5 * hour), to: iso(now - 3 * hour) };
    const traffic = { ...steady, started_at: iso(now - 10 * hour), gaps: [gap] };
    const fal = await emulateAt({
      apps: [{ ...sd, traffic }, { name: "quiet" }, { name: "unused", traffic: { ...steady, requests_per_hour: 0 } }],
    });
    const times = (await fal.history()).history.map(
      ({ timestamp }: { timestamp: string }) => (Date.parse(timestamp) - now) / hour,
    );
    expect(times).toEqual([-10, -9, -8, -7, -6, -3, -2, -1]);
    expect((await fal.history({}, "quiet")).history).toEqual([]);
    const unused = (await fal.history({}, "unused")).history;
    expect(unused).toHaveLength(24);
    expect(unused[0]).toMatchObject({ running: 0, idle: 0, pending: 0, draining: 0 });
    expect((await fal.analytics({ expand: ["time_series", "request_count"] })).time_series).toHaveLength(8);
  });

  test("changed scaling changes the history from then on, and the state file keeps it", async () => {
    const fal = await emulateAt({ apps: [sd] });
    const before = (await fal.history({ timeframe: "hour", aggregation: "avg" })).history;
    await fal.grpc().updateApplication({ applicationName: "sd", minConcurrency: 3 });
    fal.clock.now += day;
    const range = { start: iso(now - day), end: iso(now + day), timeframe: "hour", aggregation: "avg" };
    const { history } = await fal.history(range);
    expect(history.slice(0, 24)).toEqual(before);
    expect(history).toHaveLength(48);
    expect(before.some(({ running, idle }: Record<string, number>) => (running ?? 0) + (idle ?? 0) < 2)).toBe(true);
    for (const { running, idle } of history.slice(25)) expect(running + idle).toBeGreaterThan(2.999);

    const state = await fal.state();
    expect(state.apps[0]?.scaling_history).toMatchObject([
      { changed_at: iso(now - 30 * day), min_concurrency: 0 },
      { changed_at: iso(now), min_concurrency: 3 },
    ]);
    const again = await emulateAt(state);
    again.clock.now += day;
    expect((await again.history(range)).history).toEqual(history);
  });

  test("a seed can contain earlier scaling; what an entry lacks is as the app has it", async () => {
    const scaling_history = [
      { changed_at: iso(now - 30 * day), min_concurrency: 2 },
      { changed_at: iso(now - 5 * hour) },
    ];
    const fal = await emulateAt({ apps: [{ ...sd, traffic: { ...steady, requests_per_hour: 0 }, scaling_history }] });
    const idle = (await fal.history()).history.map((each: { idle: number }) => each.idle);
    expect(idle).toEqual([...Array(19).fill(2), 0, 0, 0, 0, 0]);
    expect((await fal.state()).apps[0]?.scaling_history).toHaveLength(2);
  });

  test("a start more than 90 days ago, an empty range, an unknown app and an app of others are refused", async () => {
    const fal = await emulateAt({ apps: [sd] });
    const path = "/serverless/apps/acme/sd/runners/history";
    expect((await fal.get(path, { start: iso(now - 91 * day) })).status).toBe(400);
    expect((await fal.get(path, { start: iso(now), end: iso(now - day) })).status).toBe(400);
    expect((await fal.get(path, { timeframe: "year" })).status).toBe(400);
    expect((await fal.get("/serverless/apps/acme/none/runners/history")).status).toBe(404);
    expect((await fal.get("/serverless/apps/other/sd/runners/history")).status).toBe(403);
  });
});

describe("analytics", () => {
  const metrics = [
    "request_count",
    "p50_prepare_duration",
    "p95_prepare_duration",
    "p50_duration",
    "cold_boot_count",
    "p50_cold_boot_duration",
    "total_billable_duration",
  ];

  test("without expand, analytics count the requests per bucket", async () => {
    const fal = await emulateAt({ apps: [sd] });
    const answer = await fal.analytics();
    expect(answer.time_series).toHaveLength(24);
    expect(answer.time_series[0]).toEqual({
      bucket: "2026-11-29T12:00:00+00:00",
      results: [{ endpoint_id: "acme/sd", request_count: expect.any(Number) }],
    });
    expect(answer).not.toHaveProperty("summary");
    const requests = total(
      answer.time_series,
      (each: { results: { request_count: number }[] }) => each.results[0]?.request_count ?? 0,
    );
    expect(Math.abs(requests / 1440 - 1)).toBeLessThan(0.1);
  });

  test("the summary is over the whole range, percentiles too, and agrees with the emulator's record", async () => {
    const fal = await emulateAt({ apps: [sd] });
    const range = lastWeeks(2);
    const { summary, ...rest } = await fal.analytics({ ...range, timeframe: "hour", expand: ["summary", ...metrics] });
    expect(rest).toEqual({ next_cursor: null, has_more: false });
    const record = await fal.record(range);
    expect(summary).toEqual([
      {
        endpoint_id: "acme/sd",
        request_count: record.requests,
        cold_boot_count: record.cold_starts,
        p50_prepare_duration: record.wait.p50,
        p95_prepare_duration: record.wait.p95,
        p50_duration: 20,
        p50_cold_boot_duration: 30,
        total_billable_duration: record.requests * 20,
      },
    ]);
    expect(record).toMatchObject({ app: "sd", hours: 336, requests: expect.any(Number) });
    expect(record.cold_starts).toBeGreaterThan(100);
  });

  test("rows of routes stay apart, and a route can be asked for alone", async () => {
    const traffic = { ...steady, routes: [{ path: "edit", share: 0.5 }] };
    const fal = await emulateAt({ apps: [{ ...sd, traffic }] });
    const count = async (endpoint_id: string | string[]) =>
      (await fal.analytics({ endpoint_id, expand: ["summary", "request_count"] })).summary;
    const both = await count("acme/sd");
    expect(both.map((each: { endpoint_id: string }) => each.endpoint_id)).toEqual(["acme/sd", "acme/sd/edit"]);
    expect(await count("acme/sd/edit")).toEqual([both[1]]);
    expect(await count(["acme/sd/edit", "acme/sd"])).toHaveLength(2);
    expect(await count("acme/sd/none")).toEqual([]);
  });

  test("several apps are asked for with commas or repeated; an app without traffic has no row", async () => {
    const fal = await emulateAt({ apps: [sd, { ...sd, name: "flux", environment: "dev" }, { name: "quiet" }] });
    for (const endpoint_id of ["acme/sd,acme/flux--dev,acme/quiet", ["acme/sd", "acme/flux--dev", "acme/quiet"]]) {
      const { summary } = await fal.analytics({ endpoint_id, expand: "summary,request_count" });
      expect(summary.map((each: { endpoint_id: string }) => each.endpoint_id)).toEqual(["acme/sd", "acme/flux--dev"]);
    }
  });

  test("buckets come in pages", async () => {
    const fal = await emulateAt({ apps: [sd] });
    const pages = [];
    let cursor: string | null = "MQ==";
    while (cursor) {
      const page: { time_series: { bucket: string }[]; next_cursor: string | null } = await fal.analytics({
        limit: "10",
        cursor,
      });
      pages.push(page.time_series.map(({ bucket }) => bucket));
      cursor = page.next_cursor;
    }
    expect(pages.map(({ length }) => length)).toEqual([10, 10, 4]);
    expect(new Set(pages.flat()).size).toBe(24);
  });

  test("days are those of the time zone, also when clocks change", async () => {
    const fal = await emulateAt({ apps: [sd] });
    const query = {
      start: "2026-10-31T12:00:00Z",
      end: "2026-11-03T12:00:00Z",
      timeframe: "day",
      timezone: "America/New_York",
    };
    const buckets = async (more: object) =>
      (await fal.analytics({ ...query, ...more })).time_series.map((each: { bucket: string }) => each.bucket);
    expect(await buckets({})).toEqual([
      "2026-10-31T00:00:00-04:00",
      "2026-11-01T00:00:00-04:00",
      "2026-11-02T00:00:00-05:00",
      "2026-11-03T00:00:00-05:00",
    ]);
    expect((await buckets({ bound_to_timeframe: "false" }))[0]).toBe("2026-10-31T08:00:00-04:00");
    expect(await buckets({ timezone: "Asia/Kolkata", timeframe: "week" })).toEqual([
      "2026-10-26T00:00:00+05:30",
      "2026-11-02T00:00:00+05:30",
    ]);
    expect(await buckets({ timezone: "UTC", timeframe: "month" })).toEqual([
      "2026-10-01T00:00:00+00:00",
      "2026-11-01T00:00:00+00:00",
    ]);
  });

  test("no, too many, unknown and foreign endpoints are refused", async () => {
    const fal = await emulateAt({ apps: [sd] });
    const status = async (query: Record<string, string | string[]>) =>
      (await fal.get("/serverless/analytics", query)).status;
    expect((await fal.get("/serverless/analytics")).body.error.message).toBe(
      "query: endpoint_id: from 1 to 50 are allowed",
    );
    expect(await status({ endpoint_id: Array(50).fill("acme/sd") })).toBe(200);
    expect(await status({ endpoint_id: Array(51).fill("acme/sd") })).toBe(400);
    expect(await status({ endpoint_id: "acme/none" })).toBe(404);
    expect(await status({ endpoint_id: "fal-ai/flux/dev" })).toBe(403);
    expect(await status({ endpoint_id: "acme/sd", timezone: "Mars" })).toBe(400);
    expect(await status({ endpoint_id: "acme/sd", expand: "request_count" })).toBe(400);
  });
});

describe("usage", () => {
  const prices = [{ machine_type: "GPU-H100", unit_price: 0.001, percent_discount: 20 }];

  test("usage is billed per second of busy and idle runners, at the account's price", async () => {
    const fal = await emulateAt({ apps: [sd], prices });
    const range = { ...lastWeeks(1), timeframe: "hour" };
    const { summary } = await fal.usage({ ...range, expand: "summary" });
    const record = await fal.record(lastWeeks(1));
    expect(summary).toEqual([
      {
        app: "sd",
        environment: null,
        machine_type: "GPU-H100",
        unit: "second",
        quantity: expect.closeTo(record.runner_seconds.running + record.runner_seconds.idle, 3),
        unit_price: 0.001,
        percent_discount: 20,
        cost_subtotal: expect.closeTo(summary[0].quantity * 0.001, 5),
        cost_discount: expect.closeTo(summary[0].quantity * 0.0002, 5),
        cost_total: record.cost,
        cost: record.cost,
        currency: "USD",
        is_surge: false,
      },
    ]);
    const { time_series } = await fal.usage({ ...range, timeframe: "day", bound_to_timeframe: "false" });
    expect(
      total(time_series, (each: { results: { quantity: number }[] }) => each.results[0]?.quantity ?? 0),
    ).toBeCloseTo(summary[0].quantity, 2);
  });

  test("surge hours, a new price and a new machine type are rows of their own", async () => {
    const seed = {
      apps: [{ ...sd, min_concurrency: 1 }],
      prices: [
        { machine_type: "GPU-H100", unit_price: 0.001, surge: { hours: [18, 19], unit_price: 0.002 } },
        { machine_type: "GPU-H100", unit_price: 0.0008, valid_from: iso(now - 6 * hour) },
      ],
    };
    const fal = await emulateAt(seed);
    const rows = async (end = now) =>
      (await fal.usage({ start: iso(now - day), end: iso(end), expand: "summary", timeframe: "hour" })).summary.map(
        ({ machine_type, unit_price, is_surge }: Record<string, unknown>) => [machine_type, unit_price, is_surge],
      );
    expect(await rows()).toEqual([
      ["GPU-H100", 0.001, false],
      ["GPU-H100", 0.002, true],
      ["GPU-H100", 0.0008, false],
    ]);
    await fal.deploy({ name: "sd", machine_types: ["GPU-L40"] });
    fal.clock.now += 2 * hour;
    expect((await rows(fal.clock.now)).at(-1)).toEqual(["GPU-L40", 0, false]);
  });

  test("rows name the environment outside main, and what belongs to no app has none", async () => {
    const other_usage = [{ machine_type: "XS", seconds_per_hour: 90 }];
    const fal = await emulateAt({ apps: [sd, { ...sd, environment: "dev" }], prices, other_usage });
    const rows = async (query: object = {}) =>
      (await fal.usage({ expand: "summary", ...query })).summary.map(
        ({ app, environment }: Record<string, unknown>) => [app, environment],
      );
    expect(await rows()).toEqual([
      ["sd", null],
      ["sd--dev", "dev"],
      [null, null],
    ]);
    expect(await rows({ app: ["sd--dev"] })).toEqual([["sd--dev", "dev"]]);
    expect(await rows({ search: "sd" })).toEqual([
      ["sd", null],
      ["sd--dev", "dev"],
    ]);
    expect((await fal.usage({ expand: "summary" })).summary.at(-1).quantity).toBe(24 * 90);
    expect((await fal.get("/serverless/usage", { app: Array(51).fill("sd") })).status).toBe(400);
  });

  test("only an ADMIN key reads usage", async () => {
    const keys = [{ key_id: "api", key_secret: "s", scope: "API" }];
    const fal = await emulateAt({ apps: [sd], keys });
    expect((await fal.get("/serverless/usage", {}, "api:s")).status).toBe(403);
    expect((await fal.get("/serverless/analytics", { endpoint_id: "acme/sd" }, "api:s")).status).toBe(200);
  });
});

test("the queue and the metrics are those of the last minute", async () => {
  const fal = await emulateAt({
    apps: [{ ...sd, traffic: { ...steady, requests_per_hour: 2000, started_at: iso(now - hour) } }, { name: "quiet" }],
  });
  const { queue_size } = (await fal.get("/serverless/apps/acme/sd/queue")).body;
  expect(queue_size).toBeGreaterThan(500);
  expect((await fal.get("/serverless/apps/acme/quiet/queue")).body).toEqual({ queue_size: 0 });
  expect((await fal.get("/serverless/apps/other/sd/queue")).status).toBe(403);
  const { body } = await fal.rest("GET", "/v1/serverless/metrics");
  expect(body).toContain('fal_app_runners{application="acme/sd",machine_type="GPU-H100",state="running"} 4\n');
  expect(body).toContain(`fal_app_queue_size{application="acme/sd"} ${queue_size}\n`);
  expect(body).toContain("# TYPE fal_app_request_latency gauge\n");
  expect(body).not.toContain("quiet");
});

describe("passing time", () => {
  test("what is recorded moves into the past unchanged, and the traffic goes on with the scaling of now", async () => {
    const fal = await emulateAt({
      apps: [sd],
      prices: [{ machine_type: "GPU-H100", unit_price: 0.001, valid_from: iso(now - day) }],
    });
    const all = { start: iso(now - 4 * week), end: iso(now), timeframe: "hour" };
    const before = (await fal.history(all)).history;
    await fal.grpc().updateApplication({ applicationName: "sd", minConcurrency: 3 });
    expect((await fal.pass(week / 1000)).status).toBe(200);

    const after = (await fal.history(all)).history;
    const counts = ({ timestamp: _, ...rest }: { timestamp: string }) => rest;
    expect(after.slice(0, 3 * 168).map(counts)).toEqual(before.slice(168).map(counts));
    for (const { running, idle } of after.slice(-167)) expect(running + idle).toBeGreaterThanOrEqual(3);
    const state = await fal.state();
    expect(state.apps[0]?.traffic?.started_at).toBe(iso(now - 30 * day - week));
    expect(state.apps[0]?.scaling_history?.[1]?.changed_at).toBe(iso(now - week));
    expect(state.prices?.[0]?.valid_from).toBe(iso(now - day - week));
    expect(state.keys[0]?.created_at).toBe(iso(now - week));
    expect(state.passed_seconds).toBe(week / 1000);
    // The same in an emulator that starts from this state, which simulates everything anew.
    expect((await (await emulateAt(state)).history(all)).history).toEqual(after);
  });

  test("an instance is ready after its time has passed, and only whole minutes can pass", async () => {
    const fal = await emulateAt({});
    await fal.platform("POST", "/compute/instances", { body: { instance_type: "gpu_1x_h100_sxm5", ssh_key: "k" } });
    expect((await fal.pass(90)).status).toBe(400);
    expect((await fal.pass(120)).body.instances).toMatchObject([{ status: "ready" }]);
  });
});

test.each([
  [
    "twelve rates",
    { requests_per_hour: Array(12).fill(1) },
    "requests_per_hour: must be one number, 24 numbers or 168",
  ],
  ["a negative rate", { requests_per_hour: -1 }, "requests_per_hour: Too small"],
  ["shares above 1", { routes: ["a", "b"].map((path) => ({ path, share: 0.7 })) }, "routes: the shares exceed 1"],
  ["a route with a slash in front", { routes: [{ path: "/a", share: 0.7 }] }, "path: without a leading slash"],
  ["an unknown field", { request_second: 1 }, 'Unrecognized key: "request_second"'],
])("a seed with %s in its traffic is refused, with the field", async (_, part, message) => {
  const fal = await emulate();
  const answer = await fal.rest("POST", "/_emulator/seed", {
    body: { apps: [{ name: "sd", traffic: { ...steady, ...part } }] },
  });
  expect(answer.status).toBe(400);
  expect(answer.body.detail).toContain(message);
});
