// Runs calls: waits for a slot, makes attempts, retries, and creates the error of a call that failed.

import { AsyncLocalStorage } from "node:async_hooks";
import { formatDuration } from "../../duration";
import { sleep } from "../../sleep";
import type { Credential } from "../config/credentials";
import type { FalError } from "../errors";
import type { Redacted } from "../redacted";
import { AbortScope, abortable, ClientClosed, DeadlineExceeded } from "./abort";
import {
  AttemptFailed,
  type AttemptFailure,
  answerOf,
  type Call,
  errorFrom,
  type FailedAttempt,
  mayHaveTakenEffect,
} from "./failure";
import { attemptLine, type LogSink } from "./log";
import { type RateLimiter, RetryBudget, retryBudget } from "./rate-limit";
import { type RedactionContext, redactOwnText, requestIdOf } from "./redact";
import type { AttemptResponse, AttemptResult, Route } from "./result";
import { decideRetry } from "./retry";
import { currentTrail, type FalWait, type SharedRead, share, type Trail, type WaitSink } from "./shared-read";
import { inSpan } from "./trace";

/** Options of every method. */
export interface CallOptions {
  /** Aborts the call. A change may still take effect. */
  signal?: AbortSignal | undefined;
  /**
   * Time limit in milliseconds for the whole call: waiting for a slot, all attempts, and the waits between them. Default:
   * three minutes from the start of the first attempt; for a call with an idempotency key, as long as fal recognizes the key.
   */
  timeoutMs?: number | undefined;
}

/** Options of calls that read one page of a list. */
export interface ListOptions extends CallOptions {
  readonly within?: ListDeadline | undefined;
}

/** One deadline for all calls that read a list, from the start of the first one. */
export class ListDeadline {
  readonly limitMs: number;
  #end = Number.POSITIVE_INFINITY;

  constructor(limitMs = defaultTimeoutMs) {
    this.limitMs = limitMs;
  }

  get isOver(): boolean {
    // An attempt with less time than this is not sent.
    return performance.now() > this.#end - 1;
  }

  endOf(began: number): number {
    this.#end = Math.min(this.#end, began + this.limitMs);
    return this.#end;
  }
}

/**
 * Options of a method with several calls, which share its time limit. `timeoutMs` is the time that is left, so copy the
 * options (`{ ...within }`) only for a call that starts at once.
 */
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

/** Limits of one attempt. It must end when the signal aborts. */
export interface AttemptLimits {
  readonly signal: AbortSignal;
  readonly timeoutMs: number;
}

/** Makes one attempt; throws `AttemptFailed`. */
type Send<T> = (limits: AttemptLimits) => Promise<AttemptResponse<T>>;

/** Shown while a call waits. */
interface WaitReason {
  readonly why: string;
  readonly nextInMs?: number | undefined;
}

/** The progress of a call. */
class CallState {
  attempts = 0;
  /** Whether the change may have taken effect although no answer confirms it. */
  mayHaveTakenEffect = false;
  last: AttemptResult<unknown> | undefined;
  readonly history: FailedAttempt[] = [];
  readonly askedAt = performance.now();
  /** Set if several callers wait for the answer. */
  readonly trail = currentTrail();

  constructor(
    readonly call: Call,
    readonly route: Route,
  ) {}
}

/** What an error reports of a call. */
type CallOutcome = Pick<CallState, "call" | "attempts" | "history" | "mayHaveTakenEffect">;

/** Shared by all calls of a client. */
interface DispatcherOptions {
  readonly rateLimiter: RateLimiter;
  readonly credential: Credential;
  /** Other texts to redact. */
  readonly secrets?: readonly Redacted[] | undefined;
  /** Aborts all calls. */
  readonly signal: AbortSignal;
  /** Ends the waits between attempts. */
  readonly waitSignal: AbortSignal | undefined;
  readonly log: LogSink | undefined;
  /** See `HostOptions.redact`. */
  readonly hide: RedactionContext["hide"];
  readonly shareReadsForMs: number;
  readonly onWait: WaitSink | undefined;
}

/** How often a wait is reported. */
const shownAfterMs = 5_000;

export class Dispatcher {
  readonly #budgets = new Map<string, RetryBudget>();
  readonly #rateLimiter: RateLimiter;
  readonly #credential: Credential;
  readonly #ownSecrets: readonly Redacted[];
  readonly #signal: AbortSignal;
  readonly #waitSignal: AbortSignal | undefined;
  readonly #log: LogSink | undefined;
  readonly #hide: RedactionContext["hide"];
  readonly #onWait: WaitSink | undefined;
  /** How long lists are cached. */
  readonly shareReadsForMs: number;

