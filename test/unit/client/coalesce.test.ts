import { setTimeout as delay } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { Coalescer, shareForMs } from "../../../src/client/transport/coalesce";

afterEach(() => {
  vi.useRealTimers();
});

const patient = <T>(shared: Promise<T>) => shared;

function counter() {
  const coalescer = new Coalescer<number>();
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

test("callers at the same time share one request, by key", async () => {
  const { read } = counter();
  expect(await Promise.all([read(), read(), read("staging"), read()])).toEqual([1, 1, 2, 1]);
});

test("a result is used again for a second, then asked for anew", async () => {
  vi.useFakeTimers({ toFake: ["performance"] });
  const { read } = counter();
  expect(await read()).toBe(1);
  vi.advanceTimersByTime(shareForMs - 1);
  expect(await read()).toBe(1);
  vi.advanceTimersByTime(1);
  expect(await read()).toBe(2);
});

test("fresh asks in any case, and its answer serves those who come after", async () => {
  const { read, hold } = counter();
  const release = hold();
  const early = read();
  const fresh = read("main", true);
  const late = read();
  release();
  expect(await Promise.all([early, fresh, late])).toEqual([1, 2, 2]);
});

test("a failure is not kept", async () => {
  const coalescer = new Coalescer<string>();
  const answers = [Promise.reject(new Error("no")), Promise.resolve("yes")];
  const read = () => coalescer.read("main", false, () => answers.shift() ?? Promise.resolve(""), patient);
  await expect(read()).rejects.toThrow("no");
  expect(await read()).toBe("yes");
});

test("a read that began before a write ended is not handed to anyone who asks after it", async () => {
  const { coalescer, read, hold } = counter();
  let release = hold();
  const before = read();
  let during: Promise<number> | undefined;
  await coalescer.write("main", async () => {
    during = read();
  });
  const after = read();
  release();
  expect(await Promise.all([before, during, after])).toEqual([1, 2, 3]);
  release = hold();
  release();
  expect(await read()).toBe(3);
});

test("a write invalidates also when it fails, and only its own key", async () => {
  const { coalescer, read } = counter();
  expect([await read("main"), await read("staging")]).toEqual([1, 2]);
  await expect(coalescer.write("main", () => Promise.reject(new Error("failed")))).rejects.toThrow("failed");
  expect([await read("main"), await read("staging")]).toEqual([3, 2]);
});

test("one caller that gives up leaves the others alone; the last one ends the request", async () => {
  let resolve = (_: string) => {};
  const promise = new Promise<string>((done) => {
    resolve = done;
  });
  const coalescer = new Coalescer<string>();
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
