// Runs fal's CLI as a child process.
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { DeployOutput } from "./output";

/** The CLI could not be started. */
export class NotStarted extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** Runs the CLI until it exits or the signal aborts. Returns its exit code, or the name of the signal that ended it. */
export async function runCli(
  program: string,
  args: readonly string[],
  { cwd, env }: { cwd: string | undefined; env: NodeJS.ProcessEnv },
  output: DeployOutput,
  signal: AbortSignal,
): Promise<number | string> {
  // In its own process group, so that its child processes end with it. Windows has none.
  const detached = process.platform !== "win32";
  const child = spawn(program, args, { cwd, env, detached, windowsHide: true, stdio: ["ignore", "pipe", "pipe"] });
  const kill = () => {
    try {
      if (detached && child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
      else child.kill("SIGKILL");
    } catch {
      // It has ended already.
    }
    // A process that left the group may keep them open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const read = (stream: Readable) => createInterface({ input: stream }).on("line", (line) => output.add(line));
  read(child.stdout);
  read(child.stderr);
  signal.addEventListener("abort", kill, { once: true });
  process.once("exit", kill);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (error) => reject(new NotStarted("code" in error ? String(error.code) : error.name)));
      child.once("close", (code, ended) => resolve(code ?? ended ?? "unknown"));
    });
  } finally {
    signal.removeEventListener("abort", kill);
    process.removeListener("exit", kill);
  }
}
