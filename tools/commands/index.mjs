// The commands, what each needs, and the help that names them.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { SetupError } from "../setup/errors.mjs";
import { ROOT } from "../setup/prepare.mjs";
import { handOver } from "../setup/process.mjs";
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
    what: "everything CI runs, or one part of it; with other arguments only vitest, with these arguments",
    needs: needsOf,
    run: runTests,
  },
  demo: {
    usage: "demo [arguments]",
    what: "the provider at work on a local fal, with the real Pulumi CLI",
    needs: { build: true, pulumi: true, testTools: "cached", isolated: true },
    run: ({ node, env }, args) => runScript(node.executable, [], "tools/demo.mjs", args, env),
  },
  bench: {
    usage: "bench [arguments]",
    what: "the benchmarks",
    needs: { build: true, pulumi: true, testTools: "no", isolated: true },
    run: ({ node, env }, args) => runScript(node.executable, ["--import", "tsx"], "bench/run.ts", args, env),
  },
  crash: {
    usage: "crash [--rounds N] [--seed N]",
    what: "kills runs at random moments and fails hand-overs, 200 rounds unless told otherwise (under an hour)",
    needs: { build: true, pulumi: true, testTools: "no", isolated: true },
    run: runCrashes,
  },
  setup: {
    usage: "setup",
    what: "only the set-up",
    needs: { build: true, pulumi: true, testTools: "install", isolated: true },
    run: async ({ node, pulumi, programs }) => {
      const rows = {
        node: `${node.version}  ${node.executable}`,
        pulumi: pulumi && `${pulumi.version}  ${pulumi.executable} (${pulumi.route})`,
        fal: programs.falCli,
        schemathesis: programs.schemathesis,
        "check-jsonschema": programs.checkJsonschema,
        shellcheck: programs.shellcheck,
        actionlint: programs.actionlint,
        chromium: programs.chromium,
      };
      for (const [name, text] of Object.entries(rows)) console.log(`${name.padEnd(18)}${text ?? "not available"}`);
      return 0;
    },
  },
  exec: {
    usage: "exec -- command [arguments]",
    what: "any command in the prepared environment",
    needs: { build: false, pulumi: true, testTools: "cached", isolated: false },
    run: async ({ env }, args) => {
      const [command, ...rest] = args[0] === "--" ? args.slice(1) : args;
      if (command === undefined) throw new SetupError("exec: which command?");
      return handOver(command, rest, { env });
    },
  },
  pulumi: {
    usage: "pulumi [arguments]",
    what: "the Pulumi CLI in the prepared environment, with a local backend unless PULUMI_BACKEND_URL is set",
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

--sample: which part of the fault matrix and of the package matrix runs, a number or "all" (default: by date).

Every command sets up first what it needs: Node, the npm dependencies, the build, a Pulumi CLI, and for the
tests programs of others: fal's own CLI, schemathesis, check-jsonschema, shellcheck, actionlint and Chromium.
Node 20 or newer and npm have to be there; and for the Pulumi CLI one of: the CLI itself, access to its download
host, Go. What is installed outside of the checkout goes to a cache and is found there the next time.

environment variables:
  PULUMI                    the Pulumi CLI to use
  CHROMIUM, CHROME          the Chromium to use, for the tests in a browser
  PULUMI_FAL_CACHE          the cache directory (default: pulumi-fal in the user's cache directory)
  PULUMI_FAL_DOWNLOAD_URL   a mirror of https://get.pulumi.com/releases/sdk
  PULUMI_FAL_PULUMI_ROUTES  the ways to a Pulumi CLI that may be taken, of: env,path,cache,download,go (default: all)
`;
}
