export { type EmulatorOptions, type RunningEmulator, startEmulator } from "./server";
export { type Minute, type RunnerScaling, simulate, type Traffic } from "./traffic";
