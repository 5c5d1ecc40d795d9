import { timestampDate } from "@bufbuild/protobuf/wkt";
import type { ServiceImpl } from "@connectrpc/connect";
import {
  DeploymentStrategy,
  HostedRunStatus_State,
  type IsolateController,
  type RegisterApplicationRequest,
  CreateUserKeyRequest_Scope as Scope,
} from "../gen/controller_pb";
import type { Area } from "../state/access";
import { mainEnvironment } from "../state/account";
import { type AppRef, baseName } from "../state/apps";
import type { ControlPlane } from "../state/control-plane";
import { scalingFrom } from "../state/scaling";
import { type App, parseDeployment } from "../state/schema";
import { invalid } from "../state/violations";
import { callContext } from "./call-context";
import * as messages from "./messages";

/** The permission that each method needs. */
export const areas: Record<keyof typeof IsolateController.method, Area> = {
  createUserKey: "keys:manage",
  listUserKeys: "keys:manage",
  revokeUserKey: "keys:manage",
  buildEnvironment: "apps:write",
  registerApplication: "apps:write",
  updateApplication: "apps:write",
  listApplications: "apps:read",
  deleteApplication: "apps:write",
  rolloutApplication: "apps:write",
  setAlias: "apps:write",
  deleteAlias: "apps:write",
  listAliases: "apps:read",
  setSecret: "secrets",
  listSecrets: "secrets",
  listAliasRunners: "runners",
  stopRunner: "runners",
  killRunner: "runners",
  listRunners: "runners",
  listEnvironments: "environments",
  createEnvironment: "environments",
  deleteEnvironment: "environments",
};

