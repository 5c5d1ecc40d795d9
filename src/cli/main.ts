#!/usr/bin/env node
import { fstatSync } from "node:fs";
import { addAbortSignal } from "node:stream";
import { styleText } from "node:util";
import { Content, largeFileBytes, reasonOf } from "../files";
import { isAtLeast, NodeVersionError } from "../node";
import { exitCodes } from "./command-line/command";
import { ProgressLine } from "./command-line/progress-line";
import { run } from "./command-line/run";
import { writeAll } from "./command-line/write-all";
import { commands } from "./commands/index";

// Older ones lack what even messages need. `doctor` runs on this one to show what else is missing.
if (!isAtLeast(process.versions.node, "20.3.0")) {
  process.stderr.write(`${new NodeVersionError(process.versions.node, process.execPath).message}\n`);
  process.exit(exitCodes.failure);
}

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Once: the second one ends a process that does not end by itself.
  process.once(signal, () => interrupted.abort(new Error("interrupted")));
}

// A reader such as `head` may close the pipe early: that is no failure. A failure of standard error cannot be reported.
let outputFailed = false;
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE" || outputFailed) return;
  outputFailed = true;
  note(`pulumi-fal: ${notWritten(error)}`);
  process.exitCode = exitCodes.failure;
});
process.stderr.on("error", () => {});

const write = isFile(process.stdout.fd) ? outToFile : (line: string) => process.stdout.write(`${line}\n`);
const progress = process.stderr.isTTY
  ? new ProgressLine(
      (text) => process.stderr.write(text),
      () => process.stderr.columns || 80,
    )
  : undefined;

run(commands, process.argv.slice(2), {
  out: (line) => {
    progress?.erase();
    write(line);
  },
  ...(progress ? { progress: (text) => progress.begin(text) } : {}),
  ...(process.stdout.isTTY ? { columns: process.stdout.columns || 80 } : {}),
  color: showsColor(),
  note,
  ...(process.stdin.isTTY && process.stderr.isTTY ? { confirm } : {}),
  ...(process.stdin.isTTY ? {} : { read: readInput }),
  cwd: process.cwd(),
  env: process.env,
  signal: interrupted.signal,
}).then((code) => {
  progress?.end();
  process.exitCode = outputFailed ? exitCodes.failure : code;
});

/** Node's rules, of which older versions do not have all: NO_COLOR, FORCE_COLOR, and what the terminal can show. */
function showsColor(): boolean {
  return isAtLeast(process.versions.node, "22.13.0") && styleText("bold", "", { stream: process.stdout }) !== "";
}

function note(line: string): void {
  progress?.erase();
  process.stderr.write(`${line}\n`);
}

/** Node's stream for files loses data when one write is incomplete, as on a disk that is almost full. */
function outToFile(line: string): void {
  try {
    writeAll(process.stdout.fd, `${line}\n`);
  } catch (error) {
    throw new Error(notWritten(error));
  }
}

function notWritten(error: unknown): string {
  return `Could not write to standard output: ${reasonOf(error)}.`;
}

function isFile(fd: number): boolean {
  const stats = fstatSync(fd);
  return stats.isFile() || (stats.isCharacterDevice() && !process.stdout.isTTY);
}

async function readInput(): Promise<Buffer> {
  const content = new Content(largeFileBytes);
  try {
    for await (const chunk of addAbortSignal(interrupted.signal, process.stdin)) content.add(chunk as Buffer);
  } catch (error) {
    throw new Error(`Could not read standard input: ${reasonOf(error)}.`);
  }
  return content.all();
}

/** Anything but a clear yes means no, also the end of the input. Standard output may be redirected, so the question is on standard error. */
async function confirm(question: string): Promise<boolean> {
  progress?.end();
  const { signal } = interrupted;
  const { createInterface } = await import("node:readline");
  // The terminal's own line editing: with readline's, Ctrl-C would not be a signal.
  const lines = createInterface({ input: process.stdin, terminal: false });
  try {
    process.stderr.write(`${question} [y/N] `);
    const answer = await new Promise<string>((resolve) => {
      lines.once("line", resolve);
      lines.once("close", () => resolve(""));
      signal.addEventListener("abort", () => resolve(""), { once: true });
    });
    signal.throwIfAborted();
    return /^\s*y(es)?\s*$/i.test(answer);
  } finally {
    lines.close();
  }
}
