import type { Account } from "./account";
import type { Key } from "./schema";
import { forbidden, unauthenticated } from "./violations";

/** What an operation touches, as far as the permission of a key is concerned. */
export type Area =
  | "any"
  | "apps:read"
  | "apps:write"
  | "runners"
  | "secrets"
  | "environments"
  | "keys:manage"
  | "compute"
  | "billing"
  | "settings";

// UNCERTAIN: fal documents the two scopes only (API: operations marked for any key; ADMIN: everything). What the newer
// presets open is derived from the one-line descriptions in fal 1.83; explicit permissions open nothing but "any".
const presetAreas: Record<Exclude<NonNullable<Key["preset"]>, "FULL">, readonly Area[]> = {
  API: [],
  DEPLOY: ["apps:read", "apps:write"],
  READONLY: ["apps:read"],
  BILLING: ["billing"],
  COMPUTE: ["compute", "runners"],
  SERVERLESS: ["apps:read", "apps:write", "runners", "secrets", "environments"],
  AGENT: [],
};

export class Access {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Finds the key by both of its halves; every key of the account works until it is revoked. */
  authenticate(keyId: string | undefined, keySecret: string | undefined): Key {
    if (!keyId || !keySecret) throw unauthenticated("Authentication required");
    const key = this.#account.state.keys.find((each) => each.key_id === keyId);
    if (key?.key_secret !== keySecret) throw unauthenticated("Invalid key");
    return key;
  }

  authorize(key: Key, area: Area): void {
    // UNCERTAIN: what a locked account still answers. The text is what users of fal report; that the balance can be
    // read all the same is an assumption.
    const { locked } = this.#account.state;
    if (locked !== null && area !== "billing") throw forbidden(`User is locked. Reason: ${locked}.`);
    if (area === "any" || key.scope === "ADMIN" || key.preset === "FULL") return;
    if (key.preset && presetAreas[key.preset].includes(area)) return;
    throw forbidden(`Access denied: key ${key.key_id} lacks the permission for ${area}`);
  }
}
