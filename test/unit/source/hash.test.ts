import { chmodSync, renameSync, utimesSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { read, temporaryFolder, write } from "./folder";

/** Sets of files that one folder can contain: no name is both a file and a folder. */
const name = fc.constantFrom("a", "b", "a b", "ä", "1:a", "a\nfile b");
const sets = fc.dictionary(
  fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => `${names.map((each) => `d${each}/`).join("")}f`),
  fc.oneof(fc.string({ maxLength: 3 }), fc.constantFrom("", "\n", "\r\n", "f")),
  { minKeys: 1, maxKeys: 4 },
);

test("the hash depends on exactly the paths and the bytes of the files", () => {
  fc.assert(
    fc.property(sets, sets, (left, right) => {
      const [a, b] = [read(temporaryFolder(left), { ref: "" }), read(temporaryFolder(right), { ref: "" })];
      const canonical = (files: Record<string, string>) => JSON.stringify(Object.entries(files).sort());
      expect(a.hash === b.hash).toBe(canonical(left) === canonical(right));
      // In another order, at another time.
      const again = temporaryFolder(Object.fromEntries(Object.entries(left).reverse()));
      expect(read(again, { ref: "" })).toEqual(a);
      expect(a.count).toBe(Object.keys(left).length);
    }),
    { numRuns: 60 },
  );
});

test("permissions, times and where the project is do not change the hash", () => {
  const cwd = temporaryFolder({ "app.py": "1", "lib/a.py": "2" });
  const before = read(cwd);
  chmodSync(join(cwd, "app.py"), 0o755);
  utimesSync(join(cwd, "app.py"), 1, 1);
  renameSync(join(cwd, "lib"), join(cwd, "moved"));
  renameSync(join(cwd, "moved"), join(cwd, "lib"));
  expect(read(cwd)).toEqual(before);
  expect(read(temporaryFolder({ "lib/a.py": "2", "app.py": "1" }))).toEqual(before);
});

test("line endings and the case of names change the hash", () => {
  const hash = (files: Record<string, string>) => read(temporaryFolder({ "app.py": "", ...files })).hash;
  expect(new Set([hash({ a: "\n" }), hash({ a: "\r\n" }), hash({ A: "\n" })]).size).toBe(3);
});

test("a name with accents has the same hash in both of Unicode's forms, and two that differ only in it are an error", () => {
  const hash = (name: string) => read(temporaryFolder({ "app.py": "", [name]: "" })).hash;
  expect(hash("é")).toBe(hash("e\u0301"));
  const cwd = temporaryFolder({ "app.py": "", é: "1" });
  write(cwd, { "e\u0301": "2" });
  if (process.platform === "linux") expect(() => read(cwd)).toThrow("must leave out one of two files named é");
});

test("the hash of a set of files is always the same, because state contains it", () => {
  const cwd = temporaryFolder({ "app.py": "import fal\n", "lib/größe.txt": "\r\n" });
  expect(read(cwd)).toEqual({
    hash: "320622d4490aaeb0b1a918bdf82b4ab27300bef0f3a8e4626ff7addd7d00df1d",
    files: { "app.py": "0212f9078890", "lib/größe.txt": "7eb70257593d" },
    count: 2,
    bytes: 13,
  });
});
