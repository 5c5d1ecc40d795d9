export { bucketsOf, dayMs, hourMs, minuteMs, type Range, TimeZone, timeframeOf, timeframes } from "./buckets";
export { type Cell, Cells } from "./cells";
export type { RunnerScaling, Start } from "./runners";
export { type Minute, type RunnerCounts, runnerStates, simulate } from "./simulate";
export { arrivals, type Traffic, traffic } from "./traffic";
