import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { linksOf, sourceOf } from "../../../../src/cli/report/source";

const github = {
  GITHUB_SERVER_URL: "https://github.com",
  GITHUB_REPOSITORY: "acme/infra",
  GITHUB_SHA: "abc",
  GITHUB_WORKSPACE: "/w",
};
const gitlab = { CI_PROJECT_URL: "https://gitlab.com/acme/infra", CI_COMMIT_SHA: "abc", CI_PROJECT_DIR: "/w" };

describe("source positions", () => {
  test("a source position has a file and a line", () => {
    expect(sourceOf("project:///src/index.ts#4,9", () => undefined)).toEqual({ file: "src/index.ts", line: 4 });
    expect(sourceOf("project:///index.ts#4,9", (file, line) => `${file}!${line}`)).toMatchObject({
      href: "index.ts!4",
    });
    // Pulumi's SDK for Python knows no column.
    expect(sourceOf("project:///__main__.py#36", () => undefined)).toEqual({ file: "__main__.py", line: 36 });
  });

  test("a source position contains the decoded file name", () => {
    const link = linksOf("https://git.example.com/infra/blob/abc", "/w", {});
    expect(sourceOf("project:///my%20src/%C3%A4.ts#4,9", link)).toEqual({
      file: "my src/ä.ts",
      line: 4,
      href: "https://git.example.com/infra/blob/abc/my%20src/%C3%A4.ts#L4",
    });
    expect(sourceOf("project:///100%.ts#4,9", () => undefined)?.file).toBe("100%.ts");
  });

  test("a source position in a package or of another form is ignored", () => {
    for (const position of [
      undefined,
      "",
      "index.ts#4",
      "project:///../node_modules/@pulumi/stack.ts#1,2",
      "project:///venv/lib/python3.13/site-packages/parts/part.py#12",
      "project:///#1",
    ]) {
      expect(sourceOf(position, () => undefined)).toBeUndefined();
    }
  });
});

describe("source links", () => {
  let folder: string;
  const event = (content: string) => {
    const file = join(folder, "event.json");
    writeFileSync(file, content);
    return file;
  };

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "pulumi-fal-links-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("a source link in GitHub Actions points to the commit and includes the project's folder", () => {
    expect(linksOf(undefined, "/w", github)("index.ts", 4)).toBe("https://github.com/acme/infra/blob/abc/index.ts#L4");
    expect(linksOf(undefined, "/w/infra/prod", github)("a b#.ts", 4)).toBe(
      "https://github.com/acme/infra/blob/abc/infra/prod/a%20b%23.ts#L4",
    );
  });

  test("a source link in a pull request points to its head commit, also in a fork", () => {
    const head = { sha: "def", repo: { full_name: "me/fork" } };
    const env = { ...github, GITHUB_EVENT_PATH: event(JSON.stringify({ pull_request: { head } })) };
    expect(linksOf(undefined, "/w", env)("index.ts", 4)).toBe("https://github.com/me/fork/blob/def/index.ts#L4");
    for (const other of ["{}", "not json", '{"pull_request":{"head":{}}}']) {
      const push = { ...github, GITHUB_EVENT_PATH: event(other) };
      expect(linksOf(undefined, "/w", push)("index.ts", 4)).toContain("acme/infra/blob/abc");
    }
  });

  test("a source link in GitLab CI points to the commit", () => {
    expect(linksOf(undefined, "/w/p", gitlab)("index.ts", 4)).toBe(
      "https://gitlab.com/acme/infra/-/blob/abc/p/index.ts#L4",
    );
    const merge = { ...gitlab, CI_MERGE_REQUEST_SOURCE_BRANCH_SHA: "def" };
    expect(linksOf(undefined, "/w", merge)("index.ts", 4)).toContain("/-/blob/def/");
  });

  test("the --source-url option sets the address of source links on every platform", () => {
    expect(linksOf("https://code.example/x/", "/elsewhere", github)("index.ts", 4)).toBe(
      "https://code.example/x/index.ts#L4",
    );
  });

  test("there is no source link without a known repository or for a file outside it", () => {
    expect(linksOf(undefined, "/w", {})("index.ts", 4)).toBeUndefined();
    expect(linksOf(undefined, "/elsewhere", github)("index.ts", 4)).toBeUndefined();
    expect(linksOf(undefined, "/w/p", github)("../shared/x.ts", 4)).toBe(
      "https://github.com/acme/infra/blob/abc/shared/x.ts#L4",
    );
    expect(linksOf(undefined, "/w", github)("../x.ts", 4)).toBeUndefined();
  });
});
