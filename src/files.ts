// Reading a file that a user or an environment variable names. What opens or reads without an end blocks the process:
// a pipe that nobody writes to, a terminal, /dev/zero. So only a regular file is read here, and only up to a limit.
import { closeSync, constants, fstatSync, openSync, readSync, realpathSync, type Stats } from "node:fs";
import { devNull } from "node:os";
import { getSystemErrorMap } from "node:util";

const mebibyte = 1024 * 1024;

/** Limits for files that people write: tables and settings. */
export const smallFileBytes = mebibyte;
/** Limit for what the Pulumi CLI writes: previews and states of large stacks. */
export const largeFileBytes = 256 * mebibyte;

/**
 * The content of a regular file, which may be behind a link. `/dev/null` counts as an empty one.
 *
 * @throws what `node:fs` throws, or an error whose message is the reason; `reasonOf` words both.
 */
export function readRegularFile(path: string, maxBytes: number): Buffer {
  // With O_NONBLOCK a pipe opens at once, so that what it is can be asked without waiting for a writer.
  const fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const stats = fstatSync(fd);
    if (!stats.isFile() && realpathSync(path) !== devNull) {
      throw new Error(`it is ${kindOfFile(stats)}, not a regular file`);
    }
    const content = new Content(maxBytes);
    const chunk = Buffer.allocUnsafe(Math.min(stats.size + 1, mebibyte) || 1);
    for (let read = 1; read > 0; ) {
      read = readSync(fd, chunk);
      content.add(chunk.subarray(0, read));
    }
    return content.all();
  } finally {
    closeSync(fd);
  }
}

/** Collects what is read, and refuses what is too much. */
export class Content {
  readonly #chunks: Buffer[] = [];
  #bytes = 0;

  constructor(private readonly maxBytes: number) {}

  /** Copies the chunk: readers use one buffer again and again. */
  add(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    if (this.#bytes > this.maxBytes) throw new Error(`it is larger than ${this.maxBytes / mebibyte} MiB`);
    this.#chunks.push(Buffer.from(chunk));
  }

  all(): Buffer {
    return Buffer.concat(this.#chunks);
  }
}

/** What a file is that is not a regular one. */
export function kindOfFile(stats: Stats): string {
  if (stats.isDirectory()) return "a directory";
  if (stats.isFIFO()) return "a pipe";
  if (stats.isSocket()) return "a socket";
  return "a device";
}

/** Why an operation on a file failed, as the end of a sentence: without the code, the path and the system call. */
export function reasonOf(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file";
  if (code === "EISDIR") return "it is a directory, not a regular file";
  const words = errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1];
  return words ?? message;
}
