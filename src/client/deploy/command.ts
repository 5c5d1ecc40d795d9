// Finds fal's CLI and checks its version.
import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, readdirSync, realpathSync, statSync } from "node:fs";
import { basename, delimiter, dirname, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { FalConfigurationError, FalError } from "../errors";
import { excerpt } from "../internal/redact";
import { couldNot, invalidArgument } from "../internal/values";
import { variablesForCli } from "./args";
import { deploying } from "./options";

/** A program and its first arguments. */
export type FalCommand = readonly [program: string, ...args: string[]];

/** The oldest version with the options and the result that `deploy` needs. */
export const oldestFal = "1.83";
/** The version that runs if only uvx is installed: the one that the tests run. */
export const pinnedFal = "1.83.0";
export const installFal = `pip install -U "fal>=${oldestFal}"`;

/** Where to look for fal's CLI. */
export interface FindFalOptions {
  /** A path, which contains a separator and is relative to `cwd`, or a name in `PATH`. A list also contains the first arguments. */
  readonly fal?: string | readonly string[] | undefined;
  /** The Python interpreter that has the package `fal`: a path or a name, as `fal`. */
  readonly python?: string | undefined;
  /** The folder of the app. */
  readonly cwd: string;
  /** Replaces the environment variables of this process. */
  readonly env?: NodeJS.ProcessEnv | undefined;
  /** Default: this one. */
  readonly platform?: NodeJS.Platform | undefined;
  /** How messages name the options `fal` and `python`. */
  readonly names?: { readonly fal: string; readonly python: string } | undefined;
}

/**
 * Finds the command that runs fal's CLI: `fal` or `python`, if given; otherwise in the virtual environments `.venv` and
 * `venv` of `cwd` and its parents up to the root of the project, in `VIRTUAL_ENV`, and in `PATH`. If there is none, uvx runs
 * a version that is known to work.
 *
 * Checks the version once per process and command.
 *
 * @throws {FalValidationError} An option is invalid.
 * @throws {FalConfigurationError} There is no CLI, it does not run, or it is too old. The message contains the fix.
 */
export async function findFal(options: FindFalOptions): Promise<FalCommand> {
  const search = new Search(options);
  const { names } = search;
  if (options.fal !== undefined && options.python !== undefined) {
    throw invalidArgument(deploying, `${names.fal} and ${names.python} both name a command. Set only one of them.`);
  }
  if (options.fal !== undefined) {
    const [named = "", ...args] = typeof options.fal === "string" ? [options.fal] : options.fal;
    return await checked(search, [search.named(named, names.fal), ...args], names.fal);
  }
  if (options.python !== undefined) {
    const python = search.named(options.python, names.python);
    // `-m` lets modules of the working directory, such as queue.py, replace those of Python.
    const beside = search.besidePython(python);
    return await checked(search, beside === undefined ? [python, "-m", "fal"] : [beside], names.python);
  }
  const installed = search.inEnvironments() ?? search.inPath("fal");
  if (installed !== undefined) return await checked(search, [installed], undefined);
  const uvx = search.inPath("uvx");
  if (uvx !== undefined) return [uvx, "--from", `fal==${pinnedFal}`, "fal"];
  const { cwd, root } = search;
  const folders = root === cwd ? cwd : `${cwd} and its parents up to ${root}`;
  throw problem(
    `the fal CLI was not found in .venv or venv of ${folders}, in VIRTUAL_ENV or in PATH, and uvx, which could run it, is not in PATH. Install it (${installFal}) or uv, or name the command in ${names.fal} or ${names.python}.`,
  );
}

/** Looks for programs as a shell would on the given platform. */
class Search {
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  readonly names: { readonly fal: string; readonly python: string };
  readonly #windows: boolean;

  constructor({ cwd, env = process.env, platform = process.platform, names }: FindFalOptions) {
    this.cwd = resolve(cwd);
    this.env = env;
    this.names = names ?? { fal: "fal", python: "python" };
    this.#windows = platform === "win32";
  }

  /** The root of the git repository, or else the folder of Pulumi.yaml. Without either, only `cwd` belongs to the project. */
  get root(): string {
    const folders = withParents(this.cwd);
    const root =
      folders.find((folder) => existsSync(join(folder, ".git"))) ??
      folders.find((folder) => ["Pulumi.yaml", "Pulumi.yml"].some((name) => existsSync(join(folder, name))));
    return root ?? this.cwd;
  }

  /** A program that the user named. */
  named(program: string, option: string): string {
    if (program.trim() === "") throw invalidArgument(deploying, `${option} must not be empty.`);
    const isPath = program.includes("/") || (this.#windows && program.includes("\\"));
    const found = isPath ? this.#program(resolve(this.cwd, program)) : this.inPath(program);
    if (found !== undefined) return found;
    const where = isPath ? excerpt(resolve(this.cwd, program)) : `"${excerpt(program)}" in PATH`;
    const several = /\s/.test(program) ? ` ${option} is one program; it cannot contain arguments.` : "";
    throw problem(`${option} names ${where}, which is not a program that can be run.${several} Correct ${option}.`);
  }

  /** `fal` of the virtual environment that a Python belongs to: other folders may contain the programs of another one. */
  besidePython(python: string): string | undefined {
    const folder = dirname(python);
    return existsSync(join(folder, "..", "pyvenv.cfg")) ? this.#program(join(folder, "fal")) : undefined;
  }

  /** `fal` of a virtual environment. */
  inEnvironments(): string | undefined {
    const { root } = this;
    const folders = withParents(this.cwd);
    const inProject = folders.slice(0, folders.indexOf(root) + 1);
    const active = this.env["VIRTUAL_ENV"];
    return first(
      [
        ...inProject.flatMap((folder) => [join(folder, ".venv"), join(folder, "venv")]),
        ...(active ? [resolve(this.cwd, active)] : []),
      ],
      (environment) => this.#program(join(environment, this.#windows ? "Scripts" : "bin", "fal")),
    );
  }

  inPath(name: string): string | undefined {
    const path = Object.entries(this.env).find(([key]) => (this.#windows ? key.toUpperCase() : key) === "PATH")?.[1];
    const folders = (path ?? "").split(this.#windows ? ";" : delimiter).filter((folder) => isAbsolute(folder));
    return first(folders, (folder) => this.#program(join(folder, name)));
  }

  #program(path: string): string | undefined {
    return first(this.#windows ? [`${path}.exe`, path] : [path], (each) => (isProgram(each) ? each : undefined));
  }
}

/** The command itself, if it is not too old. */
async function checked(search: Search, command: FalCommand, option: string | undefined): Promise<FalCommand> {
  const version = await versionOf(search, command);
  // A copy of fal's repository has no number.
  if (version === "UNKNOWN" || isNewEnough(version)) return command;
  const other = option === undefined ? "" : `, or name another one in ${option}`;
  throw problem(
    `the fal CLI (${excerpt(command.join(" "))}) has version ${version}, but ${oldestFal} or later is needed. Update it (${installFal})${other}.`,
  );
}

const versions = new Map<string, Promise<string>>();

async function versionOf(search: Search, command: FalCommand): Promise<string> {
  const key = JSON.stringify(command);
  let version = versions.get(key);
  if (version === undefined) {
    version = readVersion(search, command);
    versions.set(key, version);
    // The next call tries again.
    version.catch(() => versions.delete(key));
  }
  return await version;
}

async function readVersion(search: Search, command: FalCommand): Promise<string> {
  const installed = installedVersion(command);
  if (installed !== undefined) return installed;
  const [program, ...args] = command;
  const asked = `\`${excerpt([...command, "--version"].join(" "))}\``;
  try {
    const { stdout } = await promisify(execFile)(program, [...args, "--version"], {
      cwd: search.cwd,
      env: variablesForCli(search.env),
      timeout: 60_000,
      killSignal: "SIGKILL",
      windowsHide: true,
    });
    const version = stdout.split(/\r?\n/).findLast((line) => /^(\d+\.\d+[\w.+-]*|UNKNOWN)$/.test(line.trim()));
    if (version !== undefined) return version.trim();
    throw problem(`${asked} printed no version, so it is not the fal CLI. Install it (${installFal}).`);
  } catch (error) {
    if (error instanceof FalError) throw error;
    const { stderr, killed, message } = error as { stderr?: string; killed?: boolean; message: string };
    const said = stderr?.trim().split("\n").at(-1) || message;
    const reason = killed ? "did not end within a minute" : `failed: ${excerpt(said)}`;
    throw problem(`${asked} ${reason.replace(/\.$/, "")}. Install the fal CLI (${installFal}).`);
  }
}

/**
 * The version of the package `fal` that a program belongs to, from the name of the folder with its metadata. Asking the CLI
 * takes longer than all else that a small deployment does, because Python loads the whole package. Undefined if the folder is
 * not where pip and uv create it.
 */
function installedVersion([program, ...args]: FalCommand): string | undefined {
  if (args.length > 0 || !/^fal(\.exe)?$/.test(basename(program))) return undefined;
  const prefix = dirname(dirname(realpathSync(program)));
  const found = [
    join(prefix, "Lib", "site-packages"),
    ...entriesOf(join(prefix, "lib"))
      .filter((name) => /^python3\.\d+$/.test(name))
      .map((name) => join(prefix, "lib", name, "site-packages")),
  ].flatMap((folder) => entriesOf(folder).flatMap((name) => /^fal-(\d[^-]*)\.dist-info$/.exec(name)?.[1] ?? []));
  return found.length === 1 ? found[0] : undefined;
}

function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const [oldestMajor = 0, oldestMinor = 0] = oldestFal.split(".").map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}

function withParents(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...withParents(parent)];
}

function isProgram(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

function entriesOf(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function first<T, R>(items: readonly T[], find: (item: T) => R | undefined): R | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}

function problem(text: string): FalConfigurationError {
  return new FalConfigurationError(couldNot(deploying, text), { operation: deploying.operation });
}
