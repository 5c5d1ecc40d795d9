import { z } from "zod";

/**
 * A table of prices, as users write it: JSON, checked strictly, so that a slip is an error and never a price of nothing.
 * The package has no prices of its own; a table is used only where somebody names its file.
 */

const price = z
  .number({ error: "must be a number: the price per hour in `currency`" })
  .min(0, "must be 0 or more")
  .max(1e6, "must be a price per hour, at most 1000000")
  .meta({ description: "Price per hour." });

export const pricesSchema = z
  .strictObject({
    $schema: z
      .string({ error: "must be the address or path of the schema" })
      .optional()
      .meta({ description: "For editors; the schema is in this package: prices/prices.schema.json." }),
    name: text("the table's name, which reports print").meta({ description: "What reports call this table." }),
    source: text("where the prices are from: an address, or words such as `contract of May 2026`").meta({
      description: "Where the prices are from: an address, or words. Reports print it.",
    }),
    date: z.iso
      .date({ error: "must be the day on which the prices held, for example `2026-09-20`" })
      .meta({ description: "The day on which the prices held, YYYY-MM-DD." }),
    currency: z
      .string({ error: "must be a currency's code, for example `USD`" })
      .regex(/^[A-Z]{3}$/, "must be a currency's code of three capital letters, for example `USD`")
      .meta({ description: "ISO 4217 code of the currency of all prices." }),
    note: text("a sentence about the table").optional().meta({ description: "A sentence that reports print." }),
    machineTypes: z
      .record(text("a machine type, for example `GPU-H100`"), price, {
        error: 'must be an object of prices by machine type, for example { "GPU-H100": 2.5 }',
      })
      .default({})
      .meta({
        description:
          "Price per hour of a runner by machine type of apps (`AppScale.machineTypes`). Of types whose name begins with `GPU-`: per GPU, because fal bills runners with several GPUs for each of them.",
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
          "GPUs of one runner (`num_gpus` in the app's code) by app, `environment/name`. fal does not tell it; an app that is not named here counts with one GPU, and its cost as “at least”.",
      }),
  })
  .meta({ title: "Prices for pulumi-fal", description: "Prices per hour for `pulumi-fal review` and the policies." });

export type Prices = z.output<typeof pricesSchema>;

/** A prices file that can't be used. The message names the file, each place that is wrong, and what to write there. */
export class PricesError extends Error {
  override readonly name = "PricesError";
}

/** @param file for messages */
export function parsePrices(content: string, file: string): Prices {
  let json: unknown;
  try {
    // Some editors begin files with a byte order mark.
    json = JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (error) {
    // Node's message may quote the file, which may be another one than was meant: only the place is told.
    const position = /position (\d+)/.exec(String(error))?.[1];
    const lines = content.slice(0, Number(position)).split("\n");
    const at = position === undefined ? "" : ` (line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1})`;
    throw new PricesError(`${file} is not JSON${at}: the format is described in docs/guides/cost.md`);
  }
  const result = pricesSchema.safeParse(json, { reportInput: false });
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap(explain).map((line) => `  - ${line}`);
  throw new PricesError(
    [`${file} is not a prices file:`, ...lines, "The format is described in docs/guides/cost.md."].join("\n"),
  );
}

type Issue = z.core.$ZodIssue;

/** Path and fix. Values are left out: somebody may name the wrong file. */
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
