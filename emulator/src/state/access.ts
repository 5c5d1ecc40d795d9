import type { Account } from "./account";
import type { Key } from "./schema";
import { forbidden, unauthenticated } from "./violations";

/** The area of an operation, for permissions. */
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
  | "usage"
  | "settings";

// UNCERTAIN: fal documents only the two scopes (API: operations marked for any key; ADMIN: everything). The rights of newer
// presets are derived from their descriptions in fal 1.83. Explicit permissions allow only "any".
const presetAreas: Record<Exclude<NonNullable<Key["preset"]>, "FULL">, readonly Area[]> = {
  API: [],
  DEPLOY: ["apps:read", "apps:write"],
  READONLY: ["apps:read"],
  BILLING: ["billing", "usage"],
  COMPUTE: ["compute", "runners"],
  SERVERLESS: ["apps:read", "apps:write", "runners", "secrets", "environments"],
  AGENT: [],
};

export class Access {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  /** Finds the key by its id and secret. Every key works until it is revoked. */
  authenticate(keyId: string | undefined, keySecret: string | undefined): Key {
    if (!keyId || !keySecret) throw unauthenticated("Authentication required");
    const key = this.#account.state.keys.find((each) => each.key_id === keyId);
    if (key?.key_secret !== keySecret) throw unauthenticated("Invalid key");
    return key;
  }

  authorize(key: Key, area: Area): void {
    // UNCERTAIN: which calls a locked account allows. Users of fal report this text. Reading the balance is an assumption.
    const { locked } = this.#account.state;
    if (locked !== null && area !== "billing") throw forbidden(`User is locked. Reason: ${locked}.`);
    if (area === "any" || key.scope === "ADMIN" || key.preset === "FULL") return;
    if (key.preset && presetAreas[key.preset].includes(area)) return;
    throw forbidden(`Access denied: key ${key.key_id} lacks the permission for ${area}`);
  }
}
