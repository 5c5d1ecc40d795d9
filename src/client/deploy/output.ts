// Reads the output of fal's CLI.
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

/** The output of the CLI: its result, its progress, and its error. */
export class DeployOutput {
  /** From the last line that matches, because build logs come first. */
  result: z.infer<typeof resultSchema> | undefined;
  /** Whether the CLI may be registering the app, so that the deployment may take effect. */
  registering = false;
  #building = false;
  #lines: string[] = [];

  readonly #secrets: readonly string[];
  readonly #show: ((line: string) => void) | undefined;

  constructor(secrets: readonly Redacted[], show: ((line: string) => void) | undefined) {
    // Shorter ones cannot be distinguished from ordinary text.
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
      // An error of the caller's function does not fail the deployment.
    }
  }

  /** The error message. fal 1.83 starts it with a cross or its own name; otherwise, the last lines. */
  error(): string {
    const last = this.#lines.findLastIndex((line) => /^(✘|fal .*: error: )/.test(line));
    const lines = last === -1 ? this.#lines.slice(-5) : this.#lines.slice(last);
    return lines.join(" ").replace(/^✘\s*/, "");
  }

  #result(line: string): void {
    if (!line.startsWith("{")) return;
    try {
      this.result = resultSchema.safeParse(JSON.parse(line)).data ?? this.result;
    } catch {
      // The app's code printed this line.
    }
  }

  /** Matches the lines of fal 1.83. With other versions, the deployment may take effect as soon as the line `Deploying` appears. */
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
