import { Access } from "./access";
import { Account, type Clock } from "./account";
import { Apps } from "./apps";
import { Environments } from "./environments";
import { Files } from "./files";
import { Instances } from "./instances";
import { Keys } from "./keys";
import { shiftTimes } from "./passing";
import { Recordings } from "./recordings";
import { Runners } from "./runners";
import type { Seed, State } from "./schema";
import { Secrets } from "./secrets";
import { mergeSeed } from "./seeding";
import { Storage } from "./storage";
import { Usage } from "./usage";

const defaultOwner = "acme";

interface ControlPlaneOptions {
  /** Takes precedence over the owner in `seed` and in a restored state. */
  owner: string | undefined;
  instanceReadyMs: number;
  clock: Clock;
  /** The initial state, also after a reset. */
  seed?: Seed | undefined;
  onChange: () => void;
}

/** fal's control plane without a transport, for REST and gRPC. */
export class ControlPlane {
  readonly access: Access;
  readonly apps: Apps;
  readonly environments: Environments;
  readonly files: Files;
  readonly instances: Instances;
  readonly keys: Keys;
  readonly runners: Runners;
  readonly secrets: Secrets;
  readonly storage: Storage;
  readonly usage: Usage;
  readonly #account: Account;

  readonly #options: ControlPlaneOptions;

  constructor(options: ControlPlaneOptions) {
    this.#options = options;
    this.#account = new Account(options.owner ?? defaultOwner, options.clock, options.onChange);
    this.access = new Access(this.#account);
    this.environments = new Environments(this.#account);
    this.runners = new Runners(this.#account);
    this.apps = new Apps(this.#account, this.environments, this.runners);
    this.files = new Files(this.#account);
    this.instances = new Instances(this.#account, options.instanceReadyMs);
    this.keys = new Keys(this.#account);
    this.secrets = new Secrets(this.#account, this.environments);
    this.storage = new Storage(this.#account);
    this.usage = new Usage(this.#account, new Recordings(this.#account));
    this.reset();
  }

  get owner(): string {
    return this.#account.state.owner;
  }

  get clock(): Clock {
    return this.#account.clock;
  }

  state(): State {
    this.instances.settle();
    return this.#account.state;
  }

  merge(seed: Seed): void {
    mergeSeed(this.#account, seed);
  }

  /** Moves everything recorded into the past, as if so much time had passed. */
  passTime(seconds: number): void {
    const { state } = this.#account;
    shiftTimes(state, -seconds * 1000);
    state.passed_seconds = (state.passed_seconds ?? 0) + seconds;
    this.instances.forgetOrders();
    this.#account.changed();
  }

  reset(): void {
    this.#account.reset();
    this.instances.forgetOrders();
    if (this.#options.seed) mergeSeed(this.#account, this.#withFixedOwner(this.#options.seed));
  }

  /** Restores the state of an earlier run. The seed is not applied again. */
  restore(state: Seed): void {
    this.#account.reset();
    mergeSeed(this.#account, this.#withFixedOwner(state));
  }

  #withFixedOwner(seed: Seed): Seed {
    return this.#options.owner === undefined ? seed : { ...seed, owner: this.#options.owner };
  }
}
