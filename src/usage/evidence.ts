import { z } from "zod";
import type { ScaleParams } from "../client/scaling.gen";

/**
 * What apps did in a range of hours, as fal recorded it: the result of `pulumi-fal usage --format json`. Reviews, drift
 * reports and policies read the file without a key.
 */

/** Names of the scaling values that decide how many runners an app has. */
export const usageScaleNames = [
  "minConcurrency",
  "maxConcurrency",
  "concurrencyBuffer",
  "concurrencyBufferPerc",
  "keepAlive",
  "scalingDelay",
  "maxMultiplexing",
  "machineTypes",
] as const satisfies readonly (keyof ScaleParams)[];

const number = z.number().min(0);

/** One number for each hour from `from`; null where fal returned none, which is unknown and not zero. */
const hourly = z.array(number.nullable());

const scaling = z.object({
  minConcurrency: number.optional(),
  maxConcurrency: number.optional(),
  concurrencyBuffer: number.optional(),
  concurrencyBufferPerc: number.optional(),
  keepAlive: number.optional(),
  scalingDelay: number.optional(),
  maxMultiplexing: number.optional(),
  machineTypes: z.array(z.string()).readonly().optional(),
});

/** fal's peaks of each hour (`aggregation=max`). The peaks of two states need not be of the same moment. */
const peaks = z.object({ running: hourly, idle: hourly, pending: hourly });

const price = z.object({
  machineType: z.string(),
  /** Per runner and hour, after discounts: the cost of the machine type's usage divided by its quantity. */
  perHour: number,
  /** The same for the cheapest and the dearest row of the usage. They differ if fal had several prices or surges. */
  lowest: number,
  highest: number,
  currency: z.string(),
  /** The runner-hours that the price was computed from. */
  hours: number,
});

const app = z.object({
  /** `environment/name`. */
  app: z.string(),
  /** What fal had when the file was written. */
  scaling,
  peaks,
  /** Null: fal returned no analytics. `null` members: fal returned no such metric. */
  requests: z
    .object({
      count: number.nullable(),
      /** Seconds of work of all requests (`total_billable_duration`). */
      workSeconds: number.nullable(),
      /** Seconds from submission to the start of the work, over the whole range. Of several routes, the slowest. */
      waitP50: number.nullable(),
      waitP95: number.nullable(),
      coldStarts: number.nullable(),
      coldStartP50: number.nullable(),
    })
    .nullable(),
  /** Null: the key may not read usage. */
  billed: z
    .object({
      /** Runner-seconds: running and idle. */
      seconds: number,
      /** After discounts. */
      cost: number,
      currency: z.string(),
      prices: z.array(price),
    })
    .nullable(),
});

export const evidenceSchema = z.object({
  version: z.literal(1),
  /** The account's name; null if fal does not return it. */
  account: z.string().nullable(),
  /** When the file was written. */
  generatedAt: z.iso.datetime(),
  /** The range, in whole hours. */
  from: z.iso.datetime(),
  to: z.iso.datetime(),
  apps: z.array(app),
});

export type Evidence = z.infer<typeof evidenceSchema>;
export type AppEvidence = z.infer<typeof app>;
/** The scaling values that decide how many runners an app has. An absent one is unknown. */
export type UsageScaling = z.infer<typeof scaling>;
export type UsageScaleName = (typeof usageScaleNames)[number];
export type MachinePrice = z.infer<typeof price>;
