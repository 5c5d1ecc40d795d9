import { closeSync, openSync } from "node:fs";
import { createRequire } from "node:module";
import type { FalWait } from "../client";
import { escapeInvisible } from "../client/text";

/**
 * Messages to the engine's log service. Its address is in the arguments of the provider process; where it is missing
 * (another host, a test), messages fall silent and nothing else changes.
 */
export type Severity = "debug" | "info" | "warning" | "error";

interface EngineClient {
  log(request: unknown, callback: (error: unknown) => void): void;
}

interface EngineProtos {
  EngineClient: new (address: string, credentials: unknown) => EngineClient;
  LogRequest: new () => {
    setSeverity(value: number): void;
    setMessage(value: string): void;
    setUrn(value: string): void;
    setEphemeral(value: boolean): void;
  };
  severities: Record<Severity, number>;
  insecure: () => unknown;
}

export class EngineLog {
  #client: EngineClient | undefined;
  #protos: EngineProtos | undefined;

  constructor(argv: readonly string[] = process.argv) {
    const address = engineAddress(argv);
    if (!address) return;
    try {
      this.#protos = loadProtos();
      this.#client = new this.#protos.EngineClient(address, this.#protos.insecure());
    } catch {
      // An engine that speaks another dialect: no progress, nothing worse.
      this.#client = undefined;
    }
  }

  /** In one visible line. `ephemeral`: shown while the operation runs, then gone. Never throws, never waits. */
  write(severity: Severity, message: string, urn: string | undefined, ephemeral: boolean): void {
    if (!this.#client || !this.#protos) return;
    const request = new this.#protos.LogRequest();
    request.setSeverity(this.#protos.severities[severity]);
    request.setMessage(escapeInvisible(message));
    request.setUrn(urn ?? "");
    request.setEphemeral(ephemeral);
    this.#client.log(request, () => undefined);
  }
}

/** Shows what is awaited. A `topic` is what stays the same while the text counts on. */
export type ReportProgress = (message: string, topic?: string) => void;

/**
 * Shows a wait: at every step on a screen, where the next text replaces the last one; without a terminal every text is a
 * line of its own, so one in thirty seconds for each topic.
 */
export function progressReporter(say: (message: string) => void, onScreen = hasTerminal()): ReportProgress {
  const saidAt = new Map<string, number>();
  return (message, topic = "") => {
    const now = performance.now();
    if (!onScreen && now - (saidAt.get(topic) ?? Number.NEGATIVE_INFINITY) < lineEveryMs) return;
    saidAt.set(topic, now);
    say(message);
  };
}

/** Shows the waits of a client's calls. */
export function reportWait(wait: FalWait, tell: ReportProgress): void {
  tell(wait.message, `${wait.operation} ${wait.grpcCode ?? wait.status ?? ""}`);
}

const lineEveryMs = 30_000;

/** Whether a person looks on. The engine does not say so; but a process of a terminal can open it, one of a CI job not. */
function hasTerminal(): boolean {
  if (terminal === undefined) {
    try {
      closeSync(openSync("/dev/tty", "r"));
      terminal = true;
    } catch {
      terminal = false;
    }
  }
  return terminal;
}

let terminal: boolean | undefined;

/** Where messages go: a resource's row, or the diagnostics of a program. */
export type Log = Pick<EngineLog, "write">;

/** The engine starts the process with `[--logflow] [-v=9] ... ADDRESS`. */
export function engineAddress(argv: readonly string[]): string | undefined {
  const address = argv.slice(2).find((argument) => !argument.startsWith("-"));
  return address && /^[^\s/]+:\d+$/.test(address) ? address : undefined;
}

function loadProtos(): EngineProtos {
  // Through the SDK: grpc-js is its dependency, not ours, and an isolated node_modules hides it from us.
  const sdk = createRequire(require.resolve("@pulumi/pulumi"));
  const grpc = sdk("@grpc/grpc-js");
  const service = sdk("@pulumi/pulumi/proto/engine_grpc_pb");
  const messages = sdk("@pulumi/pulumi/proto/engine_pb");
  const severity = messages.LogSeverity;
  return {
    EngineClient: service.EngineClient,
    LogRequest: messages.LogRequest,
    severities: {
      debug: severity.DEBUG,
      info: severity.INFO,
      warning: severity.WARNING,
      error: severity.ERROR,
    },
    insecure: () => grpc.credentials.createInsecure(),
  };
}
