import { type folders, kindIn } from "../../../../src/resources/registry";
import { SSH_KEY } from "../../../support/constants";
import type { Declared, StateResource } from "../stack";
import type { WorldState } from "../world";

export type Step = "create" | "read" | "update" | "delete";
export const steps = ["create", "read", "update", "delete"] as const satisfies Step[];

/** A request as the emulator's faults and its list of requests name it. */
export interface Request {
  readonly transport: "rest" | "grpc";
  readonly method?: string;
  /** A regular expression. */
  readonly path?: string;
  readonly rpc?: string;
}

/** An object at fal: who it is, and the value by which its versions are told apart. */
export interface Seen {
  readonly id: string;
  readonly value: string;
}

/** A resource that goes through its life while requests of it fail. */
export interface Subject extends Case {
  /** The table that it belongs to. */
  readonly kind: string;
}

interface Case {
  readonly name: string;
  readonly args: (version: 1 | 2) => Record<string, unknown>;
  /** The request of each operation that faults are laid on; none where the operation sends nothing that it could lose. */
  readonly requests: Partial<Record<Step, Request>>;
  /** Its creation is repeated as long as its time allows, here so long: the number of requests depends on chance. */
  readonly patience?: string;
  /** What it makes at fal is never asked for twice by one command. */
  readonly once?: boolean;
  /** What fal holds of it. */
  readonly seen: (world: WorldState) => Seen[];
  /** The values that fal holds: at the start, with each version of the program, after the end. */
  readonly values: { readonly start: string[]; readonly 1: string[]; readonly 2: string[]; readonly end: string[] };
  /** The ids of objects at fal that its entry in the state knows; left out: the entry's own. */
  readonly recorded?: (entry: StateResource) => string[];
  /**
   * fal tells only in its answer which object it made: where that is lost, the state cannot have it, and the message
   * has to say how to find it.
   */
  readonly anonymous?: {
    readonly says: RegExp;
    /** The message holds the object's id. The alias of a key is not public, so no message holds it. */
    readonly tells?: "id";
    /** The user has to revoke it; left out, the same command finds it again. */
    readonly revoke?: boolean;
  };
}

const grpc = (rpc: string): Request => ({ transport: "grpc", rpc });
const rest = (method: string, path: string): Request => ({ transport: "rest", method, path });

const word = (version: 1 | 2) => (version === 1 ? "canary-one" : "canary-two");

const inMain = (world: WorldState, name: string, value: (app: Record<string, unknown>) => unknown): Seen[] =>
  world.apps
    .filter((app) => app.name === name && app.environment === "main")
    .map((app) => ({ id: `main/${name}`, value: String(value(app)) }));

const key = (name: string, preset: string, create: Request): Case => ({
  name,
  args: (version) => ({ alias: name, preset, rotation: { trigger: word(version) } }),
  requests: { create, read: grpc("ListUserKeys"), update: create, delete: grpc("RevokeUserKey") },
  once: true,
  seen: (world) => world.keys.filter(({ alias }) => alias === name).map(({ key_id }) => ({ id: key_id, value: "key" })),
  // The key that a rotation replaces stays valid for a day.
  values: { start: [], 1: ["key"], 2: ["key", "key"], end: [] },
  recorded: ({ outputs }) => {
    const previous = outputs["previousKeys"] as { keyId: string }[];
    return [String(outputs["keyId"]), ...previous.map(({ keyId }) => keyId)];
  },
  anonymous: { says: /find the key with keys\.list and revoke it/, revoke: true },
});

