import fc from "fast-check";
import { expect, onTestFinished, test, vi } from "vitest";
import { Limit, sleep, TimeLimitReached } from "../../../src/client/transport/limits";
import { Pacer } from "../../../src/client/transport/pacing";
import { collectPages } from "../../../src/client/transport/pages";

const never = new AbortController().signal;

test("no more calls run at once than allowed, and all of them run in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 30 }), async (limit, calls) => {
      const pacer = new Pacer(limit);
      const order: number[] = [];
      let running = 0;
      let most = 0;
      await Promise.all(
        Array.from({ length: calls }, async (_, index) => {
          const leave = await pacer.enter(never);
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

test("a caller that gives up while it waits takes nobody's turn", async () => {
  const pacer = new Pacer(1);
  const leave = await pacer.enter(never);
  const controller = new AbortController();
  const gaveUp = pacer.enter(controller.signal);
  const next = pacer.enter(never);
  controller.abort(new Error("enough"));
  await expect(gaveUp).rejects.toThrow("enough");
  leave();
  (await next)();
  (await pacer.enter(never))();
});

test("a shorter pause does not end a longer one, and a pause ends", () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const pacer = new Pacer(1);
  expect(pacer.pauseLeftMs()).toBe(0);
  pacer.pause(80);
  pacer.pause(10);
  vi.advanceTimersByTime(30);
  expect(pacer.pauseLeftMs()).toBe(50);
  vi.advanceTimersByTime(51);
  expect(pacer.pauseLeftMs()).toBe(0);
});

test("a limit fires with its first source or its time, and lets go of its sources", async () => {
  const source = new AbortController();
  const first = new Limit([undefined, source.signal], 60_000);
  source.abort("reason");
  expect(first.signal.reason).toBe("reason");
  first.dispose();
  expect(new Limit([source.signal], 5).signal.reason).toBe("reason");

  const timed = new Limit([], 5);
  await expect(sleep(10_000, timed.signal)).rejects.toBeInstanceOf(TimeLimitReached);

  const other = new AbortController();
  const disposed = new Limit([other.signal], 60_000);
  disposed.dispose();
  other.abort();
  expect(disposed.signal.aborted).toBe(false);
});

test("nothing keeps the process alive when a call is over", () => {
  vi.useFakeTimers();
  onTestFinished(() => {
    vi.useRealTimers();
  });
  new Limit([], 60_000).dispose();
  expect(vi.getTimerCount()).toBe(0);
});

test("pages are collected in order, and an item that moved between pages is returned once", async () => {
  const pages = new Map([
    [undefined, { items: ["a", "b"], next: "2" }],
    ["2", { items: ["b", "c"], next: "3" }],
    ["3", { items: [], next: undefined }],
  ]);
  const missing = { items: [], next: undefined };
  expect(
    await collectPages(
      "x.list",
      async (cursor) => pages.get(cursor) ?? missing,
      (item) => item,
    ),
  ).toEqual(["a", "b", "c"]);
});

test("a cursor that comes back is an error, not an endless loop", async () => {
  const page = async (cursor: string | undefined) => ({ items: [], next: cursor === "2" ? "3" : "2" });
  await expect(collectPages("x.list", page, String)).rejects.toThrow(/does not end/);
});
