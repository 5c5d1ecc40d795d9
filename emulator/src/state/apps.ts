import { type Account, aliasOf, mainEnvironment } from "./account";
import type { Environments } from "./environments";
import { noteScaling } from "./recordings";
import type { Runners } from "./runners";
import {
  aliasScalingNames,
  codeScalingNames,
  givenScaling,
  initialScaling,
  pickScaling,
  type Scaling,
  type ScalingChange,
  scalingNames,
} from "./scaling";
import type { App, AppEvent, Deployment, Revision } from "./schema";
import { failedPrecondition, invalid, notFound } from "./violations";

/** The alias in a request (with the `--<environment>` suffix outside main), and its environment. */
export interface AppRef {
  alias: string;
  environment: string;
}

export class Apps {
  readonly #account: Account;
  readonly #environments: Environments;
  readonly #runners: Runners;

  constructor(account: Account, environments: Environments, runners: Runners) {
    this.#account = account;
    this.#environments = environments;
    this.#runners = runners;
  }

  /** Lists the apps of an environment. Default: of all. */
  list(environment?: string): readonly App[] {
    const { apps } = this.#account.state;
    return environment === undefined ? apps : apps.filter((each) => each.environment === environment);
  }

  /**
   * UNCERTAIN: how fal handles a request whose suffix and environment disagree. Its SDK always sends both, so both must
   * match here.
   */
  find({ alias, environment }: AppRef): App | undefined {
    return this.list(environment).find((each) => aliasOf(each) === alias);
  }

  require(ref: AppRef): App {
    const app = this.find(ref);
    if (!app) throw notFound(`Application "${ref.alias}" not found in ${ref.environment}`);
    return app;
  }

  /** Changes values; undefined ones do not change. */
  scale(ref: AppRef, change: ScalingChange): App {
    const app = this.require(ref);
    for (const name of scalingNames) {
      const value = change[name];
      // UNCERTAIN: fal documents no bounds. Rejecting negative values is an assumption.
      if (typeof value === "number" && value < 0) throw invalid(`${name} must not be negative`);
    }
    const before = pickScaling(app, scalingNames);
    for (const name of scalingNames) {
      const value = change[name];
      if (value === undefined) continue;
      Object.assign(app, { [name]: withinLimit(value, this.#account.state.limits?.[name]) });
    }
    this.#noteConfigChange(app, { old_config: before, new_config: pickScaling(app, scalingNames) });
    return app;
  }

  /**
   * Points an alias at an existing revision, and creates the alias if it is missing. The alias keeps its own scaling values.
   * The values that code sets come from the revision, if the state contains them.
   */
  setAlias(
    ref: AppRef,
    revisionId: string,
    options: { authMode?: App["auth_mode"] | undefined; strategy?: "recreate" | "rolling" | undefined },
  ): App {
    const { environment } = ref;
    this.#environments.require(environment);
    // UNCERTAIN: whether fal allows a revision of another app or environment. It is allowed here.
    const revision = this.#revisionsOf(this.list()).find((each) => each.id === revisionId);
    if (!revision) throw notFound(`Revision "${revisionId}" not found`);

    const present = this.find(ref);
    const app = present ?? this.#newApp(baseName(ref.alias, environment), environment, revision);
    const before = this.#makeCurrent(app, revision);
    this.#setAuthMode(app, options.authMode);
    if (before !== app.revision) this.#noteDeployment(app, before);
    // Without a strategy, fal keeps the runners.
    if (options.strategy !== undefined) this.#runners.rollout(app, { force: options.strategy === "recreate" });
    this.#touch(app);
    return app;
  }

  /** Returns the revision that was current. */
  delete(ref: AppRef): string {
    const app = this.require(ref);
    this.#runners.endAll(app);
    const { state } = this.#account;
    state.apps = state.apps.filter((each) => each !== app);
    state.events = state.events.filter((each) => each.app !== app.name || each.environment !== app.environment);
    this.#account.changed();
    return app.revision;
  }

  rollout(ref: AppRef, force: boolean): void {
    this.#runners.rollout(this.require(ref), { force });
  }

  /** The revisions of an app or an environment, newest first, each with its app. Of the same time, the last is the newest. */
  revisions(of: AppRef | { environment: string }): { app: App; revision: Revision }[] {
    const apps = "alias" in of ? [this.require(of)] : this.list(of.environment);
    return apps
      .flatMap((app) => app.revisions.map((revision) => ({ app, revision })).toReversed())
      .sort((a, b) => Date.parse(b.revision.created_at) - Date.parse(a.revision.created_at));
  }

  deleteRevision(revisionId: string): void {
    const apps = this.list().filter((app) => app.revisions.some((each) => each.id === revisionId));
    // UNCERTAIN: the statuses. Documented is only that the active revision cannot be deleted.
    if (apps.length === 0) throw notFound(`Revision "${revisionId}" not found`);
    const user = apps.find((app) => app.revision === revisionId);
    if (user) throw failedPrecondition(`Revision "${revisionId}" is the active revision of "${aliasOf(user)}"`);
    for (const app of apps) app.revisions = app.revisions.filter((each) => each.id !== revisionId);
    this.#account.changed();
  }

  events(app: App): readonly AppEvent[] {
    return this.#account.state.events.filter((each) => each.app === app.name && each.environment === app.environment);
  }

  /**
   * Makes a new revision current, like `fal deploy`. Values that code sets are reset to those of the deployment, or to fal's
   * defaults. Values of the alias are kept, unless `reset_scale` is set.
   */
  deploy(deployment: Deployment): App {
    const { name, environment } = deployment;
    this.#environments.require(environment);
    const values = { ...initialScaling(), ...givenScaling(deployment) };
    const revision = this.#newRevision(deployment, pickScaling(values, codeScalingNames));
    const present = this.list(environment).find((each) => each.name === name);
    const app = present ?? this.#newApp(name, environment, revision);
    const before = this.#makeCurrent(app, revision);
    if (!present || deployment.reset_scale) Object.assign(app, pickScaling(values, aliasScalingNames));
    // UNCERTAIN: whether a deploy without an auth mode resets it to private. Here it does not.
    this.#setAuthMode(app, deployment.auth_mode, deployment.deployed_by);
    this.#noteDeployment(app, before, deployment.deployed_by);
    this.#runners.rollout(app, { force: deployment.strategy === "recreate" });
    this.#touch(app);
    return app;
  }

  #newRevision(deployment: Deployment, code: Partial<Revision>): Revision {
    const { name, revision: id = this.#account.newId(`${name}-`), message, annotations, deployed_by } = deployment;
    if (this.#revisionsOf(this.list()).some((each) => each.id === id)) {
      throw invalid(`revision: "${id}" exists already`);
    }
    return {
      id,
      created_at: this.#account.now(),
      ...code,
      ...(message !== undefined && { message }),
      ...(annotations && { annotations }),
      ...(deployed_by !== undefined && { deployed_by }),
    };
  }

  /** Points an app at a revision and applies the values that its code sets. Returns the revision before. */
  #makeCurrent(app: App, revision: Revision): string {
    const before = app.revision;
    if (!app.revisions.some((each) => each.id === revision.id)) app.revisions.push({ ...revision });
    app.revision = revision.id;
    Object.assign(app, givenScaling(revision));
    return before;
  }

  #newApp(name: string, environment: string, revision: Revision): App {
    const app: App = {
      name,
      environment,
      owner: this.#account.state.owner,
      revision: revision.id,
      auth_mode: "private",
      ...initialScaling(),
      revisions: [revision],
      updated_at: this.#account.now(),
    };
    this.#account.state.apps.push(app);
    return app;
  }

  #setAuthMode(app: App, authMode: App["auth_mode"] | undefined, actor?: string): void {
    if (authMode === undefined || authMode === app.auth_mode) return;
    const old_app_auth_mode = app.auth_mode;
    app.auth_mode = authMode;
    this.#account.recordEvent(app, "config_changed", { old_app_auth_mode, new_app_auth_mode: authMode }, actor);
  }

