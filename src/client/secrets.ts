import type { EnvironmentOptions, ReadOptions } from "./apps";
import { FalConflictError, FalNotFoundError, FalValidationError } from "./errors";
import { Coalescer } from "./internal/coalesce";
import { type CallOptions, type Dispatcher, ListDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { IsolateController, type Secret as WireSecret } from "./internal/gen/controller_pb";
import type { GrpcTransport } from "./internal/grpc";
import { defined, invalidArgument, isoTime, isStillThere, requireText } from "./internal/values";
import type { SecretRoutes } from "./platform/secrets";
import { Redacted } from "./redacted";
import type { SecretInfo } from "./types";

/**
 * Secrets: environment variables of runners, one set per environment. gRPC; on surface `alpha` those of main are listed
 * and set over REST. Sources: `SecretsNamespace` of fal's Python SDK (fal.api), "fal Serverless Platform API". Calls are
 * repeated: reads are harmless, changes end in the same state.
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
   * All secrets of an environment, without values (`ListSecrets`). Surface `alpha`, main: `GET /serverless/secrets` says
   * which there are, `ListSecrets` how they are exposed.
   */
  async list(options: EnvironmentOptions & ReadOptions = {}): Promise<SecretInfo[]> {
    const environment = options.environment ?? this.#environment;
    const secrets = await this.#secrets(environment, options);
    return secrets.map((secret) => secretFromWire(secret, environment));
  }

  /** One secret, without its value; undefined when the environment's complete list does not hold it. fal has no call for a single one. */
  async get(name: string, options: EnvironmentOptions & ReadOptions = {}): Promise<SecretInfo | undefined> {
    const environment = options.environment ?? this.#environment;
    requireText({ operation: "secrets.get", action: "read secret" }, "name", name);
    const found = (await this.#secrets(environment, options)).find((secret) => secret.name === name);
    return found && secretFromWire(found, environment);
  }

  /**
   * Creates a secret or replaces its value. Running runners keep the old value until they are rolled out.
   * `SetSecret`; on surface `alpha` in main without `defaultExposed`: `POST /serverless/secrets`.
   *
   * `defaultExposed` left out: fal keeps what it has, or takes the account's default for a new secret.
   *
   * @throws {FalValidationError} the value is empty: UNCERTAIN what fal makes of one, and a value left out deletes.
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

  /** Deletes a secret (`SetSecret` without a value, on either surface); an absent one is success. Running runners keep it until they are rolled out. */
  async unset(name: string, options: EnvironmentOptions = {}): Promise<void> {
    const { call, environment } = this.#on("unset", "unset secret", name, options);
    try {
      // fal deletes by a set without a value. UNCERTAIN what it answers when there is nothing to delete.
      await this.#lists.write(environment, () =>
        this.#rpc.call(call, IsolateController.method.setSecret, { name, environmentName: environment }, options),
      );
    } catch (error) {
      const refused =
        error instanceof FalNotFoundError || error instanceof FalValidationError || error instanceof FalConflictError;
      if (!refused || (await isStillThere(error, this.get(name, { ...options, environment, fresh: true }))))
        throw error;
    }
  }

  /** @internal Forgets what was read; deleting an environment takes its secrets along. */
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
