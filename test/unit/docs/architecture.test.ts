import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { expect, test } from "vitest";

const root = resolve(__dirname, "../../..");
const read = (document: string) => readFileSync(join(root, document), "utf8");
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .trim()
  .split("\n")
  .filter((file) => existsSync(join(root, file)));

test("the folder tree in docs/architecture.md lists the folders of the repository", () => {
  const listed = foldersInTree();
  const folders = [...new Set(files.flatMap(foldersOf))];
  // The top level, and two levels of src.
  const important = folders.filter((folder) => /^(?:[a-z]+|src\/[^/]+(?:\/[^/]+)?)$/.test(folder));
  expect(important.filter((folder) => !listed.some((entry) => entry.test(folder)))).toEqual([]);
  expect(listed.filter((entry) => !folders.some((folder) => entry.test(folder)))).toEqual([]);
});

test("docs/architecture.md and CONTRIBUTING.md name files that exist", () => {
  const names = new Set(files.map((file) => basename(file)));
  const mentioned = [
    ...(read("docs/architecture.md") + read("CONTRIBUTING.md")).matchAll(/(?<![*.\w-])(\w[\w.-]*\.(?:ts|mjs))\b/g),
  ];
  expect(mentioned.length).toBeGreaterThan(10);
  expect(mentioned.map(([, name = ""]) => name).filter((name) => !names.has(name))).toEqual([]);
});

/** The folders of the tree, as patterns: `<kind>` stands for any name. */
function foldersInTree(): RegExp[] {
  const [, tree = ""] = /## Folders\n\n```\n(.*?)```/s.exec(read("docs/architecture.md")) ?? [];
  const parents: string[] = [];
  return tree
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [, indent = "", name = ""] = /^( *)(\S+)\//.exec(line) ?? [];
      const depth = indent.length / 2;
      parents.splice(depth, parents.length, name);
      return new RegExp(`^${parents.join("/").replaceAll(/<\w+>/g, "[^/]+")}$`);
    });
}

/** `src` and `src/cli` of `src/cli/main.ts`. */
function foldersOf(file: string): string[] {
  const parts = file.split("/").slice(0, -1);
  return parts.map((_, index) => parts.slice(0, index + 1).join("/"));
}
