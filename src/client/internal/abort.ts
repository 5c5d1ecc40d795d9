// Time limits and cancellation.

import { longestTimerMs } from "../../sleep";

/** The reason of a signal that a time limit aborted. */
export class DeadlineExceeded extends Error {
  constructor(readonly limitMs: number) {
    super(`time limit of ${limitMs} ms reached`);
  }
}

/** The reason of signals that `close()` aborted. */
export class ClientClosed extends Error {}

/**
 * A signal that aborts with the first of several signals, or after a time limit. Call `dispose` when done: unlike
 * `AbortSignal.any`, it then leaves no listeners on signals that live as long as the client.
 */
export class AbortScope {
  readonly signal: AbortSignal;
  readonly #sources: readonly AbortSignal[];
  readonly #forward: ((event: Event) => void) | undefined;
  readonly #timer: NodeJS.Timeout | undefined;

  constructor(sources: readonly (AbortSignal | undefined)[], limitMs?: number) {
    this.#sources = sources.filter((source) => source !== undefined);
    const fired = this.#sources.find((source) => source.aborted);
    const only = this.#sources.length === 1 && limitMs === undefined ? this.#sources[0] : undefined;
    const given = fired ?? only;
    if (given !== undefined) {
      this.signal = given;
      return;
    }
    const controller = new AbortController();
    this.signal = controller.signal;
    this.#forward = (event) => {
      if (event.target instanceof AbortSignal) controller.abort(event.target.reason);
    };
    for (const source of this.#sources) source.addEventListener("abort", this.#forward, { once: true });
    if (limitMs !== undefined) {
      const fire = () => controller.abort(new DeadlineExceeded(limitMs));
      this.#timer = setTimeout(fire, Math.min(Math.max(0, limitMs), longestTimerMs));
    }
  }

  dispose(): void {
    clearTimeout(this.#timer);
    const forward = this.#forward;
    if (forward !== undefined) for (const source of this.#sources) source.removeEventListener("abort", forward);
  }
}

/** Waits for a promise until the signal aborts. The promise itself continues, because others may wait for it. */
export async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return await new Promise<T>((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
