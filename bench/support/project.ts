import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import type { Emulator } from "./emulator";
import { removeScratch, scratchDirectory, start } from "./lifetime";
import { programs, root } from "./paths";

export const variants = ["ours", "empty", "closure"] as const;
export type Variant = (typeof variants)[number];

/** A folder from which a variant's provider can be loaded: where Pulumi's provider process looks for packages. */
export function linkPackages(directory: string): void {
  const modules = join(directory, "node_modules");
  mkdirSync(join(modules, "@pulumi"), { recursive: true });
  symlinkSync(root, join(modules, "pulumi-fal"), "dir");
  symlinkSync(join(root, "node_modules/@pulumi/pulumi"), join(modules, "@pulumi/pulumi"), "dir");
  cpSync(join(programs, "bench-empty"), join(modules, "bench-empty"), { recursive: true });
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
  readonly #directory = scratchDirectory();
  readonly #env: NodeJS.ProcessEnv;

  constructor(variant: Variant, size: number, emulator: Emulator) {
    linkPackages(this.#directory);
    mkdirSync(join(this.#directory, "state"));
    copyFileSync(join(programs, `${variant}.cjs`), join(this.#directory, "index.js"));
    writeFileSync(join(this.#directory, "Pulumi.yaml"), `name: bench-${variant}\nruntime: nodejs\n`);
    writeFileSync(join(this.#directory, "package.json"), JSON.stringify({ name: "bench", main: "index.js" }));
    this.#env = environment(emulator, {
      BENCH_SIZE: String(size),
      FAL_CONFIG_PATH: join(this.#directory, "no-fal-config.toml"),
      PULUMI_BACKEND_URL: `file://${join(this.#directory, "state")}`,
      PULUMI_CONFIG_PASSPHRASE: "bench",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      NO_COLOR: "1",
    });
  }

  /** Runs the CLI; answers how long it took, in milliseconds. Throws, with what it printed, when it fails. */
  async run(...args: string[]): Promise<number> {
    return (await pulumi([...args, "--non-interactive"], this.#directory, this.#env)).ms;
  }

  async state(): Promise<StateResource[]> {
    const file = join(this.#directory, "state.json");
    await this.run("stack", "export", "--file", file);
    const { deployment } = JSON.parse(readFileSync(file, "utf8")) as { deployment: { resources?: StateResource[] } };
    return (deployment.resources ?? []).filter(({ type }) => type.startsWith("pulumi-nodejs:dynamic"));
  }

  dispose(): void {
    removeScratch(this.#directory);
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
