import {
  type AppScaling,
  gpusOfRunner,
  isGpuType,
  mostRunners,
  type OpenReason,
  type Range,
  range,
  sumRanges,
  warmRunners,
} from "./count";
import type { Prices } from "./prices";

/** The cost per hour, in the currency of the prices. */
export interface HourlyCost extends Range {
  /** Types without a price. The numbers do not include their cost. Sorted, without duplicates. */
  readonly unpriced: readonly string[];
}

/** The entry in `unpriced` for apps without declared machine types. */
export const unknownMachineType = "machine type not declared";

/** Cost while the apps are idle, or while each runs as many runners as it may. */
export type Load = "idle" | "full";

/**
 * Runners times the price of their machine type. With several machine types, a range from the cheapest to the most
 * expensive one. If one of them has no price, the range begins at 0.
 */
export function costOfApp(scaling: AppScaling, prices: Prices, load: Load = "idle"): HourlyCost {
  const runners = load === "idle" ? warmRunners(scaling) : mostRunners(scaling);
  // Without runners, no price is needed.
  if (runners.max === 0) return { ...runners, unpriced: [] };
  const types = scaling.machineTypes ?? [];
  const priced = types.filter((type) => Object.hasOwn(prices.machineTypes, type));
  const perHour = priced.map((type) => {
    const gpus = isGpuType(type) ? gpusOfRunner(scaling.app, type, prices.gpusPerRunner) : 1;
    return (prices.machineTypes[type] ?? 0) * gpus;
  });
  const unpriced =
    types.length === 0 ? [unknownMachineType] : types.filter((type) => !Object.hasOwn(prices.machineTypes, type));
  const open: OpenReason[] = [...runners.open];
  if (!Object.hasOwn(prices.gpusPerRunner, scaling.app) && types.some(isGpuType)) open.push("gpusPerRunner");
  if (unpriced.length > 0) open.push("unpriced");
  const cheapest = unpriced.length > 0 ? 0 : Math.min(...perHour);
  return cost(runners.min * cheapest, runners.max * Math.max(0, ...perHour), open, unpriced);
}

/** A GPU instance costs the same whether it is in use or not. */
export function costOfInstance(instanceType: string, prices: Prices): HourlyCost {
  if (!Object.hasOwn(prices.instanceTypes, instanceType)) return cost(0, 0, ["unpriced"], [instanceType]);
  const price = prices.instanceTypes[instanceType] ?? 0;
  return cost(price, price, [], []);
}

export function sumCosts(parts: readonly HourlyCost[]): HourlyCost {
  const { min, max, open } = sumRanges(parts);
  return cost(
    min,
    max,
    open,
    parts.flatMap(({ unpriced }) => unpriced),
  );
}

/** Rounds to a millionth, so that 3 × 2.1 is 6.3 and binary fractions do not affect comparisons with limits. */
function cost(min: number, max: number, open: readonly OpenReason[], unpriced: readonly string[]): HourlyCost {
  return { ...range(exact(min), exact(max), open), unpriced: [...new Set(unpriced)].sort() };
}

function exact(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
