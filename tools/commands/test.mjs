// `npm test` and its parts: checks and tests side by side, then the time of each part and one line that sums up.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { devNull, tmpdir } from "node:os";
import { join, relative, sep } from "node:path";
import { messageOf, SetupError } from "../setup/errors.mjs";
import { duration } from "../setup/log.mjs";
import { ROOT } from "../setup/prepare.mjs";
import { capture, endChildren, handOver } from "../setup/process.mjs";

/**
 * @typedef {object} Check
 * @property {string} part
 * @property {string} name
 * @property {(string | undefined)[]} command arguments of Node
 */

/** What has to be right besides the tests. A check fails by its exit code. @type {Check[]} */
const CHECKS = [
  { part: "lint", name: "lint and format", command: [inModules("@biomejs/biome/bin/biome"), "check", "."] },
  { part: "lint", name: "unused code and dependencies", command: [inModules("knip/bin/knip.js")] },
  { part: "types", name: "types", command: [inModules("typescript/bin/tsc"), "-p", "tsconfig.json"] },
  {
    part: "types",
    name: "types of the emulator",
    command: [inModules("typescript/bin/tsc"), "-p", "emulator/tsconfig.json"],
  },
  {
    part: "types",
    name: "types of create-pulumi-fal",
    command: [inModules("typescript/bin/tsc"), "-p", "create/tsconfig.json"],
  },
  {
    part: "types",
    name: "types of the tools",
    command: [inModules("typescript/bin/tsc"), "-p", "tools/tsconfig.json"],
  },
  { part: "types", name: "generated files", command: ["--import", "tsx", "tools/generate.ts", "--check"] },
];

/** Where the tests of a part are; the part is a project of vitest.config.mts. */
const FOLDERS = {
  unit: "test/unit",
  emulator: "emulator/test",
  contract: "test/contract",
  browser: "test/browser",
  e2e: "test/e2e",
  plugin: "test/e2e",
  package: "test/package",
};

/**
 * @typedef {object} Part
 * @property {string} what
 * @property {string[]} [checks] parts of CHECKS
 * @property {(keyof typeof FOLDERS)[]} [projects]
 * @property {string[]} [files] only these
 * @property {string} [sample] what SAMPLE_VARIABLE is set to
 */

/** @type {Record<string, Part>} */
export const PARTS = {
  quick: {
    what: "lint, types, unit tests, and one test with the real Pulumi CLI",
    checks: ["lint", "types"],
    projects: ["unit", "e2e"],
    files: ["test/unit/", "test/e2e/smoke.test.ts"],
  },
  lint: { what: "lint, format and unused code", checks: ["lint"] },
  types: { what: "types and generated files", checks: ["types"] },
  unit: {
    what: "unit and property-based tests, the client against minimal servers, checks of the documents",
    projects: ["unit"],
  },
  emulator: { what: "tests of fal-emulator", projects: ["emulator"] },
  contract: {
    what: "client and emulator against what fal publishes: protocol, OpenAPI document, CLI and SDK",
    projects: ["contract"],
  },
  browser: { what: "HTML reports in Chromium", projects: ["browser"] },
  e2e: { what: "the real Pulumi CLI with the built package, and a sample of the fault matrix", projects: ["e2e"] },
  package: { what: "the packed tarballs, and a sample of the package matrix", projects: ["package"] },
  reliability: {
    what: "the complete fault matrix",
    projects: ["e2e"],
    files: ["test/e2e/reliability.test.ts"],
    sample: "all",
  },
  plugin: {
    what: "the end-to-end tests with the plugin in place of the dynamic provider host",
    projects: ["plugin"],
  },
  languages: {
    what: "SDKs, and the quick starts in Python, YAML and Go; Go is not in `npm test`, because it takes minutes",
    projects: ["e2e"],
    files: ["test/e2e/languages.test.ts", "test/e2e/sdks.test.ts"],
    sample: "all",
  },
  "package:all": {
    what: "the packed tarballs, and the complete package matrix",
    projects: ["package"],
    sample: "all",
  },
};

/** As test/support/sample.ts reads it. */
const SAMPLE_VARIABLE = "PULUMI_FAL_TEST_SAMPLE";

/**
 * What a command line asks for: parts come first, `--sample` next, the rest is for vitest.
 * @param {string[]} args
 * @returns {{ checks: Check[], vitest: string[] | undefined, sample: string | undefined }}
 */
export function planOf(args) {
  const parts = [];
  let rest = [...args];
  for (let part = PARTS[rest[0] ?? ""]; part; part = PARTS[rest[0] ?? ""]) {
    parts.push(part);
    rest = rest.slice(1);
  }
  let sample = parts.find((part) => part.sample)?.sample;
  if (rest[0] === "--sample") {
    sample = rest[1];
    if (sample !== "all" && !/^\d{1,6}$/.test(sample ?? "")) throw new SetupError('--sample: give a number or "all".');
    rest = rest.slice(2);
  }
  if (parts.length === 0) return { checks: rest.length === 0 ? CHECKS : [], vitest: rest, sample };
  const projects = [...new Set(parts.flatMap((part) => part.projects ?? []))];
  const wanted = parts.flatMap((part) => part.checks ?? []);
  return {
    checks: CHECKS.filter(({ part }) => wanted.includes(part)),
    vitest:
      projects.length === 0
        ? undefined
        : [...projects.flatMap((name) => ["--project", name]), ...parts.flatMap((part) => part.files ?? []), ...rest],
    sample,
  };
}

/**
 * What has to be set up for a command line.
 * @param {string[]} args
 * @returns {import("../setup/prepare.mjs").Needs}
 */
