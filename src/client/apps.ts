import type { MessageInitShape } from "@bufbuild/protobuf";
import type { AnalyticsOptions, AppActivity, RunnerHistoryOptions } from "./app-activity";
import type { AppDeployments, ListDeploymentsOptions } from "./deployments";
import { FalNotFoundError, FalServerError } from "./errors";
import type { AppEvents, ListEventsOptions } from "./events";
import { Coalescer } from "./internal/coalesce";
import { type CallOptions, type Dispatcher, ListDeadline, oneDeadline } from "./internal/dispatch";
import type { Call } from "./internal/failure";
import {
  type AliasInfo,
  ApplicationAuthMode,
  type ApplicationInfo,
  DeploymentStrategy,
  IsolateController,
  type UpdateApplicationRequestSchema,
} from "./internal/gen/controller_pb";
import type { GrpcTransport } from "./internal/grpc";
import {
  aliasOf,
  aliasOfReference,
  couldNot,
  defined,
  invalidArgument,
  isoTime,
  isStillThere,
  requireText,
} from "./internal/values";
import { nameOf } from "./names";
import type { AppReader } from "./platform/apps";
import { type ListRunnersOptions, listRunners } from "./runners";
import { type ScaleName, scaleNames, type scaling, scalingValues } from "./scaling";
import type { ScaleParams, ScalingInfo } from "./scaling.gen";
import type {
  AppAnalytics,
  AppDeployment,
  AppEvent,
  AppInfo,
  AppRevision,
  AuthMode,
  RunnerHistory,
  RunnerInfo,
} from "./types";

/** Options of calls in an environment. */
export interface EnvironmentOptions extends CallOptions {
  /** Default: the client's environment. */
  environment?: string | undefined;
}

/** Options of reads. Concurrent calls share one request. */
export interface ReadOptions {
  /** Always send a new request. Default: false, which also reuses an answer of the last second. */
  fresh?: boolean | undefined;
}

/**
 * Apps (aliases), their scaling and their revisions. Uses gRPC, and REST for what happened to them; surface `alpha`
 * also reads the apps of `main` over REST. Sources: `AppsNamespace` of fal's Python SDK (fal.api), "fal Serverless Platform API", fal 1.83.
 * Failed calls are retried: changes are idempotent.
 */
export class Apps {
  readonly #rpc: GrpcTransport;
  readonly #dispatcher: Dispatcher;
  readonly #environment: string;
  readonly #read: AppReader;
  readonly #deployments: AppDeployments;
  readonly #events: AppEvents;
  readonly #activity: AppActivity;
  readonly #lists: Coalescer<AliasInfo[]>;

  /** @internal */
  constructor(
    rpc: GrpcTransport,
    dispatcher: Dispatcher,
    environment: string,
    read: AppReader,
    history: { deployments: AppDeployments; events: AppEvents; activity: AppActivity },
  ) {
    this.#rpc = rpc;
    this.#dispatcher = dispatcher;
    this.#lists = new Coalescer(dispatcher.shareReadsForMs);
    this.#environment = environment;
    this.#read = read;
    this.#deployments = history.deployments;
    this.#events = history.events;
    this.#activity = history.activity;
  }

  /**
   * Lists the apps of an environment. `filter` selects those whose name contains it.
   *
   * `AppsNamespace.list`: `ListAliases`. On surface `alpha` in `main`, `GET /serverless/apps` decides which apps exist, and
   * `ListAliases` adds the values that it lacks.
   */
  async list(options: EnvironmentOptions & ReadOptions & { filter?: string | undefined } = {}): Promise<AppInfo[]> {
    const environment = options.environment ?? this.#environment;
    const aliases = await this.#aliases(environment, options);
    const filter = options.filter ?? "";
    return aliases.map((alias) => appFromWire(alias, environment)).filter((app) => app.name.includes(filter));
  }

  /**
   * Returns an app; undefined if the environment's list does not contain it. fal has no call for a single app, except
   * `GET /serverless/apps/{app_id}` on surface `alpha`, which is called for an app that only gRPC lists.
   */
  async get(name: string, options: EnvironmentOptions & ReadOptions = {}): Promise<AppInfo | undefined> {
    const environment = options.environment ?? this.#environment;
    const wanted = aliasOf({ operation: "apps.get", action: "read app" }, name, environment);
    const aliases = await this.#aliases(environment, options);
    // UNCERTAIN whether every answer contains the suffix: fal's SDK removes it if present.
    const found =
      aliases.find((alias) => alias.alias === wanted) ??
      aliases.find((alias) => nameOf(alias.alias, environment) === name);
    return found === undefined ? undefined : appFromWire(found, environment);
  }

