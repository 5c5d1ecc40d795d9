import { changeOptions } from "../../command-line/confirm";
import { connectionOptions } from "../../connection";

export const listOptions = {
  app: { type: "string", value: "NAME", doc: "only runners of this app, named without the suffix of its environment" },
  environment: {
    type: "string",
    value: "NAME",
    doc: "only runners in this environment (default: all; with --app: main)",
  },
  state: {
    type: "string",
    value: "STATE",
    multiple: true,
    doc: "only runners in this state, for example running, idle or pending",
  },
  since: {
    type: "string",
    value: "TIME",
    doc: "include runners that ended since then: 30m, 1h, 1d, or an ISO 8601 time",
  },
  ...connectionOptions,
} as const;

export const stopOptions = {
  replace: { type: "boolean", doc: "start a replacement first" },
  ...changeOptions,
  ...connectionOptions,
} as const;

export const killOptions = { ...changeOptions, ...connectionOptions } as const;
