import type { EnvironmentOptions, ReadOptions } from "./apps";
import { FalConflictError, FalNotFoundError, FalValidationError } from "./errors";
import { Coalescer } from "./internal/coalesce";
import { type CallOptions, type Dispatcher, ListDeadline, oneDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { IsolateController, type Secret as WireSecret } from "./internal/gen/controller_pb";
import type { GrpcTransport } from "./internal/grpc";
import { defined, invalidArgument, isoTime, isStillThere, requireText } from "./internal/values";
import type { SecretRoutes } from "./platform/secrets";
import { Redacted } from "./redacted";
import type { SecretInfo } from "./types";

/**
 * Secrets: environment variables of runners, one set per environment. Uses gRPC; surface `alpha` lists and sets the secrets
 * of `main` over REST. Sources: `SecretsNamespace` of fal's Python SDK (fal.api), "fal Serverless Platform API". Failed
 * calls are retried: changes are idempotent.
 */
export class Secrets {
  readonly #rpc: GrpcTransport;
  readonly #dispatcher: Dispatcher;
  readonly #environment: string;
  readonly #routes: SecretRoutes;
  readonly #lists: Coalescer<WireSecret[]>;

  /** @internal */
  constructor(rpc: GrpcTransport, dispatcher: Dispatcher, environment: string, routes: SecretRoutes) {
    this.#rpc = rpc;
    this.#dispatcher = dispatcher;
    this.#lists = new Coalescer(dispatcher.shareReadsForMs);
    this.#environment = environment;
    this.#routes = routes;
  }

  /**
   * Lists the secrets of an environment, without values (`ListSecrets`). On surface `alpha` in `main`,
   * `GET /serverless/secrets` is read too, and a secret that either lists exists.
   */
  async list(options: EnvironmentOptions & ReadOptions = {}): Promise<SecretInfo[]> {
    const environment = options.environment ?? this.#environment;
    const secrets = await this.#secrets(environment, options);
    return secrets.map((secret) => secretFromWire(secret, environment));
  }

  /** Returns a secret without its value; undefined if the environment's list does not contain it. fal has no call for a single secret. */
  async get(name: string, options: EnvironmentOptions & ReadOptions = {}): Promise<SecretInfo | undefined> {
    const environment = options.environment ?? this.#environment;
    requireText({ operation: "secrets.get", action: "read secret" }, "name", name);
    const found = (await this.#secrets(environment, options)).find((secret) => secret.name === name);
    return found && secretFromWire(found, environment);
  }

  /**
   * Creates a secret or replaces its value. Runners keep the old value until they are replaced.
   * `SetSecret`; on surface `alpha` in `main` without `defaultExposed`: `POST /serverless/secrets`.
   *
   * Default of `defaultExposed`: unchanged; for a new secret, the account's default.
   *
   * @throws {FalValidationError} The value is empty. UNCERTAIN what fal does with an empty value; a missing one deletes.
   */
  async set(
    name: string,
    value: string,
    options: EnvironmentOptions & { defaultExposed?: boolean | undefined } = {},
  ): Promise<void> {
    const sealed = new Redacted(value);
    const { call, environment } = this.#on("set", "set secret", name, options, [sealed]);
    if (typeof value !== "string" || value === "") {
      throw invalidArgument(call, "value must be a non-empty string. To delete a secret, use secrets.unset.");
    }
    const secret = { name, value: sealed, environment, defaultExposed: options.defaultExposed };
    await this.#lists.write(environment, () => this.#routes.set(call, secret, options));
  }

  /** Deletes a secret (`SetSecret` without a value, on either surface). Succeeds if it does not exist. Runners keep it until they are replaced. */
  async unset(name: string, options: EnvironmentOptions = {}): Promise<void> {
    const { call, environment } = this.#on("unset", "unset secret", name, options);
    const within = oneDeadline(options);
    try {
      // UNCERTAIN what fal returns if the secret does not exist.
      await this.#lists.write(environment, () =>
        this.#rpc.call(call, IsolateController.method.setSecret, { name, environmentName: environment }, within),
      );
    } catch (error) {
      const refused =
        error instanceof FalNotFoundError || error instanceof FalValidationError || error instanceof FalConflictError;
      if (!refused || (await isStillThere(error, this.get(name, { ...within, environment, fresh: true })))) throw error;
    }
  }

  /** @internal Drops cached lists, because deleting an environment deletes its secrets. */
  invalidate(environment: string): void {
    this.#lists.invalidate(environment);
  }

  async #secrets(environment: string, options: CallOptions & ReadOptions): Promise<WireSecret[]> {
    requireText({ operation: "secrets.list", action: "list secrets" }, "environment", environment);
    const call: Call = {
      operation: "secrets.list",
      action: "list the secrets of",
      resource: environment,
      repeat: "read",
    };
    const load = (signal: AbortSignal) => this.#routes.list(call, environment, { signal, within: new ListDeadline() });
    return await this.#lists.read(environment, options.fresh ?? false, load, (shared) =>
      this.#dispatcher.wait(call, shared, options),
    );
  }

  #on(method: string, action: string, name: string, options: EnvironmentOptions, secrets?: readonly Redacted[]) {
    const environment = options.environment ?? this.#environment;
    const operation = `secrets.${method}`;
    requireText({ operation, action }, "name", name);
    requireText({ operation, action }, "environment", environment);
    const call: Call = { operation, action, resource: `${environment}/${name}`, repeat: "idempotent", secrets };
    return { call, environment };
  }
}

// Wire conversions

function secretFromWire(wire: WireSecret, environment: string): SecretInfo {
  return {
    name: wire.name,
    environment: wire.environmentName || environment,
    ...defined({ createdAt: isoTime(wire.createdTime), defaultExposed: wire.defaultExposed }),
  };
}
