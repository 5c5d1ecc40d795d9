// Lists the files of a source.
import { type BigIntStats, type Dirent, readdirSync, readlinkSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve } from "node:path";
import picomatch from "picomatch";
import { reasonOf } from "../files";
import { SourceError, type SourceProperty } from "./error";
import { isPresent, isWithin, portable, portablePath, statOf } from "./paths";
import { type IgnoreRules, isNeverDeployed } from "./rules";

export interface Limits {
  readonly files: number;
  readonly bytes: number;
}

/** A file, or a link to a folder. */
export type Entry = { readonly stats: BigIntStats } | { readonly target: string };

/** The files of a source, each once, by absolute path. */
export class Collection {
  readonly entries = new Map<string, Entry>();
  bytes = 0;

  constructor(
    /** The beginning of an error about too many files: "stands for the folder app, which has". */
    private readonly subject: { property: SourceProperty; text: string },
    private readonly project: string,
    private readonly limits: Limits,
  ) {}

  /** Adds a file, or what a link leads to. Pipes, sockets and devices have no content, so they do not belong to a source. */
  add(path: string, isLink: boolean): void {
    if (this.entries.has(path)) return;
    const entry = this.#entryOf(path, isLink);
    if (entry === undefined) return;
    this.entries.set(path, entry);
    if ("stats" in entry) this.bytes += Number(entry.stats.size);
    if (this.entries.size > this.limits.files || this.bytes > this.limits.bytes) throw this.#tooMuch();
  }

  /** Adds the files below a folder. */
  addFolder(
    folder: string,
    rules: IgnoreRules,
    matches: (path: string) => boolean = () => true,
    depth = Infinity,
  ): void {
    const here = rules.below(folder);
    for (const entry of entriesOf(folder)) {
      if (isNeverDeployed(entry.name)) continue;
      const path = join(folder, entry.name);
      const isFolder = entry.isDirectory();
      const belongs = isFolder ? depth > 1 : (entry.isFile() || entry.isSymbolicLink()) && matches(path);
      if (!belongs || here.leavesOut(path, isFolder)) continue;
      if (entry.name.includes("\uFFFD")) throw unreadable(path, "its name is not valid UTF-8");
      if (isFolder) this.addFolder(path, here, matches, depth - 1);
      else this.add(path, entry.isSymbolicLink());
    }
  }

  #entryOf(path: string, isLink: boolean): Entry | undefined {
    try {
      const stats = statSync(path, { bigint: true, throwIfNoEntry: false });
      if (stats?.isFile()) return { stats };
      if (isLink && stats?.isDirectory()) return { target: targetOf(path, this.project) };
      // A file that has just been deleted does not belong to the source, but a link to nothing is a mistake.
      if (isLink && stats === undefined) throw new Error(`it is a link to ${readlinkSync(path)}, which does not exist`);
      return undefined;
    } catch (error) {
      throw unreadable(path, reasonOf(error));
    }
  }

  #tooMuch(): SourceError {
    const isCount = this.entries.size > this.limits.files;
    const limit = isCount ? `${this.limits.files.toLocaleString("en-US")} files` : `${this.limits.bytes / 1e9} GB`;
    const folder = this.#largestFolder(isCount);
    const most = folder === undefined ? "" : `, most of them in ${folder}`;
    return new SourceError(
      this.subject.property,
      `${this.subject.text} more than ${limit}${most}: leave out what the app does not need, with source.ignore or a .falignore file, or list what it needs in source.files`,
    );
  }

  /** The deepest folder that contains more than half, relative to the project. */
  #largestFolder(isCount: boolean): string | undefined {
    const sums = new Map<string, number>();
    for (const [path, entry] of this.entries) {
      const names = portablePath(this.project, dirname(path)).split("/");
      const size = isCount ? 1 : "stats" in entry ? Number(entry.stats.size) : 0;
      for (let depth = 1; depth <= names.length; depth += 1) {
        const folder = names.slice(0, depth).join("/");
        sums.set(folder, (sums.get(folder) ?? 0) + size);
      }
    }
    const half = (isCount ? this.entries.size : this.bytes) / 2;
    const large = [...sums].filter(([, sum]) => sum > half).map(([folder]) => folder);
    return large.sort((a, b) => b.length - a.length)[0] || undefined;
  }
}

/** Adds what the program lists: paths, folders with everything below them, and globs. */
export function addListed(
  collection: Collection,
  files: readonly string[],
  { cwd, project, rules }: { cwd: string; project: string; rules: IgnoreRules },
): void {
  for (const pattern of files) {
    const { path, glob } = parsePattern(pattern, cwd);
    if (!isWithin(project, path)) {
      throw new SourceError(
        "files",
        `contains ${pattern}, which is outside of the project (${project}): move the files into the project, or remove it`,
      );
    }
    const stats = statOf(path);
    if (glob === undefined && !isPresent(path)) {
      throw new SourceError("files", `contains ${pattern}, which does not exist in ${cwd}: correct it, or remove it`);
    }
    if (stats?.isDirectory()) {
      if (rules.leavesOut(path, true)) continue;
      const depth = glob === undefined || glob.includes("**") ? Infinity : glob.split("/").length;
      collection.addFolder(path, rules, matcherOf(path, glob), depth);
    } else if (glob === undefined && !rules.leavesOut(path, false)) {
      if (stats !== undefined && !stats.isFile()) {
        throw new SourceError("files", `contains ${pattern}, which is not a regular file: remove it`);
      }
      // As a link, so that a link to nothing is an error.
      collection.add(path, true);
    }
  }
}

/** Divides a pattern into a path without wildcards and the rest. */
function parsePattern(pattern: string, cwd: string): { path: string; glob: string | undefined } {
  if (pattern === "") throw new SourceError("files", "contains an empty text: remove it");
  if (pattern.startsWith("!")) {
    throw new SourceError("files", `contains ${pattern}: move it to source.ignore, without the exclamation mark`);
  }
  const literal = resolve(cwd, pattern);
  if (isPresent(literal)) return { path: literal, glob: undefined };
  const text = pattern.replaceAll("\\", "/");
  const { base, glob, isGlob } = picomatch.scan(text);
  if (!isGlob) return { path: resolve(cwd, text), glob: undefined };
  if (glob.split("/").includes("..")) {
    throw new SourceError(
      "files",
      `contains ${pattern}, with .. after a wildcard: begin it with the folder that is meant`,
    );
  }
  return { path: resolve(cwd, base), glob };
}

function matcherOf(folder: string, glob: string | undefined): ((path: string) => boolean) | undefined {
  if (glob === undefined) return undefined;
  const matches = picomatch(glob.normalize("NFC"), { dot: true });
  return (path) => matches(portablePath(folder, path));
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw unreadable(folder, reasonOf(error));
  }
}

/** Where a link to a folder leads: relative to the link if that is in the project, so that it is the same on every machine. */
function targetOf(path: string, project: string): string {
  const target = readlinkSync(path);
  return portable(isAbsolute(target) && isWithin(project, target) ? relative(dirname(path), target) : target);
}

export function unreadable(path: string, reason: string): SourceError {
  return new SourceError(
    "ignore",
    `must leave out ${path}, which cannot be read: ${reason}. Add a pattern that matches it, or correct the file`,
  );
}
