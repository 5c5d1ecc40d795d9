import { randomUUID } from "node:crypto";
import type { ReadOptions } from "./apps";
import { FalError } from "./errors";
import { Coalescer } from "./internal/coalesce";
import { type CallOptions, type Dispatcher, oneDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import { collectPages } from "./internal/paging";
import { absentIf404, type RestTransport } from "./internal/rest";
import { invalidArgument, lookAgain, requireText } from "./internal/values";
import type { ComputeRoutes } from "./platform/compute";
import type { ComputeInstanceInfo, CreateComputeInstanceParams } from "./types";

const everything = "all";

const needsAdmin =
  "GPU instances need a key with ADMIN scope (preset FULL or COMPUTE) and an account with access to compute.";

/**
 * GPU instances, billed by the hour. Uses REST on either surface. Sources: `listComputeInstances` and related operations of
 * fal's platform API; "Compute API" on surface `alpha`, whose instances have no region and no creator.
 *
 * Methods throw a `FalPermissionError` if the key has no ADMIN scope or the account has no access to compute.
 */
export class Compute {
  readonly #rest: RestTransport;
  readonly #dispatcher: Dispatcher;
  readonly #routes: ComputeRoutes;
  readonly #lists: Coalescer<ComputeInstanceInfo[]>;

  /** @internal */
  constructor(rest: RestTransport, dispatcher: Dispatcher, routes: ComputeRoutes) {
    this.#rest = rest;
    this.#dispatcher = dispatcher;
    this.#lists = new Coalescer(dispatcher.shareReadsForMs);
    this.#routes = routes;
  }

  /** Lists all instances of the account, from all pages. */
  async list(options: CallOptions & ReadOptions = {}): Promise<ComputeInstanceInfo[]> {
    const call = this.#on("list", "list compute instances", "read");
    const load = (signal: AbortSignal) =>
      collectPages(
        call,
        (cursor, options) => this.#rest.call(call, this.#routes.list(cursor), options),
        (instance) => instance.id,
        { signal },
      );
    const instances = await this.#lists.read(everything, options.fresh ?? false, load, (shared) =>
      this.#dispatcher.wait(call, shared, options),
    );
    return instances.map((instance) => ({ ...instance }));
  }

  /** Returns an instance; undefined if it does not exist. Always sends a request, so that it can be polled. */
  async get(id: string, options: CallOptions = {}): Promise<ComputeInstanceInfo | undefined> {
    const call = this.#on("get", "read compute instance", "read", id);
    return await absentIf404(this.#rest.call(call, this.#routes.get(id), options));
  }

  /**
   * Creates an instance. Returns before the instance is ready. Failed calls are retried with the same Idempotency-Key for
   * almost ten minutes, unless `timeoutMs` or `signal` ends them: fal recognizes the key for ten minutes, so a retry creates
   * no second instance. Surface `alpha` has no such key: a call is retried only if fal has certainly not received it, and
   * `idempotencyKey` has no effect.
   *
   * Default of `idempotencyKey`: a random one. Pass the key of an earlier call to get its answer again, within ten minutes
   * after that call.
   *
   * @throws {FalValidationError} A value is empty, or `sector` is given for another type than `gpu_8x_h100_sxm5`.
   */
  async create(
    instanceToCreate: CreateComputeInstanceParams,
    options: CallOptions & { idempotencyKey?: string | undefined } = {},
  ): Promise<ComputeInstanceInfo> {
    const { instanceType, sshKey, sector } = instanceToCreate;
    const call = this.#on("create", "create compute instance", this.#routes.repeatOrder);
    requireText(call, "instanceType", instanceType);
    requireText(call, "sshKey", sshKey);
    if (sector !== undefined && instanceType !== "gpu_8x_h100_sxm5") {
      throw invalidArgument(call, "sector requires instanceType gpu_8x_h100_sxm5. Leave it out for other types.");
    }
    const idempotencyKey = options.idempotencyKey ?? randomUUID();
    if (!/^[\x21-\x7e]{1,255}$/.test(idempotencyKey)) {
      throw invalidArgument(call, "idempotencyKey must be 1 to 255 printable ASCII characters without spaces.");
    }
    const request = this.#routes.create(instanceToCreate, idempotencyKey);
    return await this.#lists.write(everything, () => this.#rest.call(call, request, options));
  }

  /** Deletes an instance and its data immediately, which ends its billing. Succeeds if it does not exist. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    const call = this.#on("delete", "delete compute instance", "idempotent", id);
    const within = oneDeadline(options);
    try {
      await this.#lists.write(everything, () => this.#rest.call(call, this.#routes.delete(id), within));
    } catch (error) {
      if (!(error instanceof FalError && error.status === 404)) throw error;
      // A 404 can also come from a wrong address or a proxy, and an instance that continues to run is billed.
      const listed = (await lookAgain(error, this.list({ ...within, fresh: true }))).find(
        (machine) => machine.id === id,
      );
      if (listed !== undefined && listed.status !== "stopped") throw error;
    }
  }

  #on(method: string, action: string, repeat: Call["repeat"], resource?: string): Call {
    return { operation: `compute.${method}`, action, resource, repeat, advice: { permission: needsAdmin } };
  }
}
