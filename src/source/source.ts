import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { reasonOf } from "../files";
import { cacheFolder, DigestCache } from "./cache";
import { addListed, Collection, type Entry, type Limits, unreadable } from "./collect";
import { SourceError } from "./error";
import { type Location, locate } from "./locate";
import { portablePath } from "./paths";
import { referencedFiles } from "./references";
import { IgnoreRules } from "./rules";
import { type Summary, summarize } from "./summary";

export interface SourceOptions {
  /**
   * As `fal deploy` takes it: `app.py::Flux`, the name of an app in pyproject.toml, or an empty text for all of `cwd`.
   */
  readonly ref: string;
  /** The absolute path of the folder that `ref`, `files` and `ignore` are relative to. */
  readonly cwd: string;
  /**
   * Paths, folders and globs of the files that belong to the source, in place of all files of the code's folder. `*` also
   * matches names that begin with a dot.
   */
  readonly files?: readonly string[] | undefined;
  /** Patterns in the syntax of .gitignore. */
  readonly ignore?: readonly string[] | undefined;
}

export interface SourceContent {
  /** Changes whenever a file's path or content does. */
  readonly hash: string;
  /**
   * Digests by path relative to `cwd`, with `/`: at most 200. If there are more files, some have a digest together, such
   * as those in `weights/` or `images/*.jpg`. See `sourceChanges`.
   */
  readonly files: Summary;
  readonly count: number;
  readonly bytes: number;
}

/** For tests. */
export interface ReadSettings {
  /** The folder of the cache; `undefined`: none. */
  readonly cache?: string | undefined;
  readonly limits?: Limits;
}

const defaultLimits: Limits = { files: 50_000, bytes: 20e9 };

/**
 * Reads the files that a deployment of an app consists of, and computes a hash that depends on exactly their paths and
 * their contents.
 *
 * **Which files.** All files in the folder of the file that `ref` names, and below. If `ref` names no file, all files of
 * `cwd`. These do not belong to it:
 *
 * - what a `.gitignore` excludes: those of the folder, of folders in it, and of the folders above it up to the project's
 *   root. If git ignores the folder itself, only those in it count. Git's settings outside of the project do not count,
 *   because they differ from machine to machine.
 * - what `.dockerignore` and `.falignore` in the folder or in `cwd` exclude. A `.falignore` has the syntax of .gitignore.
 * - what `ignore` excludes, relative to `cwd`. A pattern without a slash matches in every folder.
 * - always: version control, virtual environments and installed packages (`.git`, `.venv`, `venv`, `node_modules`), caches
 *   (`__pycache__`, `*.pyc`, `.pytest_cache` and others), Pulumi's files (`Pulumi.yaml`, `Pulumi.*.yaml`, `.pulumi`), the
 *   ignore files themselves, `.env` and `.env.*`, and temporary files of editors and macOS.
 *
 * A later pattern wins over an earlier one, in this order: `.gitignore`, `.dockerignore`, `.falignore`, `ignore`. So
 * `!weights/` in a `.falignore` includes a folder that git ignores.
 *
 * With `files`, only what it lists, and of that, not what `ignore` and the last point exclude. A path without wildcards
 * is included even if the last point would exclude it. Everything in `files` must be in the project: the git repository,
 * else the nearest folder with a Pulumi.yaml, else `cwd`.
 *
 * In either case also: the file that `ref` names, the pyproject.toml that describes the app, and Dockerfiles and
 * requirement files that the app's code names in quotes, relative to its folder or to `cwd`. What else the app takes from
 * other folders, such as shared modules or what a Dockerfile copies, has to be in `files`.
 *
 * **What counts.** The path relative to `cwd`, and the bytes. Permissions, executable bits and times do not count. Line
 * endings do: if git converts them on one machine only, its hash differs, which a `.gitattributes` prevents. Upper and
 * lower case count on every system. A link to a file counts as that file. A link to a folder counts as its target's path,
 * and is not followed, except by a path in `files`. Pipes, sockets and devices do not count.
 *
 * **Errors.** A `ref` that names nothing, a set of files that is empty, a file that cannot be read, a link to nothing, and
 * more than 50,000 files or 20 GB.
 *
 * **Time.** Digests are cached in the user's cache folder by path, size, times and inode, so that unchanged files are not
 * read again.
 *
 * @throws SourceError
 */
