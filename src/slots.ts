/** Lets at most so many operations run at once; the others wait for their turn, in order of arrival. */
export class Slots {
  readonly #limit: number;
  readonly #queue: (() => void)[] = [];
  #running = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** How many operations run. */
  get running(): number {
    return this.#running;
  }

  /** Whether the next operation has to wait. */
  get isFull(): boolean {
    return this.#running >= this.#limit;
  }

  /** Waits for a slot. Call the returned function to release it. Rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<() => void> {
    signal.throwIfAborted();
    if (!this.isFull) {
      this.#running += 1;
    } else {
      // An operation that ends passes its slot on, so that newer ones cannot overtake.
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
}
