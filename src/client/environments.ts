import type { ReadOptions } from "./apps";
import { FalConflictError, FalError, FalValidationError } from "./errors";
import { Coalescer } from "./internal/coalesce";
import { type CallOptions, type Dispatcher, oneDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { findIn, type Sentinel } from "./internal/find-in-list";
import { IsolateController, type EnvironmentInfo as WireEnvironment } from "./internal/gen/controller_pb";
import type { GrpcTransport } from "./internal/grpc";
import { defined, isoTime, lookAgain, requireText } from "./internal/values";
import { mainEnvironment } from "./names";
import type { EnvironmentInfo } from "./types";

const everything = "all";
const main: Sentinel<WireEnvironment> = {
  name: `environment ${mainEnvironment}, which every account has`,
  is: ({ name }) => name === mainEnvironment,
};
const listing: Call = { operation: "environments.list", action: "list environments", repeat: "read" };

/**
 * Environments. fal cannot rename or change them. Uses gRPC on either surface. Source: `environments` of fal's Python SDK
 * (fal.api). Failed calls are retried; a retry succeeds if an earlier attempt took effect.
 */
export class Environments {
  readonly #rpc: GrpcTransport;
  readonly #dispatcher: Dispatcher;
  readonly #onDelete: (name: string) => void;
  readonly #lists: Coalescer<WireEnvironment[]>;

  /** @internal */
  constructor(rpc: GrpcTransport, dispatcher: Dispatcher, onDelete: (name: string) => void) {
    this.#rpc = rpc;
    this.#dispatcher = dispatcher;
    this.#lists = new Coalescer(dispatcher.shareReadsForMs);
    this.#onDelete = onDelete;
  }

  /** Lists the environments of the account (`ListEnvironments`). */
  async list(options: CallOptions & ReadOptions = {}): Promise<EnvironmentInfo[]> {
    return (await this.#environments(options)).map(environmentFromWire);
  }

  /**
   * Returns an environment; undefined if the account's list does not contain it. fal has no call for a single environment.
   *
   * @throws {FalServerError} The list does not contain `main` either, so it is incomplete.
   */
  async get(name: string, options: CallOptions & ReadOptions = {}): Promise<EnvironmentInfo | undefined> {
    requireText({ operation: "environments.get", action: "read environment" }, "name", name);
    const within = oneDeadline(options);
    const found = await findIn(
      listing,
      (again) => this.#environments({ ...within, fresh: again || options.fresh }),
      (environment) => environment.name === name,
      main,
      this.#dispatcher,
      within,
    );
    return found && environmentFromWire(found);
  }

  /**
   * Creates an environment (`CreateEnvironment`). The description cannot be changed later.
   *
   * @throws {FalConflictError} It already exists; UNCERTAIN which code fal returns.
   */
  async create(
    name: string,
    options: CallOptions & { description?: string | undefined } = {},
  ): Promise<EnvironmentInfo> {
    const call = this.#on("create", "create environment", name);
    const within = oneDeadline(options);
    const request = { name, ...defined({ description: options.description }) };
    try {
      const answer = await this.#lists.write(everything, () =>
        this.#rpc.call(call, IsolateController.method.createEnvironment, request, within),
      );
      return answer.environment === undefined
        ? { name, isDefault: false, ...defined({ description: options.description }) }
        : environmentFromWire(answer.environment);
    } catch (error) {
      // If the answer to an earlier attempt was lost, that attempt may have created the environment. Otherwise another
      // caller created it.
      const refused = error instanceof FalConflictError || error instanceof FalValidationError;
      const repeatedItself = refused && error.mayHaveTakenEffect;
      const created = repeatedItself ? await lookAgain(error, this.get(name, { ...within, fresh: true })) : undefined;
      if (created === undefined) throw error;
      return created;
    }
  }

  /** Deletes an environment **with all its apps and secrets**, permanently (`DeleteEnvironment`). Succeeds if it does not exist. */
  async delete(name: string, options: CallOptions = {}): Promise<void> {
    const call = this.#on("delete", "delete environment", name);
    const within = oneDeadline(options);
    try {
      await this.#lists.write(everything, () =>
        this.#rpc.call(call, IsolateController.method.deleteEnvironment, { name }, within),
      );
    } catch (error) {
      if (!(error instanceof FalError) || !isRefusal(error)) throw error;
      // UNCERTAIN which code fal returns for an unknown environment, so the list decides.
      if (await lookAgain(error, this.get(name, { ...within, fresh: true }))) throw error;
    } finally {
      this.#onDelete(name);
    }
  }

  async #environments(options: CallOptions & ReadOptions): Promise<WireEnvironment[]> {
    const load = async (signal: AbortSignal) =>
      (await this.#rpc.call(listing, IsolateController.method.listEnvironments, {}, { signal })).environments;
    return await this.#lists.read(everything, options.fresh ?? false, load, (shared) =>
      this.#dispatcher.wait(listing, shared, options),
    );
  }

  #on(method: string, action: string, name: string): Call {
    const operation = `environments.${method}`;
    requireText({ operation, action }, "name", name);
    return { operation, action, resource: name, repeat: "idempotent" };
  }
}

/** Whether fal refused the call because of the object, and not because of the caller or the server's load. */
function isRefusal(error: FalError): boolean {
  if (error.grpcCode === undefined) return false;
  return !["UNAUTHENTICATED", "PERMISSION_DENIED", "UNAVAILABLE", "RESOURCE_EXHAUSTED", "UNIMPLEMENTED"].includes(
    error.grpcCode,
  );
}

// Wire conversions

function environmentFromWire(wire: WireEnvironment): EnvironmentInfo {
  return {
    name: wire.name,
    isDefault: wire.isDefault,
    ...defined({ description: wire.description, createdAt: isoTime(wire.createdAt) }),
  };
}