  /** Lists the revisions of an app that fal keeps, in fal's order (`ListApplications`). */
  async revisions(name: string, options: EnvironmentOptions = {}): Promise<AppRevision[]> {
    const { call, alias, environment } = this.#on("revisions", "list the revisions of app", "read", name, options);
    const request = { applicationName: alias, environmentName: environment };
    const answer = await this.#rpc.call(call, IsolateController.method.listApplications, request, options);
    return answer.applications.map((revision) => revisionFromWire(revision, environment));
  }

  /**
   * Lists how the revisions of an app were deployed: when, by whom, and with which message and annotations. Newest first.
   * For the scaling values of revisions, see `revisions`. Source: `serverlessListAppRevisions` of fal's platform API; REST,
   * paged.
   *
   * @throws {FalNotFoundError} The app does not exist.
   * @throws {FalConfigurationError} fal does not return the account's name, which the request needs.
   */
  async deployments(name: string, options: EnvironmentOptions & ListDeploymentsOptions = {}): Promise<AppDeployment[]> {
    const { call, alias } = this.#on("deployments", "list the deployments of app", "read", name, options);
    return await this.#deployments.list(call, alias, options);
  }

  /**
   * Lists the events of an app: deployments, configuration changes, runners. In fal's order, newest first (UNCERTAIN:
   * documented for revisions only). Source: `serverlessListAppEvents` of fal's platform API; REST, paged.
   *
   * @throws {FalNotFoundError} The app does not exist.
   * @throws {FalConfigurationError} The surface is `alpha`, or fal does not return the account's name, which the request needs.
   */
  async events(name: string, options: EnvironmentOptions & ListEventsOptions = {}): Promise<AppEvent[]> {
    const { call, alias } = this.#on("events", "list the events of app", "read", name, options);
    return await this.#events.list(call, alias, options);
  }

  /**
   * Returns how many runners an app had: working, idle, pending and draining, per time bucket. At most the last 90 days;
   * default: the last 24 hours. Source: `serverlessGetRunnerHistory` of fal's platform API; REST.
   *
   * UNCERTAIN whether fal keeps the history per app or per revision, and whether a bucket without data is absent or zero.
   *
   * @throws {FalValidationError} An option is invalid.
   * @throws {FalNotFoundError} The app does not exist.
   * @throws {FalConfigurationError} fal does not return the account's name, which the request needs.
   */
  async runnerHistory(name: string, options: EnvironmentOptions & RunnerHistoryOptions = {}): Promise<RunnerHistory> {
    const { call, alias } = this.#on("runnerHistory", "read the runner history of app", "read", name, options);
    return await this.#activity.runnerHistory(call, alias, options);
  }

  /**
   * Returns what fal measured of the requests of apps: their number, how long they waited and took, and cold starts. Reads
   * all pages, and 50 endpoints with each request. Percentiles of buckets cannot be averaged: use `summary` for those of the
   * whole range. Source: `serverlessGetAnalytics` of fal's platform API; REST, paged.
   *
   * @throws {FalValidationError} An option is invalid, or neither `apps` nor `endpointIds` names an app.
   * @throws {FalPermissionError} An endpoint belongs to another account.
   * @throws {FalConfigurationError} fal does not return the account's name, which the request for `apps` needs.
   */
  async analytics(options: EnvironmentOptions & AnalyticsOptions): Promise<AppAnalytics> {
    const call: Call = {
      operation: "apps.analytics",
      action: "read the analytics of apps",
      repeat: "read",
      advice: { permission: "fal returns only analytics of endpoints that belong to the key's account." },
    };
    const environment = options.environment ?? this.#environment;
    const aliases = (options.apps ?? []).map((app) => aliasOfReference(call, app, environment));
    return await this.#activity.analytics(call, aliases, options);
  }

  /**
   * Returns the number of requests that wait for a runner of an app now. Source: `serverlessGetAppQueueInfo`
   * of fal's platform API; REST.
   *
   * @throws {FalNotFoundError} The app does not exist.
   * @throws {FalConfigurationError} fal does not return the account's name, which the request needs.
   */
  async queueSize(name: string, options: EnvironmentOptions = {}): Promise<number> {
    const { call, alias } = this.#on("queueSize", "read the queue of app", "read", name, options);
    return await this.#activity.queueSize(call, alias, options);
  }

