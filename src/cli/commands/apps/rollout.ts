import { mainEnvironment } from "../../../resources/common";
import type { CommandValues, Terminal } from "../../command-line/command";
import { asker, changeEach, exitCodeOf, reportChanges } from "../../command-line/confirm";
import { visibleJson } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { environmentsOf } from "../../environments";
import { appTable } from "./list";
import type { rolloutOptions } from "./options";

export async function rolloutApps(
  values: CommandValues<typeof rolloutOptions>,
  terminal: Terminal,
  given: readonly string[],
): Promise<number> {
  const ask = asker(values, terminal);
  const names = [...new Set(given)];
  const { force = false } = values;
  return await withFal(values, terminal, async (fal) => {
    const [environment = mainEnvironment] = await environmentsOf(fal, values.environment ?? mainEnvironment);
    const all = await fal.apps.list({ environment });
    const apps = names.map((name) => {
      const app = all.find((candidate) => candidate.name === name);
      if (app) return app;
      throw new Error(
        `no app "${name}" in environment "${environment}"; nothing was changed. \`pulumi-fal apps list\` shows those there are`,
      );
    });
    if (!values.yes) for (const line of appTable(apps)) terminal.note(line);
    const lost = force ? ", ending the old ones with the requests that they serve" : "";
    if (!(await ask(`Replace the runners of these apps${lost}?`))) return 1;
    const outcomes = await changeEach(names, (name) => fal.apps.rollout(name, { environment, force }));
    if (values.json) terminal.out(visibleJson({ environment, apps: outcomes }));
    else reportChanges(outcomes, "its runners are being replaced", terminal);
    return exitCodeOf(outcomes, terminal);
  });
}
