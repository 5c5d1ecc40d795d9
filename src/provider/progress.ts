import { closeSync, openSync } from "node:fs";
import type { FalWait } from "../client";

export type Severity = "debug" | "info" | "warning" | "error";

/** Shows what is awaited. A `topic` is what stays the same while the text counts on. */
export type ReportProgress = (message: string, topic?: string) => void;

/**
 * Shows a wait: at every step on a screen, where the next text replaces the last one; without a terminal every text is a
 * line of its own, so one in thirty seconds for each topic.
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

/** Whether a person looks on. The engine does not say so; but a process of a terminal can open it, one of a CI job not. */
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
