import { messageOf } from "../../src/provider/errors";
import type { Handler } from "../../src/provider/handler";
import { DynamicHost, type Process } from "../../src/provider/host";
import { Urns } from "../../src/provider/metadata";
import { Ownership } from "../../src/provider/ownership";
import { Peers } from "../../src/provider/peers";
import { Registrations } from "../../src/provider/registrations";
import { Reissued } from "../../src/provider/reissued";
import { StackState } from "../../src/provider/stack-state";

/** A provider process whose account is known and that asks nobody. `said`: what it logs, as `severity: message`. */
export function processOf(said: string[] = []): Process {
  const peers = new Peers(undefined);
  const registrations = new Registrations(peers);
  const process = {
    log: { write: (severity: string, message: string) => void said.push(`${severity}: ${message}`) },
    connection: { client: () => ({}), environment: () => "main", explain: messageOf },
    peers,
    registrations,
    ownership: new Ownership(registrations, new StackState(() => Promise.reject(new Error("no CLI")))),
    reissued: new Reissued(),
    urns: new Urns(),
    accounts: { current: "acme", verify: async () => undefined, mustKnow: () => undefined },
    now: () => 0,
  };
  return process as unknown as Process;
}

/** A host in such a process, and what it logs. An operation that the handler leaves out is not expected. */
export function hostOf(handler: Partial<Handler> & Pick<Handler, "definition">, process?: Process) {
  const said: string[] = [];
  const untold = async () => {
    throw new Error("not expected");
  };
  const complete: Handler = {
    create: untold,
    read: untold,
    update: untold,
    delete: untold,
    list: untold,
    scope: "account",
    ...handler,
  };
  return { host: new DynamicHost(complete, process ?? processOf(said)), said };
}
