import type { Account } from "./account";
import type { Environment } from "./schema";
import { alreadyExists, failedPrecondition, invalid, notFound } from "./violations";

/** UNCERTAIN: the statuses of refusals. fal documents or tests only that it refuses. */
export class Environments {
  readonly #account: Account;

  constructor(account: Account) {
    this.#account = account;
  }

  list(): readonly Environment[] {
    return this.#account.state.environments;
  }

  require(name: string): void {
    if (!this.list().some((each) => each.name === name)) throw notFound(`Environment "${name}" not found`);
  }

  create(name: string, description: string | null): Environment {
    if (name === "") throw invalid("Environment name is required");
    if (this.list().some((each) => each.name === name)) throw alreadyExists(`Environment "${name}" already exists`);
    const environment = { name, description, is_default: false, created_at: this.#account.now() };
    this.#account.state.environments.push(environment);
    this.#account.changed();
    return environment;
  }

  /** Also deletes the apps and secrets of the environment, as fal does. */
  delete(name: string): void {
    const { state } = this.#account;
    const environment = state.environments.find((each) => each.name === name);
    if (!environment) throw notFound(`Environment "${name}" not found`);
    if (environment.is_default) throw failedPrecondition(`Environment "${name}" is the default and cannot be deleted`);
    const elsewhere = (each: { environment: string }) => each.environment !== name;
    state.environments = state.environments.filter((each) => each !== environment);
    state.apps = state.apps.filter(elsewhere);
    state.secrets = state.secrets.filter(elsewhere);
    state.runners = state.runners.filter(elsewhere);
    state.terminated_runners = state.terminated_runners.filter(elsewhere);
    state.events = state.events.filter(elsewhere);
    this.#account.changed();
  }
}
