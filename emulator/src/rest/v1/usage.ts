import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { aliasOf } from "../../state/account";
import type { ControlPlane } from "../../state/control-plane";
import { metricsOf } from "../../state/metrics";
import { type App, parse } from "../../state/schema";
import { costOf, round, type UsageRow } from "../../state/usage";
import { forbidden, invalid, notFound } from "../../state/violations";
import { dayMs, type Range, type TimeZone } from "../../traffic";
import { requireKey } from "../auth";
import { endpointId } from "./apps";
import { metricsText } from "./metrics";
import { listQuery, page, pageQuery } from "./paging";
import { bucketsFor, rangeQuery, wholeOf, zonedRangeQuery } from "./ranges";

const historyDays = 90;

const historyQuery = rangeQuery.extend({ aggregation: z.enum(["max", "avg"]).default("max") });

const allowed = "from 1 to 50 are allowed";
const ids = z.array(z.string()).min(1, allowed).max(50, allowed);
const analyticsQuery = zonedRangeQuery.extend({
  ...pageQuery().shape,
  endpoint_id: listQuery.default([]).pipe(ids),
  expand: listQuery.default(["time_series", "request_count"]),
});
const usageQuery = zonedRangeQuery.extend({
  ...pageQuery().shape,
  app: listQuery.pipe(ids).optional(),
  search: z.string().optional(),
  expand: listQuery.default(["time_series"]),
});

interface AppRoute {
  Params: { owner: string; name: string };
}

/** How apps are used: runners, requests, machine seconds and their cost. */
export function usageRoutes(app: FastifyInstance, plane: ControlPlane): void {
  const onRequest = requireKey(plane, "any");
  const recorded = () => ({ since: plane.usage.recordedSince(), now: plane.clock() });

  const requireOwnApp = (owner: string, name: string): App => {
    if (owner !== plane.owner) throw forbidden(`Access denied: ${owner}/${name} belongs to another account`);
    const found = plane.apps.list().find((each) => each.owner === owner && aliasOf(each) === name);
    if (!found) throw notFound(`App "${owner}/${name}" not found`);
    return found;
  };

  app.get<AppRoute>("/serverless/apps/:owner/:name/runners/history", { onRequest }, async (request) => {
    const { aggregation, ...query } = parse(historyQuery, request.query, "query");
    const found = requireOwnApp(request.params.owner, request.params.name);
    // UNCERTAIN: whether fal refuses an older start, or returns what it has.
    if (query.start !== undefined && query.start < plane.clock() - historyDays * dayMs) {
      throw invalid(`query: start: must be within the last ${historyDays} days`);
    }
    const { timeframe, buckets } = bucketsFor({ ...query, timezone: "UTC", bound_to_timeframe: "true" }, recorded());
    const history = plane.usage
      .runnerHistory(found, buckets, aggregation)
      .map(({ time, ...counts }) => ({ timestamp: new Date(time).toISOString(), ...counts }));
    return { endpoint_id: endpointId(found), timeframe, aggregation, history };
  });

  app.get<AppRoute>("/serverless/apps/:owner/:name/queue", { onRequest }, async ({ params }) => ({
    queue_size: plane.usage.lastMinute(requireOwnApp(params.owner, params.name))?.queued ?? 0,
  }));

  app.get("/serverless/analytics", { onRequest }, async (request) => {
    const query = parse(analyticsQuery, request.query, "query");
    const expand = new Set(query.expand);
    const endpoints = query.endpoint_id.map((id) => {
      const [owner = "", name = "", ...route] = id.split("/");
      return { app: requireOwnApp(owner, name), route: route.length === 0 ? undefined : route.join("/") };
    });
    const { buckets, zone } = bucketsFor(query, recorded());

    const rowsOf = (ranges: readonly Range[]) => {
      const rows = ranges.map(() => new Map<string, object>());
      for (const { app: each, route } of endpoints) {
        for (const [index, bucket] of plane.usage.requests(each, ranges).entries()) {
          for (const found of bucket.endpoints) {
            if (route !== undefined && found.route !== route) continue;
            const id = [endpointId(each), ...(found.route === undefined ? [] : [found.route])].join("/");
            rows[index]?.set(id, { endpoint_id: id, ...metricsOf(found.starts, expand) });
          }
        }
      }
      return rows.map((each) => [...each.values()]);
    };
    return answer(query, expand, { buckets, zone, rowsOf });
  });

  app.get("/serverless/usage", { onRequest: requireKey(plane, "usage") }, async (request) => {
    const query = parse(usageQuery, request.query, "query");
    const apps = plane.apps.list().filter((each) => {
      const alias = aliasOf(each);
      return (query.app?.includes(alias) ?? true) && (query.search === undefined || alias.includes(query.search));
    });
    const withOther = query.app === undefined && query.search === undefined;
    const { buckets, zone } = bucketsFor(query, recorded());
    const { currency } = plane.state().credits;
    const rowsOf = (ranges: readonly Range[]) =>
      plane.usage.usage(apps, ranges, withOther).map(({ rows }) => rows.map((row) => showUsage(row, currency)));
    return answer(query, new Set(query.expand), { buckets, zone, rowsOf });
  });

  app.get("/serverless/metrics", { onRequest }, async (_request, reply) => {
    const minutes = plane.apps.list().flatMap((each) => {
      const minute = plane.usage.lastMinute(each);
      return minute ? [{ application: endpointId(each), machine_type: each.machine_types[0] ?? "", minute }] : [];
    });
    return reply.type("text/plain; charset=utf-8").send(metricsText(minutes));
  });
}

/** The buckets with rows, one page of them, and the rows of the whole range. */
function answer<Row>(
  query: z.infer<ReturnType<typeof pageQuery>>,
  expand: ReadonlySet<string>,
  {
    buckets,
    zone,
    rowsOf,
  }: { buckets: readonly Range[]; zone: TimeZone; rowsOf: (ranges: readonly Range[]) => Row[][] },
) {
  if (!expand.has("time_series") && !expand.has("summary")) {
    throw invalid("query: expand: time_series or summary is required");
  }
  const all = expand.has("time_series") ? rowsOf(buckets) : [];
  const series = all.flatMap((results, index) => {
    const start = buckets[index]?.start ?? 0;
    return results.length === 0 ? [] : [{ bucket: zone.format(start), results }];
  });
  // UNCERTAIN: what fal counts for `limit`. Here, it is buckets.
  const { items, ...rest } = page(series, query);
  return {
    ...(expand.has("time_series") && { time_series: items }),
    // UNCERTAIN: fal's document names it, but not its shape. Here, it has rows like those of a bucket, as the operation for
    // models has, and it is the same on each page.
    ...(expand.has("summary") && { summary: rowsOf(wholeOf(buckets)).flat() }),
    ...rest,
  };
}

function showUsage(row: UsageRow, currency: string) {
  const { app, environment, machine_type, quantity, unit_price, percent_discount, is_surge } = row;
  const { subtotal, discount, total } = costOf(row);
  return {
    app,
    environment,
    machine_type,
    unit: "second",
    quantity: round(quantity),
    unit_price,
    percent_discount,
    cost_subtotal: subtotal,
    cost_discount: discount,
    cost_total: total,
    cost: total,
    currency,
    is_surge,
  };
}
