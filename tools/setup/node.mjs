// A Node that Pulumi's SDK accepts. Ours does if it is new enough; else one is installed into the cache from npm,
// where it comes as a package, so that no other download host is needed.
import { createHash } from "node:crypto";
import { chmodSync, copyFileSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureEntry, entryName } from "./cache.mjs";
import { messageOf, SetupError } from "./errors.mjs";
import { slowly } from "./log.mjs";
import { runNpm } from "./npm.mjs";
import { capture, executableName, isExecutable } from "./process.mjs";
import { isAtLeast, NODE_MINIMUM, NODE_PINNED } from "./versions.mjs";

/**
 * @typedef {object} Node
 * @property {string} executable
 * @property {string} directory to be put first on PATH; holds nothing but `node`
 * @property {string} version
 */

/**
 * @param {{ cache: string, env: NodeJS.ProcessEnv }} context
 * @returns {Promise<Node>}
 */
export async function ensureNode({ cache, env }) {
  if (isAtLeast(process.version, NODE_MINIMUM)) {
    const executable = process.execPath;
    return { executable, directory: linkTo(executable, cache), version: process.version };
  }
  try {
    return await nodeFromNpm(NODE_PINNED, { cache, env }, `, because this is Node ${process.version}`);
  } catch (error) {
    throw new SetupError(
      [
        `Node ${NODE_MINIMUM} or newer is needed; this is ${process.version}, and installing one from npm did not work:`,
        messageOf(error),
        `Install Node ${NODE_MINIMUM} or newer (https://nodejs.org) and run this again with it.`,
      ].join("\n"),
    );
  }
}

/**
 * The Node of a certain version, in the cache.
 * @param {string} version
 * @param {{ cache: string, env: NodeJS.ProcessEnv }} context
 * @param {string} [why] ends the line that tells of the installation
 * @returns {Promise<Node>}
 */
export async function nodeFromNpm(version, { cache, env }, why = "") {
  const directory = join(cache, entryName("node", version));
  const executable = join(directory, "bin", executableName("node"));
  await ensureEntry(cache, directory, {
    what: `Node ${version}`,
    isReady: () => isExecutable(executable),
    make: (temporary) => slowly(`installing Node ${version} from npm${why}`, () => install(version, temporary, env)),
  });
  return { executable, directory: dirname(executable), version: `v${version}` };
}

/**
 * A directory with a link to this Node. Its own directory may hold much else (/usr/bin), which would come before
 * everything that the user put on PATH.
 * @param {string} executable
 * @param {string} cache
 */
function linkTo(executable, cache) {
  if (process.platform === "win32") return dirname(executable); // Links need a privilege there.
  const id = createHash("sha256").update(executable).digest("hex").slice(0, 12);
  const directory = join(cache, "links", `node-${id}`);
  const link = join(directory, "node");
  if (!existsSync(link)) {
    mkdirSync(directory, { recursive: true });
    rmSync(link, { force: true }); // It may point to nowhere.
    try {
      symlinkSync(executable, link);
    } catch (error) {
      // Another run was faster.
      if (!existsSync(link)) throw error;
    }
  }
  return directory;
}

/**
 * @param {string} version
 * @param {string} target
 * @param {NodeJS.ProcessEnv} env
 */
async function install(version, target, env) {
  const work = join(target, "npm");
  const bin = join(target, "bin");
  mkdirSync(work);
  mkdirSync(bin);
  writeFileSync(join(work, "package.json"), JSON.stringify({ private: true }));
  // The package's install script fetches the package with the binary for this machine, so scripts have to be on.
  await runNpm(
    ["install", `node@${version}`, "--prefix", work, "--no-save", "--no-audit", "--no-fund", "--ignore-scripts=false"],
    { cwd: work, env, node: process.execPath },
  );
  const executable = join(bin, executableName("node"));
  copyFileSync(join(work, "node_modules", "node", "bin", executableName("node")), executable);
  chmodSync(executable, 0o755);
  // The binary needs glibc, for one.
  const check = await capture(executable, ["--version"]);
  if (check.stdout.trim() !== `v${version}`) {
    throw new SetupError(`The installed Node does not run here: ${check.output.trim()}`);
  }
  // The package holds the binary a second time, and headers: 190 MB that nobody needs.
  rmSync(work, { recursive: true, force: true });
}
