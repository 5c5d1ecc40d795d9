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

/** What `fal deploy` is doing. */
export type DeployPhase = "loading the code" | "packaging" | "uploading" | "building the image" | "registering";

/** The lines of fal 1.83 that start a phase. */
const phases: readonly (readonly [start: RegExp, phase: DeployPhase])[] = [
  // Before this line, the CLI imports the code.
  [/^Deploying '/, "packaging"],
  [/^(Packaging local project |(✓|\+) Project packaged)/, "packaging"],
  [/^Uploading /, "uploading"],
  [/^Building environment/, "building the image"],
  [/^(✓|\+) Build complete/, "registering"],
];

/** How many lines the error may contain. */
const keptLines = 20;

/** Receives what the CLI's output means. An error of these functions does not fail the deployment. */
interface OutputSink {
  readonly onOutput?: ((line: string) => void) | undefined;
  readonly onPhase?: ((phase: DeployPhase, line: string | undefined) => void) | undefined;
}

/** The output of the CLI: its result, its progress, and its error. */
export class DeployOutput {
  /** From the last line that matches, because build logs come first. */
  result: z.infer<typeof resultSchema> | undefined;
  /** Whether the CLI may be registering the app, so that the deployment may take effect. */
  registering = false;
  #phase: DeployPhase = "loading the code";
  #building = false;
  #lines: string[] = [];
  #failed = false;
  #buildLog: string[] = [];

  readonly #secrets: readonly string[];
  readonly #sink: OutputSink;

  constructor(secrets: readonly Redacted[], sink: OutputSink) {
    // Shorter ones cannot be distinguished from ordinary text.
    this.#secrets = secrets.map((secret) => secret.reveal()).filter(isRedactable);
    this.#sink = sink;
  }

  /** The CLI is about to start. */
  start(): void {
    this.#tell(() => this.#sink.onPhase?.(this.#phase, undefined));
  }

  add(printed: string): void {
    const line = stripVTControlCharacters(printed);
    this.#result(line);
    this.#progress(line);
    const shown = escapeInvisible(redactOccurrences(line.replaceAll("\t", "    "), this.#secrets));
    if (shown.trim() !== "") this.#lines = [...this.#lines, shown].slice(-keptLines);
    this.#tell(() => this.#sink.onOutput?.(shown));
    this.#follow(shown);
  }

  /**
   * The error message, which fal 1.83 starts with a cross or its own name; otherwise, the last lines. If the build failed, its
   * log follows, because the message does not always contain the cause.
   */
  error(): string {
    const last = this.#lines.findLastIndex((line) => /^(✘|fal .*: error: )/.test(line));
    if (last === -1) return this.#lines.slice(-5).join(" ");
    const message = this.#lines.slice(last).join(" ").replace(/^✘\s*/, "");
    if (this.#phase !== "building the image" || this.#buildLog.length === 0) return message;
    return `${message.replace(/\.+$/, "")}. The build's log ends with: ${this.#buildLog.join(" | ")}`;
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

  #follow(line: string): void {
    // Advice and the error follow.
    this.#failed ||= /^(✘|Deploy failed\.)/.test(line);
    if (this.#failed) return;
    const started = phases.find(([start]) => start.test(line))?.[1];
    if (started !== undefined) this.#phase = started;
    const said = messageOf(line);
    if (started === undefined) {
      // Until the code is loaded, lines are advice of the CLI or come from the code.
      if (said === undefined || this.#phase === "loading the code") return;
      if (this.#phase === "building the image") this.#buildLog = [...this.#buildLog, said].slice(-5);
    }
    const shown = started === undefined ? said : uploaded(line);
    this.#tell(() => this.#sink.onPhase?.(this.#phase, shown));
  }

  #tell(tell: () => void): void {
    try {
      tell();
    } catch {
      // An error of the caller's function does not fail the deployment.
    }
  }
}

/** What a line says, without the time and level of a log. Undefined for an empty line, a rule or the result. */
function messageOf(line: string): string | undefined {
  const message = line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? \[\w+ *\] /, "").trim();
  return message === "" || /^[─-]+$/.test(message) || message.startsWith("{") ? undefined : message;
}

/** The file in a line such as `Uploading file: model.py` or `Uploading app-1.0.tar.gz (12.0 KB)...`. */
function uploaded(line: string): string | undefined {
  return /^Uploading (?:file: )?(.+?)(?: \([^()]*\))?(?:\.\.\.)?$/.exec(line)?.[1];
}
