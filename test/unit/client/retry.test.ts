import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Failure, Repeat } from "../../../src/client/transport/failure";
import {
  decideRetry,
  maxAttempts,
  type RetryInput,
  retryDelayMs,
  serverWaitMs,
} from "../../../src/client/transport/retry";

const unavailable: Failure = { kind: "server", answer: "down", reach: "answered", transient: true };
const refused: Failure = { kind: "connection", answer: "refused", reach: "unsent", transient: true };
const broken: Failure = { kind: "connection", answer: "reset", reach: "unanswered", transient: true };
const limited: Failure = { kind: "rateLimited", answer: "slow down", reach: "answered", transient: true };
const final: Failure = { kind: "validation", answer: "no", reach: "answered", transient: false };

function decide(input: Partial<RetryInput>) {
  return decideRetry({
    repeat: "read",
    failure: unavailable,
    attempt: 1,
    elapsedMs: 0,
    remainingMs: 180_000,
    random: 0.5,
    ...input,
  });
}

describe("decideRetry", () => {
  test("repeats what failed for the moment", () => {
    for (const failure of [unavailable, refused, broken, limited]) expect(decide({ failure }).retry).toBe(true);
  });

  test("does not repeat what fal refused", () => {
    expect(decide({ failure: final })).toEqual({ retry: false, because: "the answer is final" });
  });

  test("does not repeat what the caller gave up", () => {
    const failure: Failure = { kind: "aborted", answer: "", reach: "unsent", transient: true };
    expect(decide({ failure }).retry).toBe(false);
  });

  test("repeats a call that must not be done twice only while fal cannot have received it", () => {
    expect(decide({ repeat: "unsent", failure: refused }).retry).toBe(true);
    for (const failure of [unavailable, broken, limited]) {
      expect(decide({ repeat: "unsent", failure }).retry).toBe(false);
    }
  });

  test("repeats with an idempotency key only while fal remembers it", () => {
    const repeat: Repeat = { withinMs: 600_000 };
    const remainingMs = 3_600_000;
    expect(decide({ repeat, remainingMs, failure: broken, elapsedMs: 599_000, random: 0 }).retry).toBe(true);
    expect(decide({ repeat, remainingMs, failure: broken, elapsedMs: 600_000, random: 0 }).retry).toBe(false);
    const wait: Failure = { ...limited, waitMs: 30_000 };
    expect(decide({ repeat, remainingMs, failure: wait, elapsedMs: 580_000, random: 0 }).retry).toBe(false);
  });

  test("stops after a fixed number of attempts", () => {
    expect(decide({ attempt: maxAttempts - 1, random: 0 }).retry).toBe(true);
    expect(decide({ attempt: maxAttempts, random: 0 }).retry).toBe(false);
  });

  test("fails at once when the wait that fal asks for does not fit the deadline", () => {
    const failure: Failure = { ...limited, waitMs: 60_000 };
    expect(decide({ failure, remainingMs: 60_000, random: 0 }).retry).toBe(false);
    expect(decide({ failure, remainingMs: 60_001, random: 0 })).toMatchObject({ retry: true, afterMs: 60_000 });
  });
});

const failures = fc.record({
  kind: fc.constantFrom("connection", "rateLimited", "server", "timeout", "validation", "aborted"),
  answer: fc.constant("x"),
  reach: fc.constantFrom("unsent", "unanswered", "answered"),
  transient: fc.boolean(),
  waitMs: fc.option(fc.integer({ min: 0, max: 10_000_000 }), { nil: undefined }),
}) satisfies fc.Arbitrary<Failure>;
const repeats = fc.constantFrom<Repeat>("read", "idempotent", "unsent", { withinMs: 600_000 });
const randoms = fc.double({ min: 0, max: 0.999_999, noNaN: true });
const inputs = fc.record({
  repeat: repeats,
  failure: failures,
  attempt: fc.integer({ min: 1, max: 20 }),
  elapsedMs: fc.integer({ min: 0, max: 1_000_000 }),
  remainingMs: fc.integer({ min: -1_000, max: 1_000_000 }),
  random: randoms,
});

describe("properties", () => {
  test("a repetition always fits the deadline and never shortens the wait that fal asked for", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const decision = decideRetry(input);
        if (!decision.retry) return;
        expect(decision.afterMs).toBeGreaterThanOrEqual(input.failure.waitMs ?? 0);
        expect(decision.afterMs).toBeLessThan(input.remainingMs);
      }),
    );
  });

  test("a call that must not be done twice is never repeated once it may have been received", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const risky = input.repeat === "unsent" && input.failure.reach !== "unsent";
        if (risky) expect(decideRetry(input).retry).toBe(false);
      }),
    );
  });

  test("a final answer is never questioned, whatever the call", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        if (!input.failure.transient) expect(decideRetry(input).retry).toBe(false);
      }),
    );
  });

  test("without a wait of fal's the delay lies between nothing and a ceiling that doubles up to a cap", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100 }), randoms, (attempt, random) => {
        const delay = retryDelayMs(unavailable, attempt, random);
        expect(delay).toBeGreaterThanOrEqual(0);
        expect(delay).toBeLessThanOrEqual(Math.min(10_000, 500 * 2 ** (attempt - 1)));
      }),
    );
  });

  test("the delay uses the whole range: full jitter", () => {
    expect(retryDelayMs(unavailable, 3, 0)).toBe(0);
    expect(retryDelayMs(unavailable, 3, 0.5)).toBe(1_000);
    expect(retryDelayMs(unavailable, 3, 0.999_999)).toBeGreaterThan(1_999);
  });
});

describe("serverWaitMs", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const wait = (headers: Record<string, string>, rateLimited = true) =>
    serverWaitMs((name) => headers[name], rateLimited, now);

  test.each([
    ["seconds", { "retry-after": "7" }, 7_000],
    ["a date", { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" }, 9_000],
    ["a date that has passed", { "retry-after": "Wed, 31 Dec 2025 00:00:09 GMT" }, 0],
    ["the end of the window in seconds", { "x-ratelimit-reset": "42" }, 42_000],
    ["fractions of a second", { "x-ratelimit-reset": "0.5" }, 500],
    ["the end of the window as a point in time", { "x-ratelimit-reset": String(now / 1_000 + 5) }, 5_000],
    ["the longer of the two", { "retry-after": "1", "x-ratelimit-reset": "3" }, 3_000],
    ["nothing", {}, undefined],
    ["nonsense", { "retry-after": "soon", "x-ratelimit-reset": "-1" }, undefined],
    ["a negative number", { "retry-after": "-5" }, undefined],
  ])("reads %s", (_, headers, expected) => {
    expect(wait(headers as Record<string, string>)).toBe(expected);
  });

  test("takes no notice of the rate-limit window where the answer is no rate limit", () => {
    expect(wait({ "x-ratelimit-reset": "60" }, false)).toBeUndefined();
  });
});
