import type { MessageInitShape } from "@bufbuild/protobuf";
import { FalNotFoundError, FalServerError } from "./errors";
import type { AppEvents, ListEventsOptions } from "./events";
import { Coalescer } from "./internal/coalesce";
import { type CallOptions, type Dispatcher, ListDeadline } from "./internal/dispatch";
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
import { aliasOf, defined, invalidArgument, isoTime, isStillThere, requireText } from "./internal/values";
import { nameOf } from "./names";
import type { AppReader } from "./platform/apps";
import { type ListRunnersOptions, listRunners } from "./runners";
import { type ScaleName, scaleNames, type scaling, scalingValues } from "./scaling";
import type { ScaleParams, ScalingInfo } from "./scaling.gen";
import type { AppEvent, AppInfo, AppRevision, AuthMode, RunnerInfo } from "./types";

/** Which environment a call is about; left out: the client's. */
export interface EnvironmentOptions extends CallOptions {
  environment?: string | undefined;
}

/** For reads that share answers between callers. */
export interface ReadOptions {
  /** Ask fal in any case. Left out: callers at the same time share an answer, and a recent one is used again (`shareReadsForMs`). */
  fresh?: boolean | undefined;
}

/**
 * Apps (aliases), their scaling and their revisions. gRPC, but for `events`; on surface `alpha` the apps of main are read
 * from the older document too. Sources: `AppsNamespace` of fal's Python SDK (fal.api), "fal Serverless Platform API",
 * fal 1.83. Calls are repeated unless a method says otherwise: reads are harmless, changes end in the same state.
 */
export class Apps {
  readonly #rpc: GrpcTransport;
  readonly #dispatcher: Dispatcher;
  readonly #environment: string;
  readonly #read: AppReader;
  readonly #events: AppEvents;
  readonly #lists: Coalescer<AliasInfo[]>;

  /** @internal */
  constructor(rpc: GrpcTransport, dispatcher: Dispatcher, environment: string, read: AppReader, events: AppEvents) {
    this.#rpc = rpc;
    this.#dispatcher = dispatcher;
    this.#lists = new Coalescer(dispatcher.shareReadsForMs);
    this.#environment = environment;
    this.#read = read;
    this.#events = events;
  }

  /**
   * All apps of an environment. `filter` keeps those whose name contains the text.
   *
   * `AppsNamespace.list`: `ListAliases`. Surface `alpha`, main: `GET /serverless/apps` says which there are and the
   * values it knows, `ListAliases` completes them.
   */
  async list(options: EnvironmentOptions & ReadOptions & { filter?: string | undefined } = {}): Promise<AppInfo[]> {
    const environment = options.environment ?? this.#environment;
    const aliases = await this.#aliases(environment, options);
    const filter = options.filter ?? "";
    return aliases.map((alias) => appFromWire(alias, environment)).filter((app) => app.name.includes(filter));
  }

  /**
   * One app; undefined when the environment's complete list does not hold it. fal has no call for a single one, except
   * `GET /serverless/apps/{app_id}` of surface `alpha`, which decides about an app of which only gRPC knows.
   */
  async get(name: string, options: EnvironmentOptions & ReadOptions = {}): Promise<AppInfo | undefined> {
    const environment = options.environment ?? this.#environment;
    const wanted = aliasOf({ operation: "apps.get", action: "read app" }, name, environment);
    const aliases = await this.#aliases(environment, options);
    // UNCERTAIN whether every answer carries the suffix: fal's SDK strips it where it is there.
    const found =
      aliases.find((alias) => alias.alias === wanted) ??
      aliases.find((alias) => nameOf(alias.alias, environment) === name);
    return found === undefined ? undefined : appFromWire(found, environment);
  }

  /** The revisions of an app that fal still knows, as it orders them (`ListApplications`). */
  async revisions(name: string, options: EnvironmentOptions = {}): Promise<AppRevision[]> {
    const { call, alias, environment } = this.#on("revisions", "list the revisions of app", "read", name, options);
    const request = { applicationName: alias, environmentName: environment };
    const answer = await this.#rpc.call(call, IsolateController.method.listApplications, request, options);
    return answer.applications.map((revision) => revisionFromWire(revision, environment));
  }

  /**
   * What happened to an app: deployments, changes of its configuration, runners. In fal's order, newest first
   * (UNCERTAIN: stated for revisions only). Source: `serverlessListAppEvents` of fal's platform API; REST, paged.
   *
   * @throws {FalNotFoundError} no such app.
   * @throws {FalConfigurationError} fal does not tell the account's name, which the address contains.
   */
  async events(name: string, options: EnvironmentOptions & ListEventsOptions = {}): Promise<AppEvent[]> {
    const { call, alias } = this.#on("events", "list the events of app", "read", name, options);
    return await this.#events.list(call, alias, options);
  }

  /** The runners of an app, pending ones included (`AppsNamespace.runners`: `ListAliasRunners`). */
  async runners(name: string, options: EnvironmentOptions & ListRunnersOptions = {}): Promise<RunnerInfo[]> {
    const { call, alias, environment } = this.#on("runners", "list the runners of app", "read", name, options);
    return await listRunners(this.#rpc, call, options, { alias, environment });
  }

  /**
   * Changes scaling values; what is left out keeps its value. Applies at once, machine types to new runners only.
   * `AppsNamespace.scale`: `UpdateApplication`.
   *
   * @throws {FalValidationError} nothing to change, an empty list, not a whole number of 0 or more.
   * @throws {FalNotFoundError} no such app; UNCERTAIN which code fal answers.
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
   * Points an app at an existing revision; makes the app when there is none of this name.
   *
   * `authMode` left out: kept. `strategy` left out: running runners stay (source: SetAlias, fal's SDK).
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
   * Replaces the runners of an app, for new secrets or machine types. `force` kills the old ones at once.
   * Repeated when the answer is lost: a second rollout ends in the same state. `AppsNamespace.rollout`:
   * `RolloutApplication`.
   *
   * @throws {FalNotFoundError} no such app; UNCERTAIN which code fal answers.
   */
  async rollout(name: string, options: EnvironmentOptions & { force?: boolean | undefined } = {}): Promise<void> {
    const { call, alias, environment } = this.#on("rollout", "roll out app", "idempotent", name, options);
    const request = { applicationName: alias, environmentName: environment, force: options.force ?? false };
    await this.#lists.write(environment, () =>
      this.#rpc.call(call, IsolateController.method.rolloutApplication, request, options),
    );
  }

  /** Deletes an app for good (`DeleteAlias`); its address stops working. An absent app is success. */
  async delete(name: string, options: EnvironmentOptions = {}): Promise<void> {
    const { call, alias, environment } = this.#on("delete", "delete app", "idempotent", name, options);
    try {
      await this.#lists.write(environment, () =>
        this.#rpc.call(call, IsolateController.method.deleteAlias, { alias, environmentName: environment }, options),
      );
    } catch (error) {
      if (!(error instanceof FalNotFoundError)) throw error;
      if (await isStillThere(error, this.get(name, { ...options, environment, fresh: true }))) throw error;
    }
  }

  /** @internal Forgets what was read; deleting an environment takes its apps along. */
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
      `Could not ${call.action} ${call.resource}: fal's answer does not contain the app. The change has probably taken effect: read the app before you repeat the call.`,
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

/** fal has no value for those that are undefined. */
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

/** A number that this version does not know is kept, as text. */
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
