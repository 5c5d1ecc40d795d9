import { DynamicHost, DynamicSession } from "../../src/hosts/dynamic/host";
import { Urns } from "../../src/hosts/dynamic/metadata";
import { messageOf } from "../../src/provider/errors";
import type { Handler } from "../../src/provider/handler";
import { Ownership } from "../../src/provider/ownership";
import { Peers } from "../../src/provider/peers";
import { Registrations } from "../../src/provider/registrations";
import { Reissued } from "../../src/provider/reissued";
import { StackState } from "../../src/provider/stack-state";

/**
 * A provider process whose account is known and that sends no request. `said`: what it logs, as `severity: message`.
 * `parts` take the place of its own.
 */
export function sessionOf(said: string[] = [], parts: object = {}): DynamicSession {
  const peers = new Peers(undefined);
  const registrations = new Registrations(peers);
  return Object.assign(Object.create(DynamicSession.prototype) as DynamicSession, {
    log: {
      write: (severity: string, message: string) => void said.push(`${severity}: ${message}`),
      written: async () => undefined,
    },
    // Printed at once, and so before a run ends.
    runMessages: { add: (severity: string, message: string) => void said.push(`${severity}: ${message}`) },
    connection: { client: () => ({}), environment: () => "main", strict: () => false, explain: messageOf },
    peers,
    registrations,
    ownership: new Ownership(registrations, new StackState(() => Promise.reject(new Error("no CLI")))),
    reissued: new Reissued(),
    urns: new Urns(),
    accounts: { current: "acme", verify: async () => undefined, mustKnow: () => undefined },
    now: () => 0,
    interruption: () => new AbortController().signal,
    ...parts,
  });
}

/** A host in such a process, and what it logs. An operation that the handler leaves out is not expected. */
export function hostOf(handler: Partial<Handler> & Pick<Handler, "definition">, session?: DynamicSession) {
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
  return { host: new DynamicHost(complete, session ?? sessionOf(said)), said };
}
