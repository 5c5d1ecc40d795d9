import { expect, test } from "vitest";
import { Slots } from "../../src/slots";

function operation() {
  const done = Promise.withResolvers<void>();
  const state = { started: false };
  const run = () => {
    state.started = true;
    return done.promise;
  };
  return { run, end: done.resolve, fail: done.reject, state };
}

/** Runs an operation as soon as there is a slot. */
async function run(slots: Slots, signal: AbortSignal, start: () => Promise<void>): Promise<void> {
  const release = await slots.acquire(signal);
  try {
    await start();
  } finally {
    release();
  }
}

const settled = () => new Promise((resolve) => setImmediate(resolve));

test("at most so many operations run, and the others wait in order and say so", async () => {
  const slots = new Slots(2);
  const { signal } = new AbortController();
  const waits: number[] = [];
  const operations = [operation(), operation(), operation(), operation()];
  const runs = operations.map((each) => {
    if (slots.isFull) waits.push(slots.running);
    return run(slots, signal, each.run);
  });
  await settled();
  expect(operations.map(({ state }) => state.started)).toEqual([true, true, false, false]);
  expect(waits).toEqual([2, 2]);
  operations[1]?.fail(new Error("broken"));
  await expect(runs[1]).rejects.toThrow("broken");
  await settled();
  expect(operations.map(({ state }) => state.started)).toEqual([true, true, true, false]);
  for (const { end } of operations) end();
  await Promise.all([runs[0], runs[2], runs[3]]);
});

test("an abort ends the wait, and the next one gets the turn", async () => {
  const slots = new Slots(1);
  const interrupted = new AbortController();
  const { signal } = new AbortController();
  const [first, second, third] = [operation(), operation(), operation()];
  const running = run(slots, signal, first.run);
  const aborted = run(slots, interrupted.signal, second.run);
  const next = run(slots, signal, third.run);
  interrupted.abort(new Error("interrupted"));
  await expect(aborted).rejects.toThrow("interrupted");
  first.end();
  await running;
  await settled();
  expect([second.state.started, third.state.started]).toEqual([false, true]);
  third.end();
  await next;
});

test("an operation that starts when another one ends does not overtake the one that waits", async () => {
  const slots = new Slots(1);
  const { signal } = new AbortController();
  const [first, second, third] = [operation(), operation(), operation()];
  const running = run(slots, signal, first.run);
  const waiting = run(slots, signal, second.run);
  first.end();
  const late = running.then(() => run(slots, signal, third.run));
  await settled();
  expect([second.state.started, third.state.started]).toEqual([true, false]);
  second.end();
  third.end();
  await Promise.all([waiting, late]);
});
