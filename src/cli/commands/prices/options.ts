import { connectionOptions } from "../../connection";

export const pricesOptions = {
  since: { type: "string", value: "DURATION", doc: "how far to look back, from 1h to 90d (default 30d)" },
  out: { type: "string", value: "FILE", doc: "where to write the prices file (default: standard output)" },
  ...connectionOptions,
} as const;
