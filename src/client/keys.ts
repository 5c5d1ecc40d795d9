import { z } from "zod";
import type { ReadOptions } from "./apps";
import {
  FalAbortedError,
  FalAuthenticationError,
  FalConflictError,
  FalError,
  FalPermissionError,
  FalServerError,
} from "./errors";
import { Coalescer } from "./internal/coalesce";
import { type CallOptions, type Dispatcher, oneDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { findIn } from "./internal/find-in-list";
import { CreateUserKeyRequest_Scope, IsolateController, type UserKeyInfo } from "./internal/gen/controller_pb";
import type { GrpcTransport } from "./internal/grpc";
import { path, type RestTransport } from "./internal/rest";
import { couldNot, defined, invalidArgument, isoTime, lookAgain, requireText } from "./internal/values";
import { Redacted } from "./redacted";
import type { KeyInfo } from "./types";

/** A new key. fal returns its secret only once. */
export interface CreatedKey {
  keyId: string;
  keySecret: string;
  /** `keyId:keySecret`, the format of `FAL_KEY`. */
  key: string;
}

/** A named set of permissions. fal may add presets (source: fal 1.83). */
export type KeyPreset =
  | "FULL"
  | "API"
  | "DEPLOY"
  | "READONLY"
  | "BILLING"
  | "COMPUTE"
  | "SERVERLESS"
  | "AGENT"
  | (string & {});

/** A key to create, with at most one of `preset`, `permissions` and `scope`. Default: preset `API`. */
export interface CreateKeyParams {
  /** The name in lists, 1 to 255 characters. Not unique. */
  alias: string;
  preset?: KeyPreset | undefined;
  /** Names of permissions, for example `models:requests:submit`. fal does not document the complete list. */
  permissions?: readonly string[] | undefined;
  /** The older option: `ADMIN` means preset `FULL`, `API` means preset `API`. */
  scope?: "ADMIN" | "API" | undefined;
}

const everything = "all";
const listing: Call = { operation: "keys.list", action: "list keys", repeat: "read" };

/**
 * API keys of the account. The same on either surface. Sources: `KeysNamespace` of fal's Python SDK (fal.api),
 * `createApiKey` of fal's platform API, fal 1.83 for presets and permissions.
 */
export class Keys {
  readonly #rpc: GrpcTransport;
  readonly #rest: RestTransport;
  readonly #dispatcher: Dispatcher;
  readonly #apiUrl: string;
  readonly #ownKeyId: string;
  readonly #lists: Coalescer<UserKeyInfo[]>;

  /** @internal */
  constructor(rpc: GrpcTransport, rest: RestTransport, dispatcher: Dispatcher, apiUrl: string, ownKeyId: string) {
    this.#rpc = rpc;
    this.#rest = rest;
    this.#dispatcher = dispatcher;
    this.#lists = new Coalescer(dispatcher.shareReadsForMs);
    this.#apiUrl = apiUrl;
    this.#ownKeyId = ownKeyId;
  }

  /** Lists all keys of the account (`ListUserKeys`; the REST list contains only keys of API scope). */
  async list(options: CallOptions & ReadOptions = {}): Promise<KeyInfo[]> {
    return (await this.#keys(options)).map(keyFromWire);
  }

  /**
   * Returns a key; undefined if the account's list does not contain it. fal has no call for a single key.
   *
   * @throws {FalServerError} The list does not contain this client's own key either, so it is incomplete.
   */
  async get(keyId: string, options: CallOptions & ReadOptions = {}): Promise<KeyInfo | undefined> {
    requireText({ operation: "keys.get", action: "read key" }, "keyId", keyId);
    const within = oneDeadline(options);
    const found = await findIn(
      listing,
      (again) => this.#keys({ ...within, fresh: again || options.fresh }),
      (key) => key.keyId === keyId,
      { name: `key ${this.#ownKeyId}, which this client uses`, is: (key) => key.keyId === this.#ownKeyId },
      this.#dispatcher,
      within,
    );
    return found && keyFromWire(found);
  }

  /**
   * Creates a key: with preset `API` by `POST /keys`, otherwise by `CreateUserKey`. Not retried once fal may have received
   * the call, because fal returns the secret only once and does not recognize retries. If the answer is lost, the error has
   * `mayHaveTakenEffect`: find the key in `list` and revoke it.
   *
   * @throws {FalValidationError} More than one of `preset`, `permissions` and `scope` is given, or the alias is invalid.
   */
  async create(key: CreateKeyParams, options: CallOptions = {}): Promise<CreatedKey> {
    const call: Call = {
      operation: "keys.create",
      action: "create key",
      resource: key.alias,
      freeText: true,
      repeat: "unsent",
      ifUncertain: orphan,
      // The answer contains the new key, so texts that quote the answer may too.
      secrets: [],
    };
    const rights = keyRights(call, key);
    const created = await this.#lists.write(everything, () =>
      rights.preset === "API"
        ? this.#createOverRest(call, key.alias, options)
        : this.#createOverGrpc(call, key.alias, rights, options),
    );
    const keySecret = created.secret.reveal();
    return { keyId: created.keyId, keySecret, key: `${created.keyId}:${keySecret}` };
  }

  /**
   * Revokes a key immediately (`RevokeUserKey`) and checks that fal no longer lists it. Succeeds if it does not exist.
   *
   * @throws {FalValidationError} This client uses the key.
   * @throws {FalConflictError} fal accepted the call, but still lists the key.
   */
  async revoke(keyId: string, options: CallOptions = {}): Promise<void> {
    const call: Call = { operation: "keys.revoke", action: "revoke key", resource: keyId, repeat: "idempotent" };
    requireText(call, "keyId", keyId);
    if (keyId === this.#ownKeyId) {
      throw invalidArgument(call, "this client uses it. Use another key to revoke it.");
    }
    const within = oneDeadline(options);
    let refusal: FalError | undefined;
    try {
      await this.#lists.write(everything, () =>
        this.#rpc.call(call, IsolateController.method.revokeUserKey, { keyId }, within),
      );
    } catch (error) {
      // UNCERTAIN what fal returns for an unknown key, so the list decides.
      if (!(error instanceof FalError) || isAboutTheCaller(error)) throw error;
      // No time is left to read the list, so throw the error of the call itself.
      if (options.signal?.aborted || within.timeoutMs === 0) throw error;
      refusal = error;
    }
    for (const waitMs of confirmAfterMs) {
      await this.#dispatcher.pause(call, waitMs, within);
      const look = this.get(keyId, { ...within, fresh: true });
      if (!(await (refusal === undefined ? look : lookAgain(refusal, look)))) return;
      if (refusal !== undefined) throw refusal;
    }
    throw new FalConflictError(
      couldNot(call, "fal accepted the call, but still lists the key. Try again, or revoke it in fal's dashboard."),
      { operation: call.operation, resource: keyId, attempts: 1 },
    );
  }

  async #keys(options: CallOptions & ReadOptions): Promise<UserKeyInfo[]> {
    const load = async (signal: AbortSignal) =>
      (await this.#rpc.call(listing, IsolateController.method.listUserKeys, {}, { signal })).userKeys;
    return await this.#lists.read(everything, options.fresh ?? false, load, (shared) =>
      this.#dispatcher.wait(listing, shared, options),
    );
  }

  async #createOverRest(call: Call, alias: string, options: CallOptions): Promise<NewKey> {
    const request = {
      method: "POST",
      base: this.#apiUrl,
      path: path`/keys`,
      body: { alias },
      answer: createdKey,
    } as const;
    return await this.#rest.call(call, request, options);
  }

  async #createOverGrpc(call: Call, alias: string, rights: Rights, options: CallOptions): Promise<NewKey> {
    // Exactly one of them: a request without any asks for an ADMIN key.
    const request = rights.preset === undefined ? { alias, policy: rights } : { alias, policyPreset: rights.preset };
    const { keyId, keySecret } = await this.#rpc.call(call, IsolateController.method.createUserKey, request, options);
    if (keyId === "" || keySecret === "") {
      throw new FalServerError(couldNot(call, `fal answered without the key. ${orphan}`), {
        operation: call.operation,
        resource: alias,
        attempts: 1,
        mayHaveTakenEffect: true,
      });
    }
    return { keyId, secret: new Redacted(keySecret) };
  }
}

