import { defineCommand } from "../../command-line/command";
import { gatesHelp } from "./gates";
import { reviewOptions } from "./options";

export const reviewCommand = defineCommand({
  name: "review",
  summary: "summarize a preview as a pull request comment",
  description: `Reads the output of \`pulumi preview --json\` and shows what changes at fal, what is lost, opened or left unprotected,
what it costs per hour, and which line of the program declares it. It shows no secrets. Without --live it calls
neither fal nor Pulumi and needs no credential.

  pulumi preview --json --show-sames > preview.json
  pulumi-fal review --preview preview.json --prices prices.json \\
    --fail-on destructive,opens,unprotects

Without --show-sames, totals cover only changed resources. In GitHub Actions and GitLab CI, resources link to their
lines in the program.

Gates for --fail-on, separated by commas:

${gatesHelp()}

With --usage, the review shows how busy the apps with changed scaling were. pulumi-fal usage writes the file, and needs a
key. The gates starves and wastes also match if the usage of a changed app is missing, too old or too little.

unprotects, the costs and the numbers of runners look at unchanged resources too, so they need --show-sames. Numbers
with "at least" count with their lower bound; combine cost with unpriced.`,
  options: reviewOptions,
  result: "ReviewResult",
  findings: "a gate of --fail-on matched",
  run: async (values, terminal) => {
    const { review } = await import("./run.js");
    return await review(values, terminal);
  },
});
