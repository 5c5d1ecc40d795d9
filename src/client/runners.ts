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
import { defined, invalidArgument, requireText } from "./internal/values";
import type { RunnerInfo } from "./types";

/** Which runners to list. */
export interface ListRunnersOptions {
  /** Also those that ended since. Left out: none that ended. UNCERTAIN: that is what fal's CLI says, "max 24 hours". */
  since?: Date | undefined;
  /** Only those in one of these states, for example `["running"]`. */
  state?: readonly string[] | undefined;
}

/**
 * Runners of all apps of the account. gRPC on either surface. Source: `RunnersNamespace` of fal's Python SDK (fal.api).
 * Calls are repeated unless a method says otherwise.
 */
export class Runners {
  readonly #rpc: GrpcTransport;

  /** @internal */
  constructor(rpc: GrpcTransport) {
    this.#rpc = rpc;
  }

  /**
   * All runners of the account, pending ones included (`ListRunners`).
   *
   * @throws {FalValidationError} `since` is not a valid date.
   */
  async list(options: CallOptions & ListRunnersOptions = {}): Promise<RunnerInfo[]> {
    return await listRunners(this.#rpc, { operation: "runners.list", action: "list runners", repeat: "read" }, options);
  }

  /**
   * Lets a runner finish its requests and stop (`StopRunner`). `replaceFirst` starts its replacement first; such a call is not repeated
   * once fal may have received it, because a repetition could start a second replacement.
   *
   * @throws {FalNotFoundError} no such runner, or it is gone already.
   */
  async stop(runnerId: string, options: CallOptions & { replaceFirst?: boolean | undefined } = {}): Promise<void> {
    const replaceFirst = options.replaceFirst ?? false;
    const call = this.#on("stop", "stop runner", replaceFirst ? "unsent" : "idempotent", runnerId);
    await gone(this.#rpc.call(call, IsolateController.method.stopRunner, { runnerId, replaceFirst }, options));
  }

  /**
   * Ends a runner at once, with the requests it is serving (`KillRunner`).
   *
   * @throws {FalNotFoundError} no such runner, or it is gone already.
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

/** Waits for the end of a runner. Not found is success where an earlier attempt of the same call may have ended it. */
async function gone(call: Promise<unknown>): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof FalNotFoundError && error.mayHaveTakenEffect)) throw error;
  }
}

/** @internal Lists runners: of one app, or all. */
export async function listRunners(
  rpc: GrpcTransport,
  call: Call,
  options: CallOptions & ListRunnersOptions,
  app?: { alias: string; environment: string },
): Promise<RunnerInfo[]> {
  if (options.since !== undefined && Number.isNaN(options.since.getTime())) {
    throw invalidArgument(call, "since must be a valid date.");
  }
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

/** A number that this version does not know is kept, as text. */
function enumName(names: Readonly<Record<number, string>>, value: number): string {
  return names[value]?.toLowerCase() ?? String(value);
}