/** fal's gRPC service: converts messages to operations of the control plane and back. */
export function createService(plane: ControlPlane): ServiceImpl<typeof IsolateController> {
  const aliasInfo = (app: App) => messages.aliasInfo(app, plane.runners.active(app));

  return {
    createUserKey(request) {
      const key = plane.keys.create(request.alias ?? "", {
        scope: scopeFrom(request.scope),
        preset: request.policyPreset,
        permissions: request.policy?.permissions,
      });
      return { keyId: key.key_id, keySecret: key.key_secret };
    },
    listUserKeys: () => ({ userKeys: plane.keys.list().map(messages.userKeyInfo) }),
    revokeUserKey({ keyId }) {
      plane.keys.revoke(keyId);
      return {};
    },

    // The emulator builds nothing and runs no code, so it ignores the request.
    buildEnvironment: () => streamOf({ envId: "none", status: { state: HostedRunStatus_State.SUCCESS } }),
    registerApplication(request, { values }) {
      const deployment = deploymentFrom(request);
      const record = values.get(callContext)?.record;
      if (record) record.app = `${deployment.environment}/${deployment.name}`;
      const app = plane.apps.deploy(deployment);
      return streamOf(messages.registered(app));
    },
    updateApplication(request) {
      const app = plane.apps.scale(refOf(request.applicationName, request.environmentName), scalingFrom(request));
      return { aliasInfo: aliasInfo(app) };
    },
    listApplications({ applicationName, environmentName }) {
      const environment = environmentOf(environmentName);
      plane.environments.require(environment);
      const revisions = plane.apps.revisions(
        applicationName ? { alias: applicationName, environment } : { environment },
      );
      return {
        applications: revisions.map(({ app, revision }) => {
          const active = revision.id === app.revision ? plane.runners.active(app) : 0;
          return messages.applicationInfo(app, revision, active);
        }),
      };
    },
    deleteApplication({ applicationId }) {
      plane.apps.deleteRevision(applicationId);
      return {};
    },
    rolloutApplication({ applicationName, environmentName, force }) {
      plane.apps.rollout(refOf(applicationName, environmentName), force ?? false);
      return {};
    },

    setAlias(request) {
      const app = plane.apps.setAlias(refOf(request.alias, request.environmentName), request.revision, {
        authMode: messages.authModeFrom(request.authMode),
        strategy: strategyFrom(request.deploymentStrategy),
      });
      return { aliasInfo: aliasInfo(app) };
    },
    deleteAlias: ({ alias, environmentName }) => ({ revision: plane.apps.delete(refOf(alias, environmentName)) }),
    listAliases({ environmentName }) {
      const environment = environmentOf(environmentName);
      // UNCERTAIN: whether fal answers NOT_FOUND or an empty list for an environment that does not exist.
      plane.environments.require(environment);
      return { aliases: plane.apps.list(environment).map(aliasInfo) };
    },

    setSecret({ name, value, environmentName, defaultExposed }) {
      const environment = environmentOf(environmentName);
      // In fal's protocol, a missing value deletes the secret.
      if (value === undefined) plane.secrets.delete(environment, name);
      else plane.secrets.set(environment, name, value, defaultExposed);
      return {};
    },
    listSecrets: ({ environmentName }) => ({
      secrets: plane.secrets.list(environmentOf(environmentName)).map(messages.secretMessage),
    }),

    listAliasRunners({ alias, environmentName, listPending, startTime }) {
      const app = plane.apps.require(refOf(alias, environmentName));
      return { runners: listRunners({ app, listPending, startTime }) };
    },
    listRunners: ({ listPending, startTime }) => ({ runners: listRunners({ listPending, startTime }) }),
    stopRunner({ runnerId, replaceFirst }) {
      plane.runners.stop(runnerId, replaceFirst);
      return {};
    },
    killRunner({ runnerId }) {
      plane.runners.kill(runnerId);
      return {};
    },

    listEnvironments: () => ({ environments: plane.environments.list().map(messages.environmentInfo) }),
    createEnvironment({ name, description }) {
      return { environment: messages.environmentInfo(plane.environments.create(name, description ?? null)) };
    },
    deleteEnvironment({ name }) {
      plane.environments.delete(name);
      return {};
    },
  };

  function listRunners(request: {
    app?: App;
    listPending?: boolean | undefined;
    startTime?: Parameters<typeof timestampDate>[0] | undefined;
  }) {
    return plane.runners
      .list({
        ...(request.app && { app: request.app }),
        // UNCERTAIN: what fal lists when list_pending is absent; its SDK always sends true.
        includePending: request.listPending ?? false,
        ...(request.startTime && { since: timestampDate(request.startTime) }),
      })
      .map((runner) => messages.runnerInfo(runner, plane.clock()));
  }
}

const environmentOf = (name: string | undefined) => (name ? name : mainEnvironment);

const refOf = (alias: string, environmentName: string | undefined): AppRef => ({
  alias,
  environment: environmentOf(environmentName),
});

function scopeFrom(scope: Scope | undefined): "ADMIN" | "API" | undefined {
  if (scope === undefined) return undefined;
  if (scope === Scope.ADMIN) return "ADMIN";
  if (scope === Scope.API) return "API";
  throw invalid("scope: unknown value");
}

/** Runs the operation before the stream starts, so that a failure is the whole response, as for other methods. */
async function* streamOf<T>(message: T): AsyncGenerator<T> {
  yield message;
}

function deploymentFrom(request: RegisterApplicationRequest) {
  const environment = environmentOf(request.environmentName);
  // UNCERTAIN: fal's response to a request without a name. Its CLI always sends one.
  if (!request.applicationName) throw invalid("application_name: missing");
  return parseDeployment({
    name: baseName(request.applicationName, environment),
    environment,
    auth_mode: messages.authModeFrom(request.authMode),
    strategy: strategyFrom(request.deploymentStrategy),
    reset_scale: request.scale,
    message: request.metadata?.["message"],
    annotations: request.metadata?.["annotations"],
    ...scalingFrom(request.machineRequirements),
  });
}

function strategyFrom(strategy: DeploymentStrategy | undefined): "recreate" | "rolling" | undefined {
  if (strategy === undefined) return undefined;
  return strategy === DeploymentStrategy.ROLLING ? "rolling" : "recreate";
}
