import { connectionOptions } from "../../connection";
import { formatOptions } from "../../report/options";

export const driftOptions = {
  cwd: { type: "string", value: "DIR", doc: "folder of the Pulumi project (default: the current one)" },
  stack: {
    type: "string",
    value: "NAME",
    multiple: true,
    doc: "name of a stack (default: the selected one)",
  },
  "all-stacks": { type: "boolean", doc: "all stacks of the project" },
  unmanaged: { type: "boolean", doc: "also list objects of the account that none of these stacks manages" },
  environment: { type: "string", value: "NAME", doc: "with --unmanaged: only this fal environment and its contents" },
  fix: { type: "boolean", doc: "show what `pulumi up --refresh` would do, ask, and run it for stacks with drift" },
  yes: { type: "boolean", doc: "with --fix: do not ask for confirmation" },
  ...formatOptions,
  ...connectionOptions,
} as const;
