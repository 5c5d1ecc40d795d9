import { randomUUID } from "node:crypto";
import { type Account, mainEnvironment } from "./account";
import { noteScaling } from "./recordings";
import { initialScaling, pickScaling, scalingNames } from "./scaling";
import type { App, AppEvent, Environment, Instance, Key, Revision, Runner, Secret, Seed, StoredFile } from "./schema";

/** Merges by identity: a seed entry overwrites fields of the entry with the same identity, or creates a new one. */
export function mergeSeed(account: Account, seed: Seed): void {
  const { state } = account;
  const complete = completions(account);
  if (seed.owner !== undefined) state.owner = seed.owner;
  if (seed.locked !== undefined) state.locked = seed.locked;
  if (seed.credits !== undefined) state.credits = { ...seed.credits };
  if (seed.limits !== undefined) state.limits = seed.limits;
  if (seed.users !== undefined) state.users = seed.users;
  if (seed.prices !== undefined) state.prices = seed.prices;
  if (seed.other_usage !== undefined) state.other_usage = seed.other_usage.map(startedBefore(account));
  if (seed.passed_seconds !== undefined) state.passed_seconds = seed.passed_seconds;
  const { expiration_duration_seconds: expiry, initial_acl: acl } = seed.storage_settings ?? {};
  if (expiry !== undefined) state.storage_settings.expiration_duration_seconds = expiry;
  if (acl !== undefined) state.storage_settings.initial_acl = acl;
  mergeList(state.keys, seed.keys, sameBy("key_id"), complete.key);
  mergeList(state.environments, seed.environments, sameBy("name"), complete.environment);
  // A seed may use environments that it does not list.
  for (const { environment } of [...(seed.apps ?? []), ...(seed.secrets ?? [])]) {
    if (environment !== undefined) {
      mergeList(state.environments, [{ name: environment }], sameBy("name"), complete.environment);
    }
  }
  mergeList(state.apps, seed.apps?.map(complete.parts), sameInEnvironment, complete.app);
  for (const app of state.apps) {
    completeCurrentRevision(app);
    noteScaling(account, app);
  }
  mergeList(state.secrets, seed.secrets, sameInEnvironment, complete.secret);
  mergeInstances(account, seed.instances, complete.instance);
  mergeList(state.runners, seed.runners, sameBy("runner_id"), complete.runner);
  mergeList(state.terminated_runners, seed.terminated_runners, sameBy("runner_id"), complete.terminatedRunner);
  mergeList(state.files, seed.files, sameBy("path"), complete.file);
  mergeList(state.events, seed.events, (event, patch) => event.event_id === patch.event_id, complete.event);
  account.changed();
}

type Patch<T, Identity extends keyof T> = Partial<T> & Pick<T, Identity>;

