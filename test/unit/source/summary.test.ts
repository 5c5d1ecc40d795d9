import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeChanges, sourceChanges } from "../../../src/source";
import { groupsIn, maxSummary, type Summary, summarize } from "../../../src/source/summary";

const digest = (text: string) => createHash("sha256").update(text).digest("hex");
const files = (contents: Readonly<Record<string, string>>) =>
  new Map(Object.entries(contents).map(([path, text]) => [path, digest(text)]));
const many = (count: number, name: (index: number) => string) =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [name(index), "x"]));

/** How many files a summary stands for. */
function total(summary: Summary): number {
  return Object.values(summary).reduce((sum, text) => sum + Number(/^(\d+) files?, /.exec(text)?.[1] ?? 1), 0);
}

const paths = fc.uniqueArray(
  fc
    .tuple(
      fc.array(fc.constantFrom("a", "b", "c", ".."), { maxLength: 4 }),
      fc.nat(40),
      fc.constantFrom("", ".py", ".bin"),
    )
    .map(([folders, number, extension]) => `${folders.map((each) => `${each}/`).join("")}f${number}${extension}`),
  { minLength: 1, maxLength: 120 },
);

describe("summarize", () => {
  test("up to 200 files each have the first 12 digits of their digest", () => {
    const contents = { "app.py": "1", ...many(maxSummary - 1, (index) => `data/${index}.bin`) };
    const summary = summarize(files(contents));
    expect(Object.keys(summary)).toHaveLength(maxSummary);
    expect(summary["app.py"]).toBe(digest("1").slice(0, 12));
  });

  test("above that, the files of a folder with the same extension are one entry, and the code stays visible", () => {
    const summary = summarize(files({ "app.py": "1", "w/a.txt": "", ...many(2_310, (index) => `w/${index}.bin`) }));
    expect(Object.keys(summary)).toEqual(["app.py", "w/*.bin", "w/a.txt"]);
    expect(summary["w/*.bin"]).toMatch(/^2310 files, [0-9a-f]{12}$/);
  });

  test("many small folders are summed up from the deepest", () => {
    const summary = summarize(files({ "app.py": "1", ...many(1_000, (index) => `a/b${index % 9}/c${index}/x.py`) }));
    expect(Object.keys(summary)).toEqual([
      "a/b0/",
      "a/b1/",
      "a/b2/",
      "a/b3/",
      "a/b4/",
      "a/b5/",
      "a/b6/",
      "a/b7/",
      "a/b8/",
      "app.py",
    ]);
    expect(Object.keys(summarize(files(many(300, (index) => `${index}/x`))))).toEqual(["./"]);
  });

  test("a summary is bounded, covers every file once, and does not depend on the order", () => {
    fc.assert(
      fc.property(paths, fc.integer({ min: 1, max: 30 }), (each, limit) => {
        const contents = new Map(each.map((path) => [path, digest(path)]));
        const summary = summarize(contents, limit);
        expect(Object.keys(summary).length).toBeLessThanOrEqual(limit);
        expect(total(summary)).toBe(each.length);
        expect(summarize(new Map([...contents].reverse()), limit)).toEqual(summary);
      }),
    );
  });

  test("every change of a file shows, and nothing else, whatever is summed up before and after", () => {
    fc.assert(
      fc.property(
        paths,
        paths,
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 1, max: 200 }),
        (old, now, m, n) => {
          const before = summarize(new Map(old.map((path) => [path, digest(path)])), m);
          const after = summarize(new Map(now.map((path) => [path, digest(path)])), n);
          const shown = Object.values(sourceChanges(before, after)).flat();
          const isSame = JSON.stringify([...old].sort()) === JSON.stringify([...now].sort());
          expect(shown.length === 0).toBe(isSame);
          const differing = [
            ...old.filter((path) => !now.includes(path)),
            ...now.filter((path) => !old.includes(path)),
          ];
          const covers = (entry: string, path: string) =>
            entry === path ||
            entry === "./" ||
            (entry.endsWith("/") && path.startsWith(entry)) ||
            entry === path.replace(/[^/.]*(\.\w+)?$/, "*$1");
          for (const path of differing) expect(shown.filter((entry) => covers(entry, path))).toHaveLength(1);
          for (const entry of shown) expect(differing.some((path) => covers(entry, path))).toBe(true);
        },
      ),
    );
  });

  test("one file more changes only its own entry of a large summary", () => {
    const contents = { "app.py": "1", ...many(2_310, (index) => `w/${index}.bin`) };
    const [before, after] = [summarize(files(contents)), summarize(files({ ...contents, "w/new.bin": "" }))];
    expect(sourceChanges(before, after)).toEqual({ changed: ["w/*.bin"], added: [], removed: [] });
  });

  test("when a summary begins to sum up, only what changed shows", () => {
    const contents = { "app.py": "1", ...many(199, (index) => `w/${index}.bin`) };
    const before = summarize(files(contents));
    const after = summarize(files({ ...contents, "app.py": "2", "lib.py": "" }));
    expect([groupsIn(before), groupsIn(after)]).toEqual([[], ["w/*.bin"]]);
    expect(sourceChanges(before, after)).toEqual({ changed: ["app.py"], added: ["lib.py"], removed: [] });
    expect(sourceChanges(after, before)).toEqual({ changed: ["app.py"], added: [], removed: ["lib.py"] });
  });
});

describe("describeChanges", () => {
  const describing = (before: Record<string, string> | undefined, after: Record<string, string>) =>
    describeChanges(sourceChanges(before, after));

  test("names what changed, was added and was removed", () => {
    expect(
      describing(
        { "app.py": "1", "requirements.txt": "1", old: "1" },
        { "app.py": "2", "requirements.txt": "2", "weights.bin": "1" },
      ),
    ).toBe("app.py and requirements.txt changed, weights.bin added, old removed");
    expect(describing({ a: "1" }, { a: "1" })).toBe("");
  });

  test("cuts long lists", () => {
    expect(describing(undefined, { a: "1", b: "1", c: "1" })).toBe("a, b and c added");
    expect(describing(undefined, { "app.py": "1", ...many(12, (index) => `b${index}`) })).toBe(
      "app.py and 12 more files added",
    );
  });
});
