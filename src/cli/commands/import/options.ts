import { connectionOptions } from "../../connection";

/** The kinds as the command line names them. */
export const types = {
  environment: "Environment",
  app: "App",
  "app-scale": "AppScale",
  secret: "Secret",
  "api-key": "ApiKey",
  "compute-instance": "ComputeInstance",
} as const;

export const importOptions = {
  environment: {
    type: "string",
    value: "NAME",
    doc: "one environment and what is in it; left out, all, with keys and machines",
  },
  types: {
    type: "string",
    value: "LIST",
    doc: `only these (comma-separated): ${Object.keys(types).join(", ")}`,
  },
  without: {
    type: "string",
    value: "FILES",
    doc: "leave out what these stacks manage: files of `pulumi stack export`, separated by commas",
  },
  out: { type: "string", value: "FILE", doc: "the import file (default import.json)" },
  code: { type: "string", value: "FILE", doc: "the TypeScript program (default index.ts)" },
  force: { type: "boolean", doc: "overwrite files that exist" },
  ...connectionOptions,
} as const;
