// Lets several callers share one answer, and the history of the calls behind it.
import { AsyncLocalStorage } from "node:async_hooks";
import type { FailedAttempt } from "./failure";

/** A wait of more than five seconds. */
export interface FalWait {
  /** The client's method, for example `compute.create`. */
  readonly operation: string;
  readonly resource?: string | undefined;
  /** One line with the reason, fal's last answer, the attempts and the time of the next one. Redacted like errors. */
  readonly message: string;
  /** Attempts made so far. */
  readonly attempts: number;
  /** The HTTP status of the last answer, if fal answered over REST. */
  readonly status?: number | undefined;
  /** The name of the last gRPC status, if fal answered over gRPC. */
  readonly grpcCode?: string | undefined;
  /** Milliseconds to the next attempt. Absent if unknown. */
  readonly nextInMs?: number | undefined;
}

export type WaitSink = (wait: FalWait) => void;

/** The failed attempts of the calls behind a shared answer. Publishes their waits to all followers. */
export class Trail {
  readonly history: FailedAttempt[] = [];
  /** Started attempts. */
  attempts = 0;
  began: number | undefined;
  readonly #followers = new Set<WaitSink>();

  /** Returns a function that stops it. */
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

/** The trail of the shared read that makes this call; undefined for other calls. */
export function currentTrail(): Trail | undefined {
  return current.getStore();
}

/** Runs a shared read and records its calls. */
export function recordingIn<T>(trail: Trail, load: () => T): T {
  return current.run(trail, load);
}

/** Starts a read that several callers can wait for. */
export function share<T>(load: () => Promise<T>): SharedRead<T> {
  const trail = new Trail();
  return { promise: recordingIn(trail, load), trail };
}
