import { EndOfOperation } from "../provider/errors";

/** How long operations under way may take to answer: the engine kills the process five seconds after its SIGINT. */
const graceMs = 4_000;

let controller: AbortController | undefined;
const running = new Set<Promise<unknown>>();

/**
 * Aborts when the user or the engine asks for an end: waits stop, requests that may change something do not. From the
 * first call on, SIGINT and SIGTERM no longer end the process before the operations under way have answered.
 */
export function interruption(): AbortSignal {
  if (!controller) {
    controller = new AbortController();
    process.once("SIGINT", end);
    process.once("SIGTERM", end);
  }
  return controller.signal;
}

export function interrupt(): void {
  controller?.abort(new EndOfOperation("the operation was interrupted"));
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
  Promise.all(running).then(() => {
    clearTimeout(limit);
    // The answers are written after the operations settle.
    setTimeout(() => process.exit(0), busy ? 50 : 0);
  });
}