export function readSource(options: SourceOptions, settings: ReadSettings = { cache: cacheFolder() }): SourceContent {
  const location = locate(options.ref, options.cwd);
  const collection = collect(options, location, settings.limits ?? defaultLimits);
  const digests = digestsOf(collection, location.cwd, settings.cache);
  return {
    hash: hashOf(digests),
    files: summarize(new Map([...digests].map(([path, { digest }]) => [path, digest]))),
    count: digests.size,
    bytes: collection.bytes,
  };
}

function collect({ files, ignore = [] }: SourceOptions, location: Location, limits: Limits): Collection {
  const { cwd, project, folder, code, pyproject } = location;
  const subject =
    files === undefined
      ? ({ property: "ref", text: `stands for the folder ${folder}, which has` } as const)
      : ({ property: "files", text: "matches" } as const);
  const collection = new Collection(subject, project, limits);
  if (files === undefined) {
    collection.addFolder(folder, IgnoreRules.of(folder, ignore, cwd, project));
  } else {
    addListed(collection, files, { cwd, project, rules: IgnoreRules.ofPatterns(ignore, cwd, project) });
    if (collection.entries.size === 0) {
      throw new SourceError(
        "files",
        `matches no file in ${cwd}: correct the patterns or source.ignore, or leave files out to deploy the folder of ref`,
      );
    }
  }
  const own = [code, pyproject, ...(code === undefined ? [] : referencedFiles(code, cwd))];
  for (const path of own) if (path !== undefined) collection.add(path, true);
  if (collection.entries.size === 0) {
    throw new SourceError(
      "ref",
      `stands for the folder ${folder}, which contains no file to deploy: correct it, or change what .gitignore, .dockerignore, .falignore and source.ignore leave out`,
    );
  }
  return collection;
}

interface Digest {
  readonly kind: "file" | "link";
  readonly digest: string;
}

/** By path relative to `cwd`, in order. */
function digestsOf(collection: Collection, cwd: string, folder: string | undefined): Map<string, Digest> {
  const cache = new DigestCache(folder, cwd);
  const digests = new Map<string, Digest>();
  for (const [path, entry] of collection.entries) {
    const key = portablePath(cwd, path);
    if (digests.has(key)) {
      throw new SourceError(
        "ignore",
        `must leave out one of two files named ${key}, whose names differ only in the form of their accents: rename or remove one`,
      );
    }
    digests.set(key, digestOf(path, entry, cache));
  }
  cache.save();
  // By code units, which depend on no language.
  return new Map([...digests].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function digestOf(path: string, entry: Entry, cache: DigestCache): Digest {
  if ("target" in entry) return { kind: "link", digest: createHash("sha256").update(entry.target).digest("hex") };
  const known = cache.get(path, entry.stats);
  if (known !== undefined) return { kind: "file", digest: known };
  const begunMs = Date.now();
  const digest = fileDigest(path);
  cache.set(path, entry.stats, digest, begunMs);
  return { kind: "file", digest };
}

/** The bytes are read in parts, so that a large file needs little memory. */
function fileDigest(path: string): string {
  const digest = createHash("sha256");
  try {
    const file = openSync(path, "r");
    try {
      for (let read = 1; read > 0; ) {
        read = readSync(file, chunk);
        digest.update(chunk.subarray(0, read));
      }
    } finally {
      closeSync(file);
    }
  } catch (error) {
    throw unreadable(path, reasonOf(error));
  }
  return digest.digest("hex");
}

const chunk = Buffer.allocUnsafe(1024 * 1024);

/** Every text with its length before it, so that no two sets of files give the same sequence. */
function hashOf(digests: ReadonlyMap<string, Digest>): string {
  const hash = createHash("sha256").update("pulumi-fal source 1\n");
  for (const [path, { kind, digest }] of digests) hash.update(`${Buffer.byteLength(path)}:${path} ${kind} ${digest}\n`);
  return hash.digest("hex");
}
