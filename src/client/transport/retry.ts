// Whether and when a failed attempt is repeated. Pure functions: no clock, no randomness of their own.
import type { Failure, Repeat } from "./failure";

/** How patiently one class of calls is repeated. */
interface Patience {
  /** Attempts, the first included. */
  readonly attempts: number;
  /** Longest wait of ours between two attempts. */
  readonly capMs: number;
  /** Least part of a wait that chance leaves of it. */
  readonly least: number;
}

/** Reads harm nobody: they are tried longer than changes. */
const read: Patience = { attempts: 9, capMs: 15_000, least: 0 };
const change: Patience = { attempts: 6, capMs: 10_000, least: 0 };
/**
 * A change that fal recognises and may have received already: giving it up leaves something that nobody knows of, so
 * time is the limit. Waits never shrink to nothing, which bounds the number of attempts too: under 60 in ten minutes.
 */
const replay: Patience = { attempts: Number.POSITIVE_INFINITY, capMs: 30_000, least: 0.5 };

/** Attempts in a row that could not even connect: a wrong address or no network should be heard of soon. */
export const maxUnreached = 4;

export interface RetryInput {
  readonly repeat: Repeat;
  readonly failure: Failure;
  /** Attempts made so far, at least 1. */
  readonly attempt: number;
  /** How many of them, the last one included and in a row, could not connect. */
  readonly unreached: number;
  /** Time since the first attempt began that fal may have received; undefined while there is none. */
  readonly receivedMsAgo: number | undefined;
  /** Time that is left of the call's deadline. */
  readonly remainingMs: number;
  /** From 0 (included) to 1 (excluded). */
  readonly random: number;
}

export type RetryDecision =
  | { readonly retry: false; readonly because: string }
  | { readonly retry: true; readonly afterMs: number; readonly because: string };

export function decideRetry(input: RetryInput): RetryDecision {
  const { repeat, failure, attempt, receivedMsAgo } = input;
  if (failure.kind === "aborted") return no("the caller gave up");
  if (!failure.transient) return no("the answer is final");
  // A rate limit is a refusal too, but fal does not promise that a refused key creation had no effect.
  if (repeat === "unsent" && failure.reach !== "unsent")
    return no("fal may have received it, and a repetition could do it twice");
  const patience = patienceOf(repeat, receivedMsAgo);
  if (attempt >= patience.attempts) return no(`${attempt} attempts were made`);
  if (patience !== replay && input.unreached >= maxUnreached) return no(`${input.unreached} attempts found nobody`);
  const afterMs = retryDelayMs(patience, failure, attempt, input.random);
  // A wait that fal asked for is never shortened: what does not fit fails now, and says until when.
  if (afterMs >= input.remainingMs) return no("the wait does not fit the deadline");
  if (typeof repeat === "object" && receivedMsAgo !== undefined && receivedMsAgo + afterMs >= repeat.withinMs) {
    return no("fal may no longer recognise the repetition");
  }
  return { retry: true, afterMs, because: failure.waitMs === undefined ? "backoff" : "fal asked for this wait" };
}

function no(because: string): RetryDecision {
  return { retry: false, because };
}

export function patienceOf(repeat: Repeat, receivedMsAgo: number | undefined): Patience {
  if (typeof repeat === "object" && receivedMsAgo !== undefined) return replay;
  return repeat === "read" ? read : change;
}

const baseMs = 500;
// fal counts in windows of a minute: without a stated wait, small steps would use up the attempts inside one window.
const rateLimit = { baseMs: 4_000, capMs: 30_000 };

/**
 * Wait before the next attempt: full jitter over a doubling ceiling (a replay keeps half of it); or what fal asked for,
 * plus up to a second, so that many callers do not come back in the same instant.
 */
export function retryDelayMs(patience: Patience, failure: Failure, attempt: number, random: number): number {
  if (failure.waitMs !== undefined) return failure.waitMs + random * 1_000;
  const steps = failure.kind === "rateLimited" ? rateLimit : { baseMs, capMs: patience.capMs };
  const ceiling = Math.min(steps.capMs, steps.baseMs * 2 ** (attempt - 1));
  return ceiling * (patience.least + random * (1 - patience.least));
}

/** Reads one header of an answer. */
export type HeaderReader = (name: string) => string | undefined;

/**
 * The wait that an answer asks for: `Retry-After` (seconds or a date) or, for a rate limit, `x-ratelimit-reset`
 * (seconds until the window ends; fal documents it for REST headers and gRPC trailers). The longer one counts.
 */
export function serverWaitMs(header: HeaderReader, rateLimited: boolean, nowMs: number): number | undefined {
  const waits = [
    parseRetryAfter(header("retry-after"), nowMs),
    rateLimited ? parseReset(header("x-ratelimit-reset"), nowMs) : undefined,
  ].filter((wait) => wait !== undefined);
  return waits.length === 0 ? undefined : Math.max(...waits);
}

function parseRetryAfter(value: string | undefined, nowMs: number): number | undefined {
  const seconds = parseSeconds(value);
  if (seconds !== undefined) return seconds * 1_000;
  // `Date.parse` takes a lone number for a year, also a negative one.
  if (value === undefined || !/[a-z]/i.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function parseReset(value: string | undefined, nowMs: number): number | undefined {
  const seconds = parseSeconds(value);
  if (seconds === undefined) return undefined;
  // Other services put a point in time here; no rate limit lasts thirty years.
  return seconds > 1e9 ? Math.max(0, seconds * 1_000 - nowMs) : seconds * 1_000;
}

function parseSeconds(value: string | undefined): number | undefined {
  const text = value?.trim();
  return text !== undefined && /^\d{1,12}(\.\d+)?$/.test(text) ? Number(text) : undefined;
}
