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
  const priceOf = (type: string) => runnerPrice(scaling.app, type, prices);
  const perHour = types.flatMap((type) => priceOf(type) ?? []);
  const unpriced = types.length === 0 ? [unknownMachineType] : types.filter((type) => priceOf(type) === undefined);
  const open: OpenReason[] = [...runners.open];
  if (!knowsGpus(scaling.app, prices) && types.some(isGpuType)) open.push("gpusPerRunner");
  if (unpriced.length > 0) open.push("unpriced");
  const cheapest = unpriced.length > 0 ? 0 : Math.min(...perHour);
  return cost(runners.min * cheapest, runners.max * Math.max(0, ...perHour), open, unpriced);
}

/** A GPU instance costs the same whether it is in use or not. */
export function costOfInstance(instanceType: string, prices: Prices): HourlyCost {
  const price = instancePrice(instanceType, prices);
  return price === undefined ? cost(0, 0, ["unpriced"], [instanceType]) : cost(price, price, [], []);
}

/** What a runner of this machine type costs per hour; undefined without a price. */
export function runnerPrice(app: string, type: string, prices: Prices): number | undefined {
  const { machineTypes, machineTypesPer, gpusPerRunner } = prices;
  const price = Object.hasOwn(machineTypes, type) ? machineTypes[type] : undefined;
  if (price === undefined || machineTypesPer === "runner" || !isGpuType(type)) return price;
  return price * gpusOfRunner(app, type, gpusPerRunner);
}

/** Whether the price of the app's runners is known, also if one has several GPUs. */
function knowsGpus(app: string, { machineTypesPer, gpusPerRunner }: Prices): boolean {
  return machineTypesPer === "runner" || Object.hasOwn(gpusPerRunner, app);
}

/** What a GPU instance of this type costs per hour; undefined without a price. */
export function instancePrice(type: string, { instanceTypes }: Prices): number | undefined {
  return Object.hasOwn(instanceTypes, type) ? instanceTypes[type] : undefined;
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
