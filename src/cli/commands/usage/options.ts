import { connectionOptions } from "../../connection";
import { formatOptions } from "../../report/options";

export const usageOptions = {
  since: { type: "string", value: "DURATION", doc: "how far to look back, from 1h to 90d (default 14d)" },
  environment: { type: "string", value: "NAME", doc: "only apps of this environment (default: all)" },
  app: {
    type: "string",
    value: "NAME",
    multiple: true,
    doc: "only this app, as name or environment/name",
  },
  stack: {
    type: "string",
    value: "NAME",
    doc: "only apps of this stack, next to the scaling that it declares",
  },
  cwd: { type: "string", value: "DIR", doc: "with --stack: folder of the Pulumi project (default: the current one)" },
  prices: {
    type: "string",
    value: "FILE",
    doc: "prices file, to estimate costs if the key may not read them; docs/guides/cost.md describes it",
  },
  ...formatOptions,
  ...connectionOptions,
} as const;
