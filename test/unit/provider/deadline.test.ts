import { expect, test } from "vitest";
import { startDeadline } from "../../../src/provider/deadline";
import { EndOfOperation, messageOf } from "../../../src/provider/errors";
import { sleep } from "../../../src/sleep";
import { hostOf } from "../../support/host";
import { definitionOf } from "../../support/samples";

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

test("an operation that ends between two calls says what it could not do", async () => {
  const definition = definitionOf("Secret");
  const ended = () => Promise.reject(new EndOfOperation("the operation's time limit of 5s is over"));
  const { host } = hostOf({ definition, read: ended, create: ended });
  const secret = { name: "TOKEN", value: "v", environment: "main" };
  await expect(host.create(secret)).rejects.toThrow(
    "Could not create the secret: the operation's time limit of 5s is over.",
  );
  await expect(host.read("main/TOKEN", secret)).rejects.toThrow("Could not read the secret: the operation's");
});
