import { defineCommand } from "../../command-line/command";
import { listOptions, rolloutOptions } from "./options";

export const appCommands = [
  defineCommand({
    name: "apps list",
    summary: "list apps with their scaling and number of runners",
    description: "Lists the apps of all environments, or of one, with their current scaling.",
    options: listOptions,
    result: "ListAppsResult",
    run: async (values, terminal) => {
      const { listApps } = await import("./list.js");
      return await listApps(values, terminal);
    },
  }),
  defineCommand({
    name: "apps rollout",
    summary: "replace the runners of apps, for new secrets or machine types",
    description: `Replaces the runners of apps. New runners start with the current secrets and machine types; old runners finish their
requests and stop. In a program, use \`rolloutOn\` of fal.App to do this when something changes.`,
    arguments: { name: "APP", doc: "name of an app, without the suffix of its environment" },
    options: rolloutOptions,
    result: "RolloutAppsResult",
    run: async (values, terminal, names) => {
      const { rolloutApps } = await import("./rollout.js");
      return await rolloutApps(values, terminal, names);
    },
  }),
];
