import { expect, test } from "vitest";
import { startDeadline } from "../../../src/provider/deadline";
import { sleep } from "../../../src/sleep";

test.each([
  ["1s", 60, "1s"],
  [undefined, 0.1, "0s"],
])(
  "an operation with custom time limit %s and default %d seconds ends with an error that names the limit",
  async (custom, resourceDefault, named) => {
    const { signal, timeLimit } = startDeadline(custom, resourceDefault);
    expect(timeLimit).toBe(named);
    const failed = sleep(60_000, signal);
    await expect(failed).rejects.toThrow(`The operation's time limit of ${named} is over.`);
    expect(signal.reason).toMatchObject({ name: "TimeoutError" });
  },
);
