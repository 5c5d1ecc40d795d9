// `npm run create`: create-pulumi-fal with a tarball of this clone, because the packages are not on npm.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runNpm } from "../setup/npm.mjs";
import { ROOT } from "../setup/prepare.mjs";
import { endOnSignals, handOver } from "../setup/process.mjs";

/** Where the user called `npm run`, which itself changes to the root of the clone. */
export function callerDirectory(env = process.env) {
  return env.INIT_CWD ?? process.cwd();
}

/**
 * @param {import("../setup/prepare.mjs").Setup} setup
 * @param {string[]} args
 */
export async function createProject({ node, env }, args) {
  const packed = mkdtempSync(join(tmpdir(), "pulumi-fal-create-"));
  process.on("exit", () => rmSync(packed, { recursive: true, force: true }));
  const off = endOnSignals();
  try {
    // Without scripts, which would compile again what is compiled already.
    const pack = ["pack", "--ignore-scripts", "--pack-destination", packed];
    await runNpm(pack, { cwd: ROOT, env, node: node.executable });
  } finally {
    off();
  }
  const tarballs = readdirSync(packed).flatMap((file) => ["--package", join(packed, file)]);
  return handOver(node.executable, [join(ROOT, "create/dist/cli.js"), ...tarballs, ...args], {
    cwd: callerDirectory(),
    env,
  });
}
