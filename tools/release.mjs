#!/usr/bin/env node
// What has to agree before a release, the plugin's archives, and the one place where the repository's address is set.
import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { writePluginArchives } from "./plugin-archives.mjs";

const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..");

/**
 * @typedef {object} Manifest
 * @property {string} version
 * @property {{ type: string, url: string, directory?: string }} [repository]
 * @property {{ url: string }} [bugs]
 * @property {string} [homepage]
 * @property {Record<string, string>} [devDependencies]
 */

/**
 * The fields of a package.json that contain the address of the repository.
 * @param {string} address for example https://github.com/owner/name
 * @param {string} [directory] where the package is in the repository
 */
export function addressFields(address, directory) {
  const readme = directory ? `/tree/main/${directory}#readme` : "#readme";
  return {
    homepage: `${address}${readme}`,
    bugs: { url: `${address}/issues` },
    repository: { type: "git", url: `git+${address}.git`, ...(directory ? { directory } : {}) },
  };
}

/** The folders of the published packages besides the root. */
const WORKSPACES = /** @type {const} */ (["create", "emulator"]);

/**
 * @typedef {Record<typeof WORKSPACES[number], Manifest>} Workspaces
 */

/**
 * All packages have the same address, or none has one.
 * @param {Manifest} root
 * @param {Workspaces} workspaces
 * @returns {string[]}
 */
export function addressProblems(root, workspaces) {
  const address = /^git\+(https:\/\/.+)\.git$/.exec(root.repository?.url ?? "")?.[1];
  const problems = [];
  for (const directory of /** @type {const} */ ([undefined, ...WORKSPACES])) {
    const name = directory === undefined ? "package.json" : `${directory}/package.json`;
    const { homepage, bugs, repository } = directory === undefined ? root : workspaces[directory];
    const expected = address === undefined ? {} : addressFields(address, directory);
    if (JSON.stringify({ homepage, bugs, repository }) === JSON.stringify(expected)) continue;
    problems.push(`${name}: homepage, bugs and repository do not agree. Run \`node tools/release.mjs address <url>\`.`);
  }
  return problems;
}

/**
 * Where the version is written besides the packages: the plugin answers the CLI with the one of the code, SDKs ask for
 * the one of the schema, and `pulumi-fal doctor` reads the one of its package.json.
 * @typedef {Record<"plugin/package.json" | "plugin/schema.json" | "src/version.ts", string | undefined>} Copies
 */

/**
 * @param {string} version
 * @param {Copies} copies
 * @returns {string[]}
 */
export function copyProblems(version, copies) {
  return Object.entries(copies)
    .filter(([, copy]) => copy !== version)
    .map(([file, copy]) => `${file} has version ${copy ?? "none"}, but package.json has ${version}.`);
}

/**
 * Why a tag must not be released, as sentences; empty if it may.
 * @param {{ tag: string, root: Manifest, workspaces: Workspaces, copies: Copies, changelog: string }} release
 * @returns {string[]}
 */
export function releaseProblems({ tag, root, workspaces, copies, changelog }) {
  const problems = [];
  const { version } = root;
  if (tag !== `v${version}`) problems.push(`The tag ${tag} is not v${version}, the version in package.json.`);
  for (const directory of WORKSPACES) {
    const other = workspaces[directory].version;
    if (other === version) continue;
    problems.push(`${directory}/package.json has version ${other}, but package.json has ${version}.`);
  }
  problems.push(...copyProblems(version, copies));
  const needed = root.devDependencies?.["fal-emulator"];
  if (needed !== version) problems.push(`package.json needs fal-emulator ${needed}, but its version is ${version}.`);
  const [, newest, date] = /^## (\S+)(?: \((.+)\))?$/m.exec(changelog) ?? [];
  if (newest !== version)
    problems.push(`The newest version in CHANGELOG.md is ${newest ?? "missing"}, not ${version}.`);
  else if (!/^\d{4}-\d\d-\d\d$/.test(date ?? "")) {
    problems.push(`CHANGELOG.md has no date for ${version}: write \`## ${version} (YYYY-MM-DD)\`.`);
  }
  if (!root.repository) {
    problems.push("package.json has no repository. Set it with `node tools/release.mjs address <url>`.");
  }
  return [...problems, ...addressProblems(root, workspaces)];
}

/** @param {string} file */
const read = (file) => readFileSync(join(ROOT, file), "utf8");
/** @param {string} directory @returns {Manifest} */
const manifestOf = (directory) => JSON.parse(read(`${directory}/package.json`));

/** @returns {Copies} */
function copiesOfVersion() {
  return {
    "plugin/package.json": JSON.parse(read("plugin/package.json")).version,
    "plugin/schema.json": JSON.parse(read("plugin/schema.json")).version,
    "src/version.ts": /version = "([^"]+)"/.exec(read("src/version.ts"))?.[1],
  };
}

/** @param {string[]} args */
function main([command, value = ""]) {
  if (command === "check" && value !== "") {
    const problems = releaseProblems({
      tag: value,
      root: JSON.parse(read("package.json")),
      workspaces: { create: manifestOf("create"), emulator: manifestOf("emulator") },
      copies: copiesOfVersion(),
      changelog: read("CHANGELOG.md"),
    });
    for (const problem of problems) console.error(problem);
    return problems.length === 0 ? 0 : 1;
  }
  if (command === "address" && /^https:\/\/[^\s/]+\/\S+[^/]$/.test(value)) {
    for (const directory of [undefined, ...WORKSPACES]) {
      const file = join(directory ?? "", "package.json");
      const manifest = { ...JSON.parse(read(file)), ...addressFields(value, directory) };
      writeFileSync(join(ROOT, file), `${JSON.stringify(manifest, undefined, 2)}\n`);
    }
    return 0;
  }
  if (command === "plugin" && value !== "") {
    const { version } = JSON.parse(read("package.json"));
    const problems = copyProblems(version, copiesOfVersion());
    for (const problem of problems) console.error(problem);
    if (problems.length > 0) return 1;
    execFileSync(process.execPath, [join(ROOT, "tools/bundle-hosts.mjs")], { stdio: "inherit" });
    const [plugin, license] = [join(ROOT, "plugin"), join(ROOT, "LICENSE")];
    for (const name of writePluginArchives({ plugin, license, version, target: value })) console.log(name);
    return 0;
  }
  console.error(
    "usage: node tools/release.mjs check <tag> | address <https address of the repository> | plugin <folder for the archives>",
  );
  return 2;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.exitCode = main(process.argv.slice(2));
