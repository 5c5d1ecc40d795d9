// Runs calls: waits for a turn, attempts, decides about repetition, and makes the error of a call that failed for good.

import { AsyncLocalStorage } from "node:async_hooks";
import { formatDuration } from "../../duration";
import { sleep } from "../../sleep";
import type { Credential } from "../config/credentials";
import type { FalError } from "../errors";
import type { Masked } from "../redacted";
import { ClientClosed, Limit, TimeLimitReached, until } from "./abort";
import {
  AttemptFailed,
  answerOf,
  type Call,
  errorFrom,
  type FailedAttempt,
  type Failure,
  mayHaveTakenEffect,
} from "./failure";
import { attemptLine, type LogSink } from "./log";
import { type Pacer, RetryBudget, retryBudget } from "./rate-limit";
import { ownWords, requestIdOf, type Secrecy } from "./redact";
import type { Answer, Result, Route } from "./result";
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
type Send<T> = (limits: AttemptLimits) => Promise<Answer<T>>;

/** What people read while a call waits. */
interface Waiting {
  readonly why: string;
  readonly nextInMs?: number | undefined;
}

/** How a call went so far. */
class Course {
  attempts = 0;
  /** Whether fal may have carried out the change although no answer says so. */
  effect = false;
  last: Result<unknown> | undefined;
  readonly history: FailedAttempt[] = [];
  readonly asked = performance.now();
  /** Where several callers wait for the answer. */
  readonly trail = currentTrail();

  constructor(
    readonly call: Call,
    readonly route: Route,
  ) {}
}

/** What all calls of a client share. */
interface Settings {
  readonly pacer: Pacer;
  readonly credential: Credential;
  /** What else no message may show. */
  readonly secrets?: readonly Masked[] | undefined;
  /** Ends all calls. */
  readonly signal: AbortSignal;
  /** Ends the waits between attempts. */
  readonly waitSignal: AbortSignal | undefined;
  readonly log: LogSink | undefined;
  /** See `FalClientOptions.hide`. */
  readonly hide: Secrecy["hide"];
  readonly shareReadsForMs: number;
  readonly onWait: WaitSink | undefined;
}

/** A wait is shown after this long, and again every time. */
const shownAfterMs = 5_000;

export class Dispatcher {
  readonly #budgets = new Map<string, RetryBudget>();
  readonly #pacer: Pacer;
  readonly #credential: Credential;
  readonly #ownSecrets: readonly Masked[];
  readonly #signal: AbortSignal;
  readonly #waitSignal: AbortSignal | undefined;
  readonly #log: LogSink | undefined;
  readonly #hide: Secrecy["hide"];
  readonly #onWait: WaitSink | undefined;
  /** For the areas: how long an answer is shared with later callers. */
  readonly shareReadsForMs: number;

