// The commands, what each one needs, and the help text.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SetupError } from "../setup/errors.mjs";
import { ROOT } from "../setup/prepare.mjs";
import { handOver } from "../setup/process.mjs";
import { callerDirectory, createProject } from "./create.mjs";
import { needsOf, PARTS, runTests } from "./test.mjs";

/**
 * @typedef {object} Command
 * @property {string} usage
 * @property {string} what
 * @property {import("../setup/prepare.mjs").Needs | ((args: string[]) => import("../setup/prepare.mjs").Needs)} needs
 * @property {(setup: import("../setup/prepare.mjs").Setup, args: string[]) => Promise<number>} run
 */

/** @type {Record<string, Command>} */
export const COMMANDS = {
  test: {
    usage: "test [part] [--sample N] [vitest arguments]",
    what: "everything that CI runs, or one part of it; all other arguments are passed to vitest",
    needs: needsOf,
    run: runTests,
  },
  demo: {
    usage: "demo [arguments]",
    what: "shows the provider with a local fal and the real Pulumi CLI",
    needs: { build: true, pulumi: true, testTools: "cached", isolated: true },
    run: ({ node, env }, args) => runScript(node.executable, [], "tools/demo.mjs", args, env),
  },
  emulator: {
    usage: "emulator [arguments]",
    what: "starts fal-emulator, a local fal; --help lists its arguments",
    needs: { build: true, pulumi: false, testTools: "no", isolated: false },
    run: ({ node, env }, args) =>
      handOver(node.executable, [join(ROOT, "emulator/dist/cli.js"), ...args], { cwd: callerDirectory(), env }),
  },
  create: {
    usage: "create folder [arguments]",
    what: "creates a Pulumi project that uses the package of this clone; --help lists its arguments",
    needs: { build: true, pulumi: false, testTools: "no", isolated: false },
    run: createProject,
  },
  bench: {
    usage: "bench [arguments]",
    what: "runs the benchmarks",
    needs: { build: true, pulumi: true, testTools: "cached", isolated: true },
    run: ({ node, env }, args) => runScript(node.executable, ["--import", "tsx"], "bench/run.ts", args, env),
  },
  crash: {
    usage: "crash [--rounds N] [--seed N]",
    what: "kills runs at random moments and fails hand-overs; default: 200 rounds, less than an hour",
    needs: { build: true, pulumi: true, testTools: "no", isolated: true },
    run: runCrashes,
  },
  setup: {
    usage: "setup",
    what: "only installs what the other commands need",
    needs: { build: true, pulumi: true, testTools: "install", isolated: true },
    run: async ({ node, pulumi, programs }) => {
      const rows = {
        node: `${node.version}  ${node.executable}`,
        pulumi: pulumi && `${pulumi.version}  ${pulumi.executable} (${pulumi.route})`,
        fal: programs.falCli,
        schemathesis: programs.schemathesis,
        "check-jsonschema": programs.checkJsonschema,
        shellcheck: programs.shellcheck,
        "Python with Pulumi": programs.pulumiPython,
        actionlint: programs.actionlint,
        chromium: programs.chromium,
      };
      for (const [name, text] of Object.entries(rows)) console.log(`${name.padEnd(20)}${text ?? "not available"}`);
      return 0;
    },
  },
  exec: {
    usage: "exec -- command [arguments]",
    what: "runs a command in the prepared environment",
    needs: { build: false, pulumi: true, testTools: "cached", isolated: false },
    run: async ({ env }, args) => {
      const [command, ...rest] = args[0] === "--" ? args.slice(1) : args;
      if (command === undefined)
        throw new SetupError("exec needs a command, for example: node tools/run.mjs exec -- bash");
      return handOver(command, rest, { env });
    },
  },
  pulumi: {
    usage: "pulumi [arguments]",
    what: "runs the Pulumi CLI in that environment, with a local backend unless PULUMI_BACKEND_URL is set",
    needs: { build: false, pulumi: true, testTools: "cached", isolated: false },
    run: ({ env, pulumi }, args) => handOver(pulumi?.executable ?? "pulumi", args, { env }),
  },
};

/**
 * @param {import("../setup/prepare.mjs").Setup} setup
 * @param {string[]} args
 */
async function runCrashes({ node, env }, args) {
  const { rounds, seed } = wholeNumbers(args);
  const campaign = { ...env, CRASH_ROUNDS: String(rounds ?? 200), ...(seed === undefined ? {} : { CRASH_SEED: seed }) };
  return runScript(
    node.executable,
    [],
    "node_modules/vitest/vitest.mjs",
    ["run", "--project", "e2e", "test/e2e/crash.test.ts"],
    campaign,
  );
}

/** @param {string[]} args */
function wholeNumbers(args) {
  try {
    const { values } = parseArgs({ args, options: { rounds: { type: "string" }, seed: { type: "string" } } });
    for (const [name, value] of Object.entries(values)) {
      if (!/^\d{1,10}$/.test(value)) throw new Error(`--${name}: "${value}" is not a whole number`);
    }
    return values;
  } catch (error) {
    throw new SetupError(`crash: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/**
 * @param {string} node
 * @param {string[]} options
 * @param {string} script
 * @param {string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function runScript(node, options, script, args, env) {
  if (!existsSync(join(ROOT, script))) throw new SetupError(`${script} does not exist in this checkout.`);
  return handOver(node, [...options, join(ROOT, script), ...args], { cwd: ROOT, env });
}

export function help() {
  const width = Math.max(...Object.values(COMMANDS).map(({ usage }) => usage.length));
  return `usage: node tools/run.mjs <command>

${Object.values(COMMANDS)
  .map(({ usage, what }) => `  ${usage.padEnd(width)}  ${what}`)
  .join("\n")}

parts of \`test\`:
${Object.entries(PARTS)
  .map(([name, { what }]) => `  ${name.padEnd(14)}${what}`)
  .join("\n")}

--sample selects the part of the fault matrix and of the package matrix to run: a number, or "all". Default: by date.

Each command first installs what it needs: Node, the npm dependencies, the build and a Pulumi CLI. The tests also
need fal's own CLI, schemathesis, check-jsonschema, shellcheck, actionlint, Chromium and
Pulumi's SDK for Python. You need Node 20 or later
and npm, and one of these for the Pulumi CLI: the CLI itself, access to its download host, or Go. Downloads go to a
cache outside the clone.

environment variables:
  PULUMI                    the Pulumi CLI to use
  CHROMIUM, CHROME          the Chromium to use for browser tests
  PULUMI_FAL_CACHE          the cache directory (default: pulumi-fal in the user's cache directory)
  PULUMI_FAL_DOWNLOAD_URL   a mirror of https://get.pulumi.com/releases/sdk
  PULUMI_FAL_PULUMI_ROUTES  where to get a Pulumi CLI: any of env,path,cache,download,go (default: all)
`;
}
