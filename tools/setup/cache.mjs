// The cache: outside of the checkout, so that a fresh clone, a `git clean` or a second checkout finds everything again.
import { mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { basename, dirname, join } from "node:path";
import { withLock } from "./lock.mjs";
import { waitingFor } from "./log.mjs";

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {NodeJS.Platform} platform
 * @param {string} home
 * @returns {string}
 */
export function cacheDirectory(env, platform = process.platform, home = homedir()) {
  if (env.PULUMI_FAL_CACHE) return env.PULUMI_FAL_CACHE;
  if (env.XDG_CACHE_HOME) return join(env.XDG_CACHE_HOME, "pulumi-fal");
  if (platform === "darwin") return join(home, "Library", "Caches", "pulumi-fal");
  if (platform === "win32") return join(env.LOCALAPPDATA ?? join(home, "AppData", "Local"), "pulumi-fal", "cache");
  return join(home, ".cache", "pulumi-fal");
}

/**
 * The name of a cache entry: one home directory may be shared by machines of different kinds.
 * @param {string} name
 * @param {string} version
 */
export function entryName(name, version, platform = process.platform, arch = process.arch) {
  return `${name}-v${version}-${platform}-${arch}`;
}

/**
 * @param {string} cache
 * @param {string} name
 */
export function lockFile(cache, name) {
  return join(cache, "locks", `${name}.lock`);
}

/** Temporary directories that are given back when we end early. @type {Set<string>} */
const unfinished = new Set();
process.on("exit", () => {
  for (const directory of unfinished) rmSync(directory, { recursive: true, force: true });
});

/**
 * Makes the cache entry `directory` unless it is there: in a temporary directory beside it, moved into place when it
 * is complete, by one process at a time. So an entry that exists is whole, whenever its maker was interrupted.
 * @param {string} cache
 * @param {string} directory
 * @param {{ isReady: () => boolean, make: (temporary: string) => Promise<void>, what: string }} entry
 */
export async function ensureEntry(cache, directory, { isReady, make, what }) {
  if (isReady()) return;
  const name = basename(directory);
  await withLock(
    lockFile(cache, name),
    async () => {
      if (isReady()) return; // Another process made it while we waited.
      mkdirSync(dirname(directory), { recursive: true });
      removeLeftovers(directory);
      const temporary = `${directory}.tmp-${process.pid}`;
      unfinished.add(temporary);
      try {
        mkdirSync(temporary);
        await make(temporary);
        rmSync(directory, { recursive: true, force: true });
        renameSync(temporary, directory);
      } finally {
        rmSync(temporary, { recursive: true, force: true });
        unfinished.delete(temporary);
      }
    },
    { onWait: waitingFor(what) },
  );
}

/**
 * What a killed maker left behind. Called under the entry's lock: nobody else is making it.
 * @param {string} directory
 */
function removeLeftovers(directory) {
  const prefix = `${basename(directory)}.tmp-`;
  for (const name of readdirSync(dirname(directory))) {
    if (name.startsWith(prefix)) rmSync(join(dirname(directory), name), { recursive: true, force: true });
  }
}
