// Running npm from a script that npm itself may have started.
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { mustRun } from "./process.mjs";

/**
 * The environment without what `npm run` adds to it. Those variables describe the checkout's own package and would
 * steer every npm that is started below us (for instance to install into this checkout instead of a test's folder);
 * and a command should behave the same whether npm started it or not. The user's own settings stay.
 * @param {NodeJS.ProcessEnv} env
 * @returns {NodeJS.ProcessEnv}
 */
export function withoutNpmRun(env) {
  const added =
    /^(npm_(command|execpath|node_execpath|lifecycle_.*|package_.*)|npm_config_(local_prefix|prefix|workspaces?|include_workspace_root|node_gyp|argv)|INIT_CWD)$/i;
  return Object.fromEntries(Object.entries(env).filter(([name]) => !added.test(name)));
}

/**
 * How to start npm: as a script of the given Node where npm's own script can be found, because the `npm` on PATH is a
 * shell script on some systems and would start another Node.
 * @param {NodeJS.ProcessEnv} env
 * @param {string} node
 * @returns {{ command: string, args: string[] }}
 */
export function npmCommand(env, node) {
  const candidates = [
    // Also set by other package managers, to themselves.
    basename(env.npm_execpath ?? "") === "npm-cli.js" ? env.npm_execpath : undefined,
    resolve(dirname(process.execPath), "..", "lib", "node_modules", "npm", "bin", "npm-cli.js"),
    join(dirname(process.execPath), "node_modules", "npm", "bin", "npm-cli.js"),
  ];
  const script = candidates.find((file) => file !== undefined && existsSync(file));
  return script ? { command: node, args: [script] } : { command: "npm", args: [] };
}

/**
 * @param {string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv, node: string }} options
 */
export function runNpm(args, { cwd, env, node }) {
  const { command, args: first } = npmCommand(env, node);
  return mustRun(command, [...first, ...args], { cwd, env: withoutNpmRun(env) });
}
