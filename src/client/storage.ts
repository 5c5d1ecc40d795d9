import { z } from "zod";
import type { CallOptions } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { path, type RestRequest, type RestTransport } from "./internal/rest";
import { defined, invalidArgument } from "./internal/values";
import type { StorageAcl, StorageSettingsInfo } from "./types";

/**
 * Settings of the files that the account uploads to fal's storage. Uses the platform API on either surface. Sources:
 * `getStorageSettings`, `updateStorageSettings`. The key needs the permissions `account:settings:read` and
 * `account:settings:write`, which preset FULL contains.
 */
export class Storage {
  readonly #rest: RestTransport;
  readonly #apiUrl: string;

  /** @internal */
  constructor(rest: RestTransport, apiUrl: string) {
    this.#rest = rest;
    this.#apiUrl = apiUrl;
  }

  /** Returns the settings for new files. */
  async getSettings(options: CallOptions = {}): Promise<StorageSettingsInfo> {
    const call: Call = { operation: "storage.getSettings", action: "read the storage settings", repeat: "read" };
    return await this.#rest.call(call, this.#request("GET"), options);
  }

  /**
   * Replaces all settings. Settings that are left out are cleared: files are kept forever, or get the system's default
   * access. Returns the new settings. fal drops rules for users that do not exist.
   *
   * @throws {FalValidationError} The lifetime is not a whole number of seconds above 0, or a rule has no user.
   */
  async replaceSettings(settings: StorageSettingsInfo, options: CallOptions = {}): Promise<StorageSettingsInfo> {
    const call: Call = {
      operation: "storage.replaceSettings",
      action: "replace the storage settings",
      repeat: "idempotent",
    };
    const { expirationDurationSeconds: lifetime, initialAcl: acl } = settings;
    if (lifetime !== undefined && !(Number.isInteger(lifetime) && lifetime >= 1)) {
      throw invalidArgument(
        call,
        "expirationDurationSeconds must be a whole number of seconds, 1 or more. To keep files forever, leave it out.",
      );
    }
    if (acl?.rules.some(({ user }) => user === "")) {
      throw invalidArgument(call, "each rule of initialAcl must have a user.");
    }
    const body = { expiration_duration_seconds: lifetime ?? null, initial_acl: acl ?? null };
    return await this.#rest.call(call, { ...this.#request("PUT"), body }, options);
  }

  #request(method: "GET" | "PUT"): RestRequest<StorageSettingsInfo> {
    return { method, base: this.#apiUrl, path: path`/storage/settings`, answer: storageSettings };
  }
}

/** Accepts unknown decisions, because fal may add some. */
const decision = z.string().min(1);
const acl: z.ZodType<StorageAcl> = z.object({
  default: decision,
  rules: z.array(z.object({ user: z.string(), decision })),
});

const storageSettings = z
  .object({ expiration_duration_seconds: z.int().nullable(), initial_acl: acl.nullable() })
  .transform(
    (wire): StorageSettingsInfo =>
      defined({
        expirationDurationSeconds: wire.expiration_duration_seconds ?? undefined,
        initialAcl: wire.initial_acl ?? undefined,
      }),
  );