  constructor({
    rateLimiter,
    credential,
    secrets = [],
    signal,
    waitSignal,
    log,
    hide,
    shareReadsForMs,
    onWait,
  }: DispatcherOptions) {
    this.#rateLimiter = rateLimiter;
    this.#credential = credential;
    this.#ownSecrets = [...secrets, credential];
    this.#signal = signal;
    this.#waitSignal = waitSignal;
    this.#log = log;
    this.#hide = hide;
    this.shareReadsForMs = shareReadsForMs;
    this.#onWait = onWait;
  }

  /** Runs a call. `send` makes one attempt and throws `AttemptFailed`. */
  async run<T>(call: Call, route: Route, send: Send<T>, options: ListOptions = {}): Promise<T> {
    const state = new CallState(call, route);
    return await inSpan(call, route, state, () => this.#run(state, send, options));
  }

  async #run<T>(state: CallState, send: Send<T>, options: ListOptions): Promise<T> {
    // Read once, because `oneDeadline` returns the time that is left at each access.
    const { signal, timeoutMs, within } = options;
    const overall = new AbortScope([this.#signal, signal], timeoutMs);
    const asked = performance.now();
    let leave: (() => void) | undefined;
    try {
      leave = await this.#withProgress(state, this.#rateLimiter.acquire(overall.signal), () => this.#queued());
      const began = performance.now();
      const byDefault = within?.endOf(began) ?? began + defaultLimitMs(state.call);
      const deadline = timeoutMs === undefined ? byDefault : asked + timeoutMs;
      return await this.#attempts(state, send, overall.signal, deadline);
    } catch (error) {
      if (error !== overall.signal.reason) throw error;
      throw this.#error(state, abortFailure(error, "unsent"));
    } finally {
      leave?.();
      overall.dispose();
    }
  }

  /** Waits for a shared answer within the limits of this caller. */
  async wait<T>(call: Call, { promise, trail }: SharedRead<T>, options: CallOptions): Promise<T> {
    const own = new AbortScope([options.signal], options.timeoutMs);
    const unfollow = trail.follow(AsyncLocalStorage.bind((wait: FalWait) => this.#publish(currentTrail(), wait)));
    try {
      return await abortable(promise, own.signal);
    } catch (error) {
      if (!own.signal.aborted || error !== own.signal.reason) throw error;
      const { attempts, history } = trail;
      throw this.#error({ call, attempts, history, mayHaveTakenEffect: false }, abortFailure(error, "unanswered"));
    } finally {
      unfollow();
      own.dispose();
    }
  }

  /** Waits between two calls of a method, within the limits of this caller. */
  async pause(call: Call, ms: number, options: CallOptions): Promise<void> {
    await this.wait(
      call,
      share(() => sleep(ms)),
      options,
    );
  }

  /** Creates the error of a failed call. */
  #error({ call, attempts, history, mayHaveTakenEffect: effect }: CallOutcome, failure: AttemptFailure): FalError {
    const outcome = { attempts, history, mayHaveTakenEffect: effect, nowMs: Date.now() };
    return errorFrom(call, failure, outcome, this.#credential, this.#redaction(call));
  }

  #redaction(call: Call): RedactionContext {
    const { secrets: values, resource, repeat } = call;
    return { credentials: this.#ownSecrets, values, resource, changes: repeat !== "read", hide: this.#hide };
  }

  async #attempts<T>(state: CallState, send: Send<T>, signal: AbortSignal, deadline: number): Promise<T> {
    const { call } = state;
    const began = performance.now();
    let end = deadline;
    let receivedAt: number | undefined;
    let failedConnects = 0;
    let repetitions = 0;
    const budget = this.#budgetOf(state.route.url);
    for (;;) {
      const testsPause = await this.#waitForRateLimit(state, signal, end);
      const sentAt = performance.now();
      if (state.trail !== undefined) state.trail.attempts += 1;
      const result = await this.#withProgress(state, this.#attempt(send, signal, end), () =>
        this.#unanswered(state, sentAt),
      );
      const now = performance.now();
      state.attempts += 1;
      state.last = result;
      const answered = result.failure === undefined || result.failure.delivery === "answered";
      if (testsPause && answered && result.failure?.code !== "rateLimited") this.#rateLimiter.resume();
      if (result.response !== undefined) {
        budget.giveBack(repetitions);
        this.#logAttempt(state, result, now - sentAt);
        return result.response.value;
      }

      const { failure } = result;
      state.mayHaveTakenEffect ||= mayHaveTakenEffect(call, failure);
      if (failure.delivery === "unsent") {
        failedConnects += 1;
      } else {
        failedConnects = 0;
        receivedAt ??= sentAt;
        // No retry after fal has forgotten the idempotency key.
        if (typeof call.repeat === "object") end = Math.min(deadline, receivedAt + call.repeat.withinMs);
      }
      const decision = decideRetry({
        repeat: call.repeat,
        failure,
        attempt: state.attempts,
        failedConnects,
        receivedMsAgo: receivedAt === undefined ? undefined : now - receivedAt,
        remainingMs: end - now,
        inBudget: !budget.exhausted,
        random: Math.random(),
      });
      const waitMs = decision.retry ? decision.afterMs : undefined;
      const attempt = { tookMs: now - sentAt, failure, waitMs };
      state.history.push({ afterMs: sentAt - began, ...attempt });
      if (state.trail !== undefined) {
        state.trail.began ??= sentAt;
        state.trail.history.push({ afterMs: sentAt - state.trail.began, ...attempt });
      }
      this.#logAttempt(state, result, now - sentAt, waitMs);
      // All calls pause, even if this one gives up, because the limit applies to the account.
      if (failure.code === "rateLimited") this.#pauseAll(state, failure, Math.max(failure.waitMs ?? 0, waitMs ?? 0));
      if (!decision.retry) {
        const why = decision.overBudget ? ` (not retried, because the last ${retryBudget} retries failed)` : "";
        throw this.#error(state, { ...failure, answer: `${failure.answer}${why}` });
      }
      if (decision.counts) {
        budget.take();
        repetitions += 1;
      }
      const attempts = `${state.attempts} ${state.attempts === 1 ? "attempt" : "attempts"}`;
      const why = () => `${answerOf(failure, this.#redaction(call))}, ${attempts}`;
      await this.#sleepOrAbort(state, decision.afterMs, signal, why);
    }
  }

  #budgetOf(url: string): RetryBudget {
    let budget = this.#budgets.get(url);
    if (budget === undefined) {
      budget = new RetryBudget();
      this.#budgets.set(url, budget);
    }
    return budget;
  }

  #logAttempt(state: CallState, result: AttemptResult<unknown>, tookMs: number, waitMs?: number): void {
    if (this.#log === undefined) return;
    const attempt = { number: state.attempts, tookMs, result, waitMs };
    try {
      this.#log(attemptLine(state.call, state.route, attempt, this.#redaction(state.call)));
    } catch {
      // A failing log (a full disk) does not fail the call.
    }
  }

  /**
   * Waits for the end of a pause after a rate limit. If the pause exceeds the deadline, the call fails, or tests whether fal
   * still limits the account: then returns true.
   */
  async #waitForRateLimit(state: CallState, signal: AbortSignal, end: number): Promise<boolean> {
    for (let waitMs = this.#rateLimiter.pauseLeftMs(); waitMs > 0; waitMs = this.#rateLimiter.pauseLeftMs()) {
      if (performance.now() + waitMs >= end) {
        if (this.#rateLimiter.mayTestPause()) return true;
        const answer = `${this.#rateLimiter.cause}, and the wait that it requested exceeds this call's deadline`;
        throw this.#error(state, { code: "rateLimited", answer, delivery: "unsent", transient: true, waitMs });
      }
      await this.#sleepOrAbort(state, waitMs, signal, () => this.#rateLimiter.cause);
    }
    return false;
  }

  /** Waits before an attempt. `why` is shown if the wait is long. */
  async #sleepOrAbort(state: CallState, ms: number, signal: AbortSignal, why: () => string): Promise<void> {
    const deadline = new AbortScope([signal, this.#waitSignal]);
    const due = performance.now() + ms;
    const waited = performance.now() - state.askedAt;
    try {
      // Consecutive short waits count as one long wait.
      const from = ms + waited > shownAfterMs ? 0 : shownAfterMs;
      await this.#withProgress(
        state,
        sleep(ms, deadline.signal),
        () => ({ why: why(), nextInMs: due - performance.now() }),
        from,
      );
    } catch (error) {
      if (!deadline.signal.aborted) throw error;
      throw this.#error(state, abortFailure(deadline.signal.reason, "unsent"));
    } finally {
      deadline.dispose();
    }
  }

  /** Waits, and reports the wait every five seconds. */
  async #withProgress<T>(
    state: CallState,
    wait: Promise<T>,
    describe: () => WaitReason,
    afterMs = shownAfterMs,
  ): Promise<T> {
    if (state.trail === undefined && this.#onWait === undefined) return await wait;
    const show = (): void => this.#reportWait(state, describe());
    let every: NodeJS.Timeout | undefined;
    const first = setTimeout(() => {
      show();
      every = setInterval(show, shownAfterMs).unref();
    }, afterMs).unref();
    try {
      return await wait;
    } finally {
      clearTimeout(first);
      clearInterval(every);
    }
  }

  #reportWait(state: CallState, { why, nextInMs }: WaitReason): void {
    const { operation, action, resource, freeText } = state.call;
    const failure = state.history.at(-1)?.failure;
    const next = nextInMs === undefined ? "" : `; next attempt in ${formatDuration(nextInMs / 1_000)}`;
    const secrets = this.#redaction(state.call);
    const target = resource === undefined || freeText ? "" : ` ${redactOwnText(resource, secrets)}`;
    this.#publish(state.trail, {
      operation,
      resource,
      message: `waiting to ${action}${target}: ${why}${next}`,
      attempts: state.attempts,
      status: failure?.status,
      grpcCode: failure?.grpcCode,
      nextInMs,
    });
  }

  #publish(trail: Trail | undefined, wait: FalWait): void {
    try {
      if (trail !== undefined) trail.publish(wait);
      else this.#onWait?.(wait);
    } catch {
      // An error of the caller's function does not fail the call.
    }
  }

  #queued(): WaitReason {
    const nextInMs = this.#rateLimiter.pauseLeftMs();
    return nextInMs > 0 ? { why: this.#rateLimiter.cause, nextInMs } : { why: "other calls are in progress" };
  }

  #unanswered(state: CallState, sentAt: number): WaitReason {
    const { call, route, history, attempts } = state;
    const silent = formatDuration((performance.now() - sentAt) / 1_000);
    const last = history.at(-1);
    const before = last === undefined ? "" : `; before that, ${answerOf(last.failure, this.#redaction(call))}`;
    return { why: `no answer from ${new URL(route.url).host} for ${silent}, attempt ${attempts + 1}${before}` };
  }

  /** Pauses all calls. The cause contains no text from fal, because other calls show it and it may contain this call's values. */
  #pauseAll({ call }: CallState, failure: AttemptFailure, ms: number): void {
    const requestId = requestIdOf(failure.requestId, this.#redaction(call));
    const request = requestId === undefined ? "" : `, request ${requestId}`;
    this.#rateLimiter.pause(ms, `fal limits this account (${failure.grpcCode ?? failure.status}${request})`);
  }

  async #attempt<T>(send: Send<T>, signal: AbortSignal, end: number): Promise<AttemptResult<T>> {
    const timeoutMs = Math.min(attemptTimeoutMs, end - performance.now());
    // Timers fire late, so an attempt without time for an answer is not sent.
    if (timeoutMs < 1) {
      return {
        failure: { code: "timeout", answer: "no time was left for an attempt", delivery: "unsent", transient: false },
      };
    }
    const deadline = new AbortScope([signal], timeoutMs);
    try {
      return { response: await send({ signal: deadline.signal, timeoutMs }) };
    } catch (error) {
      if (deadline.signal.aborted) {
        // If no connection was made, nothing was sent.
        const delivery = error instanceof AttemptFailed ? error.failure.delivery : "unanswered";
        return { failure: abortFailure(deadline.signal.reason, delivery) };
      }
      if (error instanceof AttemptFailed) return { failure: error.failure };
      throw error;
    } finally {
      deadline.dispose();
    }
  }
}

/** The failure of an attempt or a wait that a signal aborted. */
export function abortFailure(reason: unknown, delivery: AttemptFailure["delivery"]): AttemptFailure {
  if (reason instanceof DeadlineExceeded) {
    const answer = `no answer within ${Math.round(reason.limitMs)} ms`;
    return { code: "timeout", answer, delivery, transient: true };
  }
  if (reason instanceof ClientClosed)
    return { code: "aborted", answer: "the client is closed", delivery, transient: false };
  // Callers can explain the abort with their own reason.
  const words = reason instanceof Error && !(reason instanceof DOMException) ? reason.message : undefined;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return { code: "timeout", answer: words ?? "the caller's time limit is over", delivery, transient: false };
  }
  return { code: "aborted", answer: words ?? "the caller ended the call", delivery, transient: false };
}
