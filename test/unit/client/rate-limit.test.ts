import fc from "fast-check";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { FalServerError } from "../../../src/client";
import { AbortScope, DeadlineExceeded } from "../../../src/client/internal/abort";
import type { Call } from "../../../src/client/internal/failure";
import { collectPages, type ListPage, listLimits } from "../../../src/client/internal/paging";
import { RateLimiter, RetryBudget, retryBudget } from "../../../src/client/internal/rate-limit";
import { sleep } from "../../../src/sleep";

const never = new AbortController().signal;

test("the limiter runs calls in order, and no more at once than allowed", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 30 }), async (limit, calls) => {
      const limiter = new RateLimiter(limit);
      const order: number[] = [];
      let running = 0;
      let most = 0;
      await Promise.all(
        Array.from({ length: calls }, async (_, index) => {
          const leave = await limiter.acquire(never);
          order.push(index);
          running += 1;
          most = Math.max(most, running);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          leave();
          leave();
        }),
      );
      expect(most).toBe(Math.min(limit, calls));
      expect(order).toEqual(order.toSorted((a, b) => a - b));
    }),
    { numRuns: 30 },
  );
});

test("a cancelled call in the queue does not use a turn", async () => {
  const limiter = new RateLimiter(1);
  const leave = await limiter.acquire(never);
  const controller = new AbortController();
  const aborted = limiter.acquire(controller.signal);
  const next = limiter.acquire(never);
  controller.abort(new Error("enough"));
  await expect(aborted).rejects.toThrow("enough");
  leave();
  (await next)();
  (await limiter.acquire(never))();
});

test("a shorter pause does not end a longer one, and a pause ends", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const limiter = new RateLimiter(1);
  expect(limiter.pauseLeftMs()).toBe(0);
  limiter.pause(80);
  limiter.pause(10);
  vi.advanceTimersByTime(30);
  expect(limiter.pauseLeftMs()).toBe(50);
  vi.advanceTimersByTime(51);
  expect(limiter.pauseLeftMs()).toBe(0);
});

test("during a long pause, one call a minute tests it, and its success ends the pause", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const limiter = new RateLimiter(1);
  limiter.pause(3_600_000);
  vi.advanceTimersByTime(59_000);
  expect(limiter.mayTestPause()).toBe(false);
  vi.advanceTimersByTime(1_000);
  expect([limiter.mayTestPause(), limiter.mayTestPause()]).toEqual([true, false]);
  vi.advanceTimersByTime(60_000);
  expect(limiter.mayTestPause()).toBe(true);
  expect(limiter.pauseLeftMs()).toBe(3_480_000);
  limiter.resume();
  expect(limiter.pauseLeftMs()).toBe(0);
});

test("failed retries use up the retry budget and successful calls refill it", () => {
  const budget = new RetryBudget();
  for (let taken = 0; taken < retryBudget; taken++) {
    expect(budget.exhausted).toBe(false);
    budget.take();
  }
  expect(budget.exhausted).toBe(true);
  budget.giveBack(0);
  expect(budget.exhausted).toBe(false);
  budget.take();
  budget.giveBack(8);
  for (let taken = 0; taken < 8; taken++) budget.take();
  expect(budget.exhausted).toBe(true);
  budget.giveBack(1_000_000);
  for (let taken = 0; taken < retryBudget; taken++) budget.take();
  expect(budget.exhausted).toBe(true);
});

test("a deadline ends with its first source or its time limit, and releases its sources", async () => {
  const source = new AbortController();
  const first = new AbortScope([undefined, source.signal], 60_000);
  source.abort("reason");
  expect(first.signal.reason).toBe("reason");
  first.dispose();
  expect(new AbortScope([source.signal], 5).signal.reason).toBe("reason");

  const timed = new AbortScope([], 5);
  await expect(sleep(10_000, timed.signal)).rejects.toBeInstanceOf(DeadlineExceeded);

  const other = new AbortController();
  const disposed = new AbortScope([other.signal], 60_000);
  disposed.dispose();
  other.abort();
  expect(disposed.signal.aborted).toBe(false);
});

test("a disposed deadline leaves no timer behind", () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  new AbortScope([], 60_000).dispose();
  expect(vi.getTimerCount()).toBe(0);
});

const listing: Call = { operation: "x.list", action: "list things of", resource: "main", repeat: "read" };

test("collectPages returns items in order, and an item on two pages once", async () => {
  const pages = new Map([
    [undefined, { items: ["a", "b"], next: "2" }],
    ["2", { items: ["b", "c"], next: "3" }],
    ["3", { items: [], next: undefined }],
  ]);
  const missing = { items: [], next: undefined };
  expect(
    await collectPages(
      listing,
      async (cursor) => pages.get(cursor) ?? missing,
      (item) => item,
    ),
  ).toEqual(["a", "b", "c"]);
});

test("collectPages fails if a cursor repeats", async () => {
  const page = async (cursor: string | undefined) => ({ items: [], next: cursor === "2" ? "3" : "2" });
  await expect(collectPages(listing, page, String)).rejects.toThrow(/does not end/);
});

describe("endless lists", () => {
  const endless =
    (page: (number: number) => Partial<ListPage<string>>) =>
    async (cursor: string | undefined): Promise<ListPage<string>> => {
      const number = Number(cursor ?? 0);
      return { items: [], next: String(number + 1), ...page(number) };
    };

  test.each<[string, (number: number) => Partial<ListPage<string>>, RegExp]>([
    ["pages without items", () => ({}), /50 pages in a row contained nothing new \(49 pages with 0 items were read\)/],
    ["the same item forever", () => ({ items: ["a"] }), /50 pages in a row contained nothing new/],
    ["three items in turn", (number) => ({ items: [String(number % 3)] }), /50 pages in a row contained nothing new/],
    [
      "large pages",
      (number) => ({ items: Array.from({ length: 9_000 }, (_, index) => `${number}-${index}`) }),
      /it contains more than 100000 items/,
    ],
    ["pages of one item", (number) => ({ items: [String(number)] }), /it has more than 10000 pages/],
    [
      "a cursor that is too long for an address",
      () => ({ items: ["a"], next: "c".repeat(5_000_000) }),
      /too long for a URL/,
    ],
  ])("collectPages fails for an endless list: %s", async (_, page, message) => {
    const error = await collectPages(listing, endless(page), String).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(FalServerError);
    expect(String(error)).toMatch(/Could not list things of main: fal's list does not end: /);
    expect(String(error)).toMatch(message);
    expect(String(error).length).toBeLessThan(300);
  });

  test("collectPages accepts pages without new items between pages with new items", async () => {
    const page = endless((number) => ({
      items: number % 49 === 0 ? [String(number)] : [],
      ...(number === 490 ? { next: undefined } : {}),
    }));
    expect(await collectPages(listing, page, String)).toHaveLength(11);
    expect(listLimits.pagesWithoutNewItems).toBe(50);
  });

  test("collectPages stops at the requested number of items", async () => {
    const page = endless((number) => ({ items: [`${number}-a`, `${number}-b`] }));
    expect(await collectPages(listing, page, String, {}, { atMost: 5 })).toEqual(["0-a", "0-b", "1-a", "1-b", "2-a"]);
  });
});
