// Files that the command line names: what commands read, and everything they write.
import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fchownSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  type Stats,
  statSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Content, kindOfFile, largeFileBytes, readRegularFile, reasonOf } from "../../files";
import type { Terminal } from "./command";

const pollMs = 20;
/** How long the other end of a pipe may take to open it. */
const openPipeMs = 5_000;

/**
 * All of a file that was named on the command line: a regular file, standard input, or a pipe, as a shell's `<(…)` is.
 * Ctrl-C ends the wait for a pipe.
 *
 * @throws {Error} the reason as a message, for example "there is no such file".
 */
export async function readInput(file: string, { cwd, read, signal }: Terminal): Promise<Uint8Array> {
  const path = resolve(cwd, file);
  try {
    if (descriptorOf(path) === 0 && read !== undefined) return await read();
    if (statSync(path).isFIFO()) return await readPipe(path, signal);
    return readRegularFile(path, largeFileBytes);
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(reasonOf(error));
  }
}

async function readPipe(path: string, signal: AbortSignal): Promise<Buffer> {
  // A blocking read could not be interrupted.
  const pipe = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const content = new Content(largeFileBytes);
    const chunk = Buffer.allocUnsafe(65_536);
    const deadline = Date.now() + openPipeMs;
    for (let hasWriter = false; ; ) {
      const bytes = await unlessBusy(pipe.read(chunk, 0, chunk.length).then(({ bytesRead }) => bytesRead));
      if (bytes !== 0) hasWriter = true;
      else if (hasWriter) return content.all();
      else if (Date.now() > deadline) throw new Error("it is a pipe, and no process writes to it");
      if (bytes) content.add(chunk.subarray(0, bytes));
      else await sleep(pollMs, undefined, { signal });
    }
  } finally {
    await pipe.close();
  }
}

/** One file that a command writes. `name` is as it was given, relative to the terminal's folder. */
export interface OutputFile {
  readonly name: string;
  readonly text: string;
}

/** Why nothing can be written under this name, after the name of the option; undefined when it may work. */
export function outputProblem(name: string, cwd: string): string | undefined {
  const path = resolve(cwd, name);
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isDirectory()) return `${name} is a directory. Name a file in it.`;
  if (stats?.isSocket() || stats?.isBlockDevice()) {
    if (descriptorOf(path) === undefined) return `${name} is ${kindOfFile(stats)}. Name a file.`;
  }
  if (!statSync(dirname(path), { throwIfNoEntry: false })?.isDirectory()) {
    return `The directory of ${name} does not exist.`;
  }
  return undefined;
}

/** Whether writing under this name would replace something: pipes, devices and descriptors are written to, not replaced. */
export function replacesFile(name: string, cwd: string): boolean {
  const path = resolve(cwd, name);
  if (descriptorOf(path) !== undefined || lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
  // A link to nothing is somebody's file too.
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}

/**
 * Writes all files or none. A file is complete on the disk, beside the one that it replaces, before it takes its place;
 * so a full disk or Ctrl-C leaves what was there. Mode and owner stay, and a link stays a link.
 *
 * @throws {Error} which file could not be written, why, and what was replaced before.
 */
export async function writeFiles(
  files: readonly OutputFile[],
  terminal: Pick<Terminal, "cwd" | "out" | "note" | "signal">,
  { overwrite = true }: { readonly overwrite?: boolean } = {},
): Promise<void> {
  const replacements: Replacement[] = [];
  try {
    const streams: (() => Promise<void>)[] = [];
    for (const { name, text } of files) {
      await naming(name, async () => {
        const stream = streamTo(resolve(terminal.cwd, name), text, terminal);
        if (stream === undefined) replacements.push(new Replacement(name, resolve(terminal.cwd, name), text));
        else streams.push(() => naming(name, stream));
      });
    }
    refuseTwice(replacements);
    // What cannot be taken back comes first, while no file has been replaced yet.
    for (const stream of streams) await stream();
    terminal.signal.throwIfAborted();
    replaceAll(replacements, overwrite);
  } finally {
    for (const replacement of replacements) replacement.cleanUp();
  }
}

async function naming(name: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    if ((error as Error).name === "AbortError") throw error;
    throw new Error(`Could not write ${name}: ${reasonOf(error)}.`);
  }
}

function refuseTwice(replacements: readonly Replacement[]): void {
  for (const [index, { target, name }] of replacements.entries()) {
    const other = replacements.slice(0, index).find((earlier) => earlier.target === target);
    if (other !== undefined) throw new Error(`${other.name} and ${name} are the same file.`);
  }
}

/** All take their places, or those that did give them back. */
function replaceAll(replacements: readonly Replacement[], overwrite: boolean): void {
  // Only where there is another one that may fail after it.
  if (replacements.length > 1) for (const replacement of replacements) replacement.keepOld();
  const done: Replacement[] = [];
  try {
    for (const replacement of replacements) {
      replacement.replace(overwrite);
      done.push(replacement);
    }
  } catch (error) {
    const lost = done.filter((replacement) => !replacement.undo()).map(({ name }) => name);
    if (lost.length === 0) throw error;
    throw new Error(`${(error as Error).message} These files were already replaced: ${lost.join(", ")}.`);
  }
}

