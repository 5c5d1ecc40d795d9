import { AsyncLocalStorage } from "node:async_hooks";
import type { ReportProgress } from "./progress";

/** The operation under way, for messages about it from deep in the call stack. */
export interface Operation {
  /** The resource on whose row messages are shown. */
  readonly urn: string | undefined;
  /** Removes values that are secret in the program. */
  readonly redact: (text: string) => string;
  /** Shows a wait on the row of the operation. */
  readonly progress: ReportProgress;
  /** Removes from fal's text what may be confidential. `changes`: whether the call may change something. */
  readonly redactResponse: (text: string, changes: boolean) => string;
}

const current = new AsyncLocalStorage<Operation>();

/** Runs an operation. Everything that it calls gets it from `currentOperation`. */
export function runOperation<T>(operation: Operation, run: () => Promise<T>): Promise<T> {
  return current.run(operation, run);
}

export function currentOperation(): Operation | undefined {
  return current.getStore();
}
