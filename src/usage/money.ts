import type { AppEvidence, UsageScaling } from "./evidence";
import type { Interval } from "./interval";

/** What a runner costs per hour, at the account's own prices. */
export interface RunnerPrice {
  readonly perHour: Interval;
  readonly currency: string;
}

/**
 * The price of a runner with this scaling: from the cheapest row of usage to the dearest one, of all its machine types. The
 * list is an order of preference. While it stays as it is, runners are assumed to be of the types that fal billed. A type
 * of another list that fal billed none of has no known price: then undefined.
 */
export function pricesFor(
  { billed, scaling }: AppEvidence,
  { machineTypes = [] }: UsageScaling,
): RunnerPrice | undefined {
  if (billed === null) return undefined;
  const prices = machineTypes.map((type) => billed.prices.find(({ machineType }) => machineType === type));
  const known = prices.filter((price) => price !== undefined);
  const sameTypes = machineTypes.join() === scaling.machineTypes?.join();
  if (known.length === 0 || (known.length < prices.length && !sameTypes)) return undefined;
  return {
    perHour: {
      min: Math.min(...known.map(({ lowest }) => lowest)),
      max: Math.max(...known.map(({ highest }) => highest)),
    },
    currency: billed.currency,
  };
}

/** What this mean number of runners costs per hour. A negative number saves. */
export function costPerHour(runners: Interval, { perHour }: RunnerPrice): Interval {
  return {
    min: runners.min * (runners.min < 0 ? perHour.max : perHour.min),
    max: runners.max * (runners.max < 0 ? perHour.min : perHour.max),
  };
}
