// Remembers the digests of files between runs, in the user's cache folder. It contains no file's content.
import { createHash, randomBytes } from "node:crypto";
import {
  type BigIntStats,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import { readRegularFile } from "../files";

const mebibyte = 1024 * 1024;
const dayMs = 24 * 60 * 60_000;
/** Files of one source that are remembered, including those that other sources of the same folder use. */
const maxEntries = 100_000;
const maxFileBytes = 64 * mebibyte;
const maxFolderBytes = 256 * mebibyte;
const maxAgeMs = 60 * dayMs;
/** How old a change must be. A later one within the resolution of the file system's clock would otherwise be missed. */
const settledMs = 2_000;

/** Where digests are kept, unless the system names no folder. */
export function cacheFolder(
  env: NodeJS.ProcessEnv = process.env,
  platform: NodeJS.Platform = process.platform,
  home: () => string = homedir,
): string | undefined {
  const named = env["XDG_CACHE_HOME"];
  try {
    if (named && isAbsolute(named)) return join(named, "pulumi-fal", "source");
    if (platform === "darwin") return join(home(), "Library", "Caches", "pulumi-fal", "source");
    if (platform !== "win32") return join(home(), ".cache", "pulumi-fal", "source");
    return join(env["LOCALAPPDATA"] || join(home(), "AppData", "Local"), "pulumi-fal", "cache", "source");
  } catch {
    return undefined;
  }
}

/**
 * The digests of the files below a folder. A digest counts while the file has the same size, times and inode. Whatever
 * fails here costs only time: a cache that cannot be read is empty, and one that cannot be written is not kept.
 */
export class DigestCache {
  readonly #known: Map<string, Entry>;
  readonly #used = new Map<string, Entry>();
  readonly #file: string | undefined;
  #hasNew = false;

  constructor(
    private readonly folder: string | undefined,
    private readonly scope: string,
  ) {
    this.#file = folder && join(folder, `${sha256(scope).slice(0, 32)}.cache`);
    this.#known = this.#file === undefined ? new Map() : readEntries(this.#file, scope);
  }

  get(path: string, stats: BigIntStats): string | undefined {
    const entry = this.#known.get(path);
    if (entry?.[0] !== stampOf(stats)) return undefined;
    this.#used.set(path, entry);
    return entry[1];
  }

  /** `begunMs`: the time when reading the file began, after its `stats` were taken. */
  set(path: string, stats: BigIntStats, digest: string, begunMs: number): void {
    const changedMs = Math.max(Number(stats.mtimeMs), Number(stats.ctimeMs));
    if (begunMs - changedMs < settledMs) return;
    this.#used.set(path, [stampOf(stats), digest]);
    this.#hasNew = true;
  }

  /** Written beside the old one and moved over it, so that other processes read either. */
  save(): void {
    if (this.folder === undefined || this.#file === undefined || !this.#hasNew) return;
    const merged = new Map([...this.#known, ...this.#used]);
    const files = Object.fromEntries(merged.size > maxEntries ? this.#used : merged);
    const text = JSON.stringify({ scope: this.scope, files });
    const temporary = `${this.#file}.${process.pid}-${randomBytes(4).toString("hex")}.tmp`;
    try {
      mkdirSync(this.folder, { recursive: true, mode: 0o700 });
      writeFileSync(temporary, `${header(text)}\n${text}`, { mode: 0o600, flag: "wx" });
      renameSync(temporary, this.#file);
      removeOld(this.folder);
    } catch {
      remove(temporary);
    }
  }
}

/** What identifies the state of a file, and its digest. */
type Entry = readonly [stamp: string, digest: string];

function stampOf({ size, mtimeNs, ctimeNs, ino }: BigIntStats): string {
  return `${size}-${mtimeNs}-${ctimeNs}-${ino}`;
}

function readEntries(file: string, scope: string): Map<string, Entry> {
  try {
    const content = readRegularFile(file, maxFileBytes).toString("utf8");
    const end = content.indexOf("\n");
    const text = content.slice(end + 1);
    if (content.slice(0, end) !== header(text)) return new Map();
    const read = JSON.parse(text) as { scope: string; files: Record<string, Entry> };
    if (read.scope !== scope) return new Map();
    if (Date.now() - statSync(file).mtimeMs > dayMs) utimesSync(file, new Date(), new Date());
    return new Map(Object.entries(read.files));
  } catch {
    return new Map();
  }
}

/** With a checksum, so that a damaged file is not believed. */
function header(text: string): string {
  return `pulumi-fal digests 1 ${sha256(text)}`;
}

/** Removes what has not been used for long, the oldest of what is too much, and what killed processes left. */
function removeOld(folder: string): void {
  const files = readdirSync(folder)
    .filter((name) => /\.(cache|tmp)$/.test(name))
    .map((name) => ({ path: join(folder, name), stats: statSync(join(folder, name), { throwIfNoEntry: false }) }))
    .sort((a, b) => (b.stats?.mtimeMs ?? 0) - (a.stats?.mtimeMs ?? 0));
  let bytes = 0;
  for (const { path, stats } of files) {
    bytes += stats?.size ?? 0;
    const age = Date.now() - (stats?.mtimeMs ?? 0);
    if (bytes > maxFolderBytes || age > (path.endsWith(".tmp") ? dayMs : maxAgeMs)) remove(path);
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true });
  } catch {
    // Another process may have it open.
  }
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
