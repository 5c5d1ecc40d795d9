import { formatOptions } from "../../report/formats";

export const reviewOptions = {
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
} as const;
