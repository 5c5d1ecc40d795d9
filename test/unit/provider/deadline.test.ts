import { expect, test } from "vitest";
import { startDeadline } from "../../../src/provider/deadline";
import { messageOf } from "../../../src/provider/errors";
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
    const clause = `the operation's time limit of ${named} is over`;
    await expect(failed).rejects.toMatchObject({ name: "TimeoutError", message: clause });
    expect(messageOf(signal.reason)).toBe(`The operation's time limit of ${named} is over.`);
  },
);
