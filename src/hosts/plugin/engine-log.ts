import { escapeInvisible } from "../../client/text";
import type { Log, Severity } from "../../provider/progress";
import { UnderWay } from "../under-way";
import { Engine, LogSeverity } from "./gen/provider_pb";
import { sender } from "./server";

const severities: Record<Severity, LogSeverity> = { info: LogSeverity.INFO, warning: LogSeverity.WARNING };

/** Messages to the engine's log service. Without an address they are dropped. */
export class EngineLog implements Log {
  readonly #underWay = new UnderWay();
  #send: ReturnType<typeof sender<typeof Engine.method.log.input>> | undefined;

  constructor(address: string | undefined) {
    if (address !== undefined) this.connect(address);
  }

  connect(address: string): void {
    this.#send = sender(address, Engine.method.log);
  }

  write(severity: Severity, message: string, urn: string | undefined, ephemeral: boolean): void {
    if (!this.#send) return;
    const text = escapeInvisible(message);
    this.#underWay.add(this.#send({ severity: severities[severity], message: text, urn: urn ?? "", ephemeral }));
  }

  written(): Promise<void> {
    return this.#underWay.arrived();
  }
}
