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

/** What an operation shows on its row while it runs. */
interface RowProgress {
  readonly report: ReportProgress;
  /** The operation has ended, so the row no longer shows a wait. */
  end(outcome: { readonly succeeded: boolean; readonly showsChanges: boolean }): void;
}

/** Progress on the row of a resource, or of the stack where there is no resource. */
export function rowProgress(log: Log, urn: string | undefined, redact: (text: string) => string): RowProgress {
  let shown = false;
  let isOver = false;
  const show = (message: string) => log.write("info", message, urn, true);
  return {
    report: progressReporter((message) => {
      // A call that other operations share may go on.
      if (isOver) return;
      shown = true;
      show(redact(message));
    }),
    end({ succeeded, showsChanges }) {
      isOver = true;
      // The engine shows an error in place of the wait. Between changed properties and a message it shows a separator.
      if (shown && succeeded) show(showsChanges ? "done" : invisible);
    },
  };
}

/** The engine ignores an empty message, and shows the last other one until the end of the run. Its own code for no color has no text. */
const invisible = "<{%reset%}>";

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
  /** Resolves when the engine has everything that was written, or no longer answers. */
  written(): Promise<void>;
}
