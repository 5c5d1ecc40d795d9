// fal's own CLI, in a virtual environment of Python. Tests use it as an independent witness of what the provider did;
// it is optional, because Python is not among what this project asks for.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { entryName, lockFile } from "./cache.mjs";
import { messageOf, SetupError } from "./errors.mjs";
import { withLock } from "./lock.mjs";
import { say, slowly, waitingFor } from "./log.mjs";
import { capture, isExecutable, mustRun, onPath, tail } from "./process.mjs";
import { FAL_CLI_PINNED, isAtLeast, PYTHON_MINIMUM } from "./versions.mjs";

const windows = process.platform === "win32";

/**
 * @param {{ cache: string, env: NodeJS.ProcessEnv }} context
 * @param {{ install: boolean }} options without `install` only what the cache holds is used
 * @returns {Promise<string | undefined>} the executable
 */
export async function ensureFalCli({ cache, env }, { install }) {
  // A virtual environment holds its own path, so it can't be made elsewhere and moved: a mark tells that it is whole.
  const directory = join(cache, entryName("fal", FAL_CLI_PINNED));
  const bin = join(directory, windows ? "Scripts" : "bin");
  const executable = join(bin, windows ? "fal.exe" : "fal");
  const mark = join(directory, "complete");
  const isReady = () => {
    try {
      // The Python it was made with may be gone, or the cache may have been moved.
      return readFileSync(mark, "utf8") === directory && isExecutable(executable) && isExecutable(pythonIn(bin));
    } catch {
      return false;
    }
  };
  if (isReady()) return executable;
  if (!install) return undefined;
  try {
    await withLock(
      lockFile(cache, entryName("fal", FAL_CLI_PINNED)),
      async () => {
        if (isReady()) return;
        const python = await findPython(env);
        rmSync(directory, { recursive: true, force: true });
        mkdirSync(directory, { recursive: true });
        await slowly(
          `installing fal's own CLI ${FAL_CLI_PINNED}, for the tests that use it as a witness`,
          async (report) => {
            await mustRun(python, ["-m", "venv", directory], { env });
            report("packages");
            await mustRun(
              pythonIn(bin),
              [
                "-m",
                "pip",
                "install",
                "--quiet",
                "--disable-pip-version-check",
                "--retries",
                "2",
                "--timeout",
                "60",
                `fal==${FAL_CLI_PINNED}`,
              ],
              { env },
            );
            await mustRun(executable, ["--version"], { env });
          },
        );
        writeFileSync(mark, directory);
      },
      { onWait: waitingFor("fal's own CLI") },
    );
    return executable;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    rmSync(directory, { recursive: true, force: true });
    say(`setup: fal's own CLI is not available, so the tests that use it as a witness will be skipped.`);
    say(`       Why: ${tail(messageOf(error), 6).replaceAll("\n", "\n       ")}`);
    return undefined;
  }
}

/** @param {string} bin */
function pythonIn(bin) {
  return join(bin, windows ? "python.exe" : "python");
}

/** @param {NodeJS.ProcessEnv} env */
async function findPython(env) {
  for (const name of ["python3", "python"]) {
    for (const python of onPath(name, env)) {
      const answer = await capture(python, ["--version"], { env });
      if (answer.code === 0 && isAtLeast(answer.output, PYTHON_MINIMUM)) return python;
    }
  }
  throw new SetupError(`there is no Python ${PYTHON_MINIMUM} or newer on PATH`);
}
