// How many calls run at once, how long all of them hold still after a rate limit, and how often failed ones are repeated.

/** A pause that is longer than a call can wait is put to the test this often: it may be over, or have been a mistake. */
const testPauseMs = 60_000;

/** Lets a bounded number of calls run, in the order in which they came, and pauses all of them when fal asks for it. */
export class RateLimiter {
  readonly #limit: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #pausedUntil = 0;
  #testAt = 0;
  #cause = "fal limits this account";

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Waits for a turn. The returned function gives it back and must be called once. Rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (this.#running < this.#limit) {
      this.#running += 1;
    } else {
      // The turn is handed over by whoever leaves, so newcomers cannot overtake.
      await new Promise<void>((resolve, reject) => {
        const turn = () => {
          signal.removeEventListener("abort", abort);
          resolve();
        };
        const abort = () => {
          this.#queue.splice(this.#queue.indexOf(turn), 1);
          reject(signal.reason);
        };
        this.#queue.push(turn);
        signal.addEventListener("abort", abort, { once: true });
      });
    }
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const next = this.#queue.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    };
  }

  /** Nobody sends for this long. A shorter pause never ends a longer one. `cause`: for people who wait meanwhile. */
  pause(ms: number, cause = this.#cause): void {
    const now = performance.now();
    this.#pausedUntil = Math.max(this.#pausedUntil, now + ms);
    this.#cause = cause;
    this.#testAt = now + testPauseMs;
  }

  /** Whether a call that cannot wait for the end of the pause may send all the same. One call a minute may. */
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

  /** Why calls hold still, or did the last time. */
  get cause(): string {
    return this.#cause;
  }

  /** What is left of the pause. */
  pauseLeftMs(): number {
    return Math.max(0, this.#pausedUntil - performance.now());
  }
}

/** Repetitions that may fail in a row at one address before a failed call is no longer repeated. */
export const retryBudget = 100;

/**
 * How many repetitions one address gets. An outage then costs a hundred repetitions in all, and every further call one
 * attempt, instead of nine attempts for each of five hundred calls. A call that succeeds gives back what its own
 * repetitions took, at least one, so a short disturbance and a healthy address never exhaust it.
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
