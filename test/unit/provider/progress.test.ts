import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { waitTeller } from "../../../src/provider/progress";

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

function told(onScreen: boolean): string[] {
  const said: string[] = [];
  const tell = waitTeller((message) => said.push(message), onScreen);
  for (let seconds = 0; seconds <= 70; seconds += 10) {
    tell(`${seconds}s`);
    vi.advanceTimersByTime(10_000);
  }
  return said;
}

test("a wait is told of at every step where a person looks on", () => {
  expect(told(true)).toEqual(["0s", "10s", "20s", "30s", "40s", "50s", "60s", "70s"]);
});

test("without a terminal there is one line at once, and one in thirty seconds", () => {
  expect(told(false)).toEqual(["0s", "30s", "60s"]);
});
