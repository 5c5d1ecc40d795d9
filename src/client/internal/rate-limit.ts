// Limits concurrent calls, pauses them after a rate limit, and limits retries.
import { Slots } from "../../slots";

/** How often a call tests a pause that exceeds its deadline: fal may have ended the limit earlier. */
const testPauseMs = 60_000;

/** Limits concurrent calls, in order of arrival, and pauses all calls after a rate limit. */
export class RateLimiter extends Slots {
  #pausedUntil = 0;
  #testAt = 0;
  #cause = "fal limits this account";

  /** Pauses all calls. A shorter pause does not end a longer one. `cause` is shown while calls wait. */
  pause(ms: number, cause = this.#cause): void {
    const now = performance.now();
    this.#pausedUntil = Math.max(this.#pausedUntil, now + ms);
    this.#cause = cause;
    this.#testAt = now + testPauseMs;
  }

  /** Whether a call may be sent despite the pause, to test it. True for one call per minute. */
  mayTestPause(): boolean {
    const now = performance.now();
    if (now < this.#testAt) return false;
    this.#testAt = now + testPauseMs;
    return true;
  }

  /** Ends the pause: fal has answered a call that tested it. */
  resume(): void {
    this.#pausedUntil = 0;
  }

  /** The cause of the current or the last pause. */
  get cause(): string {
    return this.#cause;
  }

  /** The remaining time of the pause. */
  pauseLeftMs(): number {
    return Math.max(0, this.#pausedUntil - performance.now());
  }
}

/** The number of retries per address that may fail in a row before calls are no longer retried. */
export const retryBudget = 100;

/**
 * Limits the retries per address. During an outage, calls then make a hundred retries in total and one attempt each after
 * that, instead of nine attempts for each of five hundred calls. A successful call returns its retries, and at least one, so
 * a short disturbance does not exhaust the budget.
 */
export class RetryBudget {
  #left = retryBudget;

  get exhausted(): boolean {
    return this.#left < 1;
  }

  take(): void {
    this.#left -= 1;
  }

  giveBack(taken: number): void {
    this.#left = Math.min(retryBudget, this.#left + Math.max(1, taken));
  }
}
