// Generated from src/client/scaling.ts by `npm run generate`; do not edit.

/**
 * Scaling values to change. Values that are left out stay as they are; `0` is a value. An empty list is refused, because
 * fal cannot clear one.
 */
export interface ScaleParams {
  /** Runners kept warm at all times; billed while idle. */
  minConcurrency?: number | undefined;
  /** Maximum number of runners; the account has a limit of its own. */
  maxConcurrency?: number | undefined;
  /** Warm runners in addition to the busy ones; billed while idle. The larger of this and `concurrencyBufferPerc` counts. */
  concurrencyBuffer?: number | undefined;
  /** Warm runners in addition to the busy ones, in percent of the request volume. */
  concurrencyBufferPerc?: number | undefined;
  /** How long an idle runner is kept, in seconds. */
  keepAlive?: number | undefined;
  /** How long to wait before scaling up, in seconds. */
  scalingDelay?: number | undefined;
  /** How long a request may run, in seconds. After this it is aborted and its runner stopped. */
  requestTimeout?: number | undefined;
  /** How long a request of the app's owner may wait in the queue for a runner, in seconds. A request's own header takes precedence. 0 clears it. */
  requestStartTimeout?: number | undefined;
  /** How long a runner may take to start, in seconds. */
  startupTimeout?: number | undefined;
  /** Requests that one runner processes at the same time. */
  maxMultiplexing?: number | undefined;
  /** Machine types to run on, in order of preference, for example `GPU-H100`. Existing runners keep theirs until they are rolled out. */
  machineTypes?: readonly string[] | undefined;
  /** Regions to run in, for example `us-east`. The order does not matter. */
  regions?: readonly string[] | undefined;
}

/** The scaling of an app or a revision. fal has no value for those that are missing. */
export interface ScalingInfo {
  /** Runners kept warm at all times; billed while idle. */
  minConcurrency: number;
  /** Maximum number of runners; the account has a limit of its own. */
  maxConcurrency: number;
  /** Warm runners in addition to the busy ones; billed while idle. The larger of this and `concurrencyBufferPerc` counts. */
  concurrencyBuffer?: number;
  /** Warm runners in addition to the busy ones, in percent of the request volume. */
  concurrencyBufferPerc?: number;
  /** How long an idle runner is kept, in seconds. */
  keepAlive: number;
  /** How long to wait before scaling up, in seconds. */
  scalingDelay?: number;
  /** How long a request may run, in seconds. After this it is aborted and its runner stopped. */
  requestTimeout?: number;
  /** How long a request of the app's owner may wait in the queue for a runner, in seconds. A request's own header takes precedence. 0 clears it. */
  requestStartTimeout?: number;
  /** How long a runner may take to start, in seconds. */
  startupTimeout?: number;
  /** Requests that one runner processes at the same time. */
  maxMultiplexing: number;
  /** Machine types to run on, in order of preference, for example `GPU-H100`. Existing runners keep theirs until they are rolled out. */
  machineTypes: string[];
  /** Regions to run in, for example `us-east`. The order does not matter. */
  regions: string[];
}
