import { execFileSync } from "node:child_process";

/** The processes that a `pulumi` run consists of. */
export interface RunProcesses {
  /** Runs the program. */
  readonly language: number[];
  /** Runs our provider. */
  readonly provider: number[];
  /** All below the CLI. */
  readonly all: number[];
}

/** What runs below a process now. */
export function processesBelow(pid: number): RunProcesses {
  const table = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const rows = table.split("\n").flatMap((line) => {
    const found = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line);
    return found ? [{ pid: Number(found[1]), parent: Number(found[2]), args: found[3] ?? "" }] : [];
  });
  const below = new Set([pid]);
  for (let size = 0; size !== below.size; ) {
    size = below.size;
    for (const row of rows) if (below.has(row.parent)) below.add(row.pid);
  }
  below.delete(pid);
  const named = (part: RegExp) => rows.filter((row) => below.has(row.pid) && part.test(row.args)).map((row) => row.pid);
  // Under either host.
  const provider = named(/cmd\/dynamic-provider|pulumi-fal\/plugin\/main\.js/);
  return { language: named(/cmd\/run\//), provider, all: [...below] };
}

/** Sends a signal; one that is gone already is no failure. */
export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "ESRCH")) throw error;
  }
}
