// Runs calls: waits for a turn, attempts, decides about repetition, and makes the error of a call that failed for good.

import { AsyncLocalStorage } from "node:async_hooks";
import { formatDuration } from "../../duration";
import { sleep } from "../../sleep";
import type { Credential } from "../config/credentials";
import type { FalError } from "../errors";
import type { Redacted } from "../redacted";
import { abortable, ClientClosed, Deadline, DeadlineExceeded } from "./abort";
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
import { currentTrail, type FalWait, type SharedRead, type Trail, type WaitSink } from "./shared-read";
import { inSpan } from "./trace";

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

/** What each of the calls that read a list gets. */
export interface ListOptions extends CallOptions {
  readonly within?: ListDeadline | undefined;
}

/** One deadline for all calls that read a list, counted from the turn of the first one. */
export class ListDeadline {
  readonly limitMs: number;
  #end = Number.POSITIVE_INFINITY;

  constructor(limitMs = defaultTimeoutMs) {
    this.limitMs = limitMs;
  }

  get isOver(): boolean {
    // An attempt that has less than this is not sent.
    return performance.now() > this.#end - 1;
  }

  endOf(began: number): number {
    this.#end = Math.min(this.#end, began + this.limitMs);
    return this.#end;
  }
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

/** Makes one attempt; throws `AttemptFailed`. */
type Send<T> = (limits: AttemptLimits) => Promise<AttemptResponse<T>>;

/** What people read while a call waits. */
interface WaitReason {
  readonly why: string;
  readonly nextInMs?: number | undefined;
}

/** How a call went so far. */
class CallState {
  attempts = 0;
  /** Whether fal may have carried out the change although no answer says so. */
  mayHaveTakenEffect = false;
  last: AttemptResult<unknown> | undefined;
  readonly history: FailedAttempt[] = [];
  readonly askedAt = performance.now();
  /** Where several callers wait for the answer. */
  readonly trail = currentTrail();

  constructor(
    readonly call: Call,
    readonly route: Route,
  ) {}
}

/** What all calls of a client share. */
interface DispatcherOptions {
  readonly rateLimiter: RateLimiter;
  readonly credential: Credential;
  /** What else no message may show. */
  readonly secrets?: readonly Redacted[] | undefined;
  /** Ends all calls. */
  readonly signal: AbortSignal;
  /** Ends the waits between attempts. */
  readonly waitSignal: AbortSignal | undefined;
  readonly log: LogSink | undefined;
  /** See `HostOptions.redact`. */
  readonly hide: RedactionContext["hide"];
  readonly shareReadsForMs: number;
  readonly onWait: WaitSink | undefined;
}

/** A wait is shown after this long, and again every time. */
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
  /** For the areas: how long an answer is shared with later callers. */
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

