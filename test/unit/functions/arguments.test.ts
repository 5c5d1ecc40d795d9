import { describe, expect, test } from "vitest";
import { functions } from "../../../src/functions/definitions";
import { read } from "../../../src/functions/read";

function ask(name: string, args: Record<string, unknown>, secrets: string[] = []): Promise<unknown> {
  return read({
    name,
    args,
    secrets,
    owner: {},
    settings: {},
    env: {},
    fresh: true,
    log: { write: () => {}, written: async () => {} },
  });
}

describe.each(functions.map((definition) => [definition.name, definition] as const))(
  "arguments of %s",
  (name, definition) => {
    test(`${name} rejects an unknown argument and names it`, async () => {
      await expect(ask(name, { nonsense: 1 })).rejects.toThrow(
        new RegExp(`^${name}: .*\`nonsense\` is not an input of ${name}`),
      );
    });

    test.each(Object.keys(definition.inputs))(
      `${name} rejects a wrong %s, names it, and does not print a secret`,
      async (argument) => {
        const wrong = { [argument]: { token: "canary-7f3a" } };
        await expect(ask(name, wrong)).rejects.toThrow(new RegExp(`^${name}: .*\`${argument}\` must`));
        const error: Error = await ask(name, wrong, [argument]).then(
          () => expect.unreachable(),
          (reason) => reason,
        );
        expect(error.message).toMatch(new RegExp(`\`${argument}\` must`));
        expect(error.message).not.toContain("canary-7f3a");
      },
    );

    const required = Object.keys(definition.inputs).filter((argument) => definition.inputs[argument]?.required);
    test.each(required)(`the error of ${name} for a missing %s names the argument`, async (argument) => {
      await expect(ask(name, {})).rejects.toThrow(`${name}: \`${argument}\` is required: set it to`);
    });
  },
);
