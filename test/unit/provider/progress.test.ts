import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { progressReporter, reportWait } from "../../../src/provider/progress";

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