/** A revoked key should be gone at once; a list that lags a moment behind is not yet a failure. */
const confirmAfterMs = [0, 500, 1_500];

const orphan = "If fal created the key, its secret is lost: find the key with keys.list and revoke it.";

/** Whether an error is about the caller and not about the key. */
function isAboutTheCaller(error: FalError): boolean {
  return (
    error instanceof FalAuthenticationError || error instanceof FalPermissionError || error instanceof FalAbortedError
  );
}

type Rights = { preset: string; permissions?: undefined } | { preset?: undefined; permissions: string[] };

function keyRights(call: Call, key: CreateKeyParams): Rights {
  const refuse = (problem: string): never => {
    throw invalidArgument(call, problem);
  };
  requireText(call, "alias", key.alias);
  if (key.alias.length > 255) refuse("alias must not be longer than 255 characters.");
  const given = [key.preset, key.permissions, key.scope].filter((right) => right !== undefined);
  if (given.length > 1) refuse("preset, permissions and scope exclude each other. Pass at most one of them.");
  if (key.permissions !== undefined) {
    if (key.permissions.length === 0 || key.permissions.some((name) => name.trim() === "")) {
      refuse("permissions must contain at least one name, and no empty one.");
    }
    return { permissions: [...key.permissions] };
  }
  if (key.scope !== undefined) {
    if (key.scope !== "ADMIN" && key.scope !== "API") refuse("scope must be ADMIN or API.");
    return { preset: key.scope === "ADMIN" ? "FULL" : "API" };
  }
  const preset = key.preset ?? "API";
  requireText(call, "preset", preset);
  return { preset };
}

// Wire conversions

/** A new key inside the client. */
interface NewKey {
  readonly keyId: string;
  readonly secret: Redacted;
}

const createdKey = z
  .object({ key_id: z.string().min(1), key_secret: z.string().min(1) })
  .transform((wire): NewKey => ({ keyId: wire.key_id, secret: new Redacted(wire.key_secret) }));

const scopes = new Map<number, "ADMIN" | "API">([
  [CreateUserKeyRequest_Scope.ADMIN, "ADMIN"],
  [CreateUserKeyRequest_Scope.API, "API"],
]);

function keyFromWire(wire: UserKeyInfo): KeyInfo {
  return {
    keyId: wire.keyId,
    alias: wire.alias,
    ...defined({ scope: scopes.get(wire.scope), createdAt: isoTime(wire.createdAt) }),
  };
}
