// Apart from formats.ts, so that the list of commands loads no renderers.
import type { Option } from "../command-line/command";

/** The formats of a report. */
export const formats = ["text", "markdown", "json", "html"] as const;

/** The option of every command whose report contains costs. */
export const pricesOption = {
  prices: { type: "string", value: "FILE", doc: "prices file, to show costs; docs/guides/cost.md describes it" },
} as const satisfies Record<string, Option>;

/** The options of every command whose report contains what apps did. */
export const usageOptions = {
  usage: {
    type: "string",
    value: "FILE",
    doc: "usage file, to show what apps did; `pulumi-fal usage --format json --out FILE` writes it",
  },
  "usage-max-age": {
    type: "string",
    value: "DURATION",
    doc: "with --usage: an older file is marked, and lets no gate pass (default: 7d)",
  },
} as const satisfies Record<string, Option>;

/** The options of every command that writes a report. */
export const formatOptions = {
  format: {
    type: "string",
    choices: formats,
    doc: "text is the default at a terminal, markdown elsewhere; html is one page",
  },
  out: {
    type: "string",
    value: "FILE",
    multiple: true,
    doc: "output file (.md, .html, .json or .txt, unless --format is given)",
  },
} as const satisfies Record<string, Option>;
