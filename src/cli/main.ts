#!/usr/bin/env node
import { createInterface } from "node:readline";
import { buffer } from "node:stream/consumers";
import { isAtLeast, NodeVersionError } from "../node";
import { commands } from "./commands";
import { run } from "./run";

// Older ones lack what even messages need. `doctor` runs on this one to show what else is missing.
if (!isAtLeast(process.versions.node, "20.3.0")) {
  process.stderr.write(`${new NodeVersionError(process.versions.node, process.execPath).message}\n`);
  process.exit(1);
}

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Once: the second one ends a process that does not end by itself.
  process.once(signal, () => interrupted.abort(new Error("interrupted")));
}

run(commands, process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  ...(process.stdout.isTTY ? { columns: process.stdout.columns || 80 } : {}),
  note: (line) => process.stderr.write(`${line}\n`),
  ...(process.stdin.isTTY && process.stderr.isTTY ? { confirm } : {}),
  ...(process.stdin.isTTY ? {} : { read: () => buffer(process.stdin) }),
  cwd: process.cwd(),
  env: process.env,
  signal: interrupted.signal,
}).then((code) => {
  process.exitCode = code;
});

/** Everything but a clear yes is a no, also the end of the input. The result may go elsewhere, so the question is on standard error. */
async function confirm(question: string): Promise<boolean> {
  const { signal } = interrupted;
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
