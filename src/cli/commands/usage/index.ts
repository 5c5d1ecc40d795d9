import { defineCommand } from "../../command-line/command";
import { usageOptions } from "./options";

export const usageCommand = defineCommand({
  name: "usage",
  summary: "report what apps did, what they cost, and how long callers waited",
  description: `Shows for each app how many of its runners were busy and idle, how often it was at its maximum, how long callers waited,
and what it cost, next to its scaling; and recommends other values where the evidence suffices. It changes nothing. Apps
whose idle runners cost most come first, then those whose callers waited longest.

  pulumi-fal usage --since 14d
  pulumi-fal usage --stack prod --out usage.json --out usage.html

The file usage.json is the evidence for reviews without a key: pulumi-fal review --usage usage.json.

fal shows costs only to keys with ADMIN scope. With any other key that may read apps, the report contains a warning
instead of costs, or estimates them with --prices. All times are in UTC. docs/guides/usage.md explains each number.`,
  options: usageOptions,
  result: "UsageResult",
  run: async (values, terminal) => {
    const { usage } = await import("./run.js");
    return await usage(values, terminal);
  },
});
