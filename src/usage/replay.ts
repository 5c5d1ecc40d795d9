import type { AppEvidence, Interval, UsageScaling } from "./evidence";

/** What an app would have done with another scaling. Each value is a range that contains the true one, if nothing unknown interferes. */
export interface Replay {
  /** Hours with data. */
  readonly hours: number;
  /** Of these, the hours in which every runner that the maximum allows would have been busy. */
  readonly hoursAtLimit: Interval;
  /** Mean number of idle runners. */
  readonly idleRunners: Interval;
  /** Requests that would have waited for a runner to start, in addition to those that did; negative: fewer. */
  readonly coldStarts: Interval;
}

export type Replays = (evidence: AppEvidence, proposed: UsageScaling) => Replay;
