// `npm test`: the checks that are no tests, then the tests, then one line that sums up.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { duration } from "../setup/log.mjs";
import { npmCommand } from "../setup/npm.mjs";
import { ROOT } from "../setup/prepare.mjs";
import { handOver } from "../setup/process.mjs";

/**
 * @typedef {object} Step
 * @property {string} name
 * @property {() => boolean} [applies]
 * @property {(setup: import("../setup/prepare.mjs").Setup) => [command: string, ...args: string[]]} command
 */

/**
 * What has to hold besides the tests. Add a step here; a step fails by its exit code.
 * @type {Step[]}
 */
export const STEPS = [
  {
    name: "check types and lint",
    command: (setup) => npmRun(setup, "check"),
  },
  {
    name: "check types of the tools",
    command: ({ node }) => [node.executable, inModules("typescript/bin/tsc"), "-p", "tools/tsconfig.json"],
  },
  {
    name: "check that generated files are up to date",
    applies: () => existsSync(join(ROOT, "tools", "generate.ts")),
    command: ({ node }) => [node.executable, "--import", "tsx", "tools/generate.ts", "--check"],
  },
];

/**
 * @param {import("../setup/prepare.mjs").Setup} setup
 * @param {string} script
 * @returns {[string, ...string[]]}
 */
function npmRun({ node, env }, script) {
  const { command, args } = npmCommand(env, node.executable);
  return [command, ...args, "run", script, "--silent"];
}

/** @param {string} path */
function inModules(path) {
  return join(ROOT, "node_modules", path);
}

/**
 * @param {import("../setup/prepare.mjs").Setup} setup
 * @param {string[]} args
 * @returns {Promise<number>}
 */
export async function runTests(setup, args) {
  /** @type {string[]} */
  const failedSteps = [];
  if (args.length === 0) {
    for (const step of STEPS.filter(({ applies }) => applies?.() ?? true)) {
      const started = Date.now();
      console.log(`\n== ${step.name}`);
      const [command, ...rest] = step.command(setup);
      const code = await handOver(command, rest, { cwd: ROOT, env: setup.env });
      console.log(
        `== ${step.name}: ${code === 0 ? "ok" : `FAILED (exit code ${code})`} after ${duration(Date.now() - started)}`,
      );
      // 128 + n: ended by a signal, so the user wants the whole to end.
      if (code > 128) return code;
      if (code !== 0) failedSteps.push(step.name);
    }
  }

  console.log("\n== tests");
  const directory = mkdtempSync(join(tmpdir(), "pulumi-fal-test-"));
  const report = join(directory, "vitest.json");
  const env = { ...setup.env, NODE_COMPILE_CACHE: join(directory, "compile-cache") };
  let code;
  let results;
  try {
    // The tests start hundreds of short Node processes that compile the same modules. The provider process is always
    // killed, which keeps it from filling the cache, so its modules get there first.
    await handOver(setup.node.executable, ["-e", 'require("pulumi-fal/dynamic")'], { cwd: ROOT, env });
    code = await handOver(
      setup.node.executable,
      [
        inModules("vitest/vitest.mjs"),
        "run",
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
        ...args,
      ],
      { cwd: ROOT, env },
    );
    results = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
  } finally {
    // A process that a test left behind may still write into the cache.
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }

  const counts = countTests(results);
  if (code !== 0 && counts.failed === 0) {
    console.log(`\nvitest ended with exit code ${code} although no test failed; its output above says why.`);
    counts.failed = 1;
  }
  if (code === 0 && counts.passed + counts.failed === 0) {
    console.log("\nNo test ran.");
    code = 1;
  }
  for (const name of failedSteps) console.log(`\nFailed: ${name}`);
  // A failed check counts as one failure, so that this line and the exit code never disagree.
  console.log(`\n${counts.passed} passed, ${counts.failed + failedSteps.length} failed, ${counts.skipped} skipped`);
  return code !== 0 ? code : failedSteps.length > 0 ? 1 : 0;
}

/**
 * @param {any} results what vitest's JSON reporter wrote
 * @returns {{ passed: number, failed: number, skipped: number }}
 */
export function countTests(results) {
  const files = results?.testResults ?? [];
  // A file that can't be loaded fails without a failed test in it.
  const broken = files.filter(
    (/** @type {any} */ file) =>
      file.status === "failed" && !file.assertionResults?.some((/** @type {any} */ test) => test.status === "failed"),
  );
  return {
    passed: results?.numPassedTests ?? 0,
    failed: (results?.numFailedTests ?? 0) + broken.length,
    skipped: (results?.numPendingTests ?? 0) + (results?.numTodoTests ?? 0),
  };
}
