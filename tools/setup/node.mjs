// A Node that Pulumi's SDK accepts. Ours does if it is new enough; else one is installed into the cache from npm.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { messageOf, SetupError } from "./errors.mjs";
import { programFromNpm } from "./npm-programs.mjs";
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
    return await programFromNpm("node", NODE_PINNED, { cache, env }, `, because this is Node ${process.version}`);
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
