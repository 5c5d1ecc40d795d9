import { randomUUID } from "node:crypto";
import type { App, AppEvent, Environment, Instance, Key, Revision, Runner, Secret, Seed, State } from "./schema";

export const DEFAULT_ENVIRONMENT = "main";
/** The key everybody who starts the emulator may use; printed in the ready line. */
export const EMULATOR_KEY = { id: "emu", secret: "secret" } as const;

/** fal's server defaults for code that is silent (the deploy check of fal 1.83 lists them). */
export const CODE_DEFAULTS = { max_multiplexing: 1, startup_timeout: 600, machine_types: ["XS"] };
// UNCERTAIN: fal's deploy check says max_concurrency 2, its end-to-end test sees 1 on a fresh alias. Never rely on either.
export const ALIAS_DEFAULTS = {
  keep_alive: 10,
  min_concurrency: 0,
  max_concurrency: 2,
  concurrency_buffer: 0,
  concurrency_buffer_perc: 0,
  scaling_delay: 0,
  request_timeout: 3600,
  request_start_timeout: null,
  valid_regions: [] as string[],
};

/** Milliseconds since the epoch; tests turn it forward. */
export type Clock = () => number;

/**
 * One fal account: the state and what all areas share (time, ids, the word that something changed).
 * The areas (keys, apps, …) hold the rules and are the only ones to change the state; both transports call them.
 */
export class Account {
  state: State;

  constructor(
    readonly owner: string,
    readonly clock: Clock,
    private readonly onChange: () => void,
  ) {
    this.state = this.empty();
  }

  changed(): void {
    this.onChange();
  }

  now(): string {
    return new Date(this.clock()).toISOString();
  }

  newId(prefix = ""): string {
    return `${prefix}${randomUUID().replaceAll("-", "").slice(0, 16)}`;
  }

  recordEvent(app: App, category: AppEvent["category"], payload: AppEvent["payload"]): void {
    this.state.events.push({
      event_id: randomUUID(),
      app: app.name,
      environment: app.environment,
      category,
      created_at: this.now(),
      payload: { ...payload, actor: { nickname: this.state.owner } },
    });
  }

  /** Back to an account that holds only what every account has. */
  reset(): void {
    this.state = this.empty();
    this.changed();
  }

  /** Merges by identity: what a seed entry says overwrites the entry of the same identity, or completes to a new one. */
  merge(seed: Seed): void {
    const { state } = this;
    if (seed.owner !== undefined) state.owner = seed.owner;
    mergeList(state.keys, seed.keys, sameBy("key_id"), (key) => this.completeKey(key));
    mergeList(state.environments, seed.environments, sameBy("name"), (env) => this.completeEnvironment(env));
    for (const entry of [...(seed.apps ?? []), ...(seed.secrets ?? [])]) this.ensureEnvironment(entry.environment);

    for (const { revisions, ...entry } of seed.apps ?? []) {
      const patch = defined({ ...entry, revisions: revisions?.map((each) => this.completeRevision(each)) });
      const present = state.apps.find((app) => sameInEnvironment(app, patch));
      if (present) Object.assign(present, patch);
      else state.apps.push(this.completeApp(patch));
      const app = present ?? (state.apps.at(-1) as App);
      if (!app.revisions.some((each) => each.id === app.revision)) {
        app.revisions.push({ id: app.revision, created_at: app.updated_at });
      }
    }
    mergeList(state.secrets, seed.secrets, sameInEnvironment, (secret) => this.completeSecret(secret));
    mergeList(state.instances, seed.instances, sameBy("id"), (instance) => this.completeInstance(instance));
    mergeList(state.runners, seed.runners, sameBy("runner_id"), (runner) => this.completeRunner(runner));
    mergeList(state.files, seed.files, sameBy("path"), (file) => ({
      size: 0,
      modified_at: this.now(),
      ...defined(file),
      path: file.path,
    }));
    mergeList(state.terminated_runners, seed.terminated_runners, sameBy("runner_id"), (runner) => ({
      ...this.completeRunner({ state: "TERMINATED", ...runner }),
      ended_at: runner.ended_at ?? this.now(),
    }));
    mergeList(
      state.events,
      seed.events,
      (event, patch) => event.event_id === patch.event_id,
      (event) => ({
        event_id: randomUUID(),
        environment: DEFAULT_ENVIRONMENT,
        created_at: this.now(),
        payload: {},
        ...defined(event),
        app: event.app,
        category: event.category,
      }),
    );
    this.changed();
  }

  private empty(): State {
    const created_at = this.now();
    return {
      owner: this.owner,
      keys: [
        { key_id: EMULATOR_KEY.id, key_secret: EMULATOR_KEY.secret, alias: "fal-emulator", scope: "ADMIN", created_at },
      ],
      environments: [{ name: DEFAULT_ENVIRONMENT, description: null, is_default: true, created_at }],
      apps: [],
      secrets: [],
      instances: [],
      runners: [],
      files: [],
      terminated_runners: [],
      events: [],
    };
  }

