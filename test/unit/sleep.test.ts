import { expect, test } from "vitest";
import { sleep } from "../../src/sleep";

test("sleep ends early, with the signal's reason, when its signal aborts", async () => {
  const controller = new AbortController();
  const waiting = sleep(60_000, controller.signal);
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow("enough");
  await expect(sleep(1, controller.signal)).rejects.toThrow("enough");
});
