import { z } from "zod";
import type { AppReference, UsageInfo, UsageRow } from "../client";
import { metricNames } from "../client/app-activity";
import { appOfUsage } from "../client/names";
import { timeframes } from "../client/series";
import { appScale } from "../resources/app-scale/properties";
import { environmentName, oneOf, parseId, plainName } from "../resources/common";
import { environmentOf } from "../resources/lookup";
import { environmentOfApp, ofApp } from "./apps";
import { type Argument, defineFunction, environmentArgument } from "./definition";

const app = { schema: appScale.inputs.app.schema, required: true, type: "string | App", ...ofApp } as const;

const inEnvironment = environmentName("must be a name", "must have an environment before the slash");
const nameOrId = z.string({ error: "must be the name of an app" }).superRefine((text, context) => {
  const slash = text.indexOf("/");
  const name = plainName.safeParse(text.slice(slash + 1));
  const environment = slash < 0 ? undefined : inEnvironment.safeParse(text.slice(0, slash));
  const issues = [...(name.error?.issues ?? []), ...(environment?.error?.issues ?? [])];
  for (const { message } of issues) context.addIssue({ code: "custom", message });
});
const appList = z.array(nameOrId, { error: 'must be a list of apps, for example ["image-gen"]' });

const moment = z.union([z.iso.datetime({ offset: true }), z.iso.date()], {
  error: 'must be a date, or a time in ISO 8601 with its zone, for example "2026-08-01" or "2026-08-01T00:00:00Z"',
});
const timeframe = {
  schema: oneOf(timeframes),
  type: '"minute" | "hour" | "day" | "week" | "month"',
  doc: "The length of a time bucket.",
  default: "chosen by fal, depending on the range",
} as const satisfies Argument;
const end = {
  schema: moment,
  type: "string",
  doc: "When the range ends, as `start`.",
  default: "now",
} as const satisfies Argument;
const start = {
  schema: moment,
  type: "string",
  doc: "When the range begins: a date, or a time in ISO 8601 with its zone.",
  default: "chosen by fal",
} as const satisfies Argument;
const timezone = {
  schema: z.string({ error: "must be the name of a time zone" }).min(1, "must not be empty: leave it out for UTC"),
  type: "string",
  doc: "The time zone of dates and time buckets, for example `Europe/Berlin`.",
  default: "UTC",
} as const satisfies Argument;

export const getRunnerHistory = defineFunction({
  name: "getRunnerHistory",
  doc: "Reads how many runners an app had: working, idle, pending and draining, per time bucket.",
  throws: "the app does not exist",
  example: 'const { history } = await fal.getRunnerHistory({ app: "image-gen", timeframe: "hour" });',
  inputs: {
    app,
    environment: environmentOfApp,
    start: { ...start, doc: `${start.doc} At most 90 days ago.`, default: "24 hours ago" },
    end,
    timeframe: {
      ...timeframe,
      default: "chosen by fal: minutes for ranges below 2 hours, hours below 2 days, days below 64 days",
    },
    aggregation: {
      schema: oneOf(["max", "avg"]),
      type: '"max" | "avg"',
      doc: "Whether the numbers of a bucket are the most runners at once, or their mean.",
      default: "`max`",
    },
  },
  canonicalize: appScale.canonicalize,
  async read(args, context) {
    const environment = environmentOf(args, context);
    const { start, end, timeframe, aggregation } = args;
    const options = { environment, start, end, timeframe, aggregation };
    return { environment, app: args.app, ...(await context.fal.apps.runnerHistory(args.app, options)) };
  },
});

export const getQueueSize = defineFunction({
  name: "getQueueSize",
  doc: "Reads how many requests wait for a runner of an app now.",
  throws: "the app does not exist",
  example: 'const { queueSize } = await fal.getQueueSize({ app: "image-gen" });',
  inputs: { app, environment: environmentOfApp },
  canonicalize: appScale.canonicalize,
  async read(args, context) {
    const environment = environmentOf(args, context);
    return { environment, app: args.app, queueSize: await context.fal.apps.queueSize(args.app, { environment }) };
  },
});

const analyticsParts = ["timeSeries", "summary", ...metricNames] as const;

