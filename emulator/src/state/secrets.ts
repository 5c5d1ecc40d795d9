import type { Account } from "./account";
import type { Environments } from "./environments";
import type { Secret } from "./schema";
import { invalid } from "./violations";

export class Secrets {
  readonly #account: Account;
  readonly #environments: Environments;

  constructor(account: Account, environments: Environments) {
    this.#account = account;
    this.#environments = environments;
  }

  list(environment: string): readonly Secret[] {
    this.#environments.require(environment);
    return this.#account.state.secrets.filter((each) => each.environment === environment);
  }

  /** Creates or replaces a secret. Without `defaultExposed`, the exposure does not change; a new secret gets the account's default. */
  set(environment: string, name: string, value: string, defaultExposed?: boolean): Secret {
    this.#environments.require(environment);
    if (name === "") throw invalid("Secret name is required");
    // UNCERTAIN: whether fal accepts an empty value. Rejecting it finds callers that meant to delete, or lost the value.
    if (value === "") throw invalid("Secret value must not be empty");
    const present = this.list(environment).find((each) => each.name === name);
    const secret: Secret = present ?? {
      name,
      environment,
      value,
      created_at: this.#account.now(),
      default_exposed: null,
    };
    // UNCERTAIN: whether fal updates created_time with a new value. Here it does not.
    secret.value = value;
    if (defaultExposed !== undefined) secret.default_exposed = defaultExposed;
    if (!present) this.#account.state.secrets.push(secret);
    this.#account.changed();
    return secret;
  }

  /** UNCERTAIN: whether deleting a missing secret fails. Here it succeeds. */
  delete(environment: string, name: string): void {
    this.#environments.require(environment);
    const { state } = this.#account;
    state.secrets = state.secrets.filter((each) => each.environment !== environment || each.name !== name);
    this.#account.changed();
  }
}
