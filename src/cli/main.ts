#!/usr/bin/env node
import { commands } from "./commands";
import { run } from "./run";

const interrupted = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  // Once: the second one ends a process that does not end by itself.
  process.once(signal, () => interrupted.abort(new Error("interrupted")));
}

run(commands, process.argv.slice(2), {
  out: (line) => process.stdout.write(`${line}\n`),
  note: (line) => process.stderr.write(`${line}\n`),
  cwd: process.cwd(),
  env: process.env,
  signal: interrupted.signal,
}).then((code) => {
  process.exitCode = code;
});