  /** Lists the runners of an app, including pending ones (`AppsNamespace.runners`: `ListAliasRunners`). */
  async runners(name: string, options: EnvironmentOptions & ListRunnersOptions = {}): Promise<RunnerInfo[]> {
    const { call, alias, environment } = this.#on("runners", "list the runners of app", "read", name, options);
    return await listRunners(this.#rpc, call, options, { alias, environment });
  }

  /**
   * Changes scaling values. Values that are left out do not change. Takes effect immediately; machine types apply to new
   * runners only. `AppsNamespace.scale`: `UpdateApplication`.
   *
   * @throws {FalValidationError} No value is given, a list is empty, or a number is not a whole number of 0 or more.
   * @throws {FalNotFoundError} The app does not exist; UNCERTAIN which code fal returns.
   */
  async scale(name: string, values: ScaleParams, options: EnvironmentOptions = {}): Promise<AppInfo> {
    const { call, alias, environment } = this.#on("scale", "change the scaling of app", "idempotent", name, options);
    const request = { applicationName: alias, environmentName: environment, ...scaleToWire(call, values) };
    const answer = await this.#lists.write(environment, () =>
      this.#rpc.call(call, IsolateController.method.updateApplication, request, options),
    );
    return this.#changed(call, answer.aliasInfo, environment);
  }

  /**
   * Makes an existing revision current. Creates the app if it does not exist.
   *
   * Default of `authMode`: unchanged. Without `strategy`, running runners stay (source: SetAlias, fal's SDK).
   */
  async setAlias(
    name: string,
    revision: string,
    options: EnvironmentOptions & {
      authMode?: AuthMode | undefined;
      strategy?: "recreate" | "rolling" | undefined;
    } = {},
  ): Promise<AppInfo> {
    const { call, alias, environment } = this.#on("setAlias", "set the revision of app", "idempotent", name, options);
    requireText(call, "revision", revision);
    const request = {
      alias,
      revision,
      environmentName: environment,
      ...defined({
        authMode: options.authMode === undefined ? undefined : authModeToWire(call, options.authMode),
        deploymentStrategy: options.strategy === undefined ? undefined : strategies[options.strategy],
      }),
    };
    const answer = await this.#lists.write(environment, () =>
      this.#rpc.call(call, IsolateController.method.setAlias, request, options),
    );
    return this.#changed(call, answer.aliasInfo, environment);
  }

  /**
   * Replaces the runners of an app, for example after changing secrets or machine types. `force` kills the old runners
   * immediately. Retried if the answer is lost: a second rollout has the same result. `AppsNamespace.rollout`:
   * `RolloutApplication`.
   *
   * @throws {FalNotFoundError} The app does not exist; UNCERTAIN which code fal returns.
   */
  async rollout(name: string, options: EnvironmentOptions & { force?: boolean | undefined } = {}): Promise<void> {
    const { call, alias, environment } = this.#on("rollout", "roll out app", "idempotent", name, options);
    const request = { applicationName: alias, environmentName: environment, force: options.force ?? false };
    await this.#lists.write(environment, () =>
      this.#rpc.call(call, IsolateController.method.rolloutApplication, request, options),
    );
  }

  /** Deletes an app permanently (`DeleteAlias`); its URL stops working. Succeeds if the app does not exist. */
  async delete(name: string, options: EnvironmentOptions = {}): Promise<void> {
    const { call, alias, environment } = this.#on("delete", "delete app", "idempotent", name, options);
    const within = oneDeadline(options);
    try {
      await this.#lists.write(environment, () =>
        this.#rpc.call(call, IsolateController.method.deleteAlias, { alias, environmentName: environment }, within),
      );
    } catch (error) {
      if (!(error instanceof FalNotFoundError)) throw error;
      if (await isStillThere(error, this.get(name, { ...within, environment, fresh: true }))) throw error;
    }
  }

  /** @internal Drops cached lists, because deleting an environment deletes its apps. */
  invalidate(environment: string): void {
    this.#lists.invalidate(environment);
  }

  async #aliases(environment: string, options: CallOptions & ReadOptions): Promise<AliasInfo[]> {
    requireText({ operation: "apps.list", action: "list apps" }, "environment", environment);
    const call: Call = { operation: "apps.list", action: "list the apps of", resource: environment, repeat: "read" };
    const load = (signal: AbortSignal) => this.#read(call, environment, { signal, within: new ListDeadline() });
    return await this.#lists.read(environment, options.fresh ?? false, load, (shared) =>
      this.#dispatcher.wait(call, shared, options),
    );
  }

  #on(method: string, action: string, repeat: Call["repeat"], name: string, options: EnvironmentOptions) {
    const environment = options.environment ?? this.#environment;
    const operation = `apps.${method}`;
    const alias = aliasOf({ operation, action }, name, environment);
    const missing = "Check the name and the environment. To create an app, deploy it with `fal deploy`.";
    const call: Call = {
      operation,
      action,
      resource: `${environment}/${name}`,
      repeat,
      advice: { notFound: missing },
    };
    return { call, alias, environment };
  }

  #changed(call: Call, alias: AliasInfo | undefined, environment: string): AppInfo {
    if (alias !== undefined) return appFromWire(alias, environment);
    throw new FalServerError(
      couldNot(
        call,
        "fal's answer does not contain the app. The change has probably taken effect: read the app before you repeat the call.",
      ),
      {
        operation: call.operation,
        resource: call.resource,
        attempts: 1,
        mayHaveTakenEffect: true,
      },
    );
  }
}

