import { changeOptions } from "../../command-line/confirm";
import { connectionOptions } from "../../connection";
import { formatOptions, pricesOption } from "../../report/options";

/** Prefix of the names of previews. */
export const defaultPrefix = "pr-";

const previewOptions = {
  cwd: { type: "string", value: "DIR", doc: "folder of the Pulumi project of the previews (default: the current one)" },
  prefix: {
    type: "string",
    value: "TEXT",
    doc: "what the names of previews begin with, before the number (default pr-). Projects that share an account need different ones",
  },
} as const;

const selectOptions = {
  open: {
    type: "string",
    value: "NUMBERS",
    doc: "the open pull requests that may have a preview, for example 5,12, or none; the previews of others are left over",
  },
  "max-age": { type: "string", value: "TIME", doc: "previews that are older are expired: 12h, 7d" },
} as const;

export const upOptions = {
  ...previewOptions,
  "max-previews": {
    type: "string",
    value: "COUNT",
    doc: "create no preview if there are this many others (default 5)",
  },
  "max-runners": {
    type: "string",
    value: "COUNT",
    doc: "deploy nothing whose apps may run more runners in total (default 2)",
  },
  ...pricesOption,
  ...formatOptions,
  ...changeOptions,
  ...connectionOptions,
} as const;

export const downOptions = { ...previewOptions, ...changeOptions, ...connectionOptions } as const;

export const listOptions = { ...previewOptions, ...selectOptions, ...formatOptions, ...connectionOptions } as const;

export const cleanOptions = { ...previewOptions, ...selectOptions, ...changeOptions, ...connectionOptions } as const;
