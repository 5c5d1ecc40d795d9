import { execFile, execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { falCli, noFalCli } from "../fal-cli";
import { nodeOptions } from "../node-options";
import { templates } from "./templates";

const root = resolve(__dirname, "../../..");

export type Strings = Readonly<Record<string, string>>;

/** Settings of the repository at the platform. */
export interface Settings {
  readonly variables: Strings;
  /** Secrets by the name of the environment. */
  readonly scoped: Readonly<Record<string, Strings>>;
  /** Where this world's services are; a machine of the platform finds the real ones. */
  readonly network: Strings;
}

/** The templates as a team has them: in a git repository, from which each job gets a checkout of its own. */
export class Repository {
  readonly #directory = mkdtempSync(join(tmpdir(), "pulumi-fal-gitops-"));
  readonly #origin = join(this.#directory, "origin");
  #checkouts = 0;

  constructor() {
    cpSync(templates, this.#origin, {
      recursive: true,
      filter: (path) => !/\/(?:node_modules|fal-report)$/.test(path),
    });
    this.git("init", "--quiet", "--initial-branch", "main");
    this.commit("Start");
  }

  /** A directory beside the repository, for what outlives jobs. */
  folder(name: string): string {
    const path = join(this.#directory, name);
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** Changes a file of the branch that is checked out. */
  change(file: string, from: string | RegExp, to: string): this {
    const path = join(this.#origin, file);
    const before = readFileSync(path, "utf8");
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file} has no ${from}`);
    writeFileSync(path, after);
    return this;
  }

  write(file: string, text: string): this {
    writeFileSync(join(this.#origin, file), text);
    return this;
  }

  /** Returns the commit. */
  commit(message: string): string {
    this.git("add", "--all");
    this.git("commit", "--quiet", "--message", message);
    return this.git("rev-parse", "HEAD");
  }

  git(...args: readonly string[]): string {
    return git(this.#origin, args);
  }

  /** An empty folder, as a job starts with. */
  workspace(): string {
    return this.folder(`job-${++this.#checkouts}`);
  }

  /** What the checkout of a job does. */
  checkout(workspace: string, commit: string): void {
    execFileSync("git", ["clone", "--quiet", this.#origin, workspace]);
    git(workspace, ["checkout", "--quiet", "--detach", commit]);
  }

  dispose(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }
}

/** In place of `scripts/install.sh`, whose `npm ci` the tests of the package run: the packages, the built one of this repository among them. */
export function installPackages(workspace: string): void {
  if (!existsSync(join(workspace, "package.json"))) throw new Error("scripts/install.sh: there is no package.json");
  const link = (target: string, name: string) => {
    const path = join(workspace, "node_modules", name);
    mkdirSync(dirname(path), { recursive: true });
    symlinkSync(target, path);
  };
  link(root, "pulumi-fal");
  const command = join(root, "dist/cli/main.js");
  // As npm does with the commands of what it installs; the compiler does not.
  chmodSync(command, 0o755);
  link(command, ".bin/pulumi-fal");
  for (const name of ["@pulumi/pulumi", "typescript", "@types/node"]) link(join(root, "node_modules", name), name);
}

/** In place of `scripts/install-fal.sh`: the CLI that the bootstrap of the tests has installed. */
export function installFal(workspace: string): void {
  if (!falCli) throw new Error(noFalCli);
  const bin = join(workspace, ".venv/bin");
  mkdirSync(bin, { recursive: true });
  symlinkSync(falCli, join(bin, "fal"));
}

/** Runs a script as the platforms do. */
export function runScript(
  workspace: string,
  script: string,
  shell: readonly string[],
  env: Strings,
): Promise<{ code: number; text: string }> {
  return new Promise((done) => {
    const options = { cwd: workspace, env, maxBuffer: 64 * 1024 * 1024 };
    const child = execFile("bash", [...shell, "-c", script], options, (_error, stdout, stderr) => {
      done({ code: child.exitCode ?? 1, text: stdout + stderr });
    });
  });
}

function git(directory: string, args: readonly string[]): string {
  const who = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  return execFileSync("git", ["-C", directory, ...who, ...args], { encoding: "utf8" }).trim();
}

/** What every job finds on its machine: no setting of this one's account, and nothing of the test runner. */
export function machine(home: string): Strings {
  const kept = [
    "PATH",
    "NODE_COMPILE_CACHE",
    "PULUMI_HOME",
    "PULUMI_SKIP_UPDATE_CHECK",
    "PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION",
  ];
  const env = Object.fromEntries(kept.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
  // The types of the program are checked elsewhere, once.
  return {
    ...env,
    HOME: home,
    CI: "true",
    NO_COLOR: "1",
    PULUMI_NODEJS_TRANSPILE_ONLY: "true",
    NODE_OPTIONS: nodeOptions(),
  };
}