/** Completes new entries with defaults. */
function completions(account: Account) {
  const { state } = account;

  const runner = (patch: Patch<Runner, "runner_id" | "app">): Runner => {
    const app = state.apps.find((each) => sameInEnvironment(each, { ...patch, name: patch.app }));
    return {
      environment: mainEnvironment,
      state: "RUNNING",
      machine_type: app?.machine_types[0] ?? "XS",
      revision: app?.revision ?? "",
      in_flight_requests: 0,
      replacement: "NO_REPLACE",
      started_at: account.now(),
      ...patch,
    };
  };
  const revision = (patch: Patch<Revision, "id">): Revision => ({
    created_at: account.now(),
    ...patch,
  });

  return {
    key: (patch: Patch<Key, "key_id">): Key => ({
      key_secret: account.newId("sk_"),
      alias: "",
      scope: "API",
      created_at: account.now(),
      ...patch,
    }),
    environment: (patch: Patch<Environment, "name">): Environment => ({
      description: null,
      is_default: false,
      created_at: account.now(),
      ...patch,
    }),
    /** Completes the lists and objects in an app. */
    parts: (app: NonNullable<Seed["apps"]>[number]) => {
      const present = state.apps.find((each) => sameInEnvironment(each, app));
      const scaling = pickScaling({ ...initialScaling(), ...present, ...defined(app) }, scalingNames);
      return {
        ...app,
        revisions: app.revisions?.map((each) => revision(defined(each))),
        traffic: app.traffic && startedBefore(account)(app.traffic),
        scaling_history: app.scaling_history?.map((each) => ({ ...scaling, ...defined(each) })),
      };
    },
    app: (patch: Patch<App, "name">): App => {
      const { revisions = [] } = patch;
      return {
        environment: mainEnvironment,
        owner: state.owner,
        // The last revision is current, as after deploys.
        revision: revisions.at(-1)?.id ?? account.newId(`${patch.name}-`),
        auth_mode: "private",
        ...initialScaling(),
        updated_at: account.now(),
        ...patch,
        revisions,
      };
    },
    secret: (patch: Patch<Secret, "name">): Secret => ({
      environment: mainEnvironment,
      value: "",
      created_at: account.now(),
      default_exposed: null,
      ...patch,
    }),
    instance: (patch: Patch<Instance, "id">): Instance => ({
      instance_type: "gpu_1x_h100_sxm5",
      sector: null,
      region: "us-west",
      ip: null,
      status: "ready",
      ssh_key: "",
      created_at: account.now(),
      ...patch,
    }),
    runner,
    terminatedRunner: (patch: Patch<Runner, "runner_id" | "app">): Runner => ({
      ...runner({ state: "TERMINATED", ...patch }),
      ended_at: patch.ended_at ?? account.now(),
    }),
    file: (patch: Patch<StoredFile, "path">): StoredFile => ({
      size: 0,
      modified_at: account.now(),
      ...patch,
    }),
    event: (patch: Patch<AppEvent, "app" | "category">): AppEvent => ({
      event_id: randomUUID(),
      environment: mainEnvironment,
      created_at: account.now(),
      payload: {},
      ...patch,
    }),
  };
}

const defaultPast = 30 * 24 * 60 * 60 * 1000;

/** Adds the start of what has none, so that a new emulator has a past. */
function startedBefore(account: Account) {
  return <T extends { started_at?: string | undefined }>(patch: T): T => ({
    ...patch,
    started_at: patch.started_at ?? new Date(account.clock() - defaultPast).toISOString(),
  });
}

/** Adds the current revision of an app to its revisions if it is missing. */
function completeCurrentRevision(app: App): void {
  if (app.revisions.some((each) => each.id === app.revision)) return;
  app.revisions.push({ id: app.revision, created_at: app.updated_at });
}

function mergeInstances(
  account: Account,
  patches: Seed["instances"],
  complete: (patch: Patch<Instance, "id">) => Instance,
): void {
  const { instances } = account.state;
  mergeList(instances, patches, sameBy("id"), complete);
  for (const patch of patches ?? []) {
    const instance = instances.find((each) => each.id === patch.id);
    if (!instance) continue;
    // A status in a seed cancels provisioning, which would replace it.
    if (patch.status !== undefined && patch.ready_at === undefined) delete instance.ready_at;
    if (instance.status === "ready" && instance.ip === null && patch.ip === undefined) {
      instance.ip = account.freeAddress();
    }
  }
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Removes undefined properties, which would overwrite others when spread. */
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
  return entry.name === patch.name && entry.environment === (patch.environment ?? mainEnvironment);
}

function mergeList<T extends object, P extends object>(
  list: T[],
  patches: P[] | undefined,
  same: (entry: T, patch: P) => boolean,
  complete: (patch: Defined<P>) => T,
): void {
  for (const patch of patches ?? []) {
    const given = defined(patch);
    const present = list.find((entry) => same(entry, patch));
    if (present) Object.assign(present, given);
    else list.push(complete(given));
  }
}
