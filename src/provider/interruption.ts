import { subscribe } from "node:diagnostics_channel";

/**
 * The end of the provider's work, asked for from outside.
 *
 * At the first Ctrl-C the engine calls Cancel and then waits for the steps under way; the host answers Cancel without
 * telling anybody. A wait for a machine would go on for twenty minutes, the user would press Ctrl-C again, and the
 * second one ends the CLI at once, without what the provider achieved. So the arrival of the call is watched through
 * Node's own diagnostics channel: nothing is patched, and where the channel does not exist (Node before 22.17) nothing
 * changes.
 *
 * At its end the engine sends SIGINT, and five seconds later kills. Node would die at once of the signal.
 */
const cancelPath = "/pulumirpc.ResourceProvider/Cancel";
const graceMs = 4_000;

let controller: AbortController | undefined;
const running = new Set<Promise<unknown>>();

/** Aborts when the user or the engine wants an end: waits stop, requests that may change something do not. */
export function interruption(): AbortSignal {
  if (!controller) {
    controller = new AbortController();
    subscribe("http2.server.stream.start", (message) => {
      const headers = (message as { headers?: Record<string, unknown> }).headers;
      if (headers?.[":path"] === cancelPath) interrupt();
    });
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

function interrupt(): void {
  controller?.abort(new Error("the operation was interrupted"));
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
