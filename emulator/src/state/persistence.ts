import { randomUUID } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { open, realpath, rename, rm } from "node:fs/promises";
import { parseSeed, type Seed, type State } from "./schema";
import { invalid } from "./violations";

const settleMs = 50;

/** Reads a state or seed file. Errors name the file. */
export function readStateFile(file: string): Seed {
  let text: string;
  try {
    // Reading a pipe or a device may never end.
    if (!statSync(file).isFile()) throw new Error("it is not a regular file");
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw invalid(`${file}: cannot be read (${reasonOf(error)})`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw invalid(`${file}: not valid JSON`);
  }
  return parseSeed(value, file);
}

export const stateFileExists = (file: string) => existsSync(file);

/** Writes the state to a file, shortly after changes and when flushed. */
export class Persistence {
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();
  #closed = false;

  readonly #file: string;
  readonly #state: () => State;

  constructor(file: string, state: () => State) {
    this.#file = file;
    this.#state = state;
  }

  /** Several changes cause one write. */
  changed(): void {
    if (this.#closed) return;
    this.#timer ??= setTimeout(() => {
      // The emulator continues, because its state is intact. The write is retried at the end.
      this.flush().catch((error: unknown) => process.stderr.write(`fal-emulator: ${reasonOf(error)}\n`));
    }, settleMs);
  }

  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const written = this.#writing.then(() => this.#write());
    this.#writing = written.catch(() => {});
    return written;
  }

  /** Writes a last time. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.flush();
  }

  /**
   * Writes a new file and renames it, so that readers never see an incomplete file, and a full disk or a crash keeps the old
   * one. A symbolic link is preserved.
   */
  async #write(): Promise<void> {
    const target = await realpath(this.#file).catch(() => this.#file);
    const temporary = `${target}.${randomUUID()}.tmp`;
    try {
      // The file contains secret values and key secrets.
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(`${JSON.stringify(this.#state(), null, 2)}\n`);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (error) {
      await rm(temporary, { force: true });
      throw invalid(`${this.#file}: cannot be written (${reasonOf(error)})`);
    }
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