/** By the folders of the registry: a kind without a subject does not compile. */
const byFolder: Record<(typeof folders)[number], readonly [Case, ...Case[]]> = {
  app: [
    {
      name: "app",
      args: (version) => ({ name: "image-gen", revision: `rev-${version}`, onDelete: "delete" }),
      requests: {
        create: grpc("SetAlias"),
        read: grpc("ListAliases"),
        update: grpc("SetAlias"),
        delete: grpc("DeleteAlias"),
      },
      seen: (world) => inMain(world, "image-gen", ({ revision }) => revision),
      values: { start: ["rev-0"], 1: ["rev-1"], 2: ["rev-2"], end: [] },
    },
    {
      name: "rolled",
      args: (version) => ({ name: "rolled", rolloutOn: [word(version)] }),
      requests: { read: grpc("ListAliases"), update: grpc("RolloutApplication") },
      seen: (world) => {
        const [runner] = world.runners.filter(({ app }) => app === "rolled");
        return inMain(world, "rolled", () => (runner?.["runner_id"] === "first" ? "old runner" : "new runner"));
      },
      values: { start: ["old runner"], 1: ["old runner"], 2: ["new runner"], end: ["new runner"] },
    },
  ],
  "app-scale": [
    {
      name: "scale",
      args: (version) => ({ app: "scaled", keepAlive: version * 100, onDelete: "restore" }),
      requests: {
        create: grpc("UpdateApplication"),
        read: grpc("ListAliases"),
        update: grpc("UpdateApplication"),
        delete: grpc("UpdateApplication"),
      },
      seen: (world) => inMain(world, "scaled", ({ keep_alive }) => keep_alive),
      values: { start: ["60"], 1: ["100"], 2: ["200"], end: ["60"] },
    },
  ],
  secret: [
    {
      name: "secret",
      args: (version) => ({ name: "TOKEN", value: word(version) }),
      requests: {
        create: grpc("SetSecret"),
        read: grpc("ListSecrets"),
        update: grpc("SetSecret"),
        delete: grpc("SetSecret"),
      },
      seen: (world) => world.secrets.map(({ name, environment, value }) => ({ id: `${environment}/${name}`, value })),
      values: { start: [], 1: ["canary-one"], 2: ["canary-two"], end: [] },
    },
  ],
  "api-key": [key("ci", "DEPLOY", grpc("CreateUserKey")), key("ci-api", "API", rest("POST", "^/v1/keys$"))],
  "compute-instance": [
    {
      name: "machine",
      args: () => ({ instanceType: "gpu_1x_h100_sxm5", sshKey: SSH_KEY, waitForReady: false }),
      patience: "10s",
      requests: {
        create: rest("POST", "^/v1/compute/instances$"),
        read: rest("GET", "^/v1/compute/instances"),
        delete: rest("DELETE", "^/v1/compute/instances/"),
      },
      seen: (world) => world.instances.map(({ id }) => ({ id, value: "machine" })),
      values: { start: [], 1: ["machine"], 2: ["machine"], end: [] },
      anonymous: { says: /New since the request: \w+.* repeats this request, which fal recognizes/, tells: "id" },
    },
  ],
  environment: [
    {
      name: "environment",
      args: () => ({ name: "staging" }),
      requests: {
        create: grpc("CreateEnvironment"),
        read: grpc("ListEnvironments"),
        delete: grpc("DeleteEnvironment"),
      },
      seen: (world) =>
        world.environments
          .filter(({ name }) => name !== "main")
          .map(({ name }) => ({ id: name, value: "environment" })),
      values: { start: [], 1: ["environment"], 2: ["environment"], end: [] },
    },
  ],
  "storage-settings": [
    {
      name: "files",
      args: (version) => ({ expirationDurationSeconds: version * 3_600, onDelete: "restore" }),
      requests: {
        create: rest("PUT", "^/v1/storage/settings$"),
        read: rest("GET", "^/v1/storage/settings$"),
        update: rest("PUT", "^/v1/storage/settings$"),
        delete: rest("PUT", "^/v1/storage/settings$"),
      },
      seen: ({ storage_settings: settings }) => [
        { id: "storage", value: String(settings.expiration_duration_seconds ?? "forever") },
      ],
      values: { start: ["forever"], 1: ["3600"], 2: ["7200"], end: ["forever"] },
    },
  ],
};

export const subjects: readonly Subject[] = Object.entries(byFolder).flatMap(([folder, cases]) =>
  cases.map((each) => ({ kind: kindIn(folder), ...each })),
);

/** Requests of one command at most, all subjects together. */
export const mostRequests = 150;

/** What fal holds before the first command: apps are made by deploying them. */
export const seed = {
  apps: [
    {
      name: "image-gen",
      revision: "rev-0",
      revisions: ["rev-0", "rev-1", "rev-2"].map((id) => ({ id, created_at: "2026-01-01T00:00:00Z" })),
    },
    { name: "rolled" },
    { name: "scaled", keep_alive: 60 },
  ],
  runners: [{ runner_id: "first", app: "rolled", state: "RUNNING" }],
};

/** The creation alone may have a limit of its own: what else is repeated counts its attempts, and should come to the last. */
export function declared(
  subject: Subject,
  version: 1 | 2,
  limits: { all?: string | undefined; create?: string | undefined },
): Declared {
  const { all, create = all } = limits;
  return {
    kind: subject.kind,
    name: subject.name,
    args: subject.args(version),
    options: { customTimeouts: { create, update: all, delete: all } },
  };
}
