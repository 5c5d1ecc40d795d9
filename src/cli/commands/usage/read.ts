import type { AnalyticsRow, AppInfo, FalClient, RunnerHistoryBucket, UsageRow } from "../../../client";
import { isNotFound } from "../../../client/errors";
import { type AppName, appOfEndpoint, appOfUsage } from "../../../client/names";
import { Slots } from "../../../slots";
import type { AppEvidence } from "../../../usage/evidence";
import { appEvidence, type HourRange } from "../../../usage/rows";
import { usageScaling } from "../../../usage/scaling";
import { requireAccount, selectedApps } from "../../account";
import type { Terminal } from "../../command-line/command";
import { environmentsOf } from "../../environments";
import { ifPermitted } from "../../permitted";
import type { DeclaredStack } from "./stack";

export interface UsageQuery {
  readonly range: HourRange;
  readonly environment: string | undefined;
  /** As `name` or `environment/name`. Undefined: all. */
  readonly apps: readonly string[] | undefined;
  readonly stack: DeclaredStack | undefined;
}

/** What fal returned. */
export interface UsageRead {
  readonly account: string | undefined;
  readonly range: HourRange;
  readonly apps: readonly AppEvidence[];
  /** Whether these are all apps of the account. */
  readonly complete: boolean;
  /** Apps of the stack that fal does not have. */
  readonly missing: readonly string[];
  /** Usage of apps that do not exist any more, or of no app. Undefined if the report is about some apps, or usage is unreadable. */
  readonly otherUsage: readonly UsageRow[] | undefined;
  /** Why there are no costs; undefined: there are. */
  readonly usageRefused: string | undefined;
  /** Why there are no numbers of requests; undefined: there are. */
  readonly analyticsRefused: string | undefined;
}

/** What the report needs of each endpoint. */
const metrics = [
  "requestCount",
  "totalBillableDuration",
  "p50PrepareDuration",
  "p95PrepareDuration",
  "coldBootCount",
  "p50ColdBootDuration",
] as const;

/** Requests for histories at the same time. */
const concurrentHistories = 8;
/** Number of apps between two lines of progress. */
const everySoMany = 100;

/** One request per app for its history, one per 50 apps for analytics, and the pages of usage. */
export async function readUsage(
  fal: FalClient,
  query: UsageQuery,
  terminal: Pick<Terminal, "note" | "progress" | "signal">,
): Promise<UsageRead> {
  const { range, stack } = query;
  const account = await fal.account();
  if (stack !== undefined) requireAccount("--stack", account, [stack]);
  const listed = await listApps(fal, query);
  const { apps, missing } = wantedOf(listed, query);
  const [analytics, usage] = await Promise.all([
    ifPermitted(readAnalytics(fal, apps, range)),
    ifPermitted(fal.usage.list({ ...hourly(range), expand: ["summary"] })),
  ]);
  const known = new Set(listed.map(idOf));
  const analyticsOf = byApp(analytics.answer ?? [], ({ endpointId }) => appOfEndpoint(endpointId));
  const usageRows = usage.answer?.summary;
  const usageOf = byApp(usageRows ?? [], (row) => appOfUsage(row, (app) => known.has(idOf(app))));
  const complete = query.environment === undefined && query.apps === undefined && stack === undefined;
  return {
    account,
    range,
    apps: await eachWithProgress(apps, terminal, async (app) => {
      const history = await readHistory(fal, app, range);
      // At once, because the history of many apps takes a lot of memory.
      return appEvidence(range, {
        app: idOf(app),
        scaling: usageScaling((name) => app[name]),
        history,
        analytics: analytics.answer && (analyticsOf.get(idOf(app)) ?? []),
        usage: usageRows && (usageOf.get(idOf(app)) ?? []),
      });
    }),
    complete,
    missing,
    otherUsage: complete ? usageRows && [...usageOf].flatMap(([id, rows]) => (known.has(id) ? [] : rows)) : undefined,
    usageRefused: usage.refused?.message ?? (usageRows ? undefined : "fal returned no summary of the account's usage."),
    analyticsRefused: analytics.refused?.message,
  };
}

function hourly({ from, to }: HourRange) {
  // The range consists of whole hours, so with hours as buckets fal cannot extend it.
  return { start: from, end: to, timeframe: "hour", timezone: "UTC" } as const;
}

async function listApps(fal: FalClient, { environment, stack }: UsageQuery): Promise<AppInfo[]> {
  const environments =
    stack === undefined || environment !== undefined
      ? await environmentsOf(fal, environment)
      : [...new Set(stack.apps.map((id) => id.slice(0, id.indexOf("/"))))];
  const lists = await Promise.all(environments.map((each) => fal.apps.list({ environment: each })));
  return lists.flat();
}

/** @throws {Error} names an app that does not exist, with names that are close */
function wantedOf(listed: readonly AppInfo[], { apps, stack, environment }: UsageQuery) {
  const ofStack = stack?.apps.filter((id) => environment === undefined || id.startsWith(`${environment}/`));
  const all = ofStack === undefined ? listed : listed.filter((app) => ofStack.includes(idOf(app)));
  const wanted = apps === undefined ? undefined : new Set(selectedApps(all.map(idOf), apps));
  const existing = new Set(listed.map(idOf));
  return {
    apps: wanted === undefined ? all : all.filter((app) => wanted.has(idOf(app))),
    missing: apps === undefined ? (ofStack ?? []).filter((id) => !existing.has(id)) : [],
  };
}

async function readHistory(
  fal: FalClient,
  { name, environment }: AppInfo,
  { from: start, to: end }: HourRange,
): Promise<RunnerHistoryBucket[] | undefined> {
  try {
    const options = { environment, start, end, timeframe: "hour", aggregation: "max" } as const;
    return (await fal.apps.runnerHistory(name, options)).history;
  } catch (error) {
    // The app exists, so it was deleted in the meantime, or has no history yet.
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Reads some apps at a time. After a failure, no further one begins. */
async function eachWithProgress<T>(
  apps: readonly AppInfo[],
  { note, progress, signal }: Pick<Terminal, "note" | "progress" | "signal">,
  read: (app: AppInfo) => Promise<T>,
): Promise<T[]> {
  const failed = new AbortController();
  const slots = new Slots(concurrentHistories);
  const either = AbortSignal.any([signal, failed.signal]);
  let done = 0;
  progress?.(`Reading the histories of ${apps.length} apps`);
  return await Promise.all(
    apps.map(async (app) => {
      const release = await slots.acquire(either);
      try {
        const result = await read(app);
        done += 1;
        if (done % everySoMany === 0) note(`Read the histories of ${done} of ${apps.length} apps.`);
        return result;
      } catch (error) {
        failed.abort(error);
        throw error;
      } finally {
        release();
      }
    }),
  );
}

async function readAnalytics(fal: FalClient, apps: readonly AppInfo[], range: HourRange): Promise<AnalyticsRow[]> {
  if (apps.length === 0) return [];
  const { summary } = await fal.apps.analytics({ ...hourly(range), apps, expand: ["summary", ...metrics] });
  return summary ?? [];
}

function idOf({ name, environment }: AppName): string {
  return `${environment}/${name}`;
}

/** Rows of no app have the key "". */
function byApp<Row>(rows: readonly Row[], appOf: (row: Row) => AppName | undefined): Map<string, Row[]> {
  return Map.groupBy(rows, (row) => {
    const app = appOf(row);
    return app === undefined ? "" : idOf(app);
  });
}
