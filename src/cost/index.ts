/** Warm runners and cost per hour of a configuration. Does not depend on Pulumi or the commands. */
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
