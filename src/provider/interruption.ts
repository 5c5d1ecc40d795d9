/**
 * The end of the provider process. Node dies at once of SIGINT and SIGTERM when nobody listens; then what was begun
 * would not be recorded. So operations are told to stop, answer with what they achieved, and the process ends.
 * The engine kills it five seconds after asking, in any case.
 */
const graceMs = 4_000;

let controller: AbortController | undefined;
const running = new Set<Promise<unknown>>();

/** Aborts when the process is asked to end. */
export function interruption(): AbortSignal {
  if (!controller) {
    controller = new AbortController();
    process.once("SIGINT", end);
    process.once("SIGTERM", end);
  }
  return controller.signal;
}

/** Keeps the process alive, once it is asked to end, until this operation has answered. */
export function finishBeforeEnd<T>(operation: Promise<T>): Promise<T> {
  const settled = operation.catch(() => undefined);
  running.add(settled);
  settled.then(() => running.delete(settled));
  return operation;
}

function end(): void {
  controller?.abort(new Error("the operation was interrupted"));
  const limit = setTimeout(() => process.exit(1), graceMs);
  Promise.all(running).then(() => {
    clearTimeout(limit);
    // One turn of the loop more: the answers are written after the operations settle.
    setTimeout(() => process.exit(0), running.size === 0 ? 0 : 50);
  });
}
