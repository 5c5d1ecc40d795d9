// Deploys the code of an app with the official `fal` CLI, where it is installed.
import { cpSync, symlinkSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { capture, onPath } from "../setup/process.mjs";
import { FAL_CLI_PINNED, isAtLeast } from "../setup/versions.mjs";
import { ROOT } from "./session.mjs";
import { blank, command, step, tell } from "./terminal.mjs";

/**
 * @param {import("./session.mjs").Session} session
 * @param {import("./account.mjs").Account} account
 */
export async function deployCode(session, account) {
  step("Deploy the code of an app");
  const cli = await findCli();
  if (cli === undefined) {
    tell(
      `This step is left out, because it needs Python and the fal CLI ${FAL_CLI_PINNED} or later on the PATH: pip install "fal>=${FAL_CLI_PINNED}". docs/guides/deploy.md describes what it does.`,
    );
    return;
  }
  const folder = join(session.scratch, "app");
  const directory = join(folder, "typescript");
  tell(
    `${folder} is a copy of examples/app: app/app.py, and a program that deploys it to an environment of its own, with a secret and its scaling. The fal CLI packs the code. The following commands run in ${directory}.`,
  );
  const own = (/** @type {string} */ path) => !["node_modules", ".venv", "venv", "sdks"].includes(basename(path));
  cpSync(join(ROOT, "examples", "app"), folder, { recursive: true, filter: own });
  symlinkSync(join(ROOT, "node_modules"), join(folder, "node_modules"), "junction");
  const { project, exports } = session;
  session.project = { directory, name: "pulumi-fal-app", program: join(directory, "index.ts"), reads: 0 };
  try {
    if (cli.environment !== undefined) {
      session.exports = { ...exports, VIRTUAL_ENV: cli.environment };
      command(`export VIRTUAL_ENV=${cli.environment}`);
    }
    await session.pulumi(`stack init ${session.stack}`);
    await session.pulumi("up --yes --skip-preview");
    await account.confirm(
      `fal now runs the app flux in the environment ${session.stack}, with the scaling of the program`,
      ({ apps }) => apps.some(({ name, max_concurrency: max }) => name === "flux" && max === 4),
    );
    blank();
    await session.pulumi("destroy --yes --skip-preview --remove");
    await account.confirm(
      "the app is deleted with its environment, because the program can deploy it again",
      ({ apps, environments }) =>
        !apps.some(({ name }) => name === "flux") && !environments.some(({ name }) => name === session.stack),
    );
  } finally {
    Object.assign(session, { project, exports });
  }
}

/**
 * The CLI that the tests have installed, or the user's, if it is new enough.
 * @returns {Promise<{ environment?: string } | undefined>} environment: where to find it, if not on the PATH
 */
async function findCli() {
  const installed = process.env.PULUMI_FAL_TEST_FAL_CLI;
  if (installed !== undefined) return { environment: dirname(dirname(installed)) };
  const [own] = onPath("fal", process.env);
  if (own === undefined) return undefined;
  const { stdout } = await capture(own, ["--version"], { timeout: 30_000 });
  return isAtLeast(stdout, FAL_CLI_PINNED) ? {} : undefined;
}
