import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { Coalescer, stalledAfterMs } from "../../../src/client/internal/coalesce";
import type { SharedRead } from "../../../src/client/internal/shared-read";

const shareForMs = 1_000;

afterEach(() => {
  vi.useRealTimers();
});

const patient = <T>({ promise }: SharedRead<T>) => promise;

function counter() {
  const coalescer = new Coalescer<number>(shareForMs);
  let loads = 0;
  let gate: Promise<void> = Promise.resolve();
  const signals: AbortSignal[] = [];
  const read = (key = "main", fresh = false) =>
    coalescer.read(
      key,
      fresh,
      async (signal) => {
        const mine = ++loads;
        signals.push(signal);
        await gate;
        return mine;
      },
      patient,
    );
  const hold = () => {
    let open = () => {};
    gate = new Promise((resolve) => {
      open = resolve;
    });
    return open;
  };
  return { coalescer, read, hold, signals };
}

test("concurrent reads of one key share a request", async () => {
  const { read } = counter();
  expect(await Promise.all([read(), read(), read("staging"), read()])).toEqual([1, 1, 2, 1]);
});

test("a result is reused for a while and then requested again", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { read } = counter();
  expect(await read()).toBe(1);
  vi.advanceTimersByTime(shareForMs - 1);
  expect(await read()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(await read()).toBe(2);
});

test("concurrent fresh reads share a request that starts after they were called", async () => {
  const { read, hold } = counter();
  const release = hold();
  const early = read();
  const fresh = [read("main", true), read("main", true), read("main", true)];
  const other = read("staging", true);
  release();
  expect(await Promise.all([early, other])).toEqual([1, 2]);
  expect(await Promise.all(fresh)).toEqual([3, 3, 3]);
  expect(await read()).toBe(3);
  expect(await read("main", true)).toBe(4);
});

test("a stalled read does not delay fresh reads", async () => {
  vi.useFakeTimers();
  const { read, hold } = counter();
  const release = hold();
  const stalled = read();
  const fresh = read("main", true);
  hold()();
  await vi.advanceTimersByTimeAsync(stalledAfterMs);
  expect(await fresh).toBe(2);
  release();
  expect(await stalled).toBe(1);
});

test("a failed or abandoned read does not block the next read", async () => {
  const coalescer = new Coalescer<string>(shareForMs);
  let fail = (_: Error) => {};
  const failing = () =>
    new Promise<string>((_, reject) => {
      fail = reject;
    });
  const failed = coalescer.read("main", false, failing, patient);
  const next = coalescer.read("main", true, async () => "yes", patient);
  fail(new Error("no"));
  await expect(failed).rejects.toThrow("no");
  expect(await next).toBe("yes");

  const running = coalescer.read("main", true, failing, patient);
  let loaded = false;
  const load = async () => {
    loaded = true;
    return "unwanted";
  };
  await expect(coalescer.read("main", true, load, () => Promise.reject(new Error("gave up")))).rejects.toThrow(
    "gave up",
  );
  const wanted = coalescer.read("main", true, async () => "wanted", patient);
  fail(new Error("no"));
  await expect(running).rejects.toThrow("no");
  expect(await wanted).toBe("wanted");
  expect(loaded).toBe(false);
});

test("a failed read is not cached", async () => {
  const coalescer = new Coalescer<string>(shareForMs);
  const answers = [Promise.reject(new Error("no")), Promise.resolve("yes")];
  const read = () => coalescer.read("main", false, () => answers.shift() ?? Promise.resolve(""), patient);
  await expect(read()).rejects.toThrow("no");
  expect(await read()).toBe("yes");
});

test("a read that started before a write ended is not shared with later callers", async () => {
  const { coalescer, read, hold } = counter();
  const release = hold();
  let during: Promise<number> | undefined;
  await coalescer.write("main", async () => {
    during = read();
  });
  const after = read();
  release();
  expect(await Promise.all([during, after])).toEqual([1, 2]);
  expect(await read()).toBe(2);
});

test("a read that starts after a write is shared with callers from before the end of the write", async () => {
  const { coalescer, read, hold } = counter();
  const release = hold();
  const before = read();
  let during: Promise<number> | undefined;
  await coalescer.write("main", async () => {
    during = read();
  });
  const after = read();
  release();
  expect(await Promise.all([before, during, after])).toEqual([1, 2, 2]);
});

test("a write invalidates its own key only, also if it fails", async () => {
  const { coalescer, read } = counter();
  expect([await read("main"), await read("staging")]).toEqual([1, 2]);
  await expect(coalescer.write("main", () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect([await read("main"), await read("staging")]).toEqual([3, 2]);
});

test("a caller that gives up does not affect other callers, and the last one cancels the request", async () => {
  let resolve = (_: string) => {};
  const promise = new Promise<string>((done) => {
    resolve = done;
  });
  const coalescer = new Coalescer<string>(shareForMs);
  let signal: AbortSignal | undefined;
  const load = (given: AbortSignal) => {
    signal = given;
    return promise;
  };
  const impatient = () => Promise.reject(new Error("gave up"));
  const stays = coalescer.read("main", false, load, patient);
  await expect(coalescer.read("main", false, load, impatient)).rejects.toThrow("gave up");
  expect(signal?.aborted).toBe(false);
  resolve("answer");
  expect(await stays).toBe("answer");

  const endless = async (given: AbortSignal) => {
    signal = given;
    return await delay(10_000, "late", { signal: given });
  };
  const alone = coalescer.read("other", false, endless, impatient);
  await expect(alone).rejects.toThrow("gave up");
  expect(signal?.aborted).toBe(true);
});
