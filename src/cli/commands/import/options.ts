import { folders, kindIn } from "../../../resources/registry";
import { connectionOptions } from "../../connection";
import { languageNames } from "./languages";

/** The kinds of resources, by their names on the command line. */
export const types: ReadonlyMap<string, string> = new Map(folders.map((folder) => [folder, kindIn(folder)]));

export const importOptions = {
  environment: {
    type: "string",
    value: "NAME",
    doc: "only this environment and its contents (default: all, with keys and GPU instances)",
  },
  apps: {
    type: "string",
    value: "LIST",
    doc: "only these apps and their scaling, separated by commas: NAME, or ENVIRONMENT/NAME",
  },
  types: {
    type: "string",
    value: "LIST",
    doc: `only these: ${[...types.keys()].join(", ")}`,
  },
  without: {
    type: "string",
    value: "FILES",
    doc: "exclude what these stacks manage: outputs of `pulumi stack export`, separated by commas",
  },
  out: { type: "string", value: "FILE", doc: "the import file (default: import.json)" },
  code: {
    type: "string",
    value: "FILE",
    doc: "the program (default: the project's main file, or a file beside it if that exists already, such as fal.ts)",
  },
  language: {
    type: "string",
    choices: languageNames,
    doc: "the language of the program (default: that of the project)",
  },
  force: { type: "boolean", doc: "overwrite existing files" },
  ...connectionOptions,
} as const;
