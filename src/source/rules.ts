// Decides which files of a folder do not belong to a source.
import { basename, dirname, join } from "node:path";
import ignore, { type Ignore } from "ignore";
import { readRegularFile, reasonOf, smallFileBytes } from "../files";
import { SourceError } from "./error";
import { isPresent, isWithin, portablePath, upward } from "./paths";

/** Version control, installed packages, caches of tools, Pulumi's own files, and files that editors keep while they edit. */
const neverDeployedNames = new Set([
  ".git",
  ".hg",
  ".svn",
  "node_modules",
  ".venv",
  "venv",
  "__pycache__",
  ".mypy_cache",
  ".pytest_cache",
  ".ruff_cache",
  ".tox",
  ".nox",
  ".ipynb_checkpoints",
  ".pulumi",
  ".DS_Store",
  // They decide which files belong to the source, and so show in the hash where they matter.
  ".gitignore",
  ".dockerignore",
  ".falignore",
]);
/** `.env` files contain secrets, which a digest in the state could help to guess, and differ from machine to machine. */
const neverDeployedShapes = [
  /\.py[co]$/,
  /^Pulumi(\..+)?\.ya?ml$/,
  /^\.env(rc|\..+)?$/,
  /^\.#/,
  /~$/,
  /^\..*\.sw[a-p]$/,
];

export function isNeverDeployed(name: string): boolean {
  return neverDeployedNames.has(name) || neverDeployedShapes.some((shape) => shape.test(name));
}

/**
 * Which paths are left out, in the syntax of .gitignore: the last pattern that matches decides. The later ones are in
 * this order: .gitignore from the project's root down, .dockerignore, .falignore, and the patterns of the program.
 */
export class IgnoreRules {
  readonly #matcher: Ignore;

  private constructor(
    private readonly project: string,
    /** The lines of .gitignore files; `undefined` if they do not count. */
    private readonly git: readonly string[] | undefined,
    private readonly later: readonly string[],
  ) {
    // Case counts on every system, so that all of them find the same files.
    this.#matcher = ignore({ ignorecase: false }).add([...(git ?? []), ...later]);
  }

  /** Only the patterns of the program, relative to `cwd`. */
  static ofPatterns(patterns: readonly string[], cwd: string, project: string): IgnoreRules {
    return new IgnoreRules(project, undefined, patternsOf(patterns, cwd, project));
  }

  /** The patterns of the program, and the ignore files that concern a folder. */
  static of(folder: string, patterns: readonly string[], cwd: string, project: string): IgnoreRules {
    const places = folder === cwd || !isWithin(cwd, folder) ? [folder] : [cwd, folder];
    const own = [".dockerignore", ".falignore"].flatMap((name) =>
      places.flatMap((place) => linesOf(join(place, name), project)),
    );
    const later = [...own, ...patternsOf(patterns, cwd, project)];
    const parents = [...upward(folder)].filter((parent) => parent !== folder && isWithin(project, parent)).reverse();
    const rules = parents.reduce((git: IgnoreRules, parent) => git.below(parent), new IgnoreRules(project, [], []));
    // Whoever deploys a folder that git ignores, such as generated code, means the files in it.
    const git = rules.leavesOut(folder, true) ? [] : (rules.git ?? []);
    return new IgnoreRules(project, git, later);
  }

  /** The rules for what is in a folder, which may have a .gitignore of its own. */
  below(folder: string): IgnoreRules {
    if (this.git === undefined) return this;
    const lines = linesOf(join(folder, ".gitignore"), this.project);
    return lines.length === 0 ? this : new IgnoreRules(this.project, [...this.git, ...lines], this.later);
  }

  leavesOut(path: string, isDirectory: boolean): boolean {
    const relative = portablePath(this.project, path);
    return relative !== "" && this.#matcher.ignores(isDirectory ? `${relative}/` : relative);
  }
}

/** The patterns of an ignore file, for paths relative to the project. */
function linesOf(file: string, project: string): string[] {
  if (!isPresent(file)) return [];
  let text: string;
  try {
    text = readRegularFile(file, smallFileBytes).toString("utf8");
  } catch (error) {
    throw new SourceError("ignore", `is completed by ${file}, which cannot be read: ${reasonOf(error)}`);
  }
  const folder = portablePath(project, dirname(file));
  // For Docker, a pattern without a slash concerns only the folder itself. So `*` with `!src` leaves what is in src.
  const isTied = basename(file) === ".dockerignore" ? () => true : isAnchored;
  return text
    .replace(/^\uFEFF/, "")
    .split(/\r?\n/)
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const { sign, body } = signed(line.normalize("NFC"));
      return `${sign}${isTied(body) ? rooted(folder, body) : anywhereIn(folder, body)}`;
    });
}

/** Patterns of the program. Those without a slash match everywhere, also in folders that are not below `cwd`. */
function patternsOf(patterns: readonly string[], cwd: string, project: string): string[] {
  return patterns
    .flatMap((pattern) => pattern.split(/\r?\n/))
    .filter((line) => line.trim() !== "" && !line.startsWith("#"))
    .map((line) => {
      const { sign, body } = signed(line.normalize("NFC"));
      if (!isAnchored(body)) return line;
      // ./data and ../shared/data, which mean nothing in a .gitignore.
      const [, up = "", rest = ""] = /^((?:\.{1,2}\/)*)(.*)$/.exec(body) ?? [];
      const base = join(cwd, up);
      if (!isWithin(project, base)) {
        throw new SourceError("ignore", `contains ${line}, which is outside of the project (${project}): remove it`);
      }
      return `${sign}${rooted(portablePath(project, base), rest)}`;
    });
}

function signed(line: string): { sign: string; body: string } {
  return line.startsWith("!") ? { sign: "!", body: line.slice(1) } : { sign: "", body: line };
}

/** A slash that is not at the end ties a pattern to the folder of its file. */
function isAnchored(body: string): boolean {
  return body.trimEnd().slice(0, -1).includes("/");
}

function rooted(folder: string, body: string): string {
  return `/${folder === "" ? "" : `${literally(folder)}/`}${body.replace(/^(\.?\/)+/, "")}`;
}

function anywhereIn(folder: string, body: string): string {
  return folder === "" ? body : rooted(folder, `**/${body.replace(/^\\([!#])/, "$1")}`);
}

/** A folder's name as a pattern that matches only it. */
function literally(folder: string): string {
  return folder.replace(/[\\*?[\]]/g, "\\$&");
}
