/** What a configuration keeps warm and what that costs per hour. Knows nothing of Pulumi, nor of commands. */
export { costOfApp, costOfInstance, type HourlyCost, sumCosts, unknownMachineType } from "./cost";
export {
  type AppScaling,
  appScaling,
  isGpuType,
  type OpenReason,
  type Range,
  range,
  sumRanges,
  warmRunners,
} from "./count";
export { formatCost, formatCount, formatMoney } from "./format";
export { type Prices, PricesError, parsePrices } from "./prices";
export { readPrices } from "./read";
