import { expect, test } from "vitest";
import { poll } from "../../../src/provider/poll";

function contextOf(limit = new AbortController(), interruption = new AbortController()) {
  const shown: string[] = [];
  return {
    shown,
    limit,
    interruption,
    signal: limit.signal,
    waitSignal: AbortSignal.any([limit.signal, interruption.signal]),
    progress: (message: string) => void shown.push(message),
  };
}

test("poll repeats its probe until it is done and shows what it waits for", async () => {
  const context = contextOf();
  const statuses = ["creating", undefined, "ready"];
  const result = await poll(context, {
    intervalMs: 1,
    probe: async () => {
      const status = statuses.shift();
      return status === "ready" ? { done: status } : { waiting: status };
    },
  });
  expect(result).toBe("ready");
  expect(context.shown).toEqual(["creating, 0s"]);
});

test.each(["timeout", "interrupted"] as const)("poll stops with the error of its caller: %s", async (reason) => {
  const context = contextOf();
  const stopped = poll(context, {
    intervalMs: 60_000,
    probe: async () => ({ waiting: "creating" }),
    stopped: (why, cause) => new Error(`${why}: ${String(cause)}`),
  });
  context[reason === "timeout" ? "limit" : "interruption"].abort("over");
  await expect(stopped).rejects.toThrow(`${reason}: over`);
});

test("poll throws the errors of its probe", async () => {
  const failed = poll(contextOf(), {
    intervalMs: 1,
    probe: async () => {
      throw new Error("refused");
    },
    stopped: () => new Error("stopped"),
  });
  await expect(failed).rejects.toThrow("refused");
});
