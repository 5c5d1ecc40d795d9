import type { MessageInitShape } from "@bufbuild/protobuf";
import { timestampFromDate } from "@bufbuild/protobuf/wkt";
import {
  type AliasInfoSchema,
  ApplicationAuthMode,
  type ApplicationInfoSchema,
  type CreateUserKeyRequest_Scope,
  type EnvironmentInfoSchema,
  type RegisterApplicationResultSchema,
  RunnerInfo_ReplaceState,
  RunnerInfo_State,
  type RunnerInfoSchema,
  CreateUserKeyRequest_Scope as Scope,
  type SecretSchema,
  type UserKeyInfoSchema,
} from "../gen/controller_pb";
import { aliasOf } from "../state/account";
import { givenScaling, scalingMessage } from "../state/scaling";
import type { App, Environment, Key, Revision, Runner, Secret } from "../state/schema";

const authModes: Record<App["auth_mode"], ApplicationAuthMode> = {
  private: ApplicationAuthMode.PRIVATE,
  public: ApplicationAuthMode.PUBLIC,
  shared: ApplicationAuthMode.SHARED,
};

/** UNCERTAIN: which number fal sends for a key without an equivalent scope. It is known to be neither 0 nor 1. */
const noScope: number = 2;

export function authModeFrom(mode: ApplicationAuthMode | undefined): App["auth_mode"] | undefined {
  return (["private", "public", "shared"] as const).find((each) => authModes[each] === mode);
}

const time = (text: string) => timestampFromDate(new Date(text));

export function aliasInfo(app: App, activeRunners: number): MessageInitShape<typeof AliasInfoSchema> {
  return {
    alias: aliasOf(app),
    revision: app.revision,
    authMode: authModes[app.auth_mode],
    ...scalingMessage(app),
    environmentName: app.environment,
    activeRunners,
    // Deploys take no time here, so none is ever rolling.
    isRolling: false,
  };
}

/** A revision: the values that its code sets, and the rest from its alias. */
export function registered(app: App): MessageInitShape<typeof RegisterApplicationResultSchema> {
  const endpoint = `${app.owner}/${aliasOf(app)}`;
  return {
    result: { applicationId: app.revision },
    // UNCERTAIN: all except run and queue, which fal documents. Apps of an emulator respond at none of them.
    serviceUrls: {
      playground: `https://fal.ai/models/${endpoint}`,
      run: `https://fal.run/${endpoint}`,
      queue: `https://queue.fal.run/${endpoint}`,
      ws: `wss://ws.fal.run/${endpoint}`,
      log: `https://fal.ai/dashboard/logs?app=${encodeURIComponent(aliasOf(app))}`,
    },
  };
}

export function applicationInfo(
  app: App,
  revision: Revision,
  activeRunners: number,
): MessageInitShape<typeof ApplicationInfoSchema> {
  return {
    applicationId: revision.id,
    createdAt: time(revision.created_at),
    ...scalingMessage({ ...app, ...givenScaling(revision) }),
    environmentName: app.environment,
    activeRunners,
  };
}

export function userKeyInfo(key: Key): MessageInitShape<typeof UserKeyInfoSchema> {
  const scope: CreateUserKeyRequest_Scope = key.scope === null ? noScope : Scope[key.scope];
  return { keyId: key.key_id, alias: key.alias, scope, createdAt: time(key.created_at) };
}

export function secretMessage(secret: Secret): MessageInitShape<typeof SecretSchema> {
  return {
    name: secret.name,
    createdTime: time(secret.created_at),
    environmentName: secret.environment,
    defaultExposed: secret.default_exposed ?? undefined,
  };
}

export function environmentInfo(environment: Environment): MessageInitShape<typeof EnvironmentInfoSchema> {
  return {
    name: environment.name,
    description: environment.description ?? undefined,
    isDefault: environment.is_default,
    createdAt: time(environment.created_at),
  };
}

export function runnerInfo(runner: Runner, now: number): MessageInitShape<typeof RunnerInfoSchema> {
  const until = runner.ended_at === undefined ? now : Date.parse(runner.ended_at);
  return {
    runnerId: runner.runner_id,
    inFlightRequests: runner.in_flight_requests,
    uptime: Math.max(0, (until - Date.parse(runner.started_at)) / 1000),
    revision: runner.revision,
    alias: aliasOf({ name: runner.app, environment: runner.environment }),
    state: RunnerInfo_State[runner.state],
    replacement: RunnerInfo_ReplaceState[runner.replacement],
    machineType: runner.machine_type,
  };
}
