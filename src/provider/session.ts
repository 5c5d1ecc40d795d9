import { Slots } from "../slots";
import { Accounts } from "./accounts";
import { Connection } from "./connection";
import { Ownership } from "./ownership";
import { Peers } from "./peers";
import type { Log } from "./progress";
import { Registrations } from "./registrations";
import { Reissued } from "./reissued";
import { RunMessages } from "./run-messages";
import { keyIdOf, type ProviderSettings } from "./settings";
import { StackState } from "./stack-state";

/** What the process that hosts the provider supplies. */
interface HostServices {
  /** Where messages go. */
  readonly log: Log;
  /** Makes the signal that aborts when the user or the engine asks for an end: waits stop, changes under way do not. */
  readonly interruption: () => AbortSignal;
  /** Registers what to do when the engine ends the run, after the operations under way. */
  readonly beforeEnd: (action: () => Promise<void>) => void;
  /** The address of the engine, by which the provider processes of one run find each other. */
  readonly engineAddress: string | undefined;
  /** Precedes this package in the user agent, such as `pulumi/3.276.0`. */
  readonly userAgent: string | undefined;
}

/** What all kinds of a provider process share: one connection to fal, one log, one view of the program's resources. */
export class Session {
  readonly log: Log;
  readonly runMessages: RunMessages;
  readonly interruption: () => AbortSignal;
  readonly connection: Connection;
  readonly accounts: Accounts;
  readonly peers: Peers;
  readonly registrations: Registrations;
  readonly ownership: Ownership;
  readonly reissued = new Reissued();
  /** The one clock of everything that depends on a date. */
  readonly now: () => number = Date.now;
  #deployments: Slots | undefined;

  constructor({ log, interruption, beforeEnd, engineAddress, userAgent }: HostServices) {
    this.log = log;
    this.runMessages = new RunMessages(log, beforeEnd);
    this.interruption = interruption;
    this.connection = new Connection({ log, waitSignal: interruption, userAgent });
    this.accounts = new Accounts(this.connection);
    this.peers = new Peers(engineAddress);
    this.registrations = new Registrations(this.peers);
    this.ownership = new Ownership(this.registrations, new StackState());
  }

  /** Limits the deployments that run at once. Made by the first one, because only then the settings are known. */
  deployments(): Slots {
    this.#deployments ??= new Slots(this.connection.maxConcurrentDeploys());
    return this.#deployments;
  }

  /** Stores the provider's settings; they take effect with the first operation. */
  configure(settings: ProviderSettings, env: NodeJS.ProcessEnv = process.env): void {
    this.connection.configure(settings);
    const keyId = keyIdOf(settings, env);
    // `envVarMappings` gives a provider process hosts of its own through its environment.
    const hosts = [
      settings.apiUrl ?? env["FAL_API_URL"],
      settings.restUrl ?? env["FAL_REST_URL"],
      settings.grpcUrl ?? env["FAL_GRPC_URL"],
    ];
    if (keyId !== undefined) this.peers.usesKey(keyId, hosts);
    if (settings.owner !== undefined) this.peers.worksOn(settings.owner);
  }
}
