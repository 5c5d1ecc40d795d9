import { closeSync, openSync } from "node:fs";
import type { FalWait } from "../client";

export type Severity = "info" | "warning";

/** Shows what is awaited. The `topic` stays the same while the text changes. */
export type ReportProgress = (message: string, topic?: string) => void;

/**
 * Shows waits. In a terminal each text replaces the last one, so every text is shown. Elsewhere each text is a line of its
 * own, so there is one line in thirty seconds per topic.
 */
export function progressReporter(say: (message: string) => void, onScreen = hasTerminal()): ReportProgress {
  const saidAt = new Map<string, number>();
  return (message, topic = "") => {
    const now = performance.now();
    if (!onScreen && now - (saidAt.get(topic) ?? Number.NEGATIVE_INFINITY) < lineEveryMs) return;
    saidAt.set(topic, now);
    say(message);
  };
}

/** Shows the waits of a client's calls. */
export function reportWait(wait: FalWait, tell: ReportProgress): void {
  tell(wait.message, `${wait.operation} ${wait.grpcCode ?? wait.status ?? ""}`);
}

const lineEveryMs = 30_000;

/** Whether the run has a terminal. The engine does not report it, but a process can open its terminal if there is one. */
function hasTerminal(): boolean {
  if (terminal === undefined) {
    try {
      closeSync(openSync("/dev/tty", "r"));
      terminal = true;
    } catch {
      terminal = false;
    }
  }
  return terminal;
}

let terminal: boolean | undefined;

/** Where messages go: a resource's row, or the diagnostics of a program. */
export interface Log {
  /** `ephemeral`: shown while the operation runs, then gone. Never throws, never waits. */
  write(severity: Severity, message: string, urn: string | undefined, ephemeral: boolean): void;
}
