import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { AttemptFailure, Repeat } from "../../../src/client/internal/failure";
import {
  decideRetry,
  maxFailedConnects,
  type RetryInput,
  retryDelayMs,
  retryPolicyOf,
  serverWaitMs,
} from "../../../src/client/internal/retry";

const unavailable: AttemptFailure = { code: "server", answer: "down", delivery: "answered", transient: true };
const refused: AttemptFailure = { code: "connection", answer: "refused", delivery: "unsent", transient: true };
const broken: AttemptFailure = { code: "connection", answer: "reset", delivery: "unanswered", transient: true };
const limited: AttemptFailure = { code: "rateLimited", answer: "slow down", delivery: "answered", transient: true };
const keyed: Repeat = { withinMs: 600_000 };
const final: AttemptFailure = { code: "validation", answer: "no", delivery: "answered", transient: false };

function decide(input: Partial<RetryInput>) {
  return decideRetry({
    repeat: "read",
    failure: unavailable,
    attempt: 1,
    failedConnects: 0,
    receivedMsAgo: undefined,
    remainingMs: 180_000,
    inBudget: true,
    random: 0.5,
    ...input,
  });
}

describe("decisions about retries", () => {
  test("decideRetry retries temporary failures", () => {
    for (const failure of [unavailable, refused, broken, limited]) expect(decide({ failure }).retry).toBe(true);
  });

  test("decideRetry does not retry a call that fal rejected", () => {
    expect(decide({ failure: final })).toEqual({ retry: false });
  });

  test("decideRetry does not retry a call that the caller aborted", () => {
    const failure: AttemptFailure = { code: "aborted", answer: "", delivery: "unsent", transient: true };
    expect(decide({ failure }).retry).toBe(false);
  });

  test("decideRetry retries a call without an idempotency key only if fal cannot have received it", () => {
    expect(decide({ repeat: "unsent", failure: refused }).retry).toBe(true);
    for (const failure of [unavailable, broken, limited]) {
      expect(decide({ repeat: "unsent", failure }).retry).toBe(false);
    }
  });

  test("decideRetry retries a call with an idempotency key while fal remembers the key", () => {
    const remainingMs = 3_600_000;
    const replay = { repeat: keyed, remainingMs, failure: broken, random: 0 };
    expect(decide({ ...replay, attempt: 1, receivedMsAgo: 599_000 }).retry).toBe(true);
    expect(decide({ ...replay, attempt: 100, receivedMsAgo: 584_999 }).retry).toBe(true);
    expect(decide({ ...replay, attempt: 100, receivedMsAgo: 585_000 }).retry).toBe(false);
    for (const failure of [unavailable, limited]) {
      expect(decide({ ...replay, failure, attempt: 40, receivedMsAgo: 300_000 }).retry).toBe(true);
    }
    const wait: AttemptFailure = { ...limited, waitMs: 30_000 };
    expect(decide({ ...replay, failure: wait, receivedMsAgo: 569_999 }).retry).toBe(true);
    expect(decide({ ...replay, failure: wait, receivedMsAgo: 580_000 }).retry).toBe(false);
  });

  test("decideRetry continues after a refused connection if fal may have received the call before", () => {
    const gone = { failure: refused, attempt: 20, failedConnects: 19 };
    expect(decide({ ...gone, repeat: keyed, receivedMsAgo: 60_000 }).retry).toBe(true);
    expect(decide({ ...gone, repeat: keyed, receivedMsAgo: undefined }).retry).toBe(false);
  });

  test("decideRetry stops after a fixed number of attempts, which is higher for reads than for changes", () => {
    const attempts = (repeat: Repeat) => attemptsOf(repeat, unavailable, 3_600_000, 0).count;
    expect([attempts("read"), attempts("idempotent")]).toEqual([9, 6]);
  });

  test("decideRetry stops after a few refused connections", () => {
    for (const repeat of ["read", "idempotent", "unsent", keyed] as const) {
      expect(attemptsOf(repeat, refused, 3_600_000, 0).count).toBe(maxFailedConnects);
    }
  });

  test("decideRetry stops if the wait that fal states exceeds the deadline", () => {
    const failure: AttemptFailure = { ...limited, waitMs: 60_000 };
    expect(decide({ failure, remainingMs: 60_000, random: 0 }).retry).toBe(false);
    expect(decide({ failure, remainingMs: 60_001, random: 0 })).toMatchObject({ retry: true, afterMs: 60_000 });
  });

  test("decideRetry without a budget retries only calls with a received key and rate limits with a time", () => {
    const broke = { inBudget: false };
    for (const repeat of ["read", "idempotent", "unsent", keyed] as const) {
      expect(decide({ ...broke, repeat, failure: refused })).toMatchObject({ retry: false, overBudget: true });
    }
    expect(decide({ ...broke, failure: limited }).retry).toBe(false);
    expect(decide({ ...broke, failure: { ...unavailable, waitMs: 1_000 } }).retry).toBe(false);
    const timed = decide({ ...broke, failure: { ...limited, waitMs: 1_000 } });
    expect(timed).toMatchObject({ retry: true, counts: false });
    const replay = decide({ ...broke, repeat: keyed, failure: broken, attempt: 30, receivedMsAgo: 60_000 });
    expect(replay).toMatchObject({ retry: true, counts: false });
    expect(decide({})).toMatchObject({ retry: true, counts: true });
  });

  test("decideRetry never waits less than its own backoff", () => {
    for (const waitMs of [1, 500, 3_999]) {
      const failure: AttemptFailure = { ...limited, waitMs };
      expect(decide({ failure, random: 0.999 })).toMatchObject({ afterMs: Math.max(3_996, waitMs + 999) });
      expect(decide({ failure, attempt: 4, random: 0.5 })).toMatchObject({ afterMs: 15_000 });
    }
  });
});

