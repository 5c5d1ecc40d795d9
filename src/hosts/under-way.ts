import { sleep } from "../sleep";

/** How long an operation waits for an engine that does not take its messages. */
const patienceMs = 2_000;

/** Messages on their way to the engine. */
export class UnderWay {
  readonly #writes = new Set<Promise<void>>();

  /** `write` resolves with the engine's answer, whatever it is. */
  add(write: Promise<void>): void {
    this.#writes.add(write);
    write.then(() => this.#writes.delete(write));
  }

  /** Resolves when the engine has answered all of them, or no longer answers. */
  async arrived(): Promise<void> {
    if (this.#writes.size === 0) return;
    const over = new AbortController();
    await Promise.race([Promise.all(this.#writes), sleep(patienceMs, over.signal).catch(() => undefined)]);
    over.abort();
  }
}
