import { mainEnvironment } from "../../../resources/common";
import { noApp } from "../../apps";
import { type CommandValues, exitCodes, type Terminal } from "../../command-line/command";
import { changeEach, confirmation, exitCodeOf, reportChanges } from "../../command-line/confirm";
import { escapeInvisibleJson } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { environmentsOf } from "../../environments";
import { appTable } from "./list";
import type { rolloutOptions } from "./options";
import type { RolloutAppsResult } from "./result";

export async function rolloutApps(
  values: CommandValues<typeof rolloutOptions>,
  terminal: Terminal,
  given: readonly string[],
): Promise<number> {
  const confirm = confirmation(values, terminal);
  const names = [...new Set(given)];
  const { force = false } = values;
  return await withFal(values, terminal, async (fal) => {
    const [environment = mainEnvironment] = await environmentsOf(fal, values.environment ?? mainEnvironment);
    const all = await fal.apps.list({ environment });
    const apps = names.map((name) => {
      const app = all.find((candidate) => candidate.name === name);
      if (app) return app;
      const existing = all.map((candidate) => candidate.name);
      throw noApp(name, environment, existing, "Nothing was changed. ");
    });
    if (!values.yes) for (const line of appTable(apps, terminal.columns)) terminal.note(line);
    const lost = force ? " immediately, and lose their requests" : "";
    if (!(await confirm(`Replace the runners of these apps${lost}?`))) return exitCodes.failure;
    const results = await changeEach(names, (name) => fal.apps.rollout(name, { environment, force }));
    if (values.json) terminal.out(escapeInvisibleJson({ environment, apps: results } satisfies RolloutAppsResult));
    else reportChanges(results, "replacing its runners", terminal);
    return exitCodeOf(results, terminal);
  });
}
