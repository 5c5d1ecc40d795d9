import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { definitions } from "../../../src/resources/definitions.gen";

const folder = resolve(__dirname, "../../../src/cli/commands/review");

/** It reads what runs, and what it costs, out of the two kinds that run something. */
const exempt = ["capacity.ts"];

test("a review knows kinds and properties only from their tables and descriptions", () => {
  const kinds = definitions.map(({ kind }) => kind);
  // A name with a capital inside is an input's name and not also an English word.
  const inputs = definitions.flatMap((each) => Object.keys(each.inputs)).filter((name) => /[a-z][A-Z]/.test(name));
  const word = new RegExp(`["'\`](${[...new Set([...kinds, ...inputs])].join("|")})["'\`]`);
  const found = readdirSync(folder)
    .filter((file) => !exempt.includes(file))
    .flatMap((file) =>
      readFileSync(join(folder, file), "utf8")
        .split("\n")
        .filter((line) => word.test(line) && !/^\s*(\*|\/\*|\/\/)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
  expect(word.test('inputs["onDelete"]')).toBe(true);
});
