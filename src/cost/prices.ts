import { z } from "zod";
import { parsedJson } from "../json-file";

/**
 * The prices file. Validation is strict, so that a typing error is never a price of 0. The package uses no prices unless
 * the user names a file.
 */

const price = z
  .number({ error: "must be a number: the price per hour in `currency`" })
  .min(0, "must be 0 or more")
  .max(1e6, "must be a price per hour, at most 1000000")
  .meta({ description: "Price per hour." });

export const pricesSchema = z
  .strictObject({
    $schema: z
      .string({ error: "must be the URL or path of the schema" })
      .optional()
      .meta({ description: "For editors; the schema is in this package: prices/prices.schema.json." }),
    name: text("the table's name in reports").meta({ description: "The table's name in reports." }),
    source: text("the source of the prices: a URL or a description, for example `contract of May 2026`").meta({
      description: "Where the prices come from: a URL or a description. Reports show it.",
    }),
    date: z.iso
      .date({ error: "must be the date of the prices, for example `2026-09-20`" })
      .meta({ description: "The date of the prices, YYYY-MM-DD." }),
    currency: z
      .string({ error: "must be a currency's code, for example `USD`" })
      .regex(/^[A-Z]{3}$/, "must be a currency's code of three capital letters, for example `USD`")
      .meta({ description: "ISO 4217 code of the currency of all prices." }),
    note: text("a sentence about the table").optional().meta({ description: "A sentence to show in reports." }),
    machineTypes: z
      .record(text("a machine type, for example `GPU-H100`"), price, {
        error: 'must be an object of prices by machine type, for example { "GPU-H100": 2.5 }',
      })
      .default({})
      .meta({
        description:
          "Price per hour of a runner by machine type of apps (`AppScale.machineTypes`). For machine types that begin with `GPU-` it is the price per GPU, because fal bills each GPU of a runner, unless `machineTypesPer` is `runner`.",
      }),
    machineTypesPer: z.enum(["gpu", "runner"], { error: "must be `gpu` or `runner`" }).default("gpu").meta({
      description:
        "What the prices of machine types that begin with `GPU-` are for: one GPU (the default) or a whole runner, as in the files that `pulumi-fal prices` writes. With `runner`, omit `gpusPerRunner`.",
    }),
    instanceTypes: z
      .record(
        z.string().regex(/^gpu_\d+x_[a-z0-9_]+$/, "must be an instance type, for example `gpu_1x_h100_sxm5`"),
        price,
        { error: 'must be an object of prices by instance type, for example { "gpu_1x_h100_sxm5": 2.5 }' },
      )
      .default({})
      .meta({
        description: "Price per hour of a whole GPU instance by instance type (`ComputeInstance.instanceType`).",
      }),
    gpusPerRunner: z
      .record(
        z
          .string()
          .regex(/^[^/]+\/[^/]+$/, "must be an app's id `environment/name`, for example `main/image-generator`"),
        z.int({ error: "must be a whole number of GPUs" }).min(1, "must be 1 or more GPUs").max(1024),
        { error: 'must be an object of numbers of GPUs by app, for example { "main/image-generator": 2 }' },
      )
      .default({})
      .meta({
        description:
          "The number of GPUs of one runner (`num_gpus` in the app's code) by the app's id, `environment/name`. fal does not return it. For an app that is not listed, one GPU counts, and its cost shows “at least”.",
      }),
  })
  .refine(
    ({ machineTypesPer, gpusPerRunner }) => machineTypesPer === "gpu" || Object.keys(gpusPerRunner).length === 0,
    {
      path: ["gpusPerRunner"],
      error: "must be left out if `machineTypesPer` is `runner`, because the prices include all GPUs of a runner",
    },
  )
  .meta({ title: "Prices for pulumi-fal", description: "Prices per hour for `pulumi-fal review` and the policies." });

export type Prices = z.output<typeof pricesSchema>;

/** A prices file is missing or invalid. The message names the file, each wrong place, and the fix. */
export class PricesError extends Error {
  override readonly name = "PricesError";
}

/** @param file for messages */
export function parsePrices(content: string, file: string): Prices {
  let json: unknown;
  try {
    json = parsedJson(content, file);
  } catch (error) {
    throw new PricesError(`${(error as Error).message}. docs/guides/cost.md describes the format.`);
  }
  const result = pricesSchema.safeParse(json, { reportInput: false });
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap(explain).map((line) => `  - ${line}`);
  throw new PricesError(
    [`${file} is not a prices file:`, ...lines, "docs/guides/cost.md describes the format."].join("\n"),
  );
}

type Issue = z.core.$ZodIssue;

/** Path and fix, without values, because the user may have named the wrong file. */
function explain(issue: Issue): string[] {
  const at = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const known = Object.keys(pricesSchema.shape).join(", ");
    return issue.keys.map((key) => `${[at, key].filter(Boolean).join(".")} is not known: use ${known}`);
  }
  if (issue.code === "invalid_key") return issue.issues.map(({ message }) => `${at}: the name ${message}`);
  return [`${at || "the file"} ${issue.message.startsWith("Invalid input") ? "must be an object" : issue.message}`];
}

function text(what: string) {
  return z.string({ error: `must be ${what}` }).regex(/\S/, `must be ${what}`);
}
