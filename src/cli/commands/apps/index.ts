import { defineCommand } from "../../command-line/command";
import { listOptions, rolloutOptions } from "./options";

export const appCommands = [
  defineCommand({
    name: "apps list",
    summary: "show the apps, their scaling and how many runners they have",
    description: "Shows the apps of all environments, or of one, with their scaling as it is now.",
    options: listOptions,
    json: `{
  apps: {
    name: string; // without its environment's suffix
    environment: string;
    authMode: string; // "private", "public" or "shared"
    revision: string;
    activeRunners: number;
    minConcurrency: number; // runners
    maxConcurrency: number; // runners
    concurrencyBuffer: number | null; // runners; null where fal does not tell
    keepAlive: number; // seconds
    machineTypes: string[];
    regions: string[]; // empty: any
    isRolling: boolean; // whether a rolling deployment is under way
  }[];
}`,
    run: async (values, terminal) => {
      const { listApps } = await import("./list.js");
      return await listApps(values, terminal);
    },
  }),
  defineCommand({
    name: "apps rollout",
    summary: "replace the runners of apps, for new secrets or machine types",
    description: `Replaces the runners of apps: new ones start with the secrets and machine types of now, old ones finish their
requests and stop. In a program, \`rolloutOn\` of fal.App does this when something changes.`,
    arguments: { name: "APP", doc: "name of an app, without its environment's suffix" },
    options: rolloutOptions,
    json: `{
  environment: string;
  apps: { name: string; ok: boolean; error?: string }[]; // in the order of the command line
}`,
    run: async (values, terminal, names) => {
      const { rolloutApps } = await import("./rollout.js");
      return await rolloutApps(values, terminal, names);
    },
  }),
];
