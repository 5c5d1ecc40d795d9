// The Pulumi CLI built from its public Go modules, for machines that can't reach Pulumi's download host.
//
// `go install …@version` refuses modules with replace directives, so a small module of ours requires it
// (tools/pulumi-cli/cli). The language hosts are older than the CLI: language-hosts.mjs says why. What the Node host
// lacks is made up for by a script in front of it.
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { SetupError } from "./errors.mjs";
import { copyHostSources, HOST_PACKAGES } from "./language-hosts.mjs";
import { slowly } from "./log.mjs";
import { capture, executableName, isExecutable, mustRun, onPath } from "./process.mjs";
import { GO_MINIMUM, isAtLeast, PULUMI_PINNED } from "./versions.mjs";

const SDK = "github.com/pulumi/pulumi/sdk/v3";
const PKG = "github.com/pulumi/pulumi/pkg/v3";

/**
 * @param {string} target
 * @param {{ root: string, env: NodeJS.ProcessEnv }} context
 */
export async function buildPulumi(target, { root, env }) {
  if (process.platform === "win32") {
    throw new SetupError("not supported on Windows: the language host's wrapper is a shell script");
  }
  const go = await findGo(env);
  const modules = join(root, "tools", "pulumi-cli");
  const bin = join(target, "bin");
  mkdirSync(bin, { recursive: true });
  // No C compiler needed, and nothing of a surrounding Go workspace or of the user's flags gets in.
  const goEnv = { ...env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=readonly" };
  await slowly("building the Pulumi CLI from Go modules (about 3 minutes the first time)", async (report) => {
    const source = join(target, "source");
    mkdirSync(source);
    await copyHostSources(source, bin, { go, root, env: goEnv });
    report("command line and language hosts");
    // One build for all: most of their packages are the same.
    const flags = `-s -w -X ${SDK}/go/common/version.Version=v${PULUMI_PINNED}`;
    const packages = [`${PKG}/cmd/pulumi`, ...Object.values(HOST_PACKAGES)];
    const options = ["-tags", "osusergo,grpcnotrace", "-ldflags", flags];
    await mustRun(go, ["build", "-o", `${bin}/`, ...options, ...packages], { cwd: source, env: goEnv });
    rmSync(source, { recursive: true });
  });
  copyFileSync(join(modules, "language-host", "pulumi-language-nodejs"), join(bin, "pulumi-language-nodejs"));
  chmodSync(join(bin, "pulumi-language-nodejs"), 0o755);
}

/**
 * Go's own installer does not touch PATH, so its standard place is looked at as well.
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>}
 */
export async function findGo(env) {
  const places = [
    ...onPath("go", env),
    ...(env.GOROOT ? [join(env.GOROOT, "bin", executableName("go"))] : []),
    "/usr/local/go/bin/go",
  ];
  const go = places.find(isExecutable);
  if (!go) throw new SetupError("Go is not installed: there is no go on PATH, nor in /usr/local/go");
  const { output } = await capture(go, ["env", "GOVERSION", "GOTOOLCHAIN"], { env });
  const [version = "", toolchain = ""] = output.trim().split("\n");
  // From 1.21 on Go fetches the toolchain that a module asks for by itself, unless that was switched off.
  const upgrades = isAtLeast(version, "1.21.0") && toolchain !== "local";
  if (!isAtLeast(version, GO_MINIMUM) && !upgrades) {
    throw new SetupError(`${go} is ${version || "of an unknown version"}, and ${GO_MINIMUM} or newer is needed`);
  }
  return go;
}

/**
 * Puts the scripts beside a built CLI: the wrapper of its language host, from this checkout, and the launcher of dynamic
 * providers, from the SDK. Done on every run, because the scripts may change when the binaries do not. An official release
 * has both and stays as it is.
 * @param {string} bin the directory of the CLI in use
 * @param {string} root
 */
export function completeBuiltPulumi(bin, root) {
  const lib = join(dirname(bin), "lib");
  if (!existsSync(join(bin, "pulumi-language-nodejs-host"))) return;
  const wrapper = join(root, "tools", "pulumi-cli", "language-host");
  const require = createRequire(join(root, "package.json"));
  const sdk = require.resolve("@pulumi/pulumi/package.json");
  // The SDK depends on it. This form is one file, and the fastest to load: it delays every start of the host.
  const yaml = join(dirname(createRequire(sdk).resolve("js-yaml/package.json")), "dist", "js-yaml.min.js");
  install(join(wrapper, "pulumi-language-nodejs"), join(bin, "pulumi-language-nodejs"), 0o755);
  install(join(dirname(sdk), "pulumi-resource-pulumi-nodejs"), join(bin, "pulumi-resource-pulumi-nodejs"), 0o755);
  install(join(wrapper, "runtime-options.mjs"), join(lib, "runtime-options.mjs"), 0o644);
  install(yaml, join(lib, "js-yaml.cjs"), 0o644);
}

/**
 * Moved into place, because another process may be running the old one.
 * @param {string} from
 * @param {string} to
 * @param {number} mode
 */
function install(from, to, mode) {
  const content = readFileSync(from);
  if (existsSync(to) && readFileSync(to).equals(content)) return;
  mkdirSync(dirname(to), { recursive: true });
  const temporary = `${to}.tmp-${process.pid}`;
  writeFileSync(temporary, content, { mode });
  chmodSync(temporary, mode);
  renameSync(temporary, to);
}
