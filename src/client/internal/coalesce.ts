// Refreshing five hundred apps must cost one list call, not five hundred; creating five hundred must not cost a thousand.
import { recordingIn, type SharedRead, Trail } from "./shared-read";

/** A read that takes longer than this holds up the next one no more. */
export const stalledAfterMs = 1_000;

/** One request, and who waits for it. */
interface Shared<T> extends SharedRead<T> {
  readonly controller: AbortController;
  waiting: number;
  doneAt: number | undefined;
}

/** The reads of one key. */
interface Reads<T> {
  /** What serves callers that need no fresh answer: under way, or done a moment ago. */
  current?: Shared<T> | undefined;
  /** Waits for its turn. It will see everything that happened until it begins, so it serves everybody. */
  next?: Shared<T> | undefined;
  /** The last one that began, also when a write has made its answer useless. */
  running?: Shared<T> | undefined;
}

/**
 * Shares reads of one kind by key: callers at the same time share one request, and a recent
 * answer is used again. Who asks for a fresh answer gets one that began after the question: the first to ask begins at once or
 * right after the read that is under way, and all who ask until then join. A write invalidates before and after it runs,
 * so that a read which began before the write ended is never handed to anyone who asks after it. Failures are not kept.
 */
export class Coalescer<T> {
  readonly #keys = new Map<string, Reads<T>>();
  readonly #shareForMs: number;

  /** @param shareForMs how long an answer is used again for those who need no fresh one. */
  constructor(shareForMs: number) {
    this.#shareForMs = shareForMs;
  }

  /**
   * @param load runs the request; its signal fires when nobody waits for the answer any more.
   * @param wait how this caller waits: it may give up alone.
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

  /** Whoever asks from now on gets a new answer. */
  invalidate(key: string): void {
    this.#reads(key).current = undefined;
  }

  /** Runs a change of what `key` lists. */
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

/** Begins a read at once or, while another one is under way, after it. */
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

/** Waits for the end of a read, whatever it is, but not for one that stalls. */
async function waitUnlessStalled(read: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, stalledAfterMs);
  });
  const ended = () => {};
  await Promise.race([read.then(ended, ended), stalled]);
  clearTimeout(timer);
}
