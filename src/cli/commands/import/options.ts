import { folders, kindIn } from "../../../resources/registry";
import { connectionOptions } from "../../connection";

/** The kinds as the command line names them. */
export const types: ReadonlyMap<string, string> = new Map(folders.map((folder) => [folder, kindIn(folder)]));

export const importOptions = {
  environment: {
    type: "string",
    value: "NAME",
    doc: "one environment and what is in it; left out, all, with keys and machines",
  },
  types: {
    type: "string",
    value: "LIST",
    doc: `only these (comma-separated): ${[...types.keys()].join(", ")}`,
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
