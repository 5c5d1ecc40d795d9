import type { FalClient, FalWait } from "../client";
import { surfaceNames } from "../client/config/surface-names";
import type { HostOptions } from "../client/host-options";
import { progressReporter, reportWait } from "../provider/progress";
import type { Option, Terminal, Values } from "./command-line/command";

/** Options of every command that calls fal. All other settings are found as the provider finds them. */
export const connectionOptions = {
  surface: {
    type: "string",
    choices: surfaceNames,
    doc: "version of fal's REST API (default platform)",
  },
} as const satisfies Record<string, Option>;

/** Runs a command with its own client: Ctrl-C aborts its calls, and the end of the command closes its connections. */
export async function withFal<T>(
  { surface }: Values<typeof connectionOptions>,
  terminal: Pick<Terminal, "env" | "note" | "progress" | "signal">,
  use: (fal: FalClient) => Promise<T>,
  host: HostOptions = {},
): Promise<T> {
  // Not at the top: a Node that is too old for the client can still run `doctor`, which says so.
  const client = await import("../client/index.js");
  // Every text is a line of its own, also at a terminal.
  const tell = progressReporter((message) => terminal.note(message), false);
  const onWait = (wait: FalWait) => reportWait(wait, tell);
  const fal = new client.FalClient({ surface, signal: terminal.signal, env: terminal.env, onWait }, host);
  terminal.progress?.("Waiting for fal");
  try {
    return await use(fal);
  } finally {
    await fal.close();
  }
}
