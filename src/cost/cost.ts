import {
  type AppScaling,
  gpusOfRunner,
  isGpuType,
  type OpenReason,
  type Range,
  range,
  sumRanges,
  warmRunners,
} from "./count";
import type { Prices } from "./prices";

/** What is paid per hour while nobody asks, in the currency of the prices. */
export interface HourlyCost extends Range {
  /** What the prices do not cover: its share of the cost is not in the numbers. Sorted, without duplicates. */
  readonly unpriced: readonly string[];
}

/** Stands in `unpriced` for apps whose machine types nobody declared. */
export const unknownMachineType = "machine type not declared";

/**
 * Warm runners times the price of their machine type. Where several machine types are possible, from the cheapest to the
 * dearest; a candidate without a price could be free for all we know, so then the range begins at 0.
 */
export function costOfApp(scaling: AppScaling, prices: Prices): HourlyCost {
  const runners = warmRunners(scaling);
  // What keeps nothing warm needs no price.
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

/** A GPU instance, which costs the same whatever it does. */
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

/** To a millionth, so that 3 × 2.1 is 6.3 and no limit is missed or broken by what binary fractions cannot say. */
function cost(min: number, max: number, open: readonly OpenReason[], unpriced: readonly string[]): HourlyCost {
  return { ...range(exact(min), exact(max), open), unpriced: [...new Set(unpriced)].sort() };
}

function exact(amount: number): number {
  return Math.round(amount * 1e6) / 1e6;
}
