// The operations of fal's published documents, and what this client makes of each. docs/operations.md is made from it.
import type { FalClient } from "../../src/client";

type AreaName = Exclude<keyof FalClient, "account" | "close" | "deploy" | "settings">;
type MethodsOf<T> = {
  [M in keyof T & string]: T[M] extends (...args: never[]) => Promise<unknown> ? M : never;
}[keyof T & string];

/** Every method of the client that asks fal for something. */
export type ClientMethod = "deploy" | { [A in AreaName]: `${A}.${MethodsOf<FalClient[A]>}` }[AreaName];

export interface Proof {
  readonly file: string;
  readonly title: string;
}

export interface Method {
  /** How it is reached on surface `platform`, and on `alpha` where that differs. */
  readonly platform: string;
  readonly alpha?: string;
  /** Where it comes from, if no document below has it. */
  readonly source?: string;
  readonly tests: readonly Proof[];
}

const unit = (area: string, title: string): Proof => ({ file: `test/unit/client/${area}.test.ts`, title });
const contract = (name: string, title: string): Proof => ({ file: `test/contract/${name}.test.ts`, title });
const e2e = (title: string): Proof => ({ file: "test/e2e/surfaces.test.ts", title });
const endsTheSame = e2e(
  "end in the same outputs and the same state, but for what the older documents do not know of a machine",
);

const grpc = (rpc: string) => `gRPC \`${rpc}\``;
const rest = (call: string) => `REST \`${call}\``;
const fal183 = "gRPC interface of fal 1.83";
const platformApi = "fal's platform API";

