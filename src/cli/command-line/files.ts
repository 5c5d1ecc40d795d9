// Reads and writes the files that the command line names.
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
} from "node:fs";
import { open } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Content, kindOfFile, largeFileBytes, readRegularFile, reasonOf } from "../../files";
import type { Terminal } from "./command";
import { writeAll } from "./write-all";

const pollMs = 20;
/** How long to wait until another process opens the other end of a pipe. */
const openPipeMs = 5_000;

/**
 * Reads the text in a regular file, standard input, or a pipe such as a shell's `<(…)`. Ctrl-C ends the wait for a pipe.
 *
 * @throws {Error} the reason as the end of a sentence, for example "there is no such file"
 */
export async function readInput(file: string, { cwd, progress, read, signal }: Terminal): Promise<string> {
  const path = resolve(cwd, file);
  progress?.(`Reading ${file}`);
  try {
    if (descriptorOf(path) === 0 && read !== undefined) return decoded(await read());
    return decoded(statSync(path).isFIFO() ? await readPipe(path, signal) : readRegularFile(path, largeFileBytes));
  } catch (error) {
    signal.throwIfAborted();
    throw new Error(reasonOf(error));
  }
}

/** Reads what an option names, for example "prices file". */
export async function readNamed(what: string, file: string, terminal: Terminal): Promise<string> {
  try {
    return await readInput(file, terminal);
  } catch (error) {
    throw new Error(`Could not read the ${what} ${file}: ${(error as Error).message}.`);
  }
}

/** Windows PowerShell's `>` writes UTF-16. */
export function decoded(bytes: Uint8Array): string {
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  return new TextDecoder(encoding).decode(bytes);
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

/** A file that a command writes. `name` is relative to the terminal's folder, as on the command line. */
export interface OutputFile {
  readonly name: string;
  readonly text: string;
  /** False: a file that exists is an error. */
  readonly overwrite?: boolean;
}

/** Why this file cannot be written, as sentences; undefined if it seems possible. */
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

/** Whether writing would replace a file. Pipes, devices and descriptors are not replaced. */
export function replacesFile(name: string, cwd: string): boolean {
  const path = resolve(cwd, name);
  if (descriptorOf(path) !== undefined || lstatSync(path, { throwIfNoEntry: false }) === undefined) return false;
  // A dangling link counts as a file.
  return statSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}

/**
 * Writes all files or none. It replaces a file only after the new content is completely on disk beside it, so a full
 * disk or Ctrl-C leaves the old file. Mode and owner stay, and a link stays a link.
 *
 * @throws {Error} names the file that could not be written, the reason, and the files that were replaced before
 */
export async function writeFiles(
  files: readonly OutputFile[],
  terminal: Pick<Terminal, "cwd" | "out" | "note" | "signal">,
): Promise<void> {
  const replacements: Replacement[] = [];
  try {
    const streams: (() => Promise<void>)[] = [];
    for (const file of files) {
      const { name, text } = file;
      const path = resolve(terminal.cwd, name);
      await naming(name, async () => {
        const stream = streamTo(path, text, terminal);
        if (stream === undefined) replacements.push(new Replacement(file, path));
        else streams.push(() => naming(name, stream));
      });
    }
    refuseTwice(replacements);
    // Streams first: they cannot be undone, and no file has been replaced yet.
    for (const stream of streams) await stream();
    terminal.signal.throwIfAborted();
    replaceAll(replacements);
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

/** Replaces all files. On a failure, restores those that were already replaced. */
function replaceAll(replacements: readonly Replacement[]): void {
  // A backup is needed only if a later file can fail.
  if (replacements.length > 1) for (const replacement of replacements) replacement.keepOld();
  const done: Replacement[] = [];
  try {
    for (const replacement of replacements) {
      replacement.replace();
      done.push(replacement);
    }
  } catch (error) {
    const lost = done.filter((replacement) => !replacement.undo()).map(({ name }) => name);
    if (lost.length === 0) throw error;
    throw new Error(`${(error as Error).message} These files were already replaced: ${lost.join(", ")}.`);
  }
}

/** A completely written temporary file in the folder of the file that it will replace. */
class Replacement {
  readonly target: string;
  readonly #old: Stats | undefined;
  /** Does not contain the file's name, because file systems limit the length of names. */
  readonly #temporary: string;
  readonly #backup: string;
  #hasBackup = false;

  readonly name: string;
  readonly #overwrite: boolean;

  constructor({ name, text, overwrite = true }: OutputFile, path: string) {
    this.name = name;
    this.#overwrite = overwrite;
    this.#old = statSync(path, { throwIfNoEntry: false });
    this.target = this.#old ? realpathSync(path) : endOfLink(path);
    const prefix = join(dirname(this.target), `.pulumi-fal-${randomBytes(6).toString("hex")}`);
    this.#temporary = `${prefix}.tmp`;
    this.#backup = `${prefix}.old`;
    // Do not replace a file that the user may not write.
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
      // Some file systems report a full disk only here.
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
      // The file system has no links. Then a replaced file cannot be restored, and the error names it.
    }
  }

  replace(): void {
    try {
      if (!this.#overwrite && lstatSync(this.target, { throwIfNoEntry: false })) throw new Error("it exists already");
      renameSync(this.#temporary, this.target);
    } catch (error) {
      throw new Error(`Could not write ${this.name}: ${reasonOf(error)}.`);
    }
  }

  /** Returns false if the old file is lost. */
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

/** Sets the owner first, because that clears some bits of the mode. */
function keepRights(fd: number, { uid, gid, mode }: Stats): void {
  try {
    fchownSync(fd, uid, gid);
  } catch {
    // Only root may change the owner. Otherwise the new file belongs to the caller.
  }
  fchmodSync(fd, mode & 0o7777);
}

/** The target of a dangling link, or the path itself if it is no link. */
function endOfLink(path: string): string {
  for (let end = path; ; ) {
    try {
      end = resolve(dirname(end), readlinkSync(end));
    } catch {
      return end;
    }
  }
}

/** A function that writes to a pipe, device or descriptor; undefined for a regular or missing file. */
function streamTo(
  path: string,
  text: string,
  { out, note, signal }: Pick<Terminal, "out" | "note" | "signal">,
): (() => Promise<void>) | undefined {
  const descriptor = descriptorOf(path);
  // Replacing the file that the shell redirects standard output to would break the redirection.
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

/** Opens without blocking, because a blocking call cannot be interrupted. */
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

/** Undefined if the other end of the pipe is not ready. */
async function unlessBusy<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EAGAIN") return undefined;
    throw error;
  }
}

/** The descriptor of an open file of this process that a path such as `/dev/fd/3` names. */
function descriptorOf(path: string): number | undefined {
  const named = { "/dev/stdin": 0, "/dev/stdout": 1, "/dev/stderr": 2 }[path];
  const numbered = /^\/(?:dev|proc\/self)\/fd\/(\d+)$/.exec(path)?.[1];
  return named ?? (numbered === undefined ? undefined : Number(numbered));
}
