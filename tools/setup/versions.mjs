// Every version the set-up pins, in one place, and the comparison they need.

/** What `@pulumi/pulumi` and this package ask for (package.json, "engines"). */
export const NODE_MINIMUM = "22.19.0";

/** Installed from the npm package `node` where the machine's own Node is older than NODE_MINIMUM. */
export const NODE_PINNED = "24.21.0";

/** The newest of each line of Node that this package works on. The compatibility matrix runs on them, and on the oldest. */
export const NODE_LINES = ["22.23.3", NODE_PINNED, "26.10.0"];

/** Older than NODE_MINIMUM: on it every entry point of the package names the Node that it needs. */
export const NODE_TOO_OLD = "20.20.2";

/** What else the compatibility matrix runs the package on: packages on npm. */
export const BUN_PINNED = "1.4.5";
export const DENO_PINNED = "2.9.6";

/** What the compatibility matrix installs the package with, besides npm: packages on npm. */
export const PNPM_PINNED = "12.21.0";
export const YARN_CLASSIC_PINNED = "1.22.22";
export const YARN_PINNED = "4.18.1";

/** The type checker that editors show for Python: a package on npm. */
export const PYRIGHT_PINNED = "1.1.414";

/** Taken for the official download and for the Go build alike; tools/pulumi-cli/cli/go.mod must name the same one. */
export const PULUMI_PINNED = "3.276.0";

/** The first CLI whose `pulumi import --file` takes inputs and outputs, which `pulumi-fal import` writes. */
export const PULUMI_MINIMUM = "3.254.0";

/** The `go` line of tools/pulumi-cli/cli/go.mod. */
export const GO_MINIMUM = "1.26.6";

/** Pulumi's SDK for Python, which programs in Python import: a package on PyPI. Its releases follow the CLI's by days. */
export const PULUMI_PYTHON_PINNED = "3.272.0";

/** What it says on PyPI that it needs. */
export const PULUMI_PYTHON_PYTHON = "3.10.0";

/** fal's own CLI: an independent witness of what the provider did. */
export const FAL_CLI_PINNED = "1.83.0";

/** What it says on PyPI that it needs. */
export const FAL_CLI_PYTHON = "3.10.0";

/** Holds the emulator against fal's OpenAPI document. */
export const SCHEMATHESIS_PINNED = "4.32.5";

/** What it says on PyPI that it needs. */
export const SCHEMATHESIS_PYTHON = "3.11.0";

/** The linter of the GitHub workflows in examples/gitops; a Go module. Its `go` line is older than GO_MINIMUM. */
export const ACTIONLINT_PINNED = "1.7.12";

/** Holds the same files, and GitLab's, against the official JSON schemas, which its package carries. */
export const CHECK_JSONSCHEMA_PINNED = "0.39.0";

/** What it says on PyPI that it needs. */
export const CHECK_JSONSCHEMA_PYTHON = "3.10.0";

/** The linter of shell scripts: its program in a package of PyPI. */
export const SHELLCHECK_PINNED = "0.11.0.1";

/** What that package says that it needs. */
export const SHELLCHECK_PYTHON = "3.9.0";

/** The package @sparticuz/chromium on npm, whose version is Chromium's. */
export const CHROMIUM_PINNED = "153.0.0";

/**
 * The first version number in a text such as "v3.259.0", "go version go1.26.8 linux/amd64" or "Python 3.11.7".
 * A missing patch number counts as 0, so that "go1.26" is a version too.
 * @param {string} text
 * @returns {[number, number, number] | undefined}
 */
export function parseVersion(text) {
  const match = /(\d+)\.(\d+)(?:\.(\d+))?/.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)] : undefined;
}

/**
 * @param {string} version
 * @param {string} minimum
 */
export function isAtLeast(version, minimum) {
  const have = parseVersion(version);
  const want = parseVersion(minimum);
  if (!have || !want) return false;
  for (let i = 0; i < 3; i++) {
    const difference = /** @type {number} */ (have[i]) - /** @type {number} */ (want[i]);
    if (difference !== 0) return difference > 0;
  }
  return true;
}
