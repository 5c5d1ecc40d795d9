import { describe, expect, it } from "vitest";
import { formatDuration, parseDuration, sleep, startDeadline } from "../../../src/provider/deadline";
import { engineAddress } from "../../../src/provider/progress";

describe("durations of customTimeouts", () => {
  it.each([
    ["90s", 90],
    ["20m", 1200],
    ["1h30m", 5400],
    ["1.5h", 5400],
    ["250ms", 0.25],
  ])("%s is %d seconds", (text, seconds) => expect(parseDuration(text)).toBeCloseTo(seconds));

  it.each(["", "20", "20 m", "m", "1d", "-5s"])("%j is none", (text) => expect(parseDuration(text)).toBeUndefined());

  it.each([
    [0.4, "0s"],
    [59, "59s"],
    [80, "1m20s"],
    [3900, "1h5m"],
  ])("%d seconds read %s", (seconds, text) => expect(formatDuration(seconds)).toBe(text));
});

describe("an operation's time limit", () => {
  it.each([
    ["1s", 60, "1s"],
    [undefined, 0.1, "0s"],
  ])("of %s, else %d seconds, ends it and says so", async (custom, resourceDefault, said) => {
    const { signal, timeLimit } = startDeadline(custom, resourceDefault);
    expect(timeLimit).toBe(said);
    const failed = sleep(60_000, signal);
    await expect(failed).rejects.toThrow(`the operation's time limit of ${said} is over`);
    expect(signal.reason).toMatchObject({ name: "TimeoutError" });
  });
});

describe("a wait", () => {
  it("ends early, with the reason, when its signal aborts", async () => {
    const controller = new AbortController();
    const waiting = sleep(60_000, controller.signal);
    controller.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    await expect(sleep(1, controller.signal)).rejects.toThrow("enough");
  });
});

describe("the engine's address", () => {
  it("stands behind the engine's flags, and is missing elsewhere", () => {
    expect(engineAddress(["node", "index.js", "127.0.0.1:4000"])).toBe("127.0.0.1:4000");
    expect(engineAddress(["node", "index.js", "--logtostderr", "-v=9", "127.0.0.1:4000"])).toBe("127.0.0.1:4000");
    expect(engineAddress(["node", "vitest", "run", "--project"])).toBeUndefined();
    expect(engineAddress(["node"])).toBeUndefined();
  });
});
