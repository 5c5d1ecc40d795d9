import { subscribe } from "node:diagnostics_channel";
import { interrupt } from "../interruption";

const cancelPath = "/pulumirpc.ResourceProvider/Cancel";
let isWatching = false;

/**
 * Interrupts the operations under way when the engine calls Cancel, which it does at the first Ctrl-C.
 *
 * Pulumi's dynamic provider host answers Cancel without notifying its providers. A wait for a GPU instance would go on
 * for twenty minutes, the user would press Ctrl-C again, and the second one ends the CLI at once, without what the
 * provider achieved. So the arrival of the call is observed through Node's diagnostics channel: nothing is patched, and
 * where the channel does not exist (Node before 22.17) nothing changes.
 */
export function interruptOnCancel(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe("http2.server.stream.start", (message) => {
    const headers = (message as { headers?: Record<string, unknown> }).headers;
    if (headers?.[":path"] === cancelPath) interrupt();
  });
}
