import { createRequire } from "node:module";
import { escapeInvisible } from "../../client/text";
import type { Log, Severity } from "../../provider/progress";
import { UnderWay } from "../under-way";

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

/**
 * Messages to the engine's log service. Where the process has no engine (a test, another host), messages are dropped and
 * nothing else changes.
 */
export class EngineLog implements Log {
  readonly #underWay = new UnderWay();
  #client: EngineClient | undefined;
  #protos: EngineProtos | undefined;

  constructor(address: string | undefined) {
    if (!address) return;
    try {
      this.#protos = loadProtos();
      this.#client = new this.#protos.EngineClient(address, this.#protos.insecure());
    } catch {
      // The SDK of another version may lack these modules. Then there is no progress, and nothing worse happens.
      this.#client = undefined;
    }
  }

  /** In one line, with invisible characters escaped. `ephemeral`: shown while the operation runs, then gone. Never throws, never waits. */
  write(severity: Severity, message: string, urn: string | undefined, ephemeral: boolean): void {
    if (!this.#client || !this.#protos) return;
    const request = new this.#protos.LogRequest();
    request.setSeverity(this.#protos.severities[severity]);
    request.setMessage(escapeInvisible(message));
    request.setUrn(urn ?? "");
    request.setEphemeral(ephemeral);
    const client = this.#client;
    this.#underWay.add(new Promise((done) => client.log(request, () => done())));
  }

  written(): Promise<void> {
    return this.#underWay.arrived();
  }
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
      info: severity.INFO,
      warning: severity.WARNING,
    },
    insecure: () => grpc.credentials.createInsecure(),
  };
}
