/** All scaling values as fal last reported them; units as in `AppScaleArgs`. What fal has no value for is absent. */
export interface AppScaleEffective {
  readonly minConcurrency: number;
  readonly maxConcurrency: number;
  readonly concurrencyBuffer?: number;
  readonly concurrencyBufferPerc?: number;
  readonly keepAlive: number;
  readonly scalingDelay?: number;
  readonly requestTimeout?: number;
  readonly requestStartTimeout?: number;
  readonly startupTimeout?: number;
  readonly maxMultiplexing: number;
  readonly machineTypes: string[];
  readonly regions: string[];
  /** The revision that these values were seen with: together with another one, a changed value was reset by a deploy. */
  readonly revision?: string;
}
