// Several callers wait for one answer: what each of them may know of the calls behind it.
import { AsyncLocalStorage } from "node:async_hooks";
import type { FailedAttempt } from "./failure";

/** A wait of more than five seconds, for people who watch. */
export interface FalWait {
  /** The client's method, for example `compute.create`. */
  readonly operation: string;
  readonly resource?: string | undefined;
  /** One line: what is waited for, what fal answered, how often, when the next attempt is due. Redacted as errors are. */
  readonly message: string;
  /** Attempts made so far. */
  readonly attempts: number;
  /** HTTP status of the last answer, where fal answered over REST. */
  readonly status?: number | undefined;
  /** gRPC status name of the last answer, where fal answered over gRPC. */
  readonly grpcCode?: string | undefined;
  /** Milliseconds until the next attempt; absent where that depends on something else. */
  readonly nextInMs?: number | undefined;
}

export type WaitSink = (wait: FalWait) => void;

/** The failed attempts of the calls behind an answer, and their waits for everybody who follows. */
export class Trail {
  readonly history: FailedAttempt[] = [];
  /** Attempts that began. */
  attempts = 0;
  began: number | undefined;
  readonly #followers = new Set<WaitSink>();

  /** Returns what ends it. */
  follow(sink: WaitSink): () => void {
    this.#followers.add(sink);
    return () => this.#followers.delete(sink);
  }

  readonly publish: WaitSink = (wait) => {
    for (const follower of this.#followers) follower(wait);
  };
}

/** An answer that several callers wait for. */
export interface SharedRead<T> {
  readonly promise: Promise<T>;
  readonly trail: Trail;
}

const current = new AsyncLocalStorage<Trail>();

/** The trail of the shared read that makes this call, if one does. */
export function currentTrail(): Trail | undefined {
  return current.getStore();
}

/** Makes the calls of a shared read; they leave their trail. */
export function recordingIn<T>(trail: Trail, load: () => T): T {
  return current.run(trail, load);
}

/** Begins a read that several callers may wait for. */
export function share<T>(load: () => Promise<T>): SharedRead<T> {
  const trail = new Trail();
  return { promise: recordingIn(trail, load), trail };
}
