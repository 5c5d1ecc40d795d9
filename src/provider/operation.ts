import { AsyncLocalStorage } from "node:async_hooks";
import type { ReportProgress } from "./progress";

/** What the engine or a program asked for and is under way, for what is said about it from far below. */
export interface Operation {
  /** The resource, whose row messages belong to. */
  readonly urn: string | undefined;
  /** Hides what the program calls secret. */
  readonly redact: (text: string) => string;
  /** Shows a wait where the operation is shown. */
  readonly progress: ReportProgress;
  /** Hides in a text of fal's what may be confidential. `changes`: the call was to change something. */
  readonly redactResponse: (text: string, changes: boolean) => string;
}

const current = new AsyncLocalStorage<Operation>();

/** Runs an operation; `currentOperation` tells of it to everything that it calls. */
export function runOperation<T>(operation: Operation, run: () => Promise<T>): Promise<T> {
  return current.run(operation, run);
}

export function currentOperation(): Operation | undefined {
  return current.getStore();
}
