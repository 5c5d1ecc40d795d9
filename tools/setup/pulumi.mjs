// A real Pulumi CLI with its Node language host: what is installed, else the cache, else a download, else a build.
import { realpathSync } from "node:fs";
import { dirname, join } from "node:path";
import { ensureEntry, entryName } from "./cache.mjs";
import { SetupError } from "./errors.mjs";
import { capture, executableName, isExecutable, onPath } from "./process.mjs";
import { downloadPulumi } from "./pulumi-download.mjs";
import { buildPulumi } from "./pulumi-go.mjs";
import { isAtLeast, PULUMI_MINIMUM, PULUMI_PINNED, parseVersion } from "./versions.mjs";

const HOST = "pulumi-language-nodejs";
const LAUNCHER = "pulumi-resource-pulumi-nodejs";

/** A release has a host for each, and so has what we build. */
const LANGUAGES = ["nodejs", "python", "go", "yaml"];

/** In the order they are tried. */
const ROUTES = /** @type {const} */ (["env", "path", "cache", "download", "go"]);
/** @typedef {typeof ROUTES[number]} Route */

/**
 * @typedef {object} Pulumi
 * @property {string} executable
 * @property {string} directory to be put on PATH, before any other `pulumi`
 * @property {string} version
 * @property {Route} route
 */

/**
 * Reads PULUMI_FAL_PULUMI_ROUTES, which exists so that every route can be tested on any machine.
 * @param {string | undefined} value
 * @returns {Route[]}
 */
export function parseRoutes(value) {
  if (value === undefined || value.trim() === "") return [...ROUTES];
  const names = value.split(",").map((name) => name.trim());
  const unknown = names.find((name) => !ROUTES.some((route) => route === name));
  if (unknown !== undefined) {
    throw new SetupError(`PULUMI_FAL_PULUMI_ROUTES: "${unknown}" is no route; the routes are ${ROUTES.join(", ")}.`);
  }
  return ROUTES.filter((route) => names.includes(route));
}

/**
 * Whether a CLI can run this project's programs, from what was found out about it.
 * @param {{ version: string | undefined, hasHost: boolean, hasLauncher: boolean }} found
 * @returns {string | undefined} why not, else undefined
 */
export function whyUnusable({ version, hasHost, hasLauncher }) {
  if (version === undefined) return "`pulumi version` does not answer with a version";
  if (!isAtLeast(version, PULUMI_MINIMUM)) return `it is ${version}, and ${PULUMI_MINIMUM} or newer is needed`;
  const missing = [...(hasHost ? [] : [HOST]), ...(hasLauncher ? [] : [LAUNCHER])];
  if (missing.length > 0) return `it has no ${missing.join(" and no ")}, neither in its directory nor on PATH`;
  return undefined;
}

/**
 * @param {string} executable
 * @param {NodeJS.ProcessEnv} env
 */
async function inspect(executable, env) {
  const directories = [dirname(executable), dirname(realpathSync(executable))];
  const has = (/** @type {string} */ name) =>
    directories.some((directory) => isExecutable(join(directory, executableName(name)))) ||
    onPath(name, env).length > 0;
  const answer = await capture(executable, ["version"], {
    env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeout: 30_000,
  });
  const version = answer.code === 0 && parseVersion(answer.stdout) ? answer.stdout.trim() : undefined;
  return { version, hasHost: has(HOST), hasLauncher: has(LAUNCHER) };
}

/**
 * @param {{ root: string, cache: string, env: NodeJS.ProcessEnv }} context
 * @returns {Promise<Pulumi>}
 */
export async function ensurePulumi({ root, cache, env }) {
  const routes = parseRoutes(env.PULUMI_FAL_PULUMI_ROUTES);
  /** Why each route did not work. @type {string[]} */
  const reasons = [];
  const entry = join(cache, entryName("pulumi", PULUMI_PINNED));
  const bin = join(entry, "bin");
  const cached = { executable: join(bin, executableName("pulumi")), directory: bin, version: `v${PULUMI_PINNED}` };
  const isCached = () =>
    ["pulumi", ...LANGUAGES.map((language) => `pulumi-language-${language}`)].every((name) =>
      isExecutable(join(bin, executableName(name))),
    );

  if (routes.includes("env") && env.PULUMI) {
    const [executable] = env.PULUMI.includes("/") || env.PULUMI.includes("\\") ? [env.PULUMI] : onPath(env.PULUMI, env);
    if (!executable || !isExecutable(executable)) {
      throw new SetupError(`The environment variable PULUMI names ${env.PULUMI}, which is not an executable file.`);
    }
    const found = await inspect(executable, env);
    const reason = whyUnusable(found);
    // An explicit wish: taking another CLI in silence would be worse than stopping.
    if (reason)
      throw new SetupError(
        `The CLI that the environment variable PULUMI names, ${executable}, can't be used: ${reason}.`,
      );
    return { executable, directory: dirname(executable), version: found.version ?? "", route: "env" };
  }

  if (routes.includes("path")) {
    const candidates = onPath("pulumi", env);
    if (candidates.length === 0) reasons.push("pulumi on PATH: there is none");
    for (const executable of new Set(candidates)) {
      // Ours, put there by a script like this one that started us.
      if (executable === cached.executable && isCached()) return { ...cached, route: "cache" };
      const found = await inspect(executable, env);
      const reason = whyUnusable(found);
      if (!reason) return { executable, directory: dirname(executable), version: found.version ?? "", route: "path" };
      reasons.push(`pulumi on PATH: ${executable}: ${reason}`);
    }
  }

  if (routes.includes("cache") && isCached()) return { ...cached, route: "cache" };

  /** @type {Route | undefined} */
  let route;
  const makers = /** @type {const} */ ([
    ["download", "official download", downloadPulumi],
    ["go", "build with Go", buildPulumi],
  ]);
  await ensureEntry(cache, entry, {
    what: "the Pulumi CLI",
    isReady: () => route !== undefined || (routes.includes("cache") && isCached()),
    make: async (temporary) => {
      for (const [name, title, make] of makers) {
        if (!routes.includes(name)) {
          reasons.push(`${title}: not tried, because PULUMI_FAL_PULUMI_ROUTES leaves it out`);
          continue;
        }
        try {
          await make(temporary, { root, env });
          route = name;
          return;
        } catch (error) {
          if (!(error instanceof SetupError)) throw error;
          reasons.push(`${title}: ${error.message}`);
        }
      }
      throw new SetupError(nothingWorked(reasons));
    },
  });
  return { ...cached, route: route ?? "cache" };
}

/** @param {string[]} reasons */
function nothingWorked(reasons) {
  return [
    "No usable Pulumi CLI, and none could be installed:",
    ...reasons.map((reason) => `  - ${reason.replaceAll("\n", "\n    ")}`),
    "",
    "One of these is enough:",
    `  - the Pulumi CLI ${PULUMI_MINIMUM} or newer on PATH (https://www.pulumi.com/docs/install/), or named by the environment variable PULUMI`,
    "  - access to https://get.pulumi.com, directly or through HTTPS_PROXY",
    "  - Go (https://go.dev/dl/) with access to a Go module proxy (GOPROXY)",
  ].join("\n");
}
