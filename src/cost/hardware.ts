import { instancePrice, runnerPrice } from "./cost";
import { type AppScaling, gpusOfInstance, isGpuType } from "./count";
import type { Prices } from "./prices";

/** How other hardware compares: its price, or GPUs where there were none. `other`: unknown. */
export type Comparison = "same" | "costlier" | "cheaper" | "other";

/** Compares the most expensive machine types that an app may get. Their order is a preference and has no price. */
export function compareMachines(before: AppScaling, after: AppScaling, prices: Prices | undefined): Comparison {
  const [old, next] = [before.machineTypes, after.machineTypes];
  if (!old?.length || !next?.length) return "same";
  if (old.every((type) => next.includes(type)) && next.every((type) => old.includes(type))) return "same";
  const priced = compare(
    old.map((type) => prices && runnerPrice(before.app, type, prices)),
    next.map((type) => prices && runnerPrice(after.app, type, prices)),
  );
  if (priced !== undefined) return priced;
  const [hadGpus, hasGpus] = [old.some(isGpuType), next.some(isGpuType)];
  if (hadGpus === hasGpus) return "other";
  return hasGpus ? "costlier" : "cheaper";
}

/** Without prices, more GPUs cost more. */
export function compareInstances(before: string, after: string, prices: Prices | undefined): Comparison {
  if (before === after) return "same";
  const price = (type: string) => prices && instancePrice(type, prices);
  return (
    compare([price(before)], [price(after)]) ?? compare([gpusOfInstance(before)], [gpusOfInstance(after)]) ?? "other"
  );
}

/** Undefined where a number is missing, or both are equal. */
function compare(
  before: readonly (number | undefined)[],
  after: readonly (number | undefined)[],
): Comparison | undefined {
  const most = (all: readonly (number | undefined)[]) =>
    all.every((each) => each !== undefined) ? Math.max(...all) : undefined;
  const [old, next] = [most(before), most(after)];
  if (old === undefined || next === undefined || old === next) return undefined;
  return next > old ? "costlier" : "cheaper";
}
