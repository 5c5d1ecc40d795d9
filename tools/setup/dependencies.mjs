// The npm dependencies: `npm ci`, but only when node_modules is not what package-lock.json says.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { lockFile } from "./cache.mjs";
import { messageOf } from "./errors.mjs";
import { withLock } from "./lock.mjs";
import { say, slowly, waitingFor } from "./log.mjs";
import { runNpm } from "./npm.mjs";

/** @typedef {{ packages?: Record<string, { version?: string, integrity?: string, link?: boolean, optional?: boolean, peer?: boolean }> }} Lock */

/**
 * Whether the tree that npm recorded in node_modules/.package-lock.json is the one that package-lock.json asks for.
 * Optional packages are left out: most of them are for other platforms.
 * @param {Lock} wanted
 * @param {Lock} installed
 */
export function isInstalled(wanted, installed) {
  return Object.entries(wanted.packages ?? {}).every(([path, want]) => {
    if (!path.startsWith("node_modules/") && !path.includes("/node_modules/")) return true; // The root and the workspaces.
    const have = installed.packages?.[path];
    if (!have) return want.optional === true;
    return have.version === want.version && have.integrity === want.integrity && have.link === want.link;
  });
}

/**
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv, node: import("./node.mjs").Node }} context
 */
export async function ensureDependencies({ root, cache, env, node }) {
  const modules = join(root, "node_modules");
  const stamp = join(modules, ".pulumi-fal-setup");
  // Binary packages differ by platform; a checkout may be mounted into a container.
  const wanted = () =>
    createHash("sha256")
      .update(readFileSync(join(root, "package-lock.json")))
      .update(`${process.platform}-${process.arch}`)
      .digest("hex");

  const isReady = () => {
    if (!existsSync(modules)) return false;
    const hash = wanted();
    if (existsSync(stamp)) {
      const stamped = readFileSync(stamp, "utf8").split("\n");
      if (stamped[0] === hash) return true;
      if (stamped[1] !== `${process.platform}-${process.arch}`) return false;
    }
    // No stamp of ours, or an old one: `npm install` by hand brings the tree up to date as well.
    const record = join(modules, ".package-lock.json");
    if (!existsSync(record)) return false;
    const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
    if (!isInstalled(lock, JSON.parse(readFileSync(record, "utf8")))) return false;
    writeStamp();
    return true;
  };
  const writeStamp = () => writeFileSync(stamp, `${wanted()}\n${process.platform}-${process.arch}\n`);

  if (isReady()) return;
  const id = createHash("sha256").update(root).digest("hex").slice(0, 12);
  await withLock(
    lockFile(cache, `checkout-${id}`),
    async () => {
      if (isReady()) return;
      // Interrupted half-way, the tree must not pass for a complete one.
      rmSync(stamp, { force: true });
      await slowly("installing the npm dependencies", () => install(root, env, node));
      writeStamp();
    },
    {
      onWait: waitingFor("the npm dependencies"),
    },
  );
}

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @param {import("./node.mjs").Node} node
 */
async function install(root, env, node) {
  const npm = (/** @type {string[]} */ ...args) =>
    runNpm([...args, "--no-audit", "--no-fund"], { cwd: root, env, node: node.executable });
  try {
    await npm("ci");
  } catch (error) {
    if (!isOutOfSync(messageOf(error))) throw error;
    // npm leaves optional packages out of a lock file when it can't reach them at that moment, a known defect, and
    // `npm ci` then refuses the whole file. The pinned versions still hold this way, and no file of the checkout changes.
    say("setup: package-lock.json is incomplete for `npm ci`, so `npm install --no-save` does it");
    await npm("install", "--no-save");
  }
}

/** @param {string} output what `npm ci` said */
export function isOutOfSync(output) {
  return output.includes("npm error code EUSAGE") && output.includes("from lock file");
}