  constructor({ pacer, credential, secrets = [], signal, waitSignal, log, hide, shareReadsForMs, onWait }: Settings) {
    this.#pacer = pacer;
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
    const course = new Course(call, route);
    return await inSpan(call, route, course, () => this.#run(course, send, options));
  }

  async #run<T>(course: Course, send: Send<T>, options: ListOptions): Promise<T> {
    const overall = new Limit([this.#signal, options.signal], options.timeoutMs);
    const asked = performance.now();
    let leave: (() => void) | undefined;
    try {
      leave = await this.#shown(course, this.#pacer.enter(overall.signal), () => this.#queued());
      const began = performance.now();
      const { timeoutMs, within } = options;
      const byDefault = within?.endOf(began) ?? began + defaultLimitMs(course.call);
      const deadline = timeoutMs === undefined ? byDefault : asked + timeoutMs;
      return await this.#attempts(course, send, overall.signal, deadline);
    } catch (error) {
      if (error !== overall.signal.reason) throw error;
      throw this.#error(course, gaveUp(error, "unsent"));
    } finally {
      leave?.();
      overall.dispose();
    }
  }

  /** Waits for an answer that is shared with other callers, within this caller's own limits. */
  async wait<T>(call: Call, { promise, trail }: SharedRead<T>, options: CallOptions): Promise<T> {
    const own = new Limit([options.signal], options.timeoutMs);
    const unfollow = trail.follow(AsyncLocalStorage.bind((wait: FalWait) => this.#publish(currentTrail(), wait)));
    try {
      return await until(promise, own.signal);
    } catch (error) {
      if (!own.signal.aborted || error !== own.signal.reason) throw error;
      const { attempts, history } = trail;
      const outcome = { attempts, history, mayHaveTakenEffect: false, nowMs: Date.now() };
      throw errorFrom(call, gaveUp(error, "unanswered"), outcome, this.#credential, this.#secrets(call));
    } finally {
      unfollow();
      own.dispose();
    }
  }

  /** The error for a call that ended in this failure. */
  #error({ call, attempts, history, effect }: Course, failure: Failure): FalError {
    const outcome = { attempts, history, mayHaveTakenEffect: effect, nowMs: Date.now() };
    return errorFrom(call, failure, outcome, this.#credential, this.#secrets(call));
  }

  #secrets(call: Call): Secrecy {
    const { secrets: values, resource, repeat } = call;
    return { credentials: this.#ownSecrets, values, resource, changes: repeat !== "read", hide: this.#hide };
  }

  async #attempts<T>(course: Course, send: Send<T>, signal: AbortSignal, deadline: number): Promise<T> {
    const { call } = course;
    const began = performance.now();
    let end = deadline;
    let receivedAt: number | undefined;
    let unreached = 0;
    let repetitions = 0;
    const budget = this.#budgetOf(course.route.url);
    for (;;) {
      const testsPause = await this.#holdStill(course, signal, end);
      const sentAt = performance.now();
      if (course.trail !== undefined) course.trail.attempts += 1;
      const result = await this.#shown(course, this.#attempt(send, signal, end), () =>
        this.#unanswered(course, sentAt),
      );
      const now = performance.now();
      course.attempts += 1;
      course.last = result;
      const answered = result.failure === undefined || result.failure.reach === "answered";
      if (testsPause && answered && result.failure?.kind !== "rateLimited") this.#pacer.resume();
      if (result.answer !== undefined) {
        budget.giveBack(repetitions);
        this.#note(course, result, now - sentAt);
        return result.answer.value;
      }

      const { failure } = result;
      course.effect ||= mayHaveTakenEffect(call, failure);
      if (failure.reach === "unsent") {
        unreached += 1;
      } else {
        unreached = 0;
        receivedAt ??= sentAt;
        // Past the time in which fal recognises a repetition, not even a pause may lead to one.
        if (typeof call.repeat === "object") end = Math.min(deadline, receivedAt + call.repeat.withinMs);
      }
      const decision = decideRetry({
        repeat: call.repeat,
        failure,
        attempt: course.attempts,
        unreached,
        receivedMsAgo: receivedAt === undefined ? undefined : now - receivedAt,
        remainingMs: end - now,
        inBudget: !budget.exhausted,
        random: Math.random(),
      });
      const waitMs = decision.retry ? decision.afterMs : undefined;
      const attempt = { tookMs: now - sentAt, failure, waitMs };
      course.history.push({ afterMs: sentAt - began, ...attempt });
      if (course.trail !== undefined) {
        course.trail.began ??= sentAt;
        course.trail.history.push({ afterMs: sentAt - course.trail.began, ...attempt });
      }
      this.#note(course, result, now - sentAt, waitMs);
      // Everybody holds still, also when this call itself gives up: the limit is the account's.
      if (failure.kind === "rateLimited") this.#pause(course, failure, Math.max(failure.waitMs ?? 0, waitMs ?? 0));
      if (!decision.retry) {
        const why = decision.overBudget ? ` (not repeated: the last ${retryBudget} repetitions had no success)` : "";
        throw this.#error(course, { ...failure, answer: `${failure.answer}${why}` });
      }
      if (decision.counts) {
        budget.take();
        repetitions += 1;
      }
      const answer = answerOf(failure, this.#secrets(call));
      const attempts = `${course.attempts} ${course.attempts === 1 ? "attempt" : "attempts"}`;
      await this.#patiently(course, decision.afterMs, signal, `${answer}, ${attempts}`);
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

  #note(course: Course, result: Result<unknown>, tookMs: number, waitMs?: number): void {
    if (this.#log === undefined) return;
    const attempt = { number: course.attempts, tookMs, result, waitMs };
    try {
      this.#log(attemptLine(course.call, course.route, attempt, this.#secrets(course.call)));
    } catch {
      // A log that cannot be written (a full disk) is no reason to fail a call.
    }
  }

  /**
   * Waits for the end of a pause that another call's rate limit caused. Where that is beyond the deadline, the call fails
   * at once, or is the one that finds out whether fal still wants the pause: then the answer is true.
   */
  async #holdStill(course: Course, signal: AbortSignal, end: number): Promise<boolean> {
    for (let waitMs = this.#pacer.pauseLeftMs(); waitMs > 0; waitMs = this.#pacer.pauseLeftMs()) {
      if (performance.now() + waitMs >= end) {
        if (this.#pacer.mayTestPause()) return true;
        const answer = `${this.#pacer.cause}, and the wait it asked for is beyond this call's deadline`;
        throw this.#error(course, { kind: "rateLimited", answer, reach: "unsent", transient: true, waitMs });
      }
      await this.#patiently(course, waitMs, signal, this.#pacer.cause);
    }
    return false;
  }

  /** Waits before an attempt; `why` is what people read meanwhile. */
  async #patiently(course: Course, ms: number, signal: AbortSignal, why: string): Promise<void> {
    const limit = new Limit([signal, this.#waitSignal]);
    const due = performance.now() + ms;
    const waited = performance.now() - course.asked;
    try {
      // Short waits that follow each other are a long one.
      const from = ms + waited > shownAfterMs ? 0 : shownAfterMs;
      await this.#shown(course, sleep(ms, limit.signal), () => ({ why, nextInMs: due - performance.now() }), from);
    } catch (error) {
      if (!limit.signal.aborted) throw error;
      throw this.#error(course, gaveUp(limit.signal.reason, "unsent"));
    } finally {
      limit.dispose();
    }
  }

  /** Waits; what takes longer than five seconds is shown, and goes on being shown. */
  async #shown<T>(course: Course, wait: Promise<T>, describe: () => Waiting, afterMs = shownAfterMs): Promise<T> {
    if (course.trail === undefined && this.#onWait === undefined) return await wait;
    const show = (): void => this.#show(course, describe());
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

  #show(course: Course, { why, nextInMs }: Waiting): void {
    const { operation, action, resource, freeText } = course.call;
    const failure = course.history.at(-1)?.failure;
    const next = nextInMs === undefined ? "" : `; next attempt in ${formatDuration(nextInMs / 1_000)}`;
    const secrets = this.#secrets(course.call);
    const target = resource === undefined || freeText ? "" : ` ${ownWords(resource, secrets)}`;
    this.#publish(course.trail, {
      operation,
      resource,
      message: `waiting to ${action}${target}: ${why}${next}`,
      attempts: course.attempts,
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

  #queued(): Waiting {
    const nextInMs = this.#pacer.pauseLeftMs();
    return nextInMs > 0 ? { why: this.#pacer.cause, nextInMs } : { why: "other calls are under way" };
  }

  #unanswered(course: Course, sentAt: number): Waiting {
    const { call, route, history, attempts } = course;
    const silent = formatDuration((performance.now() - sentAt) / 1_000);
    const last = history.at(-1);
    const before = last === undefined ? "" : `; before that, ${answerOf(last.failure, this.#secrets(call))}`;
    return { why: `no answer from ${new URL(route.url).host} for ${silent}, attempt ${attempts + 1}${before}` };
  }

  /** All calls hold still. Others read of it too: they get no words of this call's answer, which may be about its values. */
  #pause({ call }: Course, failure: Failure, ms: number): void {
    const requestId = requestIdOf(failure.requestId, this.#secrets(call));
    const request = requestId === undefined ? "" : `, request ${requestId}`;
    this.#pacer.pause(ms, `fal limits this account (${failure.grpcCode ?? failure.status}${request})`);
  }

  async #attempt<T>(send: Send<T>, signal: AbortSignal, end: number): Promise<Result<T>> {
    const timeoutMs = Math.min(attemptTimeoutMs, end - performance.now());
    // Timers are late by a little; what would have no time for an answer is not sent.
    if (timeoutMs < 1) {
      return {
        failure: { kind: "timeout", answer: "no time was left for an attempt", reach: "unsent", transient: false },
      };
    }
    const limit = new Limit([signal], timeoutMs);
    try {
      return { answer: await send({ signal: limit.signal, timeoutMs }) };
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
export function gaveUp(reason: unknown, reach: Failure["reach"]): Failure {
  if (reason instanceof TimeLimitReached) {
    const answer = `no answer within ${Math.round(reason.limitMs)} ms`;
    return { kind: "timeout", answer, reach, transient: true };
  }
  if (reason instanceof ClientClosed)
    return { kind: "aborted", answer: "the client is closed", reach, transient: false };
  // A caller that has words for it gives its signal a reason of its own.
  const words = reason instanceof Error && !(reason instanceof DOMException) ? reason.message : undefined;
  if (reason instanceof Error && reason.name === "TimeoutError") {
    return { kind: "timeout", answer: words ?? "the caller's time limit is over", reach, transient: false };
  }
  return { kind: "aborted", answer: words ?? "the caller ended the call", reach, transient: false };
}