/** Runs a call that fails in the same way each time, by a clock of its own. */
function attemptsOf(repeat: Repeat, failure: AttemptFailure, deadlineMs: number, random: number, tookMs = 0) {
  let elapsed = 0;
  for (let attempt = 1; ; attempt++) {
    elapsed += tookMs;
    const decision = decideRetry({
      repeat,
      failure,
      attempt,
      failedConnects: failure.delivery === "unsent" ? attempt : 0,
      receivedMsAgo: failure.delivery === "unsent" ? undefined : elapsed,
      remainingMs: deadlineMs - elapsed,
      inBudget: true,
      random,
    });
    if (!decision.retry) return { count: attempt, elapsed };
    elapsed += decision.afterMs;
  }
}

const failures = fc.record({
  code: fc.constantFrom("connection", "rateLimited", "server", "timeout", "validation", "aborted"),
  answer: fc.constant("x"),
  delivery: fc.constantFrom("unsent", "unanswered", "answered"),
  transient: fc.boolean(),
  waitMs: fc.option(fc.integer({ min: 0, max: 10_000_000 }), { nil: undefined }),
}) satisfies fc.Arbitrary<AttemptFailure>;
const repeats = fc.constantFrom<Repeat>("read", "idempotent", "unsent", keyed);
const randoms = fc.double({ min: 0, max: 0.999_999, noNaN: true });
const inputs = fc.record({
  repeat: repeats,
  failure: failures,
  attempt: fc.integer({ min: 1, max: 20 }),
  failedConnects: fc.integer({ min: 0, max: 20 }),
  receivedMsAgo: fc.option(fc.integer({ min: 0, max: 1_000_000 }), { nil: undefined }),
  remainingMs: fc.integer({ min: -1_000, max: 1_000_000 }),
  inBudget: fc.boolean(),
  random: randoms,
});

describe("properties of retries", () => {
  test("a retry always meets the deadline and never shortens the wait that fal states", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const decision = decideRetry(input);
        if (!decision.retry) return;
        expect(decision.afterMs).toBeGreaterThanOrEqual(input.failure.waitMs ?? 0);
        expect(decision.afterMs).toBeLessThan(input.remainingMs);
      }),
    );
  });

  test("a call without an idempotency key is never retried once fal may have received it", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const risky = input.repeat === "unsent" && input.failure.delivery !== "unsent";
        if (risky) expect(decideRetry(input).retry).toBe(false);
      }),
    );
  });

  test("a permanent failure is never retried", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        if (!input.failure.transient) expect(decideRetry(input).retry).toBe(false);
      }),
    );
  });

  test("reads are retried whenever changes are, and wait at least as long", () => {
    fc.assert(
      fc.property(inputs, (input) => {
        const change = decideRetry({ ...input, repeat: "idempotent" });
        // The longer wait of a read could exceed the deadline.
        const read = decideRetry({ ...input, repeat: "read", remainingMs: Number.POSITIVE_INFINITY });
        if (!change.retry) return;
        expect(read.retry && read.afterMs).toBeGreaterThanOrEqual(change.afterMs);
      }),
    );
  });

  test("a call with a received idempotency key is retried until fal forgets the key, with a limited number of attempts", () => {
    const lost = fc.constantFrom(broken, unavailable, limited);
    fc.assert(
      fc.property(lost, randoms, fc.integer({ min: 0, max: 30_000 }), (failure, random, tookMs) => {
        const { count, elapsed } = attemptsOf(keyed, failure, 3_600_000, random, tookMs);
        expect(elapsed).toBeGreaterThanOrEqual(600_000 - 30_000);
        expect(elapsed).toBeLessThan(600_000 + tookMs);
        expect(count).toBeLessThan(60);
      }),
    );
  });

  test("a shorter deadline ends the retries of a call with a received idempotency key", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600_000 }), randoms, (deadline, random) => {
        expect(attemptsOf(keyed, broken, deadline, random).elapsed).toBeLessThan(deadline);
      }),
    );
  });

  const classes: [string, Repeat, number | undefined, number, number][] = [
    ["read", "read", undefined, 15_000, 0],
    ["change", "idempotent", 1_000, 10_000, 0],
    ["replay", keyed, 1_000, 30_000, 0.5],
  ];
  test.each(classes)(
    "the delay of a %s stays below a limit that doubles up to a maximum",
    (_, repeat, receivedMsAgo, capMs, least) => {
      fc.assert(
        fc.property(fc.integer({ min: 1, max: 100 }), randoms, (attempt, random) => {
          const ceiling = Math.min(capMs, 500 * 2 ** (attempt - 1));
          const delay = retryDelayMs(retryPolicyOf(repeat, receivedMsAgo), unavailable, attempt, random);
          expect(delay).toBeGreaterThanOrEqual(ceiling * least);
          expect(delay).toBeLessThanOrEqual(ceiling);
        }),
      );
    },
  );

  test("the delay uses the whole range below its limit", () => {
    const delay = (random: number) => retryDelayMs(retryPolicyOf("read", undefined), unavailable, 3, random);
    expect([delay(0), delay(0.5)]).toEqual([0, 1_000]);
    expect(delay(0.999_999)).toBeGreaterThan(1_999);
  });
});

