import { execFileSync, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { writePluginArchives } from "../../../tools/plugin-archives.mjs";
import { addressFields, addressProblems, releaseProblems } from "../../../tools/release.mjs";

const root = resolve(__dirname, "../../..");
const address = "https://github.com/example/pulumi-fal";
const manifest = (directory?: string, more: object = {}) => ({
  version: "1.2.3",
  devDependencies: { "fal-emulator": "1.2.3" },
  ...addressFields(address, directory),
  ...more,
});
const copies = { "plugin/package.json": "1.2.3", "plugin/schema.json": "1.2.3", "src/version.ts": "1.2.3" };
const right = {
  tag: "v1.2.3",
  copies,
  root: manifest(),
  workspaces: { create: manifest("create"), emulator: manifest("emulator") },
  changelog: "# Changelog\n\n## 1.2.3 (2026-12-01)\n\n- New\n\n## 1.2.2 (2026-11-01)\n",
};

describe("releaseProblems", () => {
  test("a release whose versions, changelog, tag and addresses agree has no problems", () => {
    expect(releaseProblems(right)).toEqual([]);
  });

  test.each([
    [{ tag: "v1.2.4" }, "The tag v1.2.4 is not v1.2.3, the version in package.json."],
    [
      { workspaces: { ...right.workspaces, emulator: manifest("emulator", { version: "1.2.2" }) } },
      "emulator/package.json has version 1.2.2, but package.json has 1.2.3.",
    ],
    [
      { copies: { ...copies, "plugin/schema.json": "1.2.2" } },
      "plugin/schema.json has version 1.2.2, but package.json has 1.2.3.",
    ],
    [
      { copies: { ...copies, "src/version.ts": undefined } },
      "src/version.ts has version none, but package.json has 1.2.3.",
    ],
    [
      { root: manifest(undefined, { devDependencies: { "fal-emulator": "1.2.2" } }) },
      "package.json needs fal-emulator 1.2.2, but its version is 1.2.3.",
    ],
    [{ changelog: "## 1.2.2 (2026-11-01)\n" }, "The newest version in CHANGELOG.md is 1.2.2, not 1.2.3."],
    [{ changelog: "## 1.2.3 (unreleased)\n" }, "CHANGELOG.md has no date for 1.2.3: write `## 1.2.3 (YYYY-MM-DD)`."],
    [
      { workspaces: { ...right.workspaces, emulator: manifest() } },
      "emulator/package.json: homepage, bugs and repository do not agree. Run `node tools/release.mjs address <url>`.",
    ],
  ])("a release is rejected with one sentence: %j", (wrong, problem) => {
    expect(releaseProblems({ ...right, ...wrong })).toEqual([problem]);
  });

  test("a release without an address is rejected", () => {
    const without = { version: "1.2.3", devDependencies: { "fal-emulator": "1.2.3" } };
    expect(releaseProblems({ ...right, root: without, workspaces: { create: without, emulator: without } })).toEqual([
      "package.json has no repository. Set it with `node tools/release.mjs address <url>`.",
    ]);
  });
});

test("the packages of this repository have the same address", () => {
  const read = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));
  const workspaces = { create: read("create/package.json"), emulator: read("emulator/package.json") };
  expect(addressProblems(read("package.json"), workspaces)).toEqual([]);
});

test("the release workflow packs all packages of this repository", () => {
  const { workspaces } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { workspaces: string[] };
  const manifests = workspaces.map((folder) => JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")));
  const published = manifests.filter((each) => each.private !== true).map(({ name }) => name);
  const workflow = readFileSync(join(root, ".github/workflows/release.yml"), "utf8");
  expect([...workflow.matchAll(/npm pack --workspace (\S+)/g)].map(([, name]) => name)).toEqual(published);
});

test("tools/release.mjs sets the address of all packages, and checks them", () => {
  const copy = mkdtempSync(join(tmpdir(), "pulumi-fal-release-"));
  onTestFinished(() => rmSync(copy, { recursive: true }));
  mkdirSync(join(copy, "tools"));
  for (const file of [
    "package.json",
    "create/package.json",
    "emulator/package.json",
    "CHANGELOG.md",
    "plugin/package.json",
    "plugin/schema.json",
    "src/version.ts",
    "tools/plugin-archives.mjs",
    "tools/release.mjs",
  ]) {
    cpSync(join(root, file), join(copy, file));
  }
  const script = join(copy, "tools/release.mjs");
  execFileSync(process.execPath, [script, "address", address]);
  expect(JSON.parse(readFileSync(join(copy, "emulator/package.json"), "utf8"))).toMatchObject({
    homepage: `${address}/tree/main/emulator#readme`,
    bugs: { url: `${address}/issues` },
    repository: { type: "git", url: `git+${address}.git`, directory: "emulator" },
  });
  const checked = spawnSync(process.execPath, [script, "check", "v99.0.0"], { encoding: "utf8" });
  expect([checked.status, checked.stderr]).toEqual([1, expect.stringContaining("The tag v99.0.0 is not v")]);
  expect(checked.stderr).not.toContain("do not agree");
  expect(checked.stderr).not.toContain("has version");
});

describe("writePluginArchives", () => {
  const folder = mkdtempSync(join(tmpdir(), "pulumi-fal-archives-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  const files = {
    "hosts.js": "x".repeat(1_000),
    "main.js": "main",
    "package.json": "{}",
    "schema.json": "s".repeat(512),
    "pulumi-resource-fal": "#!/bin/sh\n",
    "pulumi-resource-fal.cmd": "@echo off\n",
    "PulumiPlugin.yaml": "runtime: nodejs\n",
    LICENSE: "",
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const write = (target: string): string[] =>
    writePluginArchives({ plugin: folder, license: join(folder, "LICENSE"), version: "1.2.3", target });
  const target = join(folder, "archives");
  const names = write(target);

  test.each([
    ["linux-amd64", "pulumi-resource-fal"],
    ["darwin-arm64", "pulumi-resource-fal"],
    ["windows-amd64", "pulumi-resource-fal.cmd"],
  ])("the archive for %s contains the plugin with an executable program", (platform, program) => {
    const archive = join(target, `pulumi-resource-fal-v1.2.3-${platform}.tar.gz`);
    const unpacked = mkdtempSync(join(folder, "unpacked-"));
    execFileSync("tar", ["-xzf", archive, "-C", unpacked]);
    const contained = execFileSync("tar", ["-tzf", archive], { encoding: "utf8" }).trim().split("\n");
    expect(contained).toEqual(["LICENSE", "hosts.js", "main.js", "package.json", program, "schema.json"]);
    for (const name of contained) {
      expect(readFileSync(join(unpacked, name), "utf8")).toBe(files[name as keyof typeof files]);
      const isExecutable = (statSync(join(unpacked, name)).mode & 0o111) !== 0;
      if (process.platform !== "win32") expect([name, isExecutable]).toEqual([name, name === program]);
    }
  });

  test("archives of the same files are the same, whenever and by whomever they are written", () => {
    utimesSync(join(folder, "hosts.js"), 1, 1);
    chmodSync(join(folder, "main.js"), 0o700);
    const again = join(folder, "again");
    expect(write(again)).toEqual(names);
    for (const name of names) {
      expect(readFileSync(join(again, name)).equals(readFileSync(join(target, name))), name).toBe(true);
    }
  });
});
