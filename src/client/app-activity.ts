import { z } from "zod";
import { type AccountName, requireAccount } from "./account";
import { type CallOptions, oneDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { type RangeOptions, rangeToWire } from "./internal/range";
import { path, type RestTransport } from "./internal/rest";
import { invalidArgument } from "./internal/values";
import { endpointOf } from "./names";
import { appPath } from "./platform/app-path";
import {
  readSeries,
  requireTimeframe,
  type SeriesOptions,
  seriesPage,
  seriesToWire,
  timestamp,
  wireName,
} from "./series";
import type { AnalyticsRow, AppAnalytics, AppReference, RunnerAggregation, RunnerHistory, Timeframe } from "./types";

/** Options of `apps.runnerHistory`. */
export interface RunnerHistoryOptions extends RangeOptions {
  /** The length of a bucket. Default: chosen by fal: minutes below two hours, hours below two days, days below 64. */
  timeframe?: Timeframe | undefined;
  /** What the numbers of a bucket are: the most runners at once, or their mean. Default: `max`. */
  aggregation?: RunnerAggregation | undefined;
}

/** What fal measures of an endpoint. */
export type AnalyticsMetric = Exclude<keyof AnalyticsRow, "endpointId">;

/** Options of `apps.analytics`. */
export interface AnalyticsOptions extends SeriesOptions {
  /** The apps, by name or as objects. Each includes all of its routes, whose rows stay apart. */
  apps?: readonly (string | AppReference)[] | undefined;
  /** More endpoints of the account, as `owner/alias` or `owner/alias/route`. */
  endpointIds?: readonly string[] | undefined;
  /** The metrics, and whether to return them per bucket, for the whole range, or both. Default: `timeSeries` and `requestCount`. */
  expand?: readonly (AnalyticsMetric | "timeSeries" | "summary")[] | undefined;
}

/** How far fal's history of runners goes back. */
const historyDays = 90;

const aggregations = ["max", "avg"] as const satisfies readonly RunnerAggregation[];

/** @internal What apps did, from the platform API on either surface: no other API has it. */
export class AppActivity {
  readonly #rest: RestTransport;
  readonly #apiUrl: string;
  readonly #account: AccountName;

  constructor(rest: RestTransport, apiUrl: string, account: AccountName) {
    this.#rest = rest;
    this.#apiUrl = apiUrl;
    this.#account = account;
  }

  async runnerHistory(call: Call, alias: string, options: CallOptions & RunnerHistoryOptions): Promise<RunnerHistory> {
    const { timeframe, aggregation } = options;
    requireTimeframe(call, timeframe);
    if (aggregation !== undefined && !aggregations.includes(aggregation)) {
      throw invalidArgument(call, `aggregation must be ${aggregations.join(" or ")}, not "${String(aggregation)}".`);
    }
    const range = rangeToWire(call, options, { daysBack: historyDays });
    const within = oneDeadline(options);
    const owner = await requireAccount(call, this.#account, within);
    const request = {
      method: "GET",
      base: this.#apiUrl,
      path: `${appPath(owner, alias)}/runners/history`,
      query: { ...range, timeframe, aggregation },
      answer: runnerHistory,
    } as const;
    return await this.#rest.call(call, request, within);
  }

  async analytics(
    call: Call,
    aliases: readonly string[],
    options: CallOptions & Pick<AnalyticsOptions, "endpointIds" | "expand"> & SeriesOptions,
  ): Promise<AppAnalytics> {
    const { endpointIds = [], expand } = options;
    const query = {
      ...seriesToWire(call, options),
      expand: expand === undefined ? undefined : expandToWire(call, expand),
    };
    if (aliases.length + endpointIds.length === 0) {
      throw invalidArgument(call, "apps or endpointIds must contain at least one app.");
    }
    const wrong = endpointIds.find((id) => !/^[^/\s,]+(\/[^/\s,]+)+$/.test(id));
    if (wrong !== undefined)
      throw invalidArgument(call, "endpointIds must have the form owner/app, for example acme/flux.");
    const within = oneDeadline(options);
    const all = [...(await this.#endpointsOf(call, aliases, within)), ...endpointIds];
    const request = (endpoints: readonly string[] | undefined, cursor: string | undefined) =>
      ({
        method: "GET",
        base: this.#apiUrl,
        path: path`/serverless/analytics`,
        query: { ...query, endpoint_id: endpoints, cursor },
        answer: analyticsPage,
      }) as const;
    return await readSeries(
      call,
      all,
      (some, cursor, page) => this.#rest.call(call, request(some, cursor), page),
      within,
    );
  }

  async #endpointsOf(call: Call, aliases: readonly string[], within: CallOptions): Promise<string[]> {
    if (aliases.length === 0) return [];
    const owner = await requireAccount(call, this.#account, within);
    return aliases.map((alias) => endpointOf(owner, alias));
  }

  async queueSize(call: Call, alias: string, options: CallOptions): Promise<number> {
    const within = oneDeadline(options);
    const owner = await requireAccount(call, this.#account, within);
    const request = {
      method: "GET",
      base: this.#apiUrl,
      path: `${appPath(owner, alias)}/queue`,
      answer: queue,
    } as const;
    return await this.#rest.call(call, request, within);
  }
}

// Wire conversions. Histories are long, 168,000 buckets for 500 apps and two weeks, so their schema renames nothing.

const amount = z.number().min(0);

const runnerHistory = z
  .object({
    endpoint_id: z.string().min(1),
    timeframe: z.string(),
    aggregation: z.string(),
    history: z.array(z.object({ timestamp, running: amount, idle: amount, pending: amount, draining: amount })),
  })
  .transform(
    ({ endpoint_id, timeframe, aggregation, history }): RunnerHistory => ({
      endpointId: endpoint_id,
      timeframe,
      aggregation,
      history,
    }),
  );

const queue = z.object({ queue_size: z.int().min(0) }).transform((wire) => wire.queue_size);

/** All metrics. The compiler checks that none is missing. */
const metrics: Record<AnalyticsMetric, true> = {
  requestCount: true,
  successCount: true,
  userErrorCount: true,
  errorCount: true,
  startupErrorCount: true,
  connectionErrorCount: true,
  timeoutErrorCount: true,
  runtimeErrorCount: true,
  p50PrepareDuration: true,
  p75PrepareDuration: true,
  p90PrepareDuration: true,
  p95PrepareDuration: true,
  p99PrepareDuration: true,
  p25Duration: true,
  p50Duration: true,
  p75Duration: true,
  p90Duration: true,
  p95Duration: true,
  p99Duration: true,
  coldBootCount: true,
  p50ColdBootDuration: true,
  p75ColdBootDuration: true,
  p90ColdBootDuration: true,
  totalBillableDuration: true,
};
export const metricNames = Object.keys(metrics) as AnalyticsMetric[];
const metricOf = new Map(metricNames.map((name) => [wireName(name), name]));

const analyticsRow = z
  .object({
    endpoint_id: z.string().min(1),
    ...Object.fromEntries([...metricOf.keys()].map((name) => [name, amount.nullish()])),
  })
  .transform((wire): AnalyticsRow => {
    const row: AnalyticsRow = { endpointId: wire.endpoint_id };
    for (const [name, value] of Object.entries(wire)) {
      const metric = metricOf.get(name);
      if (metric !== undefined && typeof value === "number") row[metric] = value;
    }
    return row;
  });

const analyticsPage = seriesPage(analyticsRow);

const parts: readonly string[] = ["timeSeries", "summary"];

function expandToWire(call: Call, expand: readonly string[]): string[] {
  const known = [...parts, ...metricNames];
  const wrong = expand.find((name) => !known.includes(name));
  if (wrong !== undefined) {
    throw invalidArgument(call, `expand contains "${wrong}". It may contain ${known.join(", ")}.`);
  }
  if (!parts.some((part) => expand.includes(part))) {
    throw invalidArgument(call, "expand must contain timeSeries, summary, or both, besides the metrics.");
  }
  return expand.map(wireName);
}
