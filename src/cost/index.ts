/** Warm runners and cost per hour of a configuration. Does not depend on Pulumi or the commands. */
export {
  costOfApp,
  costOfInstance,
  type HourlyCost,
  type Load,
  runnerPrice,
  sumCosts,
  unknownMachineType,
} from "./cost";
export {
  type AppScaling,
  appScaling,
  isGpuType,
  mostRunners,
  type OpenReason,
  type Range,
  range,
  sumRanges,
  warmRunners,
} from "./count";
export {
  formatBudget,
  formatCost,
  formatCount,
  formatDifference,
  formatHourlyDifference,
  formatMoney,
  formatMonthly,
  hoursPerMonth,
} from "./format";
export { type Comparison, compareInstances, compareMachines } from "./hardware";
export { type Prices, PricesError, parsePrices } from "./prices";
export { readPrices } from "./read";
