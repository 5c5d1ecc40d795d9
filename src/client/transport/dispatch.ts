// Runs calls: waits for a turn, attempts, decides about repetition, and makes the error of a call that failed for good.
import type { Credential } from "../credentials";
import type { FalError } from "../errors";
import { AttemptFailed, type Call, errorFrom, type Failure, mayHaveTakenEffect } from "./failure";
import { ClientClosed, Limit, sleep, TimeLimitReached, until } from "./limits";
import type { Log } from "./log";
import type { Pacer } from "./pacing";
import { decideRetry } from "./retry";

/** What every method of the client takes. */
export interface CallOptions {
  /** Ends the call; a change may then have been carried out all the same. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds for the whole call: waiting for its turn, all attempts, all waits between them.
   * Left out: three minutes, for a change with an idempotency key as long as fal recognises the key; counted from the
   * call's turn, so that a thousand queued calls do not fail for being queued.
   */
  timeoutMs?: number | undefined;
}

/** Options for a method that makes several calls: its time limit covers all of them. */
export function oneDeadline(options: CallOptions): CallOptions {
  const { signal, timeoutMs } = options;
  if (timeoutMs === undefined) return { signal };
  const end = performance.now() + timeoutMs;
  return {
    signal,
    get timeoutMs() {
      return Math.max(0, end - performance.now());
    },
  };
}

/** Room for two of fal's one-minute rate-limit windows. */
const defaultTimeoutMs = 180_000;
/** fal's SDK uses the same for its REST calls. */
const attemptTimeoutMs = 30_000;

function defaultLimitMs(call: Call): number {
  return typeof call.repeat === "object" ? call.repeat.withinMs : defaultTimeoutMs;
}

/** What one attempt gets: it must end when the signal fires. */
export interface AttemptLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

export class Dispatcher {
  readonly #pacer: Pacer;
  readonly #credential: Credential;
  readonly #signal: AbortSignal;
  readonly #log: Log;
  /** For the areas: how long an answer is shared with later callers. */
  readonly shareReadsForMs: number;

  constructor(pacer: Pacer, credential: Credential, signal: AbortSignal, log: Log, shareReadsForMs: number) {
    this.#pacer = pacer;
    this.#credential = credential;
    this.#signal = signal;
    this.#log = log;
    this.shareReadsForMs = shareReadsForMs;
  }