  #noteConfigChange(app: App, configs: { old_config: Scaling; new_config: Scaling }): void {
    const { old_config, new_config } = configs;
    if (JSON.stringify(old_config) !== JSON.stringify(new_config)) {
      this.#account.recordEvent(app, "config_changed", { old_config, new_config });
    }
    this.#touch(app);
  }

  // UNCERTAIN: which deployment events fal emits, and when. Deploys take no time here, so only the end is emitted.
  #noteDeployment(app: App, oldRevision: string, actor?: string): void {
    const payload = {
      new_application_id: app.revision,
      ...(oldRevision !== app.revision && { old_application_id: oldRevision }),
    };
    this.#account.recordEvent(app, "deployment_ended", payload, actor);
  }

  #touch(app: App): void {
    noteScaling(this.#account, app);
    app.updated_at = this.#account.now();
    this.#account.changed();
  }

  #revisionsOf(apps: readonly App[]): Revision[] {
    return apps.flatMap((app) => app.revisions);
  }
}

export function baseName(alias: string, environment: string): string {
  const suffix = environment === mainEnvironment ? "" : `--${environment}`;
  const name = alias.slice(0, alias.length - suffix.length);
  if (!alias.endsWith(suffix) || name === "") {
    throw invalid(`alias "${alias}" must end in "${suffix}" in environment ${environment}`);
  }
  return name;
}

/** UNCERTAIN: whether fal limits values above the account's limits or rejects them. Without limits, everything is allowed. */
function withinLimit(value: Scaling[keyof Scaling], limit: number | string[] | undefined): Scaling[keyof Scaling] {
  if (typeof value === "number" && typeof limit === "number") return Math.min(value, limit);
  if (Array.isArray(value) && Array.isArray(limit)) return value.filter((each) => limit.includes(each));
  return value;
}
