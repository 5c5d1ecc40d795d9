import { EndOfOperation } from "../provider/errors";

/** How long operations under way may take to answer: the engine kills the process five seconds after its SIGINT. */
const graceMs = 4_000;

/** Windows sends SIGBREAK where the engine asks for an end. */
const endSignals: readonly NodeJS.Signals[] = ["SIGINT", "SIGTERM", "SIGBREAK"];

let controller: AbortController | undefined;
const running = new Set<Promise<unknown>>();
const lastActions: (() => Promise<void>)[] = [];

/**
 * Aborts when the user or the engine asks for an end: waits stop, requests that may change something do not. From the
 * first call on, a signal no longer ends the process before the operations under way have answered.
 */
export function interruption(): AbortSignal {
  if (!controller) {
    controller = new AbortController();
    for (const signal of endSignals) process.once(signal, end);
  }
  return controller.signal;
}

export function interrupt(): void {
  controller?.abort(new EndOfOperation("the operation was interrupted"));
}

/**
 * Runs an action when the process is asked to end, once the operations under way have answered. The engine does so at the
 * end of every run, and shows what its providers report until they have ended.
 */
export function beforeEnd(action: () => Promise<void>): void {
  interruption();
  lastActions.push(action);
}

/** Keeps the process alive, once it is asked to end, until this operation has answered. */
export function finishBeforeEnd<T>(operation: Promise<T>): Promise<T> {
  const settled = operation.catch(() => undefined);
  running.add(settled);
  settled.then(() => running.delete(settled));
  return operation;
}

function end(): void {
  interrupt();
  const limit = setTimeout(() => process.exit(1), graceMs);
  const busy = running.size > 0;
  const answered = Promise.all(running).then(() => Promise.all(lastActions.map((action) => action())));
  answered.then(() => {
    clearTimeout(limit);
    // The answers are written after the operations settle.
    setTimeout(() => process.exit(0), busy ? 50 : 0);
  });
}
