import type { Account } from "./account";
import type { StorageSettings } from "./schema";

/** The settings of new files: their lifetime, and who may read them. */
export class Storage {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  settings(): StorageSettings {
    return this.#account.state.storage_settings;
  }

  /** Replaces all settings. Rules for users that do not exist are dropped, as fal does. */
  replace({ expiration_duration_seconds, initial_acl }: StorageSettings): StorageSettings {
    const { state } = this.#account;
    const exists = (user: string) => state.users === null || state.users.includes(user);
    state.storage_settings = {
      expiration_duration_seconds,
      initial_acl: initial_acl && { ...initial_acl, rules: initial_acl.rules.filter(({ user }) => exists(user)) },
    };
    this.#account.changed();
    return state.storage_settings;
  }
}
