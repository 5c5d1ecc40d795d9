import type { CheckFacts } from "./properties";

/** What check may look at besides inputs; no randomness, so that an update plan holds. `pending`: see `Hidden.pending`. */
export function checkFacts(environment: string, now: number, pending: readonly string[]): CheckFacts {
  return { environment, now, pending };
}
