// Refreshing five hundred apps must cost one list call, not five hundred.

/** How long an answer is good for. Long enough for a burst of reads, short enough that nobody notices. */
export const shareForMs = 1_000;

interface Shared<T> {
  readonly promise: Promise<T>;
  readonly controller: AbortController;
  waiting: number;
  doneAt: number | undefined;
}

/**
 * Shares reads of one kind by key: callers at the same time share one request, and a result younger than a second is
 * used again. A write invalidates before and after it runs, so that a read which began before the write ended is never
 * handed to anyone who asks after it. Failures are not kept.
 */
export class Coalescer<T> {
  readonly #entries = new Map<string, Shared<T>>();

  /**
   * @param load runs the request; its signal fires when nobody waits for the answer any more.
   * @param wait how this caller waits: it may give up alone.
   */
  async read(
    key: string,
    fresh: boolean,
    load: (signal: AbortSignal) => Promise<T>,
    wait: (shared: Promise<T>) => Promise<T>,
  ): Promise<T> {
    const entry = (fresh ? undefined : this.#usable(key)) ?? this.#start(key, load);
    entry.waiting += 1;
    try {
      return await wait(entry.promise);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0 && entry.doneAt === undefined) {
        this.#forget(key, entry);
        entry.controller.abort();
      }
    }
  }

  /** Forgets one key, or all: whoever asks from now on gets a new answer. */
  invalidate(key?: string): void {
    if (key === undefined) this.#entries.clear();
    else this.#entries.delete(key);
  }

  /** Runs a change of what `key` lists. */
  async write<R>(key: string | undefined, change: () => Promise<R>): Promise<R> {
    this.invalidate(key);
    try {
      return await change();
    } finally {
      this.invalidate(key);
    }
  }

  #usable(key: string): Shared<T> | undefined {
    const entry = this.#entries.get(key);
    if (entry?.doneAt !== undefined && performance.now() - entry.doneAt >= shareForMs) return undefined;
    return entry;
  }

  #start(key: string, load: (signal: AbortSignal) => Promise<T>): Shared<T> {
    const controller = new AbortController();
    const entry: Shared<T> = { promise: load(controller.signal), controller, waiting: 0, doneAt: undefined };
    this.#entries.set(key, entry);
    entry.promise.then(
      () => {
        entry.doneAt = performance.now();
      },
      () => {
        entry.doneAt = performance.now();
        this.#forget(key, entry);
      },
    );
    return entry;
  }

  #forget(key: string, entry: Shared<T>): void {
    if (this.#entries.get(key) === entry) this.#entries.delete(key);
  }
}