export function needsOf(args) {
  const tests = planOf(args).vitest !== undefined;
  return { build: true, pulumi: tests, testTools: tests ? "install" : "no", isolated: true };
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
  const plan = planOf(args);
  const sample = plan.sample ?? setup.env[SAMPLE_VARIABLE] ?? String(Math.floor(Date.now() / 86_400_000));
  if (plan.vitest) console.log(`Sample ${sample}: \`npm test -- --sample ${sample}\` runs the same.`);
  // Side by side: the tests wait most of the time.
  const checks = runChecks(plan.checks, setup);
  const tests = plan.vitest && (await runVitest(plan.vitest, setup, { ...setup.env, [SAMPLE_VARIABLE]: sample }));
  // Ended by a signal: the user wants the whole to end.
  if (tests && tests.code > 128) {
    endChildren();
    return tests.code;
  }
  const checked = await checks;
  const failedChecks = checked.filter(({ code }) => code !== 0);
  const counts = tests?.counts ?? { passed: 0, failed: 0, skipped: 0 };
  const times = [...checked.map(({ name, ms }) => ({ name, ms, note: "" })), ...timesOf(tests?.results)];
  if (times.length > 1) {
    console.log("\nTime of each part. Parts run side by side; for tests it is the sum of their files.");
    for (const { name, ms, note } of times) console.log(`  ${name.padEnd(24)}${duration(ms).padStart(7)}${note}`);
  }
  for (const { name } of failedChecks) console.log(`\nFailed: ${name}`);
  // A failed check counts as one failure, so that this line and the exit code never disagree.
  console.log(`\n${counts.passed} passed, ${counts.failed + failedChecks.length} failed, ${counts.skipped} skipped`);
  return tests?.code || (failedChecks.length > 0 ? 1 : 0);
}

/**
 * @param {Check[]} checks
 * @param {import("../setup/prepare.mjs").Setup} setup
 */
async function runChecks(checks, { node, env }) {
  const done = [];
  for (const { name, command } of checks) {
    const started = Date.now();
    const args = command.filter((argument) => argument !== undefined);
    const { code, output } = await capture(node.executable, args, { cwd: ROOT, env });
    const ms = Date.now() - started;
    console.log(`== ${name}: ${code === 0 ? "ok" : `FAILED (exit code ${code})`} after ${duration(ms)}`);
    if (code !== 0) console.log(output);
    done.push({ name, code, ms });
  }
  return done;
}

/**
 * @param {string[]} args
 * @param {import("../setup/prepare.mjs").Setup} setup
 * @param {NodeJS.ProcessEnv} variables
 */
async function runVitest(args, { node }, variables) {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-fal-test-"));
  const report = join(directory, "vitest.json");
  const env = {
    ...variables,
    NODE_COMPILE_CACHE: join(directory, "compile-cache"),
    // The Pulumi CLI runs for a second or two at a time, of which collecting garbage takes a fifth.
    GOGC: "off",
    GOMEMLIMIT: "1GiB",
  };
  let code;
  let results;
  try {
    // The tests start hundreds of short Node processes that compile the same modules. The provider process is always
    // killed, which keeps it from filling the cache, so its modules get there first: also those of the client, which the
    // first operation loads. Without a key, it ends there.
    const loads = 'require("pulumi-fal/dynamic").provider("App").read("main/app").catch(() => undefined)';
    const nobody = { ...env, FAL_KEY: "", FAL_CONFIG_PATH: devNull };
    await handOver(node.executable, ["-e", loads], { cwd: ROOT, env: nobody });
    const options = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    code = await handOver(node.executable, [inModules("vitest/vitest.mjs"), "run", ...options, ...args], {
      cwd: ROOT,
      env,
    });
    results = existsSync(report) ? JSON.parse(readFileSync(report, "utf8")) : undefined;
  } finally {
    // A process that a test left behind may still write into the cache. That must not decide the result.
    try {
      rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
    } catch (error) {
      console.log(`\nCould not remove ${directory}: ${messageOf(error)}`);
    }
  }
  const counts = countTests(results);
  if (code !== 0 && counts.failed === 0) {
    console.log(`\nvitest ended with exit code ${code} although no test failed; its output above shows why.`);
    counts.failed = 1;
  }
  // Of a part whose tools are missing, all tests are skipped. With a wrong title vitest reports the same.
  const byTitle = args.some((argument) => /^(-t|--testNamePattern)\b/.test(argument));
  if (code === 0 && counts.passed + counts.failed === 0 && (byTitle || counts.skipped === 0)) {
    console.log("\nNo test ran.");
    code = 1;
  }
  return { code, counts, results };
}

/**
 * @param {any} results what vitest's JSON reporter wrote
 * @param {string} [root]
 * @returns {{ name: string, ms: number, note: string }[]}
 */
export function timesOf(results, root = ROOT) {
  const files = (results?.testResults ?? []).map((/** @type {any} */ file) => ({
    name: relative(root, file.name).split(sep).join("/"),
    ms: file.endTime - file.startTime,
  }));
  // Files of a folder count once, however many projects run them.
  const folders = Object.entries(FOLDERS).filter(([name]) => name !== "plugin");
  return folders.flatMap(([name, folder]) => {
    const own = files.filter((/** @type {any} */ file) => file.name.startsWith(`${folder}/`));
    if (own.length === 0) return [];
    const longest = own.reduce((/** @type {any} */ a, /** @type {any} */ b) => (a.ms >= b.ms ? a : b));
    const ms = own.reduce((/** @type {number} */ sum, /** @type {any} */ file) => sum + file.ms, 0);
    const count = own.length === 1 ? "1 file" : `${own.length} files`;
    return [{ name, ms, note: `  ${count}, the longest ${longest.name} ${duration(longest.ms)}` }];
  });
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
