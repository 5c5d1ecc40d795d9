// What fal's CLI prints.
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { isRedactable, redactOccurrences } from "../internal/redact";
import type { Redacted } from "../redacted";
import { escapeInvisible } from "../text";

const resultSchema = z.object({
  revision: z.string().min(1),
  app_name: z.string().min(1),
  auth_mode: z.string().optional().catch(undefined),
  urls: z.record(z.string(), z.record(z.string(), z.string())).optional().catch(undefined),
  log_url: z.string().optional().catch(undefined),
});

/** What the CLI prints: its result, how far it got, and its complaint. */
export class DeployOutput {
  /** The last line that can be one: build logs come before it. */
  result: z.infer<typeof resultSchema> | undefined;
  /** Whether it may be registering the app, so that fal may carry it out. */
  registering = false;
  #building = false;
  #lines: string[] = [];

  readonly #secrets: readonly string[];
  readonly #show: ((line: string) => void) | undefined;

  constructor(secrets: readonly Redacted[], show: ((line: string) => void) | undefined) {
    // A shorter one cannot be told from ordinary text.
    this.#secrets = secrets.map((secret) => secret.reveal()).filter(isRedactable);
    this.#show = show;
  }

  add(printed: string): void {
    const line = stripVTControlCharacters(printed);
    this.#result(line);
    this.#progress(line);
    const shown = escapeInvisible(redactOccurrences(line.replaceAll("\t", "    "), this.#secrets));
    if (shown.trim() !== "") this.#lines = [...this.#lines, shown].slice(-20);
    try {
      this.#show?.(shown);
    } catch {
      // What cannot be shown is no reason to fail a deployment.
    }
  }

  /** What it said last; fal 1.83 begins its own last words with a cross, or with its name. */
  complaint(): string {
    const last = this.#lines.findLastIndex((line) => /^(✘|fal .*: error: )/.test(line));
    const words = last === -1 ? this.#lines.slice(-5) : this.#lines.slice(last);
    return words.join(" ").replace(/^✘\s*/, "");
  }

  #result(line: string): void {
    if (!line.startsWith("{")) return;
    try {
      this.result = resultSchema.safeParse(JSON.parse(line)).data ?? this.result;
    } catch {
      // A line of the code's own.
    }
  }

  /** By the lines of fal 1.83. Those of a version with other words leave it in doubt from the announcement on. */
  #progress(line: string): void {
    if (line.startsWith("Deploying '")) this.registering = true;
    if (line.startsWith("Building environment") && this.registering && !this.#building) {
      this.#building = true;
      this.registering = false;
    }
    if (line.includes("Build complete")) {
      this.#building = true;
      this.registering = true;
    }
  }
}
