// How many calls run at once, and how long all of them hold still after a rate limit.

/** Lets a bounded number of calls run, in the order in which they came, and pauses all of them when fal asks for it. */
export class Pacer {
  readonly #limit: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;
  #pausedUntil = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Waits for a turn. The returned function gives it back and must be called once. Rejects with the signal's reason. */
  async enter(signal: AbortSignal): Promise<() => void> {
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

  /** Nobody sends for this long. A shorter pause never ends a longer one. */
  pause(ms: number): void {
    this.#pausedUntil = Math.max(this.#pausedUntil, performance.now() + ms);
  }

  /** What is left of the pause. */
  pauseLeftMs(): number {
    return Math.max(0, this.#pausedUntil - performance.now());
  }
}
