import { setMaxListeners } from "node:events";

/** Runs at most so many operations at once; the others wait for their turn, in order. */
export class Slots {
  #running = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(private readonly limit: () => number) {}

  /** `waits` is called if others have to end first. Throws the signal's reason if it aborts before that. */
  async run<T>(signal: AbortSignal, waits: (running: number) => void, operation: () => Promise<T>): Promise<T> {
    if (this.#running >= this.limit()) {
      waits(this.#running);
      await this.#turn(signal);
    }
    signal.throwIfAborted();
    this.#running += 1;
    try {
      return await operation();
    } finally {
      this.#running -= 1;
      this.#waiting.shift()?.();
    }
  }

  #turn(signal: AbortSignal): Promise<void> {
    setMaxListeners(0, signal);
    return new Promise((resolve, reject) => {
      const start = () => {
        signal.removeEventListener("abort", abort);
        resolve();
      };
      const abort = () => {
        this.#waiting.splice(this.#waiting.indexOf(start), 1);
        reject(signal.reason);
      };
      this.#waiting.push(start);
      signal.addEventListener("abort", abort, { once: true });
    });
  }
}
