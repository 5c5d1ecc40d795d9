// Runs fal's CLI as a child process.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { DeployOutput } from "./output";

/** The CLI could not be started. */
export class NotStarted extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** Ends each CLI that runs. They share one listener, because Node warns of more than ten. */
const running = new Set<() => void>();
const endRunning = () => {
  for (const kill of running) kill();
};

/**
 * Runs the CLI until it exits or the signal aborts. Returns its exit code, or the name of the signal that ended it. The CLI
 * and all processes that it started, such as the CLI below uvx, end with this process.
 */
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
    if (child.pid !== undefined) killAll(child.pid);
    // A process that left the group may keep them open.
    child.stdout.destroy();
    child.stderr.destroy();
  };
  const read = (stream: Readable) => createInterface({ input: stream }).on("line", (line) => output.add(line));
  read(child.stdout);
  read(child.stderr);
  signal.addEventListener("abort", kill, { once: true });
  if (running.size === 0) process.once("exit", endRunning);
  running.add(kill);
  const guard = child.pid === undefined ? undefined : startGuard(child.pid);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", (error) => reject(new NotStarted("code" in error ? String(error.code) : error.name)));
      child.once("close", (code, ended) => resolve(code ?? ended ?? "unknown"));
    });
  } finally {
    guard?.kill("SIGKILL");
    signal.removeEventListener("abort", kill);
    running.delete(kill);
    if (running.size === 0) process.removeListener("exit", endRunning);
  }
}

/** Ends a process and those that it started. Synchronous, because it also runs at the exit of this process. */
function killAll(pid: number): void {
  if (process.platform === "win32") {
    spawnSync("taskkill", ["/pid", String(pid), "/T", "/F"], { windowsHide: true, stdio: "ignore" });
    return;
  }
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended already.
  }
}

/**
 * Ends the process group if this process is killed, so that it cannot do it itself: a shell in a session of its own waits for
 * the end of its input, which this process holds open. Without a shell, and on Windows, there is no guard.
 */
function startGuard(group: number): ChildProcess | undefined {
  if (process.platform === "win32") return undefined;
  const guard = spawn("/bin/sh", ["-c", `read -r line; kill -KILL "-$1"`, "sh", String(group)], {
    detached: true,
    stdio: ["pipe", "ignore", "ignore"],
    cwd: "/",
  });
  guard.on("error", () => {});
  guard.stdin.on("error", () => {});
  guard.unref();
  return guard;
}
