import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { progressReporter, reportWait, rowProgress } from "../../../src/provider/progress";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function told(onScreen: boolean): string[] {
  const said: string[] = [];
  const tell = progressReporter((message) => said.push(message), onScreen);
  for (let seconds = 0; seconds <= 70; seconds += 10) {
    tell(`${seconds}s`);
    vi.advanceTimersByTime(10_000);
  }
  return said;
}

test("a terminal shows every step of a wait", () => {
  expect(told(true)).toEqual(["0s", "10s", "20s", "30s", "40s", "50s", "60s", "70s"]);
});

test("without a terminal, a wait is reported at once and then every thirty seconds", () => {
  expect(told(false)).toEqual(["0s", "30s", "60s"]);
});

test("without a terminal, a different response of fal is reported on a line of its own", () => {
  const said: string[] = [];
  const tell = progressReporter((message) => said.push(message), false);
  const wait = (message: string, status: number) => ({ operation: "compute.create", message, attempts: 1, status });
  reportWait(wait("503, next attempt in 12s", 503), tell);
  reportWait(wait("503, next attempt in 7s", 503), tell);
  tell("waiting for ready");
  reportWait(wait("429, next attempt in 20s", 429), tell);
  reportWait(wait("503, next attempt in 9s", 503), tell);
  expect(said).toEqual(["503, next attempt in 12s", "waiting for ready", "429, next attempt in 20s"]);
});

describe("the row of an operation", () => {
  function rowOf(urn?: string) {
    const written: [string, string | undefined, boolean][] = [];
    const log = {
      write: (_severity: string, message: string, row: string | undefined, ephemeral: boolean) =>
        void written.push([message, row, ephemeral]),
      written: async () => undefined,
    };
    return { progress: rowProgress(log, urn, (text) => text.replace("canary", "***")), written };
  }

  test.each([
    [{ succeeded: true, showsChanges: false }, ["<{%reset%}>"]],
    [{ succeeded: true, showsChanges: true }, ["done"]],
    [{ succeeded: false, showsChanges: true }, []],
  ])("a wait is replaced at the end with %j", (outcome, last) => {
    const { progress, written } = rowOf("urn");
    progress.report("waiting for canary");
    progress.end(outcome);
    // For example of a read that other resources share.
    progress.report("still waiting");
    expect(written).toEqual(["waiting for ***", ...last].map((message) => [message, "urn", true]));
  });

  test("an operation that showed no wait writes nothing at its end", () => {
    const { progress, written } = rowOf();
    progress.end({ succeeded: true, showsChanges: false });
    expect(written).toEqual([]);
  });
});
