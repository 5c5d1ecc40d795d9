import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { buildSync } from "esbuild";
import type { Emulator } from "./emulator";
import { removeScratch, scratchDirectory, start } from "./lifetime";
import { programs, root } from "./paths";

/** What the dynamic provider host runs. */
export const dynamicVariants = ["ours", "empty", "closure"] as const;
export type DynamicVariant = (typeof dynamicVariants)[number];
/** All, in the order of the tables. The last two are plugins: this package, and one that does nothing. */
export const variants = [...dynamicVariants, "plugin", "emptyPlugin"] as const;
export type Variant = (typeof variants)[number];

/** The program of a variant, and what its Pulumi.yaml needs besides the name. */
const sources: Record<Variant | "apps", { readonly program: string; readonly yaml?: string }> = {
  apps: { program: "apps.cjs" },
  ours: { program: "ours.cjs" },
  empty: { program: "empty.cjs" },
  closure: { program: "closure.cjs" },
  plugin: { program: "ours.cjs", yaml: `${pluginIn("fal", "pulumi-fal")}config:\n  fal:plugin: true\n` },
  emptyPlugin: { program: "empty-plugin.cjs", yaml: pluginIn("bench", "bench-empty") },
};

function pluginIn(name: string, module: string): string {
  return `plugins:\n  providers:\n    - name: ${name}\n      path: node_modules/${module}/plugin\n`;
}

/** A folder from which a variant's provider can be loaded: where Pulumi's provider process looks for packages. */
export function linkPackages(directory: string): void {
  const modules = join(directory, "node_modules");
  mkdirSync(join(modules, "@pulumi"), { recursive: true });
  symlinkSync(root, join(modules, "pulumi-fal"), "dir");
  symlinkSync(join(root, "node_modules/@pulumi/pulumi"), join(modules, "@pulumi/pulumi"), "dir");
  cpSync(join(programs, "bench-empty"), join(modules, "bench-empty"), { recursive: true });
  const plugin = join(modules, "bench-empty/plugin");
  mkdirSync(plugin);
  writeFileSync(join(plugin, "main.js"), emptyPlugin());
  writeFileSync(join(plugin, "pulumi-resource-bench"), '#!/bin/sh\nexec node "$(dirname "$0")/main.js" "$@"\n', {
    mode: 0o755,
  });
}

let bundled: string | undefined;

/** The plugin that does nothing, in one file as the real one. */
function emptyPlugin(): string {
  bundled ??= buildSync({
    entryPoints: [join(programs, "empty-plugin.ts")],
    bundle: true,
    platform: "node",
    target: "node22",
    minify: true,
    write: false,
  }).outputFiles[0]?.text;
  return bundled ?? "";
}

/** The environment of every measured process: nothing of the user's own fal gets in. */
export function environment(emulator: Emulator, more: Record<string, string>): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(([name]) => !name.startsWith("FAL_"));
  return { ...Object.fromEntries(inherited), ...emulator.env, ...more };
}

export interface StateResource {
  readonly type: string;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
}

/** A stack of one variant with a file backend of its own, driven by the real CLI. */
export class Project {
  readonly directory = scratchDirectory();
  readonly #env: NodeJS.ProcessEnv;

  constructor(variant: Variant | "apps", size: number, emulator: Emulator, variables: Record<string, string> = {}) {
    linkPackages(this.directory);
    mkdirSync(join(this.directory, "state"));
    const { program, yaml = "" } = sources[variant];
    copyFileSync(join(programs, program), join(this.directory, "index.js"));
    const name = `bench-${variant.toLowerCase()}`;
    writeFileSync(join(this.directory, "Pulumi.yaml"), `name: ${name}\nruntime: nodejs\n${yaml}`);
    writeFileSync(join(this.directory, "package.json"), JSON.stringify({ name: "bench", main: "index.js" }));
    this.#env = environment(emulator, {
      ...variables,
      BENCH_SIZE: String(size),
      FAL_CONFIG_PATH: join(this.directory, "no-fal-config.toml"),
      PULUMI_BACKEND_URL: `file://${join(this.directory, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NO_COLOR: "1",
    });
  }

  /** Runs the CLI; answers how long it took, in milliseconds. Throws, with what it printed, when it fails. */
  async run(...args: string[]): Promise<number> {
    return (await pulumi([...args, "--non-interactive"], this.directory, this.#env)).ms;
  }

  async state(): Promise<StateResource[]> {
    const file = join(this.directory, "state.json");
    await this.run("stack", "export", "--file", file);
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as { deployment: { resources?: StateResource[] } };
    return (deployment.resources ?? []).filter(({ type }) =>
      /^(pulumi-nodejs:dynamic|fal:index|bench:index)/.test(type),
    );
  }

  dispose(): void {
    removeScratch(this.directory);
  }
}

export async function pulumiVersion(): Promise<string> {
  return (await pulumi(["version"], root, process.env)).stdout.trim();
}

function pulumi(args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<{ ms: number; stdout: string }> {
  return new Promise((done, failed) => {
    const began = performance.now();
    const child = start("pulumi", args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      output += text;
    });
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      output += text;
    });
    child.on("error", failed);
    child.on("close", (code, signal) => {
      if (code === 0) return done({ ms: performance.now() - began, stdout });
      const tail = output.trimEnd().split("\n").slice(-30).join("\n");
      failed(new Error(`pulumi ${args.join(" ")} ended with ${signal ?? `exit code ${code}`}:\n${tail}`));
    });
  });
}