export const getAppAnalytics = defineFunction({
  name: "getAppAnalytics",
  doc: "Reads what fal measured of the requests of apps: their number, how long they waited and took, cold starts.",
  throws: "an app belongs to another account",
  example:
    'const { summary } = await fal.getAppAnalytics({ apps: ["image-gen"], expand: ["summary", "requestCount", "p95PrepareDuration"] });',
  inputs: {
    apps: {
      schema: appList.min(1, "must contain at least one app"),
      required: true,
      type: "string[]",
      doc: "The apps' names or ids `environment/name`.",
      inTypeScript: "The `Output` form also accepts the `id` of an `App`.",
    },
    environment: { ...environmentArgument, doc: "The fal environment of apps that are given by name." },
    start,
    end,
    timeframe,
    timezone,
    expand: {
      schema: z
        .array(oneOf(analyticsParts), { error: 'must be a list, for example ["summary", "requestCount"]' })
        .min(1, "must not be empty: leave it out for the number of requests per time bucket"),
      type: "string[]",
      doc: `What to return: "timeSeries" (per time bucket), "summary" (for the range), and metrics, which have these names in every language: ${metricNames.map((name) => `"${name}"`).join(", ")}.`,
      default: '"timeSeries" and "requestCount"',
    },
  },
  async read({ apps, expand, ...args }, context) {
    const environment = environmentOf(args, context);
    const { start, end, timeframe, timezone } = args;
    const options = { environment, start, end, timeframe, timezone, expand };
    return await context.fal.apps.analytics({ apps: apps.map(reference), ...options });
  },
});

export const getUsage = defineFunction({
  name: "getUsage",
  doc: "Reads the machine time that the account was billed for, at its own prices, per app, environment and machine type. An app may have several rows, which add up. The key needs ADMIN scope.",
  example: 'const { summary } = await fal.getUsage({ start: "2026-08-01", expand: ["summary"] });',
  inputs: {
    apps: {
      schema: appList.min(1, "must not be empty: leave it out for all apps"),
      type: "string[]",
      doc: "Only these apps: their names or ids `environment/name`. fal compares with the name in its billing, which may have another suffix.",
      inTypeScript: "The `Output` form also accepts the `id` of an `App`.",
      default: "all apps, and usage without an app",
    },
    environment: {
      ...environmentArgument,
      doc: "The fal environment of apps that are given by name. Without `apps`: only the usage of this environment.",
      default: `${environmentArgument.default}. If \`apps\` is omitted too: all environments`,
    },
    start,
    end,
    timeframe,
    timezone,
    search: {
      schema: z.string({ error: "must be a string" }).min(1, "must not be empty: leave it out for all apps"),
      type: "string",
      doc: "Only apps whose name in fal's billing contains this text.",
      default: "all apps",
    },
    expand: {
      schema: z
        .array(oneOf(["timeSeries", "summary"]), { error: 'must be a list, for example ["summary"]' })
        .min(1, "must not be empty: leave it out for the usage per time bucket"),
      type: "string[]",
      doc: 'What to return: "timeSeries" (per time bucket) and "summary" (for the range), in every language.',
      default: '"timeSeries"',
    },
  },
  async read({ apps, search, expand, ...args }, context) {
    const environment = environmentOf(args, context);
    const { start, end, timeframe, timezone } = args;
    const options = { environment, start, end, timeframe, timezone, search, expand };
    const usage = await context.fal.usage.list({ ...options, apps: apps?.map(reference) });
    return apps === undefined && context.given("environment") ? usageIn(environment, usage) : usage;
  },
});

function reference(app: string): string | AppReference {
  return app.includes("/") ? parseId("App", app) : app;
}

/** The usage of an environment. fal selects by app only. */
function usageIn(environment: string, { timeSeries, summary }: UsageInfo): UsageInfo {
  const isThere = (row: UsageRow) => (row.environment ?? appOfUsage(row)?.environment) === environment;
  return {
    ...(timeSeries && {
      timeSeries: timeSeries.map(({ bucket, results }) => ({ bucket, results: results.filter(isThere) })),
    }),
    ...(summary && { summary: summary.filter(isThere) }),
  };
}
