import { defineCommand } from "../../command-line/command";
import { gatesHelp } from "./gates";
import { reviewJson } from "./json-type";
import { reviewOptions } from "./options";

export const reviewCommand = defineCommand({
  name: "review",
  summary: "say what a preview would do, for a comment on a pull request",
  description: `Reads what \`pulumi preview --json\` wrote and says what changes at fal, before and after, what is lost, what it
costs, and where the program says so. It asks neither fal nor Pulumi, needs no credential, and shows no secret.

  pulumi preview --json --show-sames > preview.json
  pulumi-fal review --preview preview.json --prices prices.json --fail-on destructive,cost=20

Without --show-sames totals cover only what changes. Links to the program are made in GitHub Actions and GitLab CI.

--fail-on takes, separated by commas:

${gatesHelp()}

cost and warm-runners look at the whole stack, so they need --show-sames. What may come on
top of an "at least" does not count: unpriced matches where a price is missing.`,
  options: reviewOptions,
  json: reviewJson,
  exitCodes: { 3: "--fail-on matches" },
  run: async (values, terminal) => {
    const { review } = await import("./run.js");
    return await review(values, terminal);
  },
});
