import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Everything that outlives a step: processes and scratch directories. Ended and removed however the run ends. */
const children: ChildProcess[] = [];
const directories = new Set<string>();
let ending: Promise<void> | undefined;

export function scratchDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "pulumi-fal-bench-"));
  directories.add(directory);
  return directory;
}

export function removeScratch(directory: string): void {
  rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  directories.delete(directory);
}

/**
 * Starts a process that `end` ends. It gets a group of its own: at a terminal, Ctrl-C would reach every process at once,
 * and a CLI whose fal is already gone waits for it instead of ending.
 */
export function start(command: string, args: readonly string[], options: SpawnOptions): ChildProcess {
  if (ending) throw new Error("the benchmark is ending");
  const child = spawn(command, args, { ...options, detached: process.platform !== "win32" });
  children.push(child);
  const forget = () => {
    const index = children.indexOf(child);
    if (index >= 0) children.splice(index, 1);
  };
  child.once("exit", forget);
  child.once("error", forget);
  return child;
}

/** Asks a process to end: politely, then again (Pulumi's CLI gives up its orderly end then), then without asking. */
export async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  const ended = once(child, "exit");
  for (const signal of ["SIGINT", "SIGINT", "SIGKILL"] as const) {
    child.kill(signal);
    if (await Promise.race([ended.then(() => true), sleep(5_000, false, { ref: false })])) return;
  }
}

/** Ends what runs, the youngest first, and removes the scratch directories. */
export function end(): Promise<void> {
  ending ??= (async () => {
    for (const child of [...children].reverse()) await stop(child);
    for (const directory of [...directories]) removeScratch(directory);
  })();
  return ending;
}

/** Whether what runs is being ended: failures are then what was asked for. */
export function isEnding(): boolean {
  return ending !== undefined;
}

export function endOnSignals(): void {
  const numbers = { SIGHUP: 1, SIGINT: 2, SIGTERM: 15 } as const;
  for (const [signal, number] of Object.entries(numbers)) {
    process.on(signal, () => {
      if (!ending) process.stderr.write(`\n${signal}: ending what runs and removing scratch directories …\n`);
      end().finally(() => process.exit(128 + number));
    });
  }
}