  private ensureEnvironment(name: string | undefined): void {
    if (name === undefined || this.state.environments.some((env) => env.name === name)) return;
    this.state.environments.push(this.completeEnvironment({ name }));
  }

  private completeKey(patch: Patch<Key, "key_id">): Key {
    const defaults = { key_secret: this.newId(), alias: "", scope: "API" as const, created_at: this.now() };
    return { ...defaults, ...defined(patch), key_id: patch.key_id };
  }

  private completeEnvironment(patch: Patch<Environment, "name">): Environment {
    const defaults = { description: null, is_default: false, created_at: this.now() };
    return { ...defaults, ...defined(patch), name: patch.name };
  }

  private completeRevision(patch: Patch<Revision, "id">): Revision {
    return { created_at: this.now(), ...defined(patch), id: patch.id };
  }

  private completeApp(patch: Patch<App, "name">): App {
    const revisions = patch.revisions ?? [];
    const defaults = {
      ...structuredClone({ ...ALIAS_DEFAULTS, ...CODE_DEFAULTS }),
      environment: DEFAULT_ENVIRONMENT,
      owner: this.state.owner,
      // The newest of the given revisions is what a deploy would have left current.
      revision: revisions.at(-1)?.id ?? this.newId(`${patch.name}-`),
      auth_mode: "private" as const,
      updated_at: this.now(),
    };
    return { ...defaults, ...defined(patch), name: patch.name, revisions };
  }

  private completeSecret(patch: Patch<Secret, "name">): Secret {
    const defaults = {
      environment: DEFAULT_ENVIRONMENT,
      value: "",
      created_at: this.now(),
      default_exposed: null,
    };
    return { ...defaults, ...defined(patch), name: patch.name };
  }

  private completeInstance(patch: Patch<Instance, "id">): Instance {
    const defaults = {
      instance_type: "gpu_1x_h100_sxm5" as const,
      sector: null,
      region: "us-west" as const,
      ip: null,
      status: "ready" as const,
      ssh_key: "",
      created_at: this.now(),
    };
    const completed: Instance = { ...defaults, ...defined(patch), id: patch.id };
    if (completed.status === "ready" && patch.ip === undefined) completed.ip = this.freeAddress();
    return completed;
  }

  private completeRunner(patch: Patch<Runner, "runner_id" | "app">): Runner {
    const environment = patch.environment ?? DEFAULT_ENVIRONMENT;
    const app = this.state.apps.find((each) => each.name === patch.app && each.environment === environment);
    const defaults = {
      state: "RUNNING" as const,
      machine_type: app?.machine_types[0] ?? "XS",
      revision: app?.revision ?? "",
      in_flight_requests: 0,
      replacement: "NO_REPLACE" as const,
      started_at: this.now(),
    };
    return { ...defaults, ...defined(patch), environment, runner_id: patch.runner_id, app: patch.app };
  }

  /** An address of TEST-NET-3 that no machine has. */
  freeAddress(): string {
    const taken = new Set(this.state.instances.map((each) => each.ip));
    for (let last = 1; last < 255; last++) {
      const address = `203.0.113.${last}`;
      if (!taken.has(address)) return address;
    }
    return "203.0.113.255";
  }
}

/** The alias by which fal's API knows an app: outside main the environment is part of it. */
export function aliasOf(app: { name: string; environment: string }): string {
  return app.environment === DEFAULT_ENVIRONMENT ? app.name : `${app.name}--${app.environment}`;
}

type Patch<T, Identity extends keyof T> = { [K in keyof T]?: T[K] | undefined } & Pick<T, Identity>;
type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Without the properties whose value is undefined: those would overwrite when spread. */
function defined<T extends object>(patch: T): Defined<T> {
  return Object.fromEntries(Object.entries(patch).filter(([, value]) => value !== undefined)) as Defined<T>;
}

function sameBy<Name extends string>(name: Name) {
  return (entry: Record<Name, string>, patch: Record<Name, string>) => entry[name] === patch[name];
}

function sameInEnvironment(
  entry: { name: string; environment: string },
  patch: { name: string; environment?: string | undefined },
): boolean {
  return entry.name === patch.name && entry.environment === (patch.environment ?? DEFAULT_ENVIRONMENT);
}

function mergeList<T extends object, P extends object>(
  list: T[],
  patches: P[] | undefined,
  same: (entry: T, patch: P) => boolean,
  complete: (patch: P) => T,
): void {
  for (const patch of patches ?? []) {
    const present = list.find((entry) => same(entry, patch));
    if (present) Object.assign(present, defined(patch));
    else list.push(complete(patch));
  }
}