  /** Runs a call to its end. `send` makes one attempt and throws `AttemptFailed`. */
  async run<T>(call: Call, send: (limits: AttemptLimits) => Promise<T>, options: CallOptions = {}): Promise<T> {
    const overall = new Limit([this.#signal, options.signal], options.timeoutMs);
    const asked = performance.now();
    let leave: (() => void) | undefined;
    try {
      leave = await this.#pacer.enter(overall.signal);
      const began = performance.now();
      const deadline = options.timeoutMs === undefined ? began + defaultLimitMs(call) : asked + options.timeoutMs;
      return await this.#attempts(call, send, overall.signal, deadline);
    } catch (error) {
      if (error !== overall.signal.reason) throw error;
      throw this.error(call, gaveUp(error, "unsent"), 0, false);
    } finally {
      leave?.();
      overall.dispose();
    }
  }

  /** Waits for an answer that is shared with other callers, within this caller's own limits. */
  async wait<T>(call: Call, shared: Promise<T>, options: CallOptions): Promise<T> {
    const own = new Limit([options.signal], options.timeoutMs);
    try {
      return await until(shared, own.signal);
    } catch (error) {
      if (!own.signal.aborted || error !== own.signal.reason) throw error;
      throw this.error(call, gaveUp(error, "unanswered"), 1, false);
    } finally {
      own.dispose();
    }
  }

  /** The error for a call that ended in this failure. */
  error(call: Call, failure: Failure, attempts: number, effect: boolean): FalError {
    const outcome = { attempts, mayHaveTakenEffect: effect, nowMs: Date.now() };
    const secrets = [...(call.secrets ?? []), this.#credential.reveal()];
    return errorFrom(call, failure, outcome, this.#credential, secrets);
  }

  async #attempts<T>(
    call: Call,
    send: (limits: AttemptLimits) => Promise<T>,
    signal: AbortSignal,
    deadline: number,
  ): Promise<T> {
    let end = deadline;
    let receivedAt: number | undefined;
    let unreached = 0;
    let effect = false;
    for (let attempt = 1; ; attempt++) {
      await this.#holdStill(call, signal, end, attempt - 1, effect);
      const sentAt = performance.now();
      const result = await this.#attempt(send, signal, end);
      const failure = "failure" in result ? result.failure : undefined;
      this.#log(call, attempt, performance.now() - sentAt, failure);
      if ("value" in result) return result.value;

      effect ||= mayHaveTakenEffect(call, result.failure);
      if (result.failure.reach === "unsent") {
        unreached += 1;
      } else {
        unreached = 0;
        receivedAt ??= sentAt;
        // Past the time in which fal recognises a repetition, not even a pause may lead to one.
        if (typeof call.repeat === "object") end = Math.min(deadline, receivedAt + call.repeat.withinMs);
      }
      const now = performance.now();
      const decision = decideRetry({
        repeat: call.repeat,
        failure: result.failure,
        attempt,
        unreached,
        receivedMsAgo: receivedAt === undefined ? undefined : now - receivedAt,
        remainingMs: end - now,
        random: Math.random(),
      });
      // Everybody holds still, also when this call itself gives up: the limit is the account's.
      if (result.failure.kind === "rateLimited") {
        this.#pacer.pause(result.failure.waitMs ?? (decision.retry ? decision.afterMs : 0));
      }
      if (!decision.retry) throw this.error(call, result.failure, attempt, effect);
      await this.#patiently(call, decision.afterMs, signal, attempt, effect);
    }
  }

  /** Waits for the end of a pause that another call's rate limit caused; fails at once if that is beyond the deadline. */
  async #holdStill(call: Call, signal: AbortSignal, end: number, attempts: number, effect: boolean): Promise<void> {
    for (let waitMs = this.#pacer.pauseLeftMs(); waitMs > 0; waitMs = this.#pacer.pauseLeftMs()) {
      if (performance.now() + waitMs >= end) {
        const answer = "fal limits this account, and the wait it asked for is beyond this call's deadline";
        const failure: Failure = { kind: "rateLimited", answer, reach: "unsent", transient: true, waitMs };
        throw this.error(call, failure, attempts, effect);
      }
      await this.#patiently(call, waitMs, signal, attempts, effect);
    }
  }

  async #patiently(call: Call, ms: number, signal: AbortSignal, attempts: number, effect: boolean): Promise<void> {
    try {
      await sleep(ms, signal);
    } catch (error) {
      if (!signal.aborted) throw error;
      throw this.error(call, gaveUp(signal.reason, "unsent"), attempts, effect);
    }
  }

  async #attempt<T>(
    send: (limits: AttemptLimits) => Promise<T>,
    signal: AbortSignal,
    end: number,
  ): Promise<{ value: T } | { failure: Failure }> {
    const timeoutMs = Math.min(attemptTimeoutMs, end - performance.now());
    // Timers are late by a little; what would have no time for an answer is not sent.
    if (timeoutMs < 1) {
      return {
        failure: { kind: "timeout", answer: "no time was left for an attempt", reach: "unsent", transient: false },
      };
    }
    const limit = new Limit([signal], timeoutMs);
    try {
      return { value: await send({ signal: limit.signal, timeoutMs }) };
    } catch (error) {
      if (limit.signal.aborted) {
        // Where a connection was never made, an aborted attempt is as harmless as a refused one.
        const reach = error instanceof AttemptFailed ? error.failure.reach : "unanswered";
        return { failure: gaveUp(limit.signal.reason, reach) };
      }
      if (error instanceof AttemptFailed) return { failure: error.failure };
      throw error;
    } finally {
      limit.dispose();
    }
  }
}

/** The failure of an attempt, or of a wait, that a signal ended. */
function gaveUp(reason: unknown, reach: Failure["reach"]): Failure {
  if (reason instanceof TimeLimitReached) {
    const answer = `no answer within ${Math.round(reason.limitMs)} ms`;
    return { kind: "timeout", answer, reach, transient: true };
  }
  const answer = reason instanceof ClientClosed ? "the client is closed" : "the caller ended the call";
  return { kind: "aborted", answer, reach, transient: false };
}