/** All methods: the compiler finds one that is missing. */
export const methods: Readonly<Record<ClientMethod, Method>> = {
  deploy: {
    platform: "the official CLI, `fal deploy`, which packs the code",
    tests: [
      unit("deploy", "options become those of the CLI; a value cannot become an option"),
      unit(
        "deploy",
        "only this client's account, hosts and environment reach the CLI, whatever the caller's variables say",
      ),
      contract(
        "deploy",
        "makes revisions in this client's account and environment, with the scaling that is asked for",
      ),
    ],
  },
  "apps.list": {
    platform: grpc("ListAliases"),
    alpha: `main: ${rest("GET /serverless/apps")}, completed by ${grpc("ListAliases")}; else gRPC alone`,
    tests: [
      unit("apps", "filter keeps names that contain it; get takes the exact name only"),
      unit("alpha", "the document's values win, and gRPC completes them"),
    ],
  },
  "apps.get": {
    platform: grpc("ListAliases"),
    alpha: `as \`apps.list\`; ${rest("GET /serverless/apps/{app_id}")} where only gRPC lists the app`,
    tests: [
      unit("apps", "filter keeps names that contain it; get takes the exact name only"),
      unit("alpha", "an app of which only gRPC knows is asked for by its id, the slash escaped"),
    ],
  },
  "apps.scale": {
    platform: grpc("UpdateApplication"),
    tests: [
      unit("apps", "sends the alias and the environment, and only the values given; 0 is a value"),
      unit("apps", "in main the alias is the plain name"),
    ],
  },
  "apps.rollout": {
    platform: grpc("RolloutApplication"),
    tests: [unit("apps", "rollout says whether runners are killed at once")],
  },
  "apps.runners": {
    platform: grpc("ListAliasRunners"),
    tests: [unit("runners", "runners of an app are asked for by alias, time and environment, and filtered by state")],
  },
  "apps.setAlias": {
    platform: grpc("SetAlias"),
    source: fal183,
    tests: [unit("apps", "setAlias sends auth mode and strategy only where they are given")],
  },
  "apps.delete": {
    platform: grpc("DeleteAlias"),
    source: fal183,
    tests: [
      unit("apps", "deleting an app that is gone is success; one that is still listed is not, nor is another failure"),
    ],
  },
  "apps.revisions": {
    platform: grpc("ListApplications"),
    source: fal183,
    tests: [unit("apps", "revisions are read with their time")],
  },
  "apps.events": {
    platform: rest("GET /serverless/apps/{owner}/{name}/events"),
    alpha: "an error: there is none",
    source: platformApi,
    tests: [
      unit("events", "an event comes with all that fal tells of it, and unknown categories are kept"),
      unit("alpha", "events are refused with the way out, and nothing is sent"),
    ],
  },
  "runners.list": {
    platform: grpc("ListRunners"),
    tests: [
      unit("runners", "list returns what fal tells, states as words, and keeps states that this version does not know"),
    ],
  },
  "runners.stop": {
    platform: grpc("StopRunner"),
    tests: [
      unit("runners", "stop and kill name the runner; one that is not there is an error"),
      unit("runners", "a stop that starts a replacement first is not repeated once fal may have received it"),
    ],
  },
  "runners.kill": {
    platform: grpc("KillRunner"),
    tests: [unit("runners", "stop and kill name the runner; one that is not there is an error")],
  },
  "keys.create": {
    platform: `API scope: ${rest("POST /keys")}; else ${grpc("CreateUserKey")}`,
    tests: [
      unit("keys", "%j is an API key, made over REST"),
      unit("keys", "%j is made over gRPC, with exactly one kind of rights"),
      unit("alpha", "keys, environments and runners go the same ways as on surface platform"),
    ],
  },
  "keys.list": {
    platform: grpc("ListUserKeys"),
    tests: [unit("keys", "list keeps keys whose rights are no scope, without a scope")],
  },
  "keys.get": {
    platform: grpc("ListUserKeys"),
    source: "a list's one entry",
    tests: [unit("keys", "get finds one in the account's list")],
  },
  "keys.revoke": {
    platform: `${grpc("RevokeUserKey")}, confirmed by ${grpc("ListUserKeys")}`,
    tests: [unit("keys", "is confirmed by a list that is asked for anew")],
  },
  "secrets.set": {
    platform: grpc("SetSecret"),
    alpha: `main, without \`defaultExposed\`: ${rest("POST /serverless/secrets")}; else gRPC`,
    tests: [
      unit("secrets", "set sends the name, the value and the environment, and the two halves of the key as metadata"),
      unit("alpha", "are set in main with name and value"),
      endsTheSame,
    ],
  },
  "secrets.list": {
    platform: grpc("ListSecrets"),
    alpha: `main: ${rest("GET /serverless/secrets")}, completed by ${grpc("ListSecrets")}; else gRPC alone`,
    tests: [
      unit("secrets", "list returns what fal tells, and no property for what it does not"),
      unit("alpha", "are listed in main as the document says, with the exposure that gRPC knows"),
    ],
  },
  "secrets.get": {
    platform: grpc("ListSecrets"),
    alpha: "as `secrets.list`",
    source: "a list's one entry",
    tests: [unit("secrets", "get finds one in the environment's list, by its exact name")],
  },
  "secrets.unset": {
    platform: `${grpc("SetSecret")} without a value`,
    tests: [
      unit("secrets", "is a set without a value, and an absent secret is success"),
      unit("alpha", "with an exposure, in another environment, and to delete them, gRPC is asked"),
    ],
  },
  "environments.create": {
    platform: grpc("CreateEnvironment"),
    tests: [unit("environments", "sends the description only where it is given")],
  },
  "environments.list": {
    platform: grpc("ListEnvironments"),
    tests: [unit("environments", "list returns what fal tells")],
  },
  "environments.get": {
    platform: grpc("ListEnvironments"),
    source: "a list's one entry",
    tests: [unit("environments", "get finds one in the account's list")],
  },
  "environments.delete": {
    platform: grpc("DeleteEnvironment"),
    tests: [unit("environments", "an environment that is gone is success, whatever code fal has for it")],
  },
  "compute.list": {
    platform: rest("GET /compute/instances"),
    alpha: `${rest("GET /compute/instances")}, a bare array`,
    tests: [unit("compute", "collects all pages"), unit("alpha", "a list is a bare array")],
  },
  "compute.get": {
    platform: rest("GET /compute/instances/{id}"),
    alpha: rest("GET /compute/instance/{instance_id}"),
    tests: [
      unit("compute", "one machine is read, ordered and ended under its documented addresses"),
      unit("alpha", "one machine is read, ordered and ended in the singular"),
    ],
  },
  "compute.create": {
    platform: `${rest("POST /compute/instances")} with an Idempotency-Key`,
    alpha: `${rest("POST /compute/instance")}, never repeated once received`,
    tests: [
      unit("compute", "one machine is read, ordered and ended under its documented addresses"),
      unit("alpha", "one machine is read, ordered and ended in the singular"),
      unit("alpha", "an order carries no Idempotency-Key, and is not repeated once fal may have received it"),
      e2e("an order is sent once, and the machine that it made is named for adoption"),
    ],
  },
  "compute.delete": {
    platform: rest("DELETE /compute/instances/{id}"),
    alpha: rest("DELETE /compute/instance/{instance_id}"),
    tests: [
      unit("compute", "one machine is read, ordered and ended under its documented addresses"),
      unit("alpha", "one machine is read, ordered and ended in the singular"),
    ],
  },
  "files.list": {
    platform: rest("GET /serverless/files/list/{dir}"),
    alpha: rest("GET /serverless/files?path="),
    tests: [
      unit("files", "folder %s is asked for as %s"),
      unit("alpha", "a folder is asked for by path, and what lies deeper is shown as its folder"),
    ],
  },
};

export interface Operation {
  /** Under the names that the document gives it. */
  readonly names: readonly string[];
  readonly method: ClientMethod;
}

