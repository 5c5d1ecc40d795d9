import { connectionOptions } from "../../connection";
import { formatOptions } from "../../report/formats";

export const driftOptions = {
  cwd: { type: "string", value: "DIR", doc: "folder of the Pulumi project (default: this one)" },
  stack: {
    type: "string",
    value: "NAME",
    multiple: true,
    doc: "a stack (default: the selected one)",
  },
  "all-stacks": { type: "boolean", doc: "all stacks of the project" },
  unmanaged: { type: "boolean", doc: "list also what the account holds and none of these stacks manages" },
  environment: { type: "string", value: "NAME", doc: "with --unmanaged: only this fal environment and what is in it" },
  fix: { type: "boolean", doc: "show what `pulumi up --refresh` would do, ask, and run it where there is drift" },
  yes: { type: "boolean", doc: "with --fix: do not ask" },
  ...formatOptions,
  ...connectionOptions,
} as const;
