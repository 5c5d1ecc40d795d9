import type { ScalingInfo } from "../../client/scaling.gen";

/** All scaling values as fal last reported them; units as in `AppScale`. Values that fal does not have are missing. */
export interface AppScaleEffective extends Readonly<ScalingInfo> {
  /** The revision that these values belong to. If it changes along with a value, a deploy reset that value. */
  readonly revision?: string;
}
