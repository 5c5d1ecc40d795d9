import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { rename, rm, writeFile } from "node:fs/promises";
import { parseSeed, type Seed, type State } from "./schema";
import { invalid } from "./violations";

const SETTLE_MS = 50;

/** Reads a state or seed file; every problem is named with the file. */
export function readStateFile(file: string): Seed {
  let text: string;
  try {
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

/** Keeps a file equal to the state: soon after changes, and in full when flushed. */
export class Persistence {
  private timer: NodeJS.Timeout | undefined;
  private writing: Promise<void> = Promise.resolve();
  private closed = false;

  constructor(
    private readonly file: string,
    private readonly state: () => State,
  ) {}

  /** Several changes in a row cost one write. */
  changed(): void {
    if (this.closed) return;
    this.timer ??= setTimeout(() => {
      // The emulator goes on without: what it holds is still right, and the last write is tried again at the end.
      this.flush().catch((error: unknown) => process.stderr.write(`fal-emulator: ${reasonOf(error)}\n`));
    }, SETTLE_MS);
  }

  flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const written = this.writing.then(() => this.write());
    this.writing = written.catch(() => {});
    return written;
  }

  /** Writes a last time; the file then belongs to whoever starts next. */
  async close(): Promise<void> {
    this.closed = true;
    await this.flush();
  }

  /** A reader never sees half a file: the new one replaces the old in one step. */
  private async write(): Promise<void> {
    const temporary = `${this.file}.${randomUUID()}.tmp`;
    try {
      // The file holds secret values and key secrets.
      await writeFile(temporary, `${JSON.stringify(this.state(), null, 2)}\n`, { mode: 0o600 });
      await rename(temporary, this.file);
    } catch (error) {
      await rm(temporary, { force: true });
      throw invalid(`${this.file}: cannot be written (${reasonOf(error)})`);
    }
  }
}

const reasonOf = (error: unknown) => (error instanceof Error ? error.message : String(error));