// Wire conversions

function appFromWire(wire: AliasInfo, environment: string): AppInfo {
  const where = wire.environmentName || environment;
  return {
    name: nameOf(wire.alias, where),
    alias: wire.alias,
    environment: where,
    revision: wire.revision,
    authMode: authModeFromWire(wire.authMode),
    ...scalingFromWire(wire),
    activeRunners: wire.activeRunners,
    isRolling: wire.isRolling,
  };
}

function revisionFromWire(wire: ApplicationInfo, environment: string): AppRevision {
  return {
    revision: wire.applicationId,
    environment: wire.environmentName || environment,
    ...defined({ createdAt: isoTime(wire.createdAt) }),
    ...scalingFromWire(wire),
    activeRunners: wire.activeRunners,
  };
}

/** Undefined values do not exist in fal. */
function scalingFromWire(wire: AliasInfo | ApplicationInfo): ScalingInfo {
  const values = scaleNames.map((name) => {
    const value = wire[grpcName(name)];
    return [name, Array.isArray(value) ? [...value] : value];
  });
  return defined(Object.fromEntries(values)) as ScalingInfo;
}

function grpcName(name: ScaleName): GrpcScaleName {
  return (scalingValues[name].grpc ?? name) as GrpcScaleName;
}

/** The fields of fal's messages; the compiler checks that each message has all of them. */
type GrpcScaleName = {
  [Name in ScaleName]: (typeof scaling)[Name] extends { grpc: infer Grpc extends string } ? Grpc : Name;
}[ScaleName];

const authModes = new Map<number, string>([
  [ApplicationAuthMode.PRIVATE, "private"],
  [ApplicationAuthMode.PUBLIC, "public"],
  [ApplicationAuthMode.SHARED, "shared"],
]);

/** An unknown number becomes a string. */
function authModeFromWire(mode: ApplicationAuthMode): AuthMode {
  return authModes.get(mode) ?? String(mode);
}

function authModeToWire(call: Call, mode: AuthMode): ApplicationAuthMode {
  for (const [wire, name] of authModes) if (name === mode) return wire;
  throw invalidArgument(call, `authMode must be private, public or shared, not "${mode}".`);
}

const strategies = { recreate: DeploymentStrategy.RECREATE, rolling: DeploymentStrategy.ROLLING } as const;

const largestInt32 = 2 ** 31 - 1;

function scaleToWire(call: Call, params: ScaleParams) {
  const refuse = (problem: string): never => {
    throw invalidArgument(call, problem);
  };
  const given = scaleNames.filter((name) => params[name] !== undefined);
  if (given.length === 0) refuse("no scaling value is given. Pass at least one, for example maxConcurrency.");
  for (const name of given) {
    const value = params[name];
    if (Array.isArray(value)) {
      if (value.length === 0)
        refuse(`${name} must not be empty, because fal cannot clear it. Leave it out to keep its value.`);
      if (value.some((item) => item.trim() === "")) refuse(`${name} must not contain an empty string.`);
    } else if (typeof value !== "number" || !Number.isInteger(value) || value < 0 || value > largestInt32) {
      refuse(`${name} must be a whole number of 0 or more, not ${value}.`);
    }
  }
  const { minConcurrency = 0, maxConcurrency = largestInt32 } = params;
  if (minConcurrency > maxConcurrency) {
    refuse(`minConcurrency (${minConcurrency}) must not exceed maxConcurrency (${maxConcurrency}).`);
  }
  // Values that are left out are not sent. For fal, an absent list and an empty one are the same.
  return Object.fromEntries(given.map((name) => [grpcName(name), params[name]])) as MessageInitShape<
    typeof UpdateApplicationRequestSchema
  >;
}
