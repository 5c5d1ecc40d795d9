/** The entry of `AppScale.reapplyOn` that counts what an `App` did to reset values, beside the revision that it declares. */
export function resetTrigger(count: number): string {
  return `reset ${count} by the App`;
}

/** It covers what the program does; somebody else's deploys it does not. */
export function isResetTrigger(trigger: string): boolean {
  return /^reset \d+ by the App$/.test(trigger);
}
