import { changeOptions } from "../../command-line/confirm";
import { connectionOptions } from "../../connection";

export const listOptions = {
  environment: { type: "string", value: "NAME", doc: "only apps of this environment (default: all)" },
  filter: { type: "string", value: "TEXT", doc: "only apps whose name contains this text" },
  ...connectionOptions,
} as const;

export const rolloutOptions = {
  environment: { type: "string", value: "NAME", doc: "environment of the apps (default: main)" },
  force: { type: "boolean", doc: "end the old runners immediately and lose their requests" },
  ...changeOptions,
  ...connectionOptions,
} as const;
