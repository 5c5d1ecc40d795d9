export type { RunnerScaling, Start } from "./runners";
export { type Minute, type RunnerCounts, simulate } from "./simulate";
export { arrivals, type Request, type Traffic, traffic } from "./traffic";
