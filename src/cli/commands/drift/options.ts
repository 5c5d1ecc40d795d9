import { connectionOptions } from "../../connection";
import { formatOptions, pricesOption, usageOptions } from "../../report/options";

export const driftOptions = {
  cwd: { type: "string", value: "DIR", doc: "folder of the Pulumi project (default: the current one)" },
  stack: {
    type: "string",
    value: "NAME",
    multiple: true,
    doc: "name of a stack (default: the selected one)",
  },
  "all-stacks": { type: "boolean", doc: "all stacks of the project" },
  target: {
    type: "string",
    value: "RESOURCE",
    multiple: true,
    doc: "only this resource, by its name in the program or its URN; limits the report and --fix",
  },
  unmanaged: { type: "boolean", doc: "also list objects of the account that none of these stacks manages" },
  environment: { type: "string", value: "NAME", doc: "with --unmanaged: only this fal environment and its contents" },
  fix: { type: "boolean", doc: "show what `pulumi up --refresh` would do, ask, and run it for stacks with drift" },
  yes: { type: "boolean", doc: "with --fix: do not ask for confirmation" },
  ...pricesOption,
  ...usageOptions,
  live: {
    type: "boolean",
    doc: "ask fal for objects like the missing ones; values are read without it (needs a key, as the provider does)",
  },
  ...formatOptions,
  ...connectionOptions,
} as const;
