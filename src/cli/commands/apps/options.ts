import { changeOptions } from "../../command-line/confirm";
import { connectionOptions } from "../../connection";

export const listOptions = {
  environment: { type: "string", value: "NAME", doc: "only apps of this environment (default all)" },
  filter: { type: "string", value: "TEXT", doc: "only apps whose name contains this" },
  ...connectionOptions,
} as const;

export const rolloutOptions = {
  environment: { type: "string", value: "NAME", doc: "the environment of the apps (default main)" },
  force: { type: "boolean", doc: "end the old runners at once, with the requests they serve" },
  ...changeOptions,
  ...connectionOptions,
} as const;
