// Programs of npm that are scripts: package managers, which tests install the package with, and a type checker of Python.
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ensureEntry, entryName } from "./cache.mjs";
import { slowly } from "./log.mjs";
import { runNpm } from "./npm.mjs";
import { PNPM_PINNED, PYRIGHT_PINNED, YARN_CLASSIC_PINNED, YARN_PINNED } from "./versions.mjs";

/** The script of each that Node runs, in its package. */
const SCRIPTS = {
  pnpm: { package: "pnpm", version: PNPM_PINNED, script: "bin/pnpm.mjs" },
  yarnClassic: { package: "yarn", version: YARN_CLASSIC_PINNED, script: "bin/yarn.js" },
  yarn: { package: "@yarnpkg/cli-dist", version: YARN_PINNED, script: "bin/yarn.js" },
  pyright: { package: "pyright", version: PYRIGHT_PINNED, script: "index.js" },
};

/**
 * Throws a `SetupError` when it cannot be had.
 * @param {keyof typeof SCRIPTS} name
 * @param {{ cache: string, env: NodeJS.ProcessEnv }} context
 * @returns {Promise<string>} the script
 */
export async function ensureNpmScript(name, { cache, env }) {
  const { package: packageName, version, script } = SCRIPTS[name];
  const directory = join(cache, entryName(name, version));
  const file = join(directory, "node_modules", packageName, script);
  await ensureEntry(cache, directory, {
    what: `${packageName} ${version}`,
    isReady: () => existsSync(file),
    make: (temporary) =>
      slowly(`installing ${packageName} ${version} from npm`, async () => {
        writeFileSync(join(temporary, "package.json"), JSON.stringify({ private: true }));
        await runNpm(["install", `${packageName}@${version}`, "--no-audit", "--no-fund", "--ignore-scripts"], {
          cwd: temporary,
          env,
          node: process.execPath,
        });
      }),
  });
  return file;
}
