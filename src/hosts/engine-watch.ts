import { connect, Socket } from "node:net";
import type { Readable } from "node:stream";

/**
 * Detects that the engine is gone. Killing `pulumi` does not end its providers, so this process would continue its
 * operations and could create a GPU instance that no state records.
 *
 * The address of the engine's log service decides. The kernel accepts connections there while the engine lives, however
 * slow it is, and refuses them once it is dead. The end of standard input, whose other end the engine has, triggers the
 * check early. It is not sufficient, because some launchers pass a closed pipe or /dev/null. The parent process is no
 * evidence, because it is a shell script that outlives the engine.
 */
interface EngineWatch {
  /** `host:port` of the engine's log service. */
  readonly address: string;
  readonly stdin: Readable | undefined;
  /** Called once. */
  readonly gone: () => void;
  readonly everyMs?: number;
}

/** A single refusal may be an accident. */
const refusalsNeeded = 3;
const nextAfterRefusalMs = 150;
/** Windows tries a refused connection again for two seconds before it reports it. */
const patienceMs = 5_000;

/** Watches until the engine is gone, without keeping the process alive. Ignores an address that never accepted a connection. */
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
    // `undefined`: no response, which is no evidence.
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

  // Reading a terminal would stop a process in the background.
  if (stdin instanceof Socket && !("isTTY" in stdin && stdin.isTTY)) {
    stdin.once("close", probe);
    stdin.on("error", () => {});
    stdin.resume();
    stdin.unref();
  }
  probe();
}

/** Standard input, if there is one: Node throws for unknown handles. */
export function standardInput(): NodeJS.ReadStream | undefined {
  try {
    return process.stdin;
  } catch {
    return undefined;
  }
}
