/**
 * The number of warm runners and their GPUs, from the configuration and without load. A number that fal does not return
 * is a lower bound with a reason.
 */

import type { ScaleName } from "../client/scaling";
import type { ScaleParams } from "../client/scaling.gen";

const countedNames = ["minConcurrency", "maxConcurrency", "concurrencyBuffer", "concurrencyBufferPerc"] as const;

/** The scaling values that determine the number and cost of an app's warm runners. Undefined if unknown. */
export interface AppScaling extends Pick<ScaleParams, (typeof countedNames)[number] | "machineTypes"> {
  /** The app's id, `environment/name`. */
  readonly app: string;
}

/** Reads these values. A value of the wrong type counts as unknown. */
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

/** Why the real number may be higher. */
export type OpenReason =
  /** `concurrencyBufferPerc` keeps more runners warm the more requests there are. */
  | "load"
  /** Only the app's code defines the number of GPUs per runner, so one was counted. */
  | "gpusPerRunner"
  /** The stack does not declare the number of warm runners, so none were counted. */
  | "runners"
  /** A machine type has no price: see `unpriced`. */
  | "unpriced"
  /** The scaling of an app before the stack managed it is unknown, so its runners then count as none. */
  | "unmanaged"
  /** The maximum number of runners is not known, so those that are warm were counted. */
  | "maximum";

/** From `min` to `max`, and possibly more if `open` contains a reason. */
export interface Range {
  readonly min: number;
  readonly max: number;
  /** Without duplicates, sorted. */
  readonly open: readonly OpenReason[];
}

/**
 * Runners of an idle app: the larger of `minConcurrency` and `concurrencyBuffer`, but at most `maxConcurrency`. A buffer
 * in percent follows the load, so it only makes the number a lower bound. fal documents that the larger of minimum and
 * buffer applies, and that the buffer is the larger of number and percentage.
 */
export function warmRunners(scaling: AppScaling): Range {
  const { minConcurrency, maxConcurrency = Infinity, concurrencyBuffer, concurrencyBufferPerc } = scaling;
  const runners = Math.min(maxConcurrency, Math.max(0, minConcurrency ?? 0, concurrencyBuffer ?? 0));
  const open: OpenReason[] = [];
  if ((concurrencyBufferPerc ?? 0) > 0 && runners < maxConcurrency) open.push("load");
  if (minConcurrency === undefined && concurrencyBuffer === undefined) open.push("runners");
  return range(runners, runners, open);
}

/** Runners of an app under full load: its maximum. */
export function mostRunners(scaling: AppScaling): Range {
  const { maxConcurrency } = scaling;
  if (maxConcurrency !== undefined) return range(maxConcurrency, maxConcurrency);
  const { min, max } = warmRunners(scaling);
  return range(min, max, ["maximum"]);
}

/** fal may add machine types, so only the prefix identifies those with GPUs. */
export function isGpuType(machineType: string): boolean {
  return machineType.startsWith("GPU-");
}

/**
 * GPUs of one runner. UNCERTAIN: fal's control plane does not return `num_gpus` of an app's code. So one GPU counts unless
 * the prices file contains the number.
 */
export function gpusOfRunner(
  app: string,
  machineType: string,
  gpusPerRunner: Readonly<Record<string, number>>,
): number {
  if (!isGpuType(machineType)) return 0;
  return (Object.hasOwn(gpusPerRunner, app) ? gpusPerRunner[app] : undefined) ?? 1;
}

/** GPUs of a GPU instance, by the name of its type: `gpu_8x_h100_sxm5`. */
export function gpusOfInstance(instanceType: string): number | undefined {
  const [, gpus] = /^gpu_(\d+)x_/.exec(instanceType) ?? [];
  return gpus === undefined ? undefined : Number(gpus);
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
