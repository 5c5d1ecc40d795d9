import { randomUUID } from "node:crypto";
import type { App, AppEvent, State } from "./schema";

export const DEFAULT_ENVIRONMENT = "main";
/** The key everybody who starts the emulator may use; printed in the ready line. */
export const EMULATOR_KEY = { id: "emu", secret: "secret" } as const;

/** Milliseconds since the epoch; tests turn it forward. */
export type Clock = () => number;

/**
 * One fal account: the state and what all areas share (time, ids, the word that something changed).
 * The areas (keys, apps, …) hold the rules and are the only ones to change the state; both transports call them.
 */
export class Account {
  state: State;

  constructor(
    readonly owner: string,
    readonly clock: Clock,
    private readonly onChange: () => void,
  ) {
    this.state = this.empty();
  }

  changed(): void {
    this.onChange();
  }

  now(): string {
    return new Date(this.clock()).toISOString();
  }

  newId(prefix = ""): string {
    return `${prefix}${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  }

  recordEvent(app: App, category: AppEvent["category"], payload: AppEvent["payload"]): void {
    this.state.events.push({
      event_id: randomUUID(),
      app: app.name,
      environment: app.environment,
      category,
      created_at: this.now(),
      payload: { ...payload, actor: { nickname: this.state.owner } },
    });
  }

  /** Back to an account that holds only what every account has. */
  reset(): void {
    this.state = this.empty();
    this.changed();
  }

  private empty(): State {
    const created_at = this.now();
    return {
      owner: this.owner,
      locked: null,
      credits: { current_balance: 100, currency: "USD" },
      keys: [
        { key_id: EMULATOR_KEY.id, key_secret: EMULATOR_KEY.secret, alias: "fal-emulator", scope: "ADMIN", created_at },
      ],
      environments: [{ name: DEFAULT_ENVIRONMENT, description: null, is_default: true, created_at }],
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

  /** An address of TEST-NET-3 that no machine has. */
  freeAddress(): string {
    const taken = new Set(this.state.instances.map((each) => each.ip));
    for (let last = 1; last < 255; last++) {
      const address = `203.0.113.${last}`;
      if (!taken.has(address)) return address;
    }
    return "203.0.113.255";
  }
}

/** The alias by which fal's API knows an app: outside main the environment is part of it. */
export function aliasOf(app: { name: string; environment: string }): string {
  return app.environment === DEFAULT_ENVIRONMENT ? app.name : `${app.name}--${app.environment}`;
}
