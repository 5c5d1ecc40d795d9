import { randomUUID } from "node:crypto";
import type { App, AppEvent, State } from "./schema";

export const mainEnvironment = "main";
/** The initial key, printed in the ready line. */
export const emulatorKey = { id: "emu", secret: "secret" } as const;

/** Returns milliseconds since the epoch. Tests advance it. */
export type Clock = () => number;

/**
 * One fal account: its state, and the clock, ids and change notifications that all areas share. The areas (keys, apps, …)
 * contain the rules, and only they change the state. Both transports call them.
 */
export class Account {
  state: State;

  readonly #onChange: () => void;

  constructor(
    readonly owner: string,
    readonly clock: Clock,
    onChange: () => void,
  ) {
    this.#onChange = onChange;
    this.state = this.#empty();
  }

  changed(): void {
    this.#onChange();
  }

  now(): string {
    return new Date(this.clock()).toISOString();
  }

  newId(prefix = ""): string {
    return `${prefix}${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  }

  recordEvent(
    app: App,
    category: AppEvent["category"],
    payload: AppEvent["payload"],
    actor: string = this.state.owner,
  ): void {
    this.state.events.push({
      event_id: randomUUID(),
      app: app.name,
      environment: app.environment,
      category,
      created_at: this.now(),
      payload: { ...payload, actor: { nickname: actor } },
    });
  }

  /** Resets the account to the content of a new one. */
  reset(): void {
    this.state = this.#empty();
    this.changed();
  }

  #empty(): State {
    const created_at = this.now();
    return {
      owner: this.owner,
      locked: null,
      credits: { current_balance: 100, currency: "USD" },
      keys: [
        { key_id: emulatorKey.id, key_secret: emulatorKey.secret, alias: "fal-emulator", scope: "ADMIN", created_at },
      ],
      environments: [{ name: mainEnvironment, description: null, is_default: true, created_at }],
      apps: [],
      secrets: [],
      instances: [],
      runners: [],
      files: [],
      storage_settings: { expiration_duration_seconds: null, initial_acl: null },
      users: null,
      terminated_runners: [],
      events: [],
    };
  }

  /** An unused address of TEST-NET-3. */
  freeAddress(): string {
    const taken = new Set(this.state.instances.map((each) => each.ip));
    for (let last = 1; last < 255; last++) {
      const address = `203.0.113.${last}`;
      if (!taken.has(address)) return address;
    }
    return "203.0.113.255";
  }
}

/** The alias of an app in fal's API. Outside main, it contains the environment. */
export function aliasOf(app: { name: string; environment: string }): string {
  return app.environment === mainEnvironment ? app.name : `${app.name}--${app.environment}`;
}
