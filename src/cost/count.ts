/**
 * How many runners are kept warm, and how many GPUs each has: what a configuration says, without load. Numbers that fal
 * does not tell are open-ended upwards, and say why.
 */

import type { ScaleName } from "../client/scaling";
import type { ScaleParams } from "../client/scaling.gen";

const countedNames = ["minConcurrency", "maxConcurrency", "concurrencyBuffer", "concurrencyBufferPerc"] as const;

/** The scaling values that decide how many runners an app keeps warm, and what they cost. Undefined: not known. */
export interface AppScaling extends Pick<ScaleParams, (typeof countedNames)[number] | "machineTypes"> {
  /** The app's id, `environment/name`. */
  readonly app: string;
}

/** Reads these values one by one. `value` returns anything: a number or list that it is not counts as not known. */
export function appScaling(app: string, value: (name: ScaleName) => unknown): AppScaling {
  const types = value("machineTypes");
  const numbers = countedNames.map((name) => {
    const number = value(name);
    return [name, typeof number === "number" ? number : undefined];
  });
  return {
    app,
    ...(Object.fromEntries(numbers) as Partial<Record<(typeof countedNames)[number], number>>),
    machineTypes: Array.isArray(types) ? types.map(String) : undefined,
  };
}

/** Why a number may be higher than it says. */
export type OpenReason =
  /** `concurrencyBufferPerc` keeps more runners warm the more requests there are. */
  | "load"
  /** How many GPUs a runner has stands in the app's code only; one was counted. */
  | "gpusPerRunner"
  /** The stack does not say the number of warm runners; none were counted. */
  | "runners"
  /** No price for a machine: see `unpriced`. */
  | "unpriced";

/** From `min` to `max`, and more where `open` has a reason. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** Without duplicates, sorted. */
  readonly open: readonly OpenReason[];
}

/**
 * Runners that are kept while nobody asks: the larger of `minConcurrency` and `concurrencyBuffer`, never more than
 * `maxConcurrency`. A buffer in percent follows the load, so it only makes the number open-ended (fal documents: the
 * larger of minimum and buffer, and as buffer the larger of number and percentage).
 */
export function warmRunners(scaling: AppScaling): Range {
  const { minConcurrency, maxConcurrency = Infinity, concurrencyBuffer, concurrencyBufferPerc } = scaling;
  const runners = Math.min(maxConcurrency, Math.max(0, minConcurrency ?? 0, concurrencyBuffer ?? 0));
  const open: OpenReason[] = [];
  if ((concurrencyBufferPerc ?? 0) > 0 && runners < maxConcurrency) open.push("load");
  if (minConcurrency === undefined && concurrencyBuffer === undefined) open.push("runners");
  return range(runners, runners, open);
}

/** Machine types of apps with GPUs; the set is open, the prefix is all that tells. */
export function isGpuType(machineType: string): boolean {
  return machineType.startsWith("GPU-");
}

/**
 * GPUs of one runner. UNCERTAIN: fal's control plane does not tell `num_gpus` of an app's code, so where no table does,
 * a runner with a GPU is counted with one.
 */
export function gpusOfRunner(
  app: string,
  machineType: string,
  gpusPerRunner: Readonly<Record<string, number>>,
): number {
  if (!isGpuType(machineType)) return 0;
  return (Object.hasOwn(gpusPerRunner, app) ? gpusPerRunner[app] : undefined) ?? 1;
}

export function range(min: number, max: number, open: readonly OpenReason[] = []): Range {
  return { min, max, open: [...new Set(open)].sort() };
}

export function sumRanges(parts: readonly Range[]): Range {
  return range(
    parts.reduce((sum, { min }) => sum + min, 0),
    parts.reduce((sum, { max }) => sum + max, 0),
    parts.flatMap(({ open }) => open),
  );
}
