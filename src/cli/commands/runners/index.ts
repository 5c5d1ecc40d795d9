import { defineCommand } from "../../command-line/command";
import { killOptions, listOptions, stopOptions } from "./options";

const runnerIds = { name: "RUNNER_ID", doc: "id of a runner, as `pulumi-fal runners list` shows it" };

export const runnerCommands = [
  defineCommand({
    name: "runners list",
    summary: "list the runners of all apps, or of one",
    description: `Lists the runners of the account's apps, including those that wait to start. fal limits how far back --since can
go; its own CLI documents 24 hours.`,
    options: listOptions,
    result: "ListRunnersResult",
    run: async (values, terminal) => {
      const { listRunners } = await import("./list.js");
      return await listRunners(values, terminal);
    },
  }),
  defineCommand({
    name: "runners stop",
    summary: "stop runners after they finish their requests",
    description: `Stops runners after they finish their requests. With --replace, fal starts a replacement first. An app with warm
runners (minConcurrency) gets new ones in any case.`,
    arguments: runnerIds,
    options: stopOptions,
    result: "EndRunnersResult",
    run: async (values, terminal, ids) => {
      const { stopRunners } = await import("./end.js");
      return await stopRunners(values, terminal, ids);
    },
  }),
  defineCommand({
    name: "runners kill",
    summary: "end runners immediately and lose their requests",
    description: "Ends runners immediately. Their requests are lost; use `runners stop` to let them finish.",
    arguments: runnerIds,
    options: killOptions,
    result: "EndRunnersResult",
    run: async (values, terminal, ids) => {
      const { killRunners } = await import("./end.js");
      return await killRunners(values, terminal, ids);
    },
  }),
];
