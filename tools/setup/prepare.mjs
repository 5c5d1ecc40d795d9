// The whole set-up: what a bare clone lacks before a command of this project can run.
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "./build.mjs";
import { cacheDirectory } from "./cache.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { preparedEnvironment } from "./environment.mjs";
import { ensureNode } from "./node.mjs";
import { endOnSignals, onPath } from "./process.mjs";
import { ensurePulumi } from "./pulumi.mjs";
import { completeBuiltPulumi } from "./pulumi-go.mjs";
import { ensurePythonTool, FAL_CLI, SCHEMATHESIS } from "./python-tools.mjs";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * @typedef {object} Needs
 * @property {boolean} build
 * @property {"install" | "cached" | "no"} pythonTools
 * @property {boolean} isolated
 */

/**
 * @param {Needs} needs
 * @param {NodeJS.ProcessEnv} [env]
 */
export async function prepare(needs, env = process.env) {
  const off = endOnSignals();
  try {
    const cache = resolve(cacheDirectory(env));
    mkdirSync(join(cache, "pulumi-state"), { recursive: true });
    const node = await ensureNode({ cache, env });
    const context = { root: ROOT, cache, env: { ...env, PATH: [node.directory, env.PATH].join(delimiter) }, node };
    // Side by side: downloads wait for the network while the compiler computes.
    const pythonTool = async (/** @type {import("./python-tools.mjs").PythonTool} */ tool) =>
      needs.pythonTools === "no"
        ? undefined
        : ensurePythonTool(tool, context, { install: needs.pythonTools === "install" });
    const [pulumi, falCli, schemathesis] = await Promise.all([
      ensurePulumi(context),
      pythonTool(FAL_CLI),
      pythonTool(SCHEMATHESIS),
      ensureDependencies(context).then(() => (needs.build ? build(context) : undefined)),
    ]);
    // Only now, because it copies files out of the dependencies.
    completeBuiltPulumi(pulumi.directory, ROOT);
    const environment = preparedEnvironment(
      env,
      {
        root: ROOT,
        cache,
        nodeDirectory: node.directory,
        // Where PATH finds this CLI anyway, its order stays as the user made it.
        pulumiDirectory: onPath("pulumi", env)[0] === pulumi.executable ? undefined : pulumi.directory,
        falCli,
        schemathesis,
      },
      { isolated: needs.isolated },
    );
    return { env: environment, node, pulumi, falCli, schemathesis };
  } finally {
    off();
  }
}

/** @typedef {Awaited<ReturnType<typeof prepare>>} Setup */