export interface Source {
  readonly title: string;
  readonly about: string;
  readonly operations: readonly Operation[];
  /** What the document has and this client has not, with the reason. */
  readonly left: readonly { readonly what: string; readonly why: string }[];
}

const op = (method: ClientMethod, ...names: string[]): Operation => ({ names, method });

const needsPython =
  "runs inside a Python process and sends Python code: nothing that can be managed from outside of one";

export const sources: readonly Source[] = [
  {
    title: "fal Serverless Platform API (OpenAPI)",
    about: "REST at `rest.alpha.fal.ai`.",
    operations: [
      op("apps.list", "listApps: GET /serverless/apps"),
      op("apps.get", "getApp: GET /serverless/apps/{app_id}"),
      op("secrets.list", "listSecrets: GET /serverless/secrets"),
      op("secrets.set", "setSecret: POST /serverless/secrets"),
      op("files.list", "listFiles: GET /serverless/files"),
    ],
    left: [],
  },
  {
    title: "Compute API",
    about: "REST at `rest.alpha.fal.ai`.",
    operations: [
      op("compute.list", "List All Instances: GET /compute/instances"),
      op("compute.get", "Get Instance Details: GET /compute/instance/{instance_id}"),
      op("compute.create", "Create Instance: POST /compute/instance"),
      op("compute.delete", "Delete Instance: DELETE /compute/instance/{instance_id}"),
    ],
    left: [],
  },
  {
    title: "fal.api (Python SDK)",
    about:
      "Both pages: the namespaces of `SyncServerlessClient`, and the module functions behind them. Its `host`, `api_key` and `profile` are `grpcUrl`, `apiKey` and `FAL_PROFILE` here.",
    operations: [
      op("deploy", "SyncServerlessClient.deploy", "deploy.deploy"),
      op("apps.list", "AppsNamespace.list"),
      op("apps.rollout", "AppsNamespace.rollout", "apps.rollout_app"),
      op("apps.runners", "AppsNamespace.runners", "apps.apps_runners"),
      op("apps.scale", "AppsNamespace.scale", "apps.scale_app"),
      op("runners.list", "RunnersNamespace.list", "runners.list_runners"),
      op("runners.stop", "RunnersNamespace.stop", "runners.stop_runner"),
      op("runners.kill", "RunnersNamespace.kill", "runners.kill_runner"),
      op("keys.create", "KeysNamespace.create", "keys.create_key"),
      op("keys.list", "KeysNamespace.list", "keys.list_keys"),
      op("keys.revoke", "KeysNamespace.revoke", "keys.revoke_key"),
      op("secrets.set", "SecretsNamespace.set", "secrets.set_secret"),
      op("secrets.list", "SecretsNamespace.list", "secrets.list_secrets"),
      op("secrets.unset", "SecretsNamespace.unset", "secrets.unset_secret"),
      op("environments.create", "environments.create_environment"),
      op("environments.list", "environments.list_environments"),
      op("environments.delete", "environments.delete_environment"),
    ],
    left: [
      {
        what: "`urls`, `log_url`, `auth_mode` of `DeploymentResult`",
        why: "the CLI of fal 1.83 does not print them; one that does is read. `apps.get` tells the auth mode",
      },
      { what: "`User`", why: "what a deploy knows of the account; `FalClient.account` tells its nickname" },
      {
        what: "`FalServerlessHost.register`, `.run`, `.spawn`",
        why: `${needsPython}; \`register\` is what a deploy does`,
      },
      {
        what: "`Host`, `LocalHost`, `function`, `cached`, `IsolatedFunction`, `ServedIsolatedFunction`, `Options`, `SpawnInfo`, `find_missing_dependencies`, `merge_basic_config`",
        why: needsPython,
      },
      {
        what: "`BaseServable`, `ServeWrapper`, `RouteSignature`, `FalFastAPI`, `FalServer`",
        why: "serves requests inside of a runner",
      },
      {
        what: "`FalServerlessError`, `InternalFalServerlessError`, `FalSerializationError`, `FalMissingDependencyError`, `UserFunctionException`",
        why: "Python exceptions; errors here are `FalError` and its subclasses",
      },
      {
        what: "`team` of `SyncServerlessClient`",
        why: "chooses an account for a user's login; a key belongs to one account, and only keys are used here",
      },
    ],
  },
  {
    title: "Web Endpoints",
    about: "The CLI before `fal`: `fal-serverless`.",
    operations: [
      op("deploy", "function serve, which registers code"),
      op("apps.setAlias", "function serve --alias, --auth, for a revision that exists"),
    ],
    left: [
      { what: "`fal-serverless function logs`", why: "logs of requests are no part of what this client manages" },
      {
        what: "calling a served function; `exposed_port` and `serve` of `@isolated`",
        why: "use of an app, and code inside of one",
      },
    ],
  },
];
