import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import { FalNotFoundError } from "./errors";
import type { CallOptions } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import {
  IsolateController,
  RunnerInfo_ReplaceState,
  RunnerInfo_State,
  type RunnerInfo as WireRunner,
} from "./internal/gen/controller_pb";
import type { GrpcTransport } from "./internal/grpc";
import { defined, requireDate, requireText } from "./internal/values";
import type { RunnerInfo } from "./types";

/** Which runners to list. */
export interface ListRunnersOptions {
  /** Also lists runners that ended after this time. Default: none that ended. UNCERTAIN: at most 24 hours, as in fal's CLI. */
  since?: Date | undefined;
  /** Only runners in one of these states, for example `["running"]`. Default: all. */
  state?: readonly string[] | undefined;
}

/**
 * Runners of all apps of the account. Uses gRPC on either surface. Source: `RunnersNamespace` of fal's Python SDK (fal.api).
 * Failed calls are retried, except as documented for `stop`.
 */
export class Runners {
  readonly #rpc: GrpcTransport;

  /** @internal */
  constructor(rpc: GrpcTransport) {
    this.#rpc = rpc;
  }

  /**
   * Lists the runners of the account, including pending ones (`ListRunners`).
   *
   * @throws {FalValidationError} `since` is not a valid date.
   */
  async list(options: CallOptions & ListRunnersOptions = {}): Promise<RunnerInfo[]> {
    return await listRunners(this.#rpc, { operation: "runners.list", action: "list runners", repeat: "read" }, options);
  }

  /**
   * Stops a runner after it has finished its requests (`StopRunner`). `replaceFirst` starts a replacement first. That call
   * is not retried once fal may have received it, because a retry could start a second replacement.
   *
   * @throws {FalNotFoundError} The runner does not exist or has ended.
   */
  async stop(runnerId: string, options: CallOptions & { replaceFirst?: boolean | undefined } = {}): Promise<void> {
    const replaceFirst = options.replaceFirst ?? false;
    const call = this.#on("stop", "stop runner", replaceFirst ? "unsent" : "idempotent", runnerId);
    await gone(this.#rpc.call(call, IsolateController.method.stopRunner, { runnerId, replaceFirst }, options));
  }

  /**
   * Ends a runner immediately and aborts its requests (`KillRunner`).
   *
   * @throws {FalNotFoundError} The runner does not exist or has ended.
   */
  async kill(runnerId: string, options: CallOptions = {}): Promise<void> {
    const call = this.#on("kill", "kill runner", "idempotent", runnerId);
    await gone(this.#rpc.call(call, IsolateController.method.killRunner, { runnerId }, options));
  }

  #on(method: string, action: string, repeat: Call["repeat"], runnerId: string): Call {
    const operation = `runners.${method}`;
    requireText({ operation, action }, "runnerId", runnerId);
    return { operation, action, resource: runnerId, repeat };
  }
}

/** Treats "not found" as success if an earlier attempt of the same call may have ended the runner. */
async function gone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof FalNotFoundError && error.mayHaveTakenEffect)) throw error;
  }
}

/** @internal Lists the runners of one app or of all. */
export async function listRunners(
  rpc: GrpcTransport,
  call: Call,
  options: CallOptions & ListRunnersOptions,
  app?: { alias: string; environment: string },
): Promise<RunnerInfo[]> {
  requireDate(call, "since", options.since);
  const which = {
    listPending: true,
    ...defined({ startTime: options.since === undefined ? undefined : timestampFromDate(options.since) }),
  };
  const answer =
    app === undefined
      ? await rpc.call(call, IsolateController.method.listRunners, which, options)
      : await rpc.call(
          call,
          IsolateController.method.listAliasRunners,
          { ...which, alias: app.alias, environmentName: app.environment },
          options,
        );
  const states = options.state?.map((state) => state.toLowerCase());
  return answer.runners
    .map(runnerFromWire)
    .filter((runner) => states === undefined || (runner.state !== undefined && states.includes(runner.state)));
}

// Wire conversions

function runnerFromWire(wire: WireRunner): RunnerInfo {
  return {
    runnerId: wire.runnerId,
    alias: wire.alias,
    revision: wire.revision,
    replacement: enumName(RunnerInfo_ReplaceState, wire.replacement),
    machineType: wire.machineType,
    inFlightRequests: wire.inFlightRequests,
    uptime: wire.uptime,
    ...defined({
      state: wire.state === undefined ? undefined : enumName(RunnerInfo_State, wire.state),
      expirationCountdown: wire.expirationCountdown,
      externalMetadata: wire.externalMetadata,
    }),
  };
}

/** An unknown number becomes a string. */
function enumName(names: Readonly<Record<number, string>>, value: number): string {
  return names[value]?.toLowerCase() ?? String(value);
}
