import { readdirSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { expect, test } from "vitest";
import { definitions } from "../../../src/resources/definitions.gen";

const cli = resolve(__dirname, "../../../src/cli");
const folders = ["commands/review", "capacity", "changes"];

/** They read what runs out of the two kinds that run something. */
const exempt = ["capacity.ts"];

test("a review knows kinds and properties only from their tables and descriptions", () => {
  const kinds = definitions.map(({ kind }) => kind);
  // A name with a capital inside is an input's name and not also an English word.
  const inputs = definitions.flatMap((each) => Object.keys(each.inputs)).filter((name) => /[a-z][A-Z]/.test(name));
  const word = new RegExp(`["'\`](${[...new Set([...kinds, ...inputs])].join("|")})["'\`]`);
  const found = folders
    .flatMap((folder) => readdirSync(join(cli, folder)).map((file) => join(cli, folder, file)))
    .filter((file) => !exempt.includes(basename(file)))
    .flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .filter((line) => word.test(line) && !/^\s*(\*|\/\*|\/\/)/.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
  expect(found).toEqual([]);
  expect(word.test('inputs["onDelete"]')).toBe(true);
});
