// Shares reads, so that refreshing five hundred apps needs one list call.
import { recordingIn, type SharedRead, Trail } from "./shared-read";

/** The next read does not wait longer than this for a running one. */
export const stalledAfterMs = 1_000;

/** One request and the number of its callers. */
interface Shared<T> extends SharedRead<T> {
  readonly controller: AbortController;
  waiting: number;
  doneAt: number | undefined;
}

/** The reads of one key. */
interface Reads<T> {
  /** Serves callers that accept a cached answer: running, or completed recently. */
  current?: Shared<T> | undefined;
  /** Queued. It will see every change before its start, so it serves all callers. */
  next?: Shared<T> | undefined;
  /** The last one that started, even if a write has invalidated it. */
  running?: Shared<T> | undefined;
}

/**
 * Shares reads by key: concurrent callers share one request, and a recent answer is reused. A caller that needs a fresh
 * answer gets one that was requested after its call: it starts a read, immediately or after the running one, and later
 * callers join until that read starts. A write invalidates before and after it runs, so that later callers never get an
 * answer from before its end. Failures are not cached.
 */
export class Coalescer<T> {
  readonly #keys = new Map<string, Reads<T>>();
  readonly #shareForMs: number;

  /** @param shareForMs How long an answer is reused, in milliseconds. */
  constructor(shareForMs: number) {
    this.#shareForMs = shareForMs;
  }

  /**
   * @param load Sends the request. Its signal aborts when the last caller stops waiting.
   * @param wait Waits within the limits of this caller.
   */
  async read(
    key: string,
    fresh: boolean,
    load: (signal: AbortSignal) => Promise<T>,
    wait: (shared: SharedRead<T>) => Promise<T>,
  ): Promise<T> {
    const reads = this.#reads(key);
    const entry = (fresh ? undefined : this.#usable(reads)) ?? reads.next ?? start(reads, load);
    entry.waiting += 1;
    try {
      return await wait(entry);
    } finally {
      entry.waiting -= 1;
      if (entry.waiting === 0 && entry.doneAt === undefined) {
        forget(reads, entry);
        entry.controller.abort();
      }
    }
  }

  /** Later callers get a new answer. */
  invalidate(key: string): void {
    this.#reads(key).current = undefined;
  }

  /** Runs a change of the list `key`. */
  async write<R>(key: string, change: () => Promise<R>): Promise<R> {
    this.invalidate(key);
    try {
      return await change();
    } finally {
      this.invalidate(key);
    }
  }

  #usable(reads: Reads<T>): Shared<T> | undefined {
    const entry = reads.current;
    if (entry?.doneAt !== undefined && performance.now() - entry.doneAt >= this.#shareForMs) return undefined;
    return entry;
  }

  #reads(key: string): Reads<T> {
    let reads = this.#keys.get(key);
    if (reads === undefined) {
      reads = {};
      this.#keys.set(key, reads);
    }
    return reads;
  }
}

/** Starts a read immediately or after the running one. */
function start<T>(reads: Reads<T>, load: (signal: AbortSignal) => Promise<T>): Shared<T> {
  const controller = new AbortController();
  const trail = new Trail();
  const begin = (): Promise<T> => {
    if (reads.next === entry) reads.next = undefined;
    controller.signal.throwIfAborted();
    reads.current = entry;
    reads.running = entry;
    return recordingIn(trail, () => load(controller.signal));
  };
  const before = reads.running;
  const turn = before?.doneAt === undefined ? before?.promise : undefined;
  const done = Promise.withResolvers<T>();
  const entry: Shared<T> = { promise: done.promise, trail, controller, waiting: 0, doneAt: undefined };
  if (turn !== undefined) reads.next = entry;
  done.resolve(turn === undefined ? begin() : waitUnlessStalled(turn).then(begin));
  const ended = () => {
    entry.doneAt = performance.now();
  };
  entry.promise.then(ended, () => {
    ended();
    forget(reads, entry);
  });
  return entry;
}

function forget<T>(reads: Reads<T>, entry: Shared<T>): void {
  if (reads.current === entry) reads.current = undefined;
  if (reads.next === entry) reads.next = undefined;
}

/** Waits until a read succeeds, fails or stalls. */
async function waitUnlessStalled(read: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, stalledAfterMs);
  });
  const ended = () => {};
  await Promise.race([read.then(ended, ended), stalled]);
  clearTimeout(timer);
}
