// Apart from formats.ts, so that the list of commands loads no renderers.
import type { Option } from "../command-line/command";

/** The options of every command that writes a report. */
export const formatOptions = {
  format: {
    type: "string",
    value: "FORMAT",
    doc: "text (default at a terminal), markdown (default elsewhere), html (one page) or json",
  },
  out: {
    type: "string",
    value: "FILE",
    multiple: true,
    doc: "output file (.md, .html, .json or .txt, unless --format is given)",
  },
} as const satisfies Record<string, Option>;
