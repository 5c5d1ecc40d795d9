import { defineCommand } from "../../command-line/command";
import { killOptions, listOptions, stopOptions } from "./options";

const runnerIds = { name: "RUNNER_ID", doc: "as `pulumi-fal runners list` shows it" };

const outcomes = `{
  runners: { runnerId: string; ok: boolean; error?: string }[]; // in the order of the command line
}`;

export const runnerCommands = [
  defineCommand({
    name: "runners list",
    summary: "show the runners of all apps, or of one",
    description: `Shows what serves the account's apps, runners that wait to start included. fal decides how far back --since may
look; its own CLI says 24 hours.`,
    options: listOptions,
    json: `{
  runners: {
    runnerId: string;
    app: string; // without its environment's suffix
    environment: string;
    state: string | null; // "running", "idle", "pending", "setup", "docker_pull", "draining", ...
    machineType: string;
    uptime: number; // seconds since it started
    inFlightRequests: number;
    expirationCountdown: number | null; // seconds until it stops, where fal tells
    replacement: string; // "no_replace", "will_replace" or "did_replace"
    revision: string;
  }[];
}`,
    run: async (values, terminal) => {
      const { listRunners } = await import("./list.js");
      return await listRunners(values, terminal);
    },
  }),
  defineCommand({
    name: "runners stop",
    summary: "let runners finish their requests and stop",
    description: `Lets runners finish the requests that they serve, and stop. With --replace fal starts a replacement first. An app
with warm runners (minConcurrency) gets new ones in any case.`,
    arguments: runnerIds,
    options: stopOptions,
    json: outcomes,
    run: async (values, terminal, ids) => {
      const { stopRunners } = await import("./end.js");
      return await stopRunners(values, terminal, ids);
    },
  }),
  defineCommand({
    name: "runners kill",
    summary: "end runners at once, with the requests they serve",
    description: `Ends runners at once. The requests that they serve are lost; \`runners stop\` lets them finish.`,
    arguments: runnerIds,
    options: killOptions,
    json: outcomes,
    run: async (values, terminal, ids) => {
      const { killRunners } = await import("./end.js");
      return await killRunners(values, terminal, ids);
    },
  }),
];
