import type { Account } from "./account";
import { type Key, keyPresets } from "./schema";
import { invalid } from "./violations";

/** The rights of a new key. If all are undefined, it is an ADMIN key, as in fal's protocol. */
interface Grant {
  scope?: "ADMIN" | "API" | undefined;
  preset?: string | undefined;
  permissions?: string[] | undefined;
}

export class Keys {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  list(): readonly Key[] {
    return this.#account.state.keys;
  }

  create(alias: string, grant: Grant): Key {
    const key: Key = {
      key_id: this.#account.newId(),
      key_secret: this.#account.newId("sk_"),
      alias,
      created_at: this.#account.now(),
      ...resolve(grant),
    };
    this.#account.state.keys.push(key);
    this.#account.changed();
    return key;
  }

  /**
   * Revoking a key that does not exist succeeds. Documented for REST (always 204), UNCERTAIN for gRPC.
   */
  revoke(keyId: string): void {
    const { state } = this.#account;
    state.keys = state.keys.filter((key) => key.key_id !== keyId);
    this.#account.changed();
  }
}

// UNCERTAIN: fal documents the three as mutually exclusive, but not its response to several. Rejecting them finds bugs of callers.
function resolve(grant: Grant): Pick<Key, "scope" | "preset" | "permissions"> {
  const { scope, preset, permissions } = grant;
  if ([scope, preset, permissions].filter((each) => each !== undefined).length > 1) {
    throw invalid("scope, policy_preset and policy are mutually exclusive");
  }
  if (permissions !== undefined) {
    // fal does not document the names, so all are accepted.
    if (permissions.length === 0 || permissions.includes("")) throw invalid("policy needs at least one permission");
    return { scope: null, permissions };
  }
  if (preset !== undefined) {
    const known = keyPresets.find((each) => each === preset);
    if (!known) throw invalid(`unknown policy_preset "${preset}"; known are ${keyPresets.join(", ")}`);
    const scopes: Partial<Record<typeof known, Key["scope"]>> = { FULL: "ADMIN", API: "API" };
    return { scope: scopes[known] ?? null, preset: known };
  }
  return { scope: scope ?? "ADMIN" };
}
