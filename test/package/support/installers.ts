import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../../tools/setup/cache.mjs";
import { programFromNpm } from "../../../tools/setup/npm-programs.mjs";
import { ensureNpmScript } from "../../../tools/setup/npm-scripts.mjs";
import { type installers, runtimes } from "./matrix";
import { node, npm } from "./packages";

const context = { cache: cacheDirectory(process.env) as string, env: process.env };

/** The folder that holds a certain Node and nothing else. Throws a `SetupError` where it cannot be had. */
export async function nodeDirectory(version: string): Promise<string> {
  return (await programFromNpm("node", version, context)).directory;
}

/** How to start a script on a runtime. Throws a `SetupError` where it cannot be had. */
export async function runtimeCommand(runtime: keyof typeof runtimes): Promise<readonly [string, ...string[]]> {
  const { version, options } = runtimes[runtime];
  return [(await programFromNpm(runtime, version, context)).executable, ...options];
}

type Dependencies = Readonly<Record<string, string>>;

/** A project of a user, with its dependencies as one of the package managers lays them out. */
export class Project {
  /** Where the program lies. */
  readonly directory: string;
  readonly #root: string;
  readonly #installer: keyof typeof installers;
  readonly #direct: Dependencies;
  readonly #indirect: Dependencies;

  /** `indirect`: dependencies of another package of the workspace, `shared`, which the program's package depends on. */
  constructor(root: string, installer: keyof typeof installers, direct: Dependencies, indirect: Dependencies = {}) {
    this.#root = root;
    this.#installer = installer;
    this.#direct = direct;
    this.#indirect = indirect;
    this.directory = installer.endsWith("Workspace") ? join(root, "packages/infra") : root;
    mkdirSync(this.directory, { recursive: true });
  }

  /** Writes the program's package.json; what else is in it comes from the program. */
  describe(more: object = {}, dependencies: Dependencies = {}): void {
    const shared = Object.keys(this.#indirect).length > 0 ? { shared: this.#workspaceVersion } : {};
    const all = { ...this.#direct, ...shared, ...dependencies };
    writeJson(join(this.directory, "package.json"), { name: "infra", private: true, ...more, dependencies: all });
  }

  /** Throws a `SetupError` where the package manager itself cannot be had. */
  async install(): Promise<void> {
    if (this.directory !== this.#root) this.#describeWorkspace();
    const cwd = this.#root;
    switch (this.#installer) {
      case "npm":
      case "npmWorkspace":
        await npm(["install", "--prefer-offline", "--no-audit", "--no-fund", "--ignore-scripts"], { cwd });
        return;
      case "pnpm":
      case "pnpmWorkspace": {
        const pnpm = await ensureNpmScript("pnpm", context);
        const options = ["--registry", await registryOfNpm(cwd), "--store-dir", join(context.cache, "pnpm-store")];
        await node([pnpm, "install", "--no-frozen-lockfile", "--prefer-offline", "--ignore-scripts", ...options], cwd);
        return;
      }
      case "yarnClassic": {
        const yarn = await ensureNpmScript("yarnClassic", context);
        // Its cache knows our tarball by name and version only, and would give back that of an earlier run.
        const cache = join(cwd, ".yarn-cache");
        await node(
          [yarn, "install", "--non-interactive", "--ignore-scripts", "--no-lockfile", "--cache-folder", cache],
          cwd,
        );
        return;
      }
      case "yarn":
      case "plugAndPlay": {
        const yarn = await ensureNpmScript("yarn", context);
        // Without a lock file of its own the project would belong to one further up.
        writeFileSync(join(cwd, "yarn.lock"), "");
        await node([yarn, "install"], cwd, {
          YARN_NODE_LINKER: this.#installer === "yarn" ? "node-modules" : "pnp",
          YARN_NPM_REGISTRY_SERVER: await registryOfNpm(cwd),
          YARN_GLOBAL_FOLDER: join(context.cache, "yarn"),
          // Its fifty connections at once are more than some proxies take.
          YARN_NETWORK_CONCURRENCY: "8",
          YARN_HTTP_RETRY: "5",
          YARN_ENABLE_TELEMETRY: "0",
          YARN_ENABLE_SCRIPTS: "false",
          YARN_ENABLE_IMMUTABLE_INSTALLS: "false",
        });
        return;
      }
    }
  }

  /** What Node needs in its environment to find the dependencies. */
  get env(): NodeJS.ProcessEnv {
    if (this.#installer !== "plugAndPlay") return {};
    return { NODE_OPTIONS: `--require ${join(this.#root, ".pnp.cjs")}` };
  }

  get #workspaceVersion(): string {
    return this.#installer === "pnpmWorkspace" ? "workspace:*" : "*";
  }

  #describeWorkspace(): void {
    writeJson(join(this.#root, "package.json"), { name: "monorepo", private: true, workspaces: ["packages/*"] });
    writeFileSync(join(this.#root, "pnpm-workspace.yaml"), "packages: ['packages/*']\n");
    if (Object.keys(this.#indirect).length === 0) return;
    const shared = join(this.#root, "packages/shared");
    mkdirSync(shared, { recursive: true });
    writeJson(join(shared, "package.json"), { name: "shared", version: "1.0.0", dependencies: this.#indirect });
    writeFileSync(join(shared, "index.js"), `module.exports = require("pulumi-fal");\n`);
  }
}

/** The others do not read all of npm's settings. */
async function registryOfNpm(cwd: string): Promise<string> {
  return (await npm(["config", "get", "registry"], { cwd })).stdout.trim().replace(/\/$/, "");
}

function writeJson(file: string, content: object): void {
  writeFileSync(file, JSON.stringify(content, undefined, 2));
}
