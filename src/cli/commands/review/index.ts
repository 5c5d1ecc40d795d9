import { defineCommand } from "../../command-line/command";
import { formatOptions } from "../../report/formats";
import { gatesHelp } from "./gates";
import { reviewJson } from "./json-type";

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
  options: {
    preview: {
      type: "string",
      value: "FILE",
      doc: "what `pulumi preview --json` wrote; - or left out: standard input",
    },
    prices: { type: "string", value: "FILE", doc: "a prices file, for costs; docs/guides/cost.md describes it" },
    "fail-on": {
      type: "string",
      value: "GATES",
      multiple: true,
      doc: "exit code 3 when one of these matches",
    },
    project: { type: "string", value: "DIR", doc: "the Pulumi project's folder, for links (default: the current one)" },
    "source-url": {
      type: "string",
      value: "URL",
      doc: "address of the project's folder at a commit, for links; in GitHub Actions and GitLab CI it is known",
    },
    ...formatOptions,
  },
  json: reviewJson,
  exitCodes: { 3: "--fail-on matches" },
  run: async (values, terminal) => {
    const { review } = await import("./run.js");
    return await review(values, terminal);
  },
});
