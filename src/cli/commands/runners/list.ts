import type { FalClient, RunnerInfo } from "../../../client";
import { nameOf } from "../../../client/names";
import { formatDuration, parseDuration } from "../../../duration";
import { mainEnvironment } from "../../../resources/common";
import { ofExistingApp } from "../../apps";
import { type CommandValues, exitCodes, refuseEmpty, type Terminal, UsageError } from "../../command-line/command";
import { escapeInvisibleJson, table } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { environmentsOf } from "../../environments";
import type { listOptions } from "./options";
import type { ListedRunner, ListRunnersResult } from "./result";

/** A runner with its app and environment, which fal returns as one name. */
export type LocatedRunner = RunnerInfo & { readonly app: string; readonly environment: string };

export async function listRunners(values: CommandValues<typeof listOptions>, terminal: Terminal): Promise<number> {
  const { app, environment, state, since: sinceText } = values;
  refuseEmpty("app", app, "Name an app, or omit the option for all apps.");
  const since = sinceText === undefined ? undefined : timeOf(sinceText, Date.now());
  const filter = { state, since };
  const runners = await withFal(values, terminal, async (fal) => {
    if (app !== undefined) {
      const [place = mainEnvironment] = await environmentsOf(fal, environment ?? mainEnvironment);
      const found = await ofExistingApp(fal, app, place, fal.apps.runners(app, { environment: place, ...filter }));
      return found.map((runner) => ({ ...runner, app, environment: place }));
    }
    const [all, places] = await Promise.all([fal.runners.list(filter), environmentsOf(fal, undefined)]);
    const named = environment === undefined ? places : await environmentsOf(fal, environment);
    return all.map((runner) => located(runner, places)).filter((runner) => named.includes(runner.environment));
  });
  runners.sort((a, b) => compare(a.environment, b.environment) || compare(a.app, b.app) || b.uptime - a.uptime);
  if (values.json) terminal.out(escapeInvisibleJson({ runners: runners.map(entry) } satisfies ListRunnersResult));
  else if (runners.length === 0) terminal.out("No runners.");
  else for (const line of runnerTable(runners, terminal.columns)) terminal.out(line);
  return exitCodes.success;
}

/** The runners with these ids, in the same order. @throws if one does not exist */
export async function requireRunners(fal: FalClient, ids: readonly string[]): Promise<LocatedRunner[]> {
  const [all, places] = await Promise.all([fal.runners.list(), environmentsOf(fal, undefined)]);
  return ids.map((id) => {
    const runner = all.find(({ runnerId }) => runnerId === id);
    if (runner) return located(runner, places);
    throw new Error(
      `Runner "${id}" does not exist or has ended. Nothing was changed. List the runners with \`pulumi-fal runners list\`.`,
    );
  });
}

export function runnerTable(runners: readonly LocatedRunner[], columns: number | undefined): string[] {
  return table(
    [
      ["APP", "ENVIRONMENT", "RUNNER", "STATE", "MACHINE", "AGE", "REQUESTS", "ENDS IN", "REVISION"],
      ...runners.map((runner) => [
        runner.app,
        runner.environment,
        runner.runnerId,
        runner.state ?? "",
        runner.machineType,
        formatDuration(runner.uptime),
        String(runner.inFlightRequests),
        runner.expirationCountdown === undefined ? "" : formatDuration(runner.expirationCountdown),
        runner.revision,
      ]),
    ],
    columns,
  );
}

function entry(runner: LocatedRunner): ListedRunner {
  const { runnerId, app, environment, state, machineType, uptime, inFlightRequests, replacement, revision } = runner;
  return {
    runnerId,
    app,
    environment,
    state: state ?? null,
    machineType,
    uptime: Math.round(uptime),
    inFlightRequests,
    expirationCountdown: runner.expirationCountdown ?? null,
    replacement,
    revision,
  };
}

/** A name without the suffix of an environment is an app of main. */
function located(runner: RunnerInfo, environments: readonly string[]): LocatedRunner {
  const environment = environments.find((name) => nameOf(runner.alias, name) !== runner.alias) ?? mainEnvironment;
  return { ...runner, app: nameOf(runner.alias, environment), environment };
}

function timeOf(text: string, nowMs: number): Date {
  const ago = parseDuration(text);
  if (ago !== undefined) return new Date(nowMs - ago * 1_000);
  const time = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : undefined;
  if (time && !Number.isNaN(time.getTime())) return time;
  throw new UsageError(`--since must be a duration such as 30m, 1h or 1d, or an ISO 8601 time, not "${text}".`);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
