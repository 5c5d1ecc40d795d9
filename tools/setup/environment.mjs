// The environment that the commands of this project run in.
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { withoutNpmRun } from "./npm.mjs";

/**
 * @typedef {object} Prepared
 * @property {string} root the checkout
 * @property {string} cache
 * @property {string} nodeDirectory
 * @property {string | undefined} pulumiDirectory undefined: PATH finds the CLI as it is
 * @property {Partial<Record<keyof typeof TEST_PROGRAMS, string | undefined>>} programs of others that tests use, where there are
 */

/** Where tests find them. */
const TEST_PROGRAMS = {
  falCli: "PULUMI_FAL_TEST_FAL_CLI",
  schemathesis: "PULUMI_FAL_TEST_SCHEMATHESIS",
  checkJsonschema: "PULUMI_FAL_TEST_CHECK_JSONSCHEMA",
  shellcheck: "PULUMI_FAL_TEST_SHELLCHECK",
  pulumiPython: "PULUMI_FAL_TEST_PULUMI_PYTHON",
  actionlint: "PULUMI_FAL_TEST_ACTIONLINT",
  chromium: "PULUMI_FAL_TEST_CHROMIUM",
};

/**
 * @param {NodeJS.ProcessEnv} env what we were started with
 * @param {Prepared} prepared
 * @param {{ isolated: boolean }} options isolated: nothing of the user's own accounts gets in. For tests, demo and
 *   benchmarks; where a developer runs a command of their own, what they set is kept.
 * @returns {NodeJS.ProcessEnv}
 */
export function preparedEnvironment(env, prepared, { isolated }) {
  const result = withoutNpmRun(env);
  if (isolated) {
    for (const name of Object.keys(result)) {
      // A stack, backend, token or fal key of the user must never be what a test works on.
      if (/^(PULUMI_(?!FAL_)|FAL_)/.test(name)) delete result[name];
    }
    // The local fal is no business of a proxy, which npm and others may still need.
    const direct = result.no_proxy ?? result.NO_PROXY;
    for (const name of ["no_proxy", "NO_PROXY"])
      result[name] = [direct, "127.0.0.1", "localhost"].filter(Boolean).join(",");
    // Nor the profile in their home directory.
    result.FAL_CONFIG_PATH = join(prepared.cache, "no-fal-profile.toml");
  }
  const defaults = {
    PULUMI_HOME: join(prepared.cache, "pulumi-home"),
    PULUMI_BACKEND_URL: pathToFileURL(join(prepared.cache, "pulumi-state")).href,
    PULUMI_CONFIG_PASSPHRASE: "pulumi-fal",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
    // Each run writes a log into PULUMI_HOME, and looks at all that are there.
    PULUMI_LOG_ROTATION_MAX_TOTAL_MB: "2",
  };
  for (const [name, value] of Object.entries(defaults)) {
    if (name === "PULUMI_CONFIG_PASSPHRASE" && result.PULUMI_CONFIG_PASSPHRASE_FILE !== undefined) continue;
    result[name] ??= value;
  }
  for (const [program, name] of Object.entries(TEST_PROGRAMS)) {
    const executable = prepared.programs[/** @type {keyof typeof TEST_PROGRAMS} */ (program)];
    if (executable !== undefined) result[name] = executable;
    else delete result[name];
  }
  const first = [prepared.nodeDirectory, join(prepared.root, "node_modules", ".bin"), prepared.pulumiDirectory].filter(
    (directory) => directory !== undefined,
  );
  const rest = (env.PATH ?? "").split(delimiter).filter((directory) => !first.includes(directory));
  result.PATH = [...first, ...rest].join(delimiter);
  return result;
}
