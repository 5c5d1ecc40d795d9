import { globSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(__dirname, "../../..");

/** The modules, relative to `src`, that a file of `src` imports or requires. */
function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const specifiers = [...text.matchAll(/(?:from|import\(|require\()\s*"(\.[^"]+)"/g)].map(
    ([, specifier = ""]) => specifier,
  );
  return specifiers.map((specifier) => relative(join(root, "src"), resolve(root, dirname(file), specifier)));
}

const files = globSync("src/**/*.ts", { cwd: root });
const importing = (folder: string) =>
  files.filter((file) => importsOf(file).some((path) => `${path}/`.startsWith(folder)));

test("only src/client imports from src/client/internal", () => {
  const users = importing("client/internal/");
  expect(users.length).toBeGreaterThan(20);
  expect(users.filter((file) => !file.startsWith("src/client/"))).toEqual([]);
});

test("only surfaces.ts imports from src/client/alpha, so that the folder can be deleted", () => {
  const users = importing("client/alpha/").filter((file) => !file.startsWith("src/client/alpha/"));
  expect(users).toEqual(["src/client/surfaces.ts"]);
});
