import { subscribe } from "node:diagnostics_channel";
import { interrupt } from "../interruption";

const cancelPath = "/pulumirpc.ResourceProvider/Cancel";
let isWatching = false;

/**
 * Interrupts the operations under way when the engine calls Cancel, which it does at the first Ctrl-C.
 *
 * Pulumi's dynamic provider host answers Cancel without notifying its providers. So a wait for a GPU instance would
 * continue for up to twenty minutes. A second Ctrl-C ends the CLI at once, and what the provider achieved is lost.
 *
 * So this observes the call through Node's diagnostics channel, without patching anything. Node before 22.17 has no
 * such channel. There, Cancel has no effect.
 */
export function interruptOnCancel(): void {
  if (isWatching) return;
  isWatching = true;
  subscribe("http2.server.stream.start", (message) => {
    const headers = (message as { headers?: Record<string, unknown> }).headers;
    if (headers?.[":path"] === cancelPath) interrupt();
  });
}
