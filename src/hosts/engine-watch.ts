import { connect, Socket } from "node:net";
import type { Readable } from "node:stream";

/**
 * Notices that the engine is gone. A `pulumi` that is killed does not end its providers: this process would go on with
 * its operations, and order a machine that no state will ever hold.
 *
 * The address of the engine's log service decides. The kernel accepts connections there for as long as the engine
 * lives, however slow it is, and refuses them once it is dead. Standard input makes this quick: the engine holds the
 * other end of that pipe. Its end alone proves nothing, because other launchers give a closed pipe or /dev/null from
 * the start. The parent process is no evidence either: it is a shell script that outlives the engine.
 */
export interface EngineWatch {
  /** `host:port` of the engine's log service. */
  readonly address: string;
  readonly stdin: Readable | undefined;
  /** Called once. */
  readonly gone: () => void;
  readonly everyMs?: number;
}

/** One refusal may be an accident; so many in a row are not. */
const refusalsNeeded = 3;
const nextAfterRefusalMs = 150;
/** Windows tries a refused connection again for two seconds before it reports it. */
const patienceMs = 5_000;

/** Watches until the engine is gone; keeps no process alive. An address that never accepted a connection proves nothing. */
export function watchEngine({ address, stdin, gone, everyMs = 2_000 }: EngineWatch): void {
  const at = address.lastIndexOf(":");
  const target = { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
  let reached = false;
  let refusals = 0;
  let over = false;
  let next: NodeJS.Timeout | undefined;
  let probing: Socket | undefined;

  const probe = (): void => {
    clearTimeout(next);
    if (over || probing !== undefined) return;
    const socket = connect(target).unref();
    probing = socket;
    // `undefined`: no answer, which proves nothing.
    const settle = (refused?: boolean): void => {
      if (probing !== socket) return;
      probing = undefined;
      clearTimeout(limit);
      socket.destroy();
      if (refused === false) reached = true;
      refusals = refused === true && reached ? refusals + 1 : 0;
      if (refusals >= refusalsNeeded) {
        over = true;
        gone();
        return;
      }
      next = setTimeout(probe, refusals > 0 ? nextAfterRefusalMs : everyMs).unref();
    };
    const limit = setTimeout(settle, patienceMs).unref();
    socket.once("connect", () => settle(false));
    socket.on("error", (error: NodeJS.ErrnoException) => settle(error.code === "ECONNREFUSED" ? true : undefined));
  };

  // A terminal is not read: that would stop a process in the background.
  if (stdin instanceof Socket && !("isTTY" in stdin && stdin.isTTY)) {
    stdin.once("close", probe);
    stdin.on("error", () => {});
    stdin.resume();
    stdin.unref();
  }
  probe();
}

/** Standard input, where there is one: Node throws for handles that it does not know. */
export function standardInput(): NodeJS.ReadStream | undefined {
  try {
    return process.stdin;
  } catch {
    return undefined;
  }
}