describe("waits in response headers", () => {
  const now = Date.parse("2026-01-01T00:00:00Z");
  const wait = (headers: Record<string, string>, rateLimited = true) =>
    serverWaitMs((name) => headers[name], rateLimited, now);

  test.each([
    ["seconds", { "retry-after": "7" }, 7_000],
    ["a date", { "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" }, 9_000],
    ["a date that has passed", { "retry-after": "Wed, 31 Dec 2025 00:00:09 GMT" }, undefined],
    [
      "a date by the clock of the response",
      { date: "Fri, 01 Jan 2021 00:00:00 GMT", "retry-after": "Fri, 01 Jan 2021 00:00:20 GMT" },
      20_000,
    ],
    [
      "a point in time by the clock of the response",
      {
        date: "Wed, 01 Jan 2031 00:00:00 GMT",
        "x-ratelimit-reset": String(Date.parse("2031-01-01T00:00:30Z") / 1_000),
      },
      30_000,
    ],
    [
      "a date of a response with a malformed date",
      { date: "today", "retry-after": "Thu, 01 Jan 2026 00:00:09 GMT" },
      9_000,
    ],
    ["waits of zero", { "retry-after": "0", "x-ratelimit-reset": "0" }, undefined],
    ["a day", { "retry-after": "86400" }, 86_400_000],
    ["more than a day, which fal never uses", { "retry-after": "86401" }, undefined],
    ["an absurd number", { "retry-after": "999999999999", "x-ratelimit-reset": "999999999999999" }, undefined],
    ["a date at the end of the calendar", { "retry-after": "Fri, 31 Dec 9999 23:59:59 GMT" }, undefined],
    ["a valid wait next to an absurd one", { "retry-after": "3, 999999999999" }, 3_000],
    ["two dates", { "retry-after": "Thu, 01 Jan 2026 00:00:02 GMT, Thu, 01 Jan 2026 00:00:04 GMT" }, 4_000],
    ["the end of the window in milliseconds since 1970", { "x-ratelimit-reset": String(now + 5_000) }, 5_000],
    ["the end of the window as a date", { "x-ratelimit-reset": "2026-01-01T00:00:06Z" }, 6_000],
    ["gRPC's own wait", { "grpc-retry-pushback-ms": "1500" }, 1_500],
    ["gRPC's refusal of a wait", { "grpc-retry-pushback-ms": "-1" }, undefined],
    ["the end of the window in seconds", { "x-ratelimit-reset": "42" }, 42_000],
    ["fractions of a second", { "x-ratelimit-reset": "0.5" }, 500],
    ["the end of the window as a point in time", { "x-ratelimit-reset": String(now / 1_000 + 5) }, 5_000],
    ["the longer of two waits", { "retry-after": "1", "x-ratelimit-reset": "3" }, 3_000],
    ["no header", {}, undefined],
    ["malformed values", { "retry-after": "soon", "x-ratelimit-reset": "-1" }, undefined],
    ["a negative number", { "retry-after": "-5" }, undefined],
  ])("serverWaitMs returns the wait in headers with %s", (_, headers, expected) => {
    expect(wait(headers as Record<string, string>)).toBe(expected);
  });

  test("serverWaitMs ignores the rate-limit window if the call was not rate-limited", () => {
    expect(wait({ "x-ratelimit-reset": "60" }, false)).toBeUndefined();
  });
});