/** A file, complete under a temporary name in the folder of the one whose place it takes. */
class Replacement {
  readonly target: string;
  readonly #old: Stats | undefined;
  /** Short, whatever the file's name is: file systems limit the length. */
  readonly #temporary: string;
  readonly #backup: string;
  #hasBackup = false;

  constructor(
    readonly name: string,
    path: string,
    text: string,
  ) {
    this.#old = statSync(path, { throwIfNoEntry: false });
    this.target = this.#old ? realpathSync(path) : endOfLink(path);
    const prefix = join(dirname(this.target), `.pulumi-fal-${randomBytes(6).toString("hex")}`);
    this.#temporary = `${prefix}.tmp`;
    this.#backup = `${prefix}.old`;
    // A file that may not be written is not to be replaced either.
    if (this.#old) accessSync(this.target, constants.W_OK);
    try {
      this.#write(text);
    } catch (error) {
      this.cleanUp();
      throw error;
    }
  }

  #write(text: string): void {
    const fd = openSync(this.#temporary, "wx", this.#old ? 0o600 : 0o666);
    try {
      if (this.#old) keepRights(fd, this.#old);
      writeFileSync(fd, text);
      // Some file systems notice only here that they are full.
      fsyncSync(fd);
    } finally {
      closeSync(fd);
    }
  }

  keepOld(): void {
    if (this.#old === undefined) return;
    try {
      linkSync(this.target, this.#backup);
      this.#hasBackup = true;
    } catch {
      // Not every file system has links. Then a replaced file cannot come back, and the error names it.
    }
  }

  replace(overwrite: boolean): void {
    try {
      if (!overwrite && lstatSync(this.target, { throwIfNoEntry: false })) throw new Error("it exists already");
      renameSync(this.#temporary, this.target);
    } catch (error) {
      throw new Error(`Could not write ${this.name}: ${reasonOf(error)}.`);
    }
  }

  /** False: the old file is lost. */
  undo(): boolean {
    try {
      if (this.#hasBackup) renameSync(this.#backup, this.target);
      else if (this.#old === undefined) rmSync(this.target);
      else return false;
      return true;
    } catch {
      return false;
    }
  }

  cleanUp(): void {
    for (const file of [this.#temporary, this.#backup]) rmSync(file, { force: true });
  }
}

/** The owner first: changing it clears some bits of the mode. */
function keepRights(fd: number, { uid, gid, mode }: Stats): void {
  try {
    fchownSync(fd, uid, gid);
  } catch {
    // Only root may give a file away. The new one is then the caller's.
  }
  fchmodSync(fd, mode & 0o7777);
}

/** Where a link leads that leads to nothing; the path itself where it is no link. */
function endOfLink(path: string): string {
  for (let end = path; ; ) {
    try {
      end = resolve(dirname(end), readlinkSync(end));
    } catch {
      return end;
    }
  }
}

/** How to write to what is no regular file; undefined where it is one, or nothing. */
function streamTo(
  path: string,
  text: string,
  { out, note, signal }: Pick<Terminal, "out" | "note" | "signal">,
): (() => Promise<void>) | undefined {
  const descriptor = descriptorOf(path);
  // A new file in the place of the one that standard output goes to would end what the shell began.
  if (descriptor === 1) return async () => out(text.replace(/\n$/, ""));
  if (descriptor === 2) return async () => note(text.replace(/\n$/, ""));
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFIFO()) return () => writePipe(path, text, signal);
  if (descriptor !== undefined) return async () => writeAll(descriptor, text);
  if (stats === undefined || stats.isFile()) return undefined;
  if (stats.isCharacterDevice()) return async () => writeFileSync(path, text);
  throw new Error(`it is ${kindOfFile(stats)}, not a regular file`);
}

async function writePipe(path: string, text: string, signal: AbortSignal): Promise<void> {
  const pipe = await openWriter(path, signal);
  try {
    for (let rest = Buffer.from(text); rest.length > 0; ) {
      const bytes = await unlessBusy(pipe.write(rest).then(({ bytesWritten }) => bytesWritten));
      if (bytes) rest = rest.subarray(bytes);
      else await sleep(pollMs, undefined, { signal });
    }
  } finally {
    await pipe.close();
  }
}

/** Without blocking, which could not be interrupted. */
async function openWriter(path: string, signal: AbortSignal) {
  for (const deadline = Date.now() + openPipeMs; ; ) {
    try {
      return await open(path, constants.O_WRONLY | constants.O_NONBLOCK);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENXIO") throw error;
      if (Date.now() > deadline) throw new Error("it is a pipe, and no process reads from it");
    }
    await sleep(pollMs, undefined, { signal });
  }
}

/** Undefined where the other end of a pipe is not ready. */
async function unlessBusy<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

/** All of a text, also where one call writes only part of it, as on a disk that is almost full. */
export function writeAll(fd: number, text: string): void {
  for (let rest = Buffer.from(text); rest.length > 0; ) rest = rest.subarray(writeSync(fd, rest));
}

/** The number of an open file of this process that a path stands for. */
function descriptorOf(path: string): number | undefined {
  const named = { "/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2 }[path];
  const numbered = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  return named ?? (numbered === undefined ? undefined : Number(numbered));
}
