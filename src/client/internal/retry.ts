// Decides whether and when to retry. Pure functions, without a clock and random numbers.
import type { AttemptFailure, Repeat } from "./failure";

/** The retry policy of a class of calls. */
interface RetryPolicy {
  /** The maximum number of attempts, including the first one. */
  readonly attempts: number;
  /** The maximum backoff. */
  readonly capMs: number;
  /** The minimum part of the backoff after jitter. */
  readonly least: number;
}

/** Reads have no effect, so they are retried longer than changes. */
const read: RetryPolicy = { attempts: 9, capMs: 15_000, least: 0 };
const change: RetryPolicy = { attempts: 6, capMs: 10_000, least: 0 };
/**
 * For a change that fal recognizes and may have received: giving up could leave an object without a record, so only time
 * limits it. The minimum backoff limits the attempts to fewer than 60 in ten minutes.
 */
const replay: RetryPolicy = { attempts: Number.POSITIVE_INFINITY, capMs: 30_000, least: 0.5 };

/** The maximum number of failed connections in a row, to report a wrong URL or a missing network soon. */
export const maxFailedConnects = 4;

export interface RetryInput {
  readonly repeat: Repeat;
  readonly failure: AttemptFailure;
  /** Attempts made so far, at least 1. */
  readonly attempt: number;
  /** How many of the latest attempts, in a row, could not connect. */
  readonly failedConnects: number;
  /** Time since the start of the first attempt that fal may have received; undefined if there is none. */
  readonly receivedMsAgo: number | undefined;
  /** Time until the call's deadline. */
  readonly remainingMs: number;
  /** Whether the address has retries left; see `RetryBudget`. */
  readonly inBudget: boolean;
  /** From 0 (included) to 1 (excluded). */
  readonly random: number;
}

type RetryDecision =
  | { readonly retry: false; readonly overBudget?: true }
  | {
      readonly retry: true;
      readonly afterMs: number;
      /** Whether the retry counts against the budget of its address. */
      readonly counts: boolean;
    };

const stop = { retry: false } as const;

export function decideRetry(input: RetryInput): RetryDecision {
  const { repeat, failure, attempt, receivedMsAgo } = input;
  if (failure.code === "aborted" || !failure.transient) return stop;
  // fal may have received it. That includes a rate limit: fal does not promise that it then created no key.
  if (repeat === "unsent" && failure.delivery !== "unsent") return stop;
  const policy = retryPolicyOf(repeat, receivedMsAgo);
  if (attempt >= policy.attempts) return stop;
  if (policy !== replay && input.failedConnects >= maxFailedConnects) return stop;
  const afterMs = retryDelayMs(policy, failure, attempt, input.random);
  // A wait that fal requested is never shortened: if it does not fit, the call fails now and reports when to try again.
  if (afterMs >= input.remainingMs) return stop;
  // fal no longer recognizes the retry.
  if (typeof repeat === "object" && receivedMsAgo !== undefined && receivedMsAgo + afterMs >= repeat.withinMs)
    return stop;
  // Giving up a replay could leave an instance that no state contains. fal expects a retry at the time that it requested.
  const counts = policy !== replay && !(failure.code === "rateLimited" && failure.waitMs !== undefined);
  if (counts && !input.inBudget) return { ...stop, overBudget: true };
  return { retry: true, afterMs, counts };
}

export function retryPolicyOf(repeat: Repeat, receivedMsAgo: number | undefined): RetryPolicy {
  if (typeof repeat === "object" && receivedMsAgo !== undefined) return replay;
  return repeat === "read" ? read : change;
}

const baseMs = 500;
// fal counts calls per minute. If it requests no wait, shorter waits would use up all attempts within that minute.
const rateLimit = { baseMs: 4_000, capMs: 30_000 };

/**
 * The wait before the next attempt: a random part of a maximum that doubles with each attempt (for a replay, at least half
 * of it). If fal requested a wait, the longer of the two counts; up to a second is added to fal's, so that many callers do
 * not retry at the same moment.
 */
export function retryDelayMs(policy: RetryPolicy, failure: AttemptFailure, attempt: number, random: number): number {
  const steps = failure.code === "rateLimited" ? rateLimit : { baseMs, capMs: policy.capMs };
  const ceiling = Math.min(steps.capMs, steps.baseMs * 2 ** (attempt - 1));
  const ours = ceiling * (policy.least + random * (1 - policy.least));
  return failure.waitMs === undefined ? ours : Math.max(ours, failure.waitMs + random * 1_000);
}

/** Reads one header of an answer. */
type HeaderReader = (name: string) => string | undefined;

/** fal's limits last for minutes. A wait longer than this is the result of a wrong clock or unit, and is ignored. */
const longestWaitMs = 24 * 3_600_000;

/**
 * The wait that an answer requests: `Retry-After` (seconds or a date), gRPC's `grpc-retry-pushback-ms` or, for a rate
 * limit, `x-ratelimit-reset` (seconds until the window ends; fal documents it for REST headers and gRPC trailers; a
 * point in time is accepted too). The longest one counts. Undefined if there is none, apart from waits that are over or
 * longer than a day. Points in time are compared with the answer's `Date`, so a wrong clock on this machine does not
 * matter.
 */
export function serverWaitMs(header: HeaderReader, rateLimited: boolean, nowMs: number): number | undefined {
  const now = parseDate(header("date")) ?? nowMs;
  const waits = [
    ...parts(header("retry-after")).map((value) => parseRetryAfter(value, now)),
    ...parts(header("grpc-retry-pushback-ms")).map(parseNumber),
    ...(rateLimited ? parts(header("x-ratelimit-reset")).map((value) => parseReset(value, now)) : []),
  ].filter((wait) => wait !== undefined && wait > 0 && wait <= longestWaitMs) as number[];
  return waits.length === 0 ? undefined : Math.max(...waits);
}

/** Splits a header that was sent more than once. The comma in a date separates no values. */
function parts(value: string | undefined): string[] {
  return value?.split(/,(?=\s*(?:\d|[a-z]{3},))/i).map((part) => part.trim()) ?? [];
}

function parseRetryAfter(value: string, nowMs: number): number | undefined {
  const seconds = parseNumber(value);
  if (seconds !== undefined) return seconds * 1_000;
  const date = parseDate(value);
  return date === undefined ? undefined : date - nowMs;
}

function parseReset(value: string, nowMs: number): number | undefined {
  const number = parseNumber(value);
  // Other services send a point in time, in seconds or milliseconds. No rate limit lasts thirty years.
  if (number !== undefined && number > 1e11) return number - nowMs;
  if (number !== undefined && number > 1e9) return number * 1_000 - nowMs;
  return parseRetryAfter(value, nowMs);
}

/** Without the check, `Date.parse` would read a plain number as a year. */
function parseDate(value: string | undefined): number | undefined {
  if (value === undefined || !/[a-z]/i.test(value)) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : date;
}

function parseNumber(value: string): number | undefined {
  return /^\d{1,15}(\.\d+)?$/.test(value) ? Number(value) : undefined;
}
