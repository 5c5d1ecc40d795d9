import type { AppInfo } from "../../../client";
import { type CommandValues, exitCodes, type Terminal } from "../../command-line/command";
import { escapeInvisibleJson, table } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { environmentsOf } from "../../environments";
import type { listOptions } from "./options";
import type { ListAppsResult, ListedApp } from "./result";

export async function listApps(values: CommandValues<typeof listOptions>, terminal: Terminal): Promise<number> {
  const { filter } = values;
  const apps = await withFal(values, terminal, async (fal) => {
    const environments = await environmentsOf(fal, values.environment);
    return (await Promise.all(environments.map((environment) => fal.apps.list({ environment, filter })))).flatMap(
      (list) => list.sort((a, b) => (a.name < b.name ? -1 : 1)),
    );
  });
  if (values.json) terminal.out(escapeInvisibleJson({ apps: apps.map(entry) } satisfies ListAppsResult));
  else if (apps.length === 0) terminal.out("No apps.");
  else for (const line of appTable(apps, terminal.columns)) terminal.out(line);
  return exitCodes.success;
}

export function appTable(apps: readonly AppInfo[], columns: number | undefined): string[] {
  return table(
    [
      ["APP", "ENVIRONMENT", "AUTH", "RUNNERS", "MIN", "MAX", "BUFFER", "KEEP ALIVE", "MACHINES", "REVISION", ""],
      ...apps.map((app) => [
        app.name,
        app.environment,
        app.authMode,
        String(app.activeRunners),
        String(app.minConcurrency),
        String(app.maxConcurrency),
        String(app.concurrencyBuffer ?? ""),
        `${app.keepAlive}s`,
        app.machineTypes.join(", "),
        app.revision,
        app.isRolling ? "deployment in progress" : "",
      ]),
    ],
    columns,
  );
}

function entry(app: AppInfo): ListedApp {
  const { name, environment, authMode, revision, activeRunners, minConcurrency, maxConcurrency } = app;
  return {
    name,
    environment,
    authMode,
    revision,
    activeRunners,
    minConcurrency,
    maxConcurrency,
    concurrencyBuffer: app.concurrencyBuffer ?? null,
    keepAlive: app.keepAlive,
    machineTypes: app.machineTypes,
    regions: app.regions,
    isRolling: app.isRolling,
  };
}
