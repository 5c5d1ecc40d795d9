import { connectionOptions } from "../../connection";
import { formatOptions, pricesOption, usageOptions } from "../../report/options";

export const reviewOptions = {
  preview: {
    type: "string",
    value: "FILE",
    doc: "output of `pulumi preview --json` (default: standard input, also with -)",
  },
  ...pricesOption,
  ...usageOptions,
  live: {
    type: "boolean",
    doc: "ask fal what exists and which values it has (needs a key, as the provider does)",
  },
  "fail-on": {
    type: "string",
    value: "GATES",
    multiple: true,
    doc: "exit with 3 if one of these gates matches",
  },
  acceptance: {
    type: "string",
    value: "TEXT",
    doc: 'how a change is accepted although a gate matches, for the report: the end of "To accept the change, …"',
  },
  project: { type: "string", value: "DIR", doc: "folder of the Pulumi project, for links (default: the current one)" },
  "source-url": {
    type: "string",
    value: "URL",
    doc: "address of the project's folder at a commit, for links (known in GitHub Actions and GitLab CI)",
  },
  ...formatOptions,
  ...connectionOptions,
} as const;
