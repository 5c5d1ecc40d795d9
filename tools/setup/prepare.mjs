// The whole set-up: what a bare clone lacks before a command of this project can run.
import { mkdirSync } from "node:fs";
import { delimiter, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureActionlint } from "./actionlint.mjs";
import { build } from "./build.mjs";
import { cacheDirectory } from "./cache.mjs";
import { ensureChromium } from "./chromium.mjs";
import { ensureDependencies } from "./dependencies.mjs";
import { preparedEnvironment } from "./environment.mjs";
import { ensureNode } from "./node.mjs";
import { endOnSignals, onPath } from "./process.mjs";
import { ensurePulumi } from "./pulumi.mjs";
import { completeBuiltPulumi } from "./pulumi-go.mjs";
import {
  CHECK_JSONSCHEMA,
  ensurePythonTool,
  FAL_CLI,
  PULUMI_PYTHON,
  SCHEMATHESIS,
  SHELLCHECK,
} from "./python-tools.mjs";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "..", "..");

/**
 * @typedef {object} Needs
 * @property {boolean} build
 * @property {boolean} pulumi
 * @property {"install" | "cached" | "no"} testTools programs of others that tests use
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
    const options = { install: needs.testTools === "install" };
    const pythonTool = async (/** @type {import("./python-tools.mjs").PythonTool} */ tool) =>
      needs.testTools === "no" ? undefined : ensurePythonTool(tool, context, options);
    const [pulumi, falCli, schemathesis, checkJsonschema, shellcheck, pulumiPython, actionlint, chromium] =
      await Promise.all([
        needs.pulumi ? ensurePulumi(context) : undefined,
        pythonTool(FAL_CLI),
        pythonTool(SCHEMATHESIS),
        pythonTool(CHECK_JSONSCHEMA),
        pythonTool(SHELLCHECK),
        pythonTool(PULUMI_PYTHON),
        needs.testTools === "no" ? undefined : ensureActionlint(context, options),
        needs.testTools === "no" ? undefined : ensureChromium(context, options),
        ensureDependencies(context).then(() => (needs.build ? build(context) : undefined)),
      ]);
    // Only now, because it copies files out of the dependencies.
    if (pulumi) completeBuiltPulumi(pulumi.directory, ROOT);
    const programs = { falCli, schemathesis, checkJsonschema, shellcheck, pulumiPython, actionlint, chromium };
    const environment = preparedEnvironment(
      env,
      {
        root: ROOT,
        cache,
        nodeDirectory: node.directory,
        // Where PATH finds this CLI anyway, its order stays as the user made it.
        pulumiDirectory: onPath("pulumi", env)[0] === pulumi?.executable ? undefined : pulumi?.directory,
        programs,
      },
      { isolated: needs.isolated },
    );
    return { env: environment, node, pulumi, programs };
  } finally {
    off();
  }
}

/** @typedef {Awaited<ReturnType<typeof prepare>>} Setup */