  /** Runs a call to its end. `send` makes one attempt and throws `AttemptFailed`. */
  async run<T>(call: Call, route: Route, send: Send<T>, options: ListOptions = {}): Promise<T> {
    const state = new CallState(call, route);
    return await inSpan(call, route, state, () => this.#run(state, send, options));
  }

  async #run<T>(state: CallState, send: Send<T>, options: ListOptions): Promise<T> {
    const overall = new Deadline([this.#signal, options.signal], options.timeoutMs);
    const asked = performance.now();
    let leave: (() => void) | undefined;
    try {
      leave = await this.#withProgress(state, this.#rateLimiter.acquire(overall.signal), () => this.#queued());
      const began = performance.now();
      const { timeoutMs, within } = options;
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

  /** Waits for an answer that is shared with other callers, within this caller's own limits. */
  async wait<T>(call: Call, { promise, trail }: SharedRead<T>, options: CallOptions): Promise<T> {
    const own = new Deadline([options.signal], options.timeoutMs);
    const unfollow = trail.follow(AsyncLocalStorage.bind((wait: FalWait) => this.#publish(currentTrail(), wait)));
    try {
      return await abortable(promise, own.signal);
    } catch (error) {
      if (!own.signal.aborted || error !== own.signal.reason) throw error;
      const { attempts, history } = trail;
      const outcome = { attempts, history, mayHaveTakenEffect: false, nowMs: Date.now() };
      throw errorFrom(call, abortFailure(error, "unanswered"), outcome, this.#credential, this.#redaction(call));
    } finally {
      unfollow();
      own.dispose();
    }
  }

  /** The error for a call that ended in this failure. */
  #error({ call, attempts, history, mayHaveTakenEffect: effect }: CallState, failure: AttemptFailure): FalError {
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
        // Past the time in which fal recognises a repetition, not even a pause may lead to one.
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
      // Everybody holds still, also when this call itself gives up: the limit is the account's.
      if (failure.code === "rateLimited") this.#pause(state, failure, Math.max(failure.waitMs ?? 0, waitMs ?? 0));
      if (!decision.retry) {
        const why = decision.overBudget ? ` (not retried, because the last ${retryBudget} retries failed)` : "";
        throw this.#error(state, { ...failure, answer: `${failure.answer}${why}` });
      }
      if (decision.counts) {
        budget.take();
        repetitions += 1;
      }
      const answer = answerOf(failure, this.#redaction(call));
      const attempts = `${state.attempts} ${state.attempts === 1 ? "attempt" : "attempts"}`;
      await this.#sleepOrAbort(state, decision.afterMs, signal, `${answer}, ${attempts}`);
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
      // A log that cannot be written (a full disk) is no reason to fail a call.
    }
  }

  /**
   * Waits for the end of a pause that another call's rate limit caused. Where that is beyond the deadline, the call fails
   * at once, or is the one that finds out whether fal still wants the pause: then the answer is true.
   */
  async #waitForRateLimit(state: CallState, signal: AbortSignal, end: number): Promise<boolean> {
    for (let waitMs = this.#rateLimiter.pauseLeftMs(); waitMs > 0; waitMs = this.#rateLimiter.pauseLeftMs()) {
      if (performance.now() + waitMs >= end) {
        if (this.#rateLimiter.mayTestPause()) return true;
        const answer = `${this.#rateLimiter.cause}, and the wait that it requested exceeds this call's deadline`;
        throw this.#error(state, { code: "rateLimited", answer, delivery: "unsent", transient: true, waitMs });
      }
      await this.#sleepOrAbort(state, waitMs, signal, this.#rateLimiter.cause);
    }
    return false;
  }

  /** Waits before an attempt; `why` is what people read meanwhile. */
  async #sleepOrAbort(state: CallState, ms: number, signal: AbortSignal, why: string): Promise<void> {
    const deadline = new Deadline([signal, this.#waitSignal]);
    const due = performance.now() + ms;
    const waited = performance.now() - state.askedAt;
    try {
      // Short waits that follow each other are a long one.
      const from = ms + waited > shownAfterMs ? 0 : shownAfterMs;
      await this.#withProgress(
        state,
        sleep(ms, deadline.signal),
        () => ({ why, nextInMs: due - performance.now() }),
        from,
      );
    } catch (error) {
      if (!deadline.signal.aborted) throw error;
      throw this.#error(state, abortFailure(deadline.signal.reason, "unsent"));
    } finally {
      deadline.dispose();
    }
  }

  /** Waits; what takes longer than five seconds is shown, and goes on being shown. */
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
      // What cannot be shown is no reason to fail a call.
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

  /** All calls hold still. Others read of it too: they get no words of this call's answer, which may be about its values. */
  #pause({ call }: CallState, failure: AttemptFailure, ms: number): void {
    const requestId = requestIdOf(failure.requestId, this.#redaction(call));
    const request = requestId === undefined ? "" : `, request ${requestId}`;
    this.#rateLimiter.pause(ms, `fal limits this account (${failure.grpcCode ?? failure.status}${request})`);
  }

  async #attempt<T>(send: Send<T>, signal: AbortSignal, end: number): Promise<AttemptResult<T>> {
    const timeoutMs = Math.min(attemptTimeoutMs, end - performance.now());
    // Timers are late by a little; what would have no time for an answer is not sent.
    if (timeoutMs < 1) {
      return {
        failure: { code: "timeout", answer: "no time was left for an attempt", delivery: "unsent", transient: false },
      };
    }
    const deadline = new Deadline([signal], timeoutMs);
    try {
      return { response: await send({ signal: deadline.signal, timeoutMs }) };
    } catch (error) {
      if (deadline.signal.aborted) {
        // Where a connection was never made, an aborted attempt is as harmless as a refused one.
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

/** The failure of an attempt, or of a wait, that a signal ended. */
export function abortFailure(reason: unknown, delivery: AttemptFailure["delivery"]): AttemptFailure {
  if (reason instanceof DeadlineExceeded) {
    const answer = `no answer within ${Math.round(reason.limitMs)} ms`;
    return { code: "timeout", answer, delivery, transient: true };
  }
  if (reason instanceof ClientClosed)
    return { code: "aborted", answer: "the client is closed", delivery, transient: false };
  // A caller that has words for it gives its signal a reason of its own.
  const words = reason instanceof Error && !(reason instanceof DOMException) ? reason.message : undefined;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return { code: "timeout", answer: words ?? "the caller's time limit is over", delivery, transient: false };
  }
  return { code: "aborted", answer: words ?? "the caller ended the call", delivery, transient: false };
}
