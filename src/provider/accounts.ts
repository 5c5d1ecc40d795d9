import type { Connection } from "./connection";

/**
 * A wrong account must never look like an empty one: before anything is read, changed or concluded, the credential's
 * account is compared with the one that the object's state names, and with the provider's `owner` setting.
 */
export class Accounts {
  readonly #connection: Connection;
  #current: Promise<string | undefined> | undefined;
  #name: string | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The account's nickname, once known; fal does not tell it to every credential. */
  get current(): string | undefined {
    return this.#name;
  }

  async verify(recorded: string | undefined): Promise<void> {
    const fal = this.#connection.client();
    this.#current ??= fal.account().catch((error: unknown) => {
      this.#current = undefined;
      throw error;
    });
    this.#name = await this.#current;
    const source = fal.settings.credentialSource;
    const { owner } = this.#connection.settings;
    if (this.#name === undefined) {
      if (owner === undefined) return;
      throw new Error(
        `the provider expects the fal account "${owner}" (fal:owner), but fal does not tell which account the credential (from ${source}) belongs to: use a key with ADMIN scope, or remove \`owner\``,
      );
    }
    if (owner !== undefined && owner !== this.#name) {
      throw new Error(
        `the credential (from ${source}) belongs to the fal account "${this.#name}", but the provider expects "${owner}" (fal:owner): use a key of "${owner}"`,
      );
    }
    if (recorded !== undefined && recorded !== this.#name) {
      throw new Error(
        `this resource lives in the fal account "${recorded}", but the credential (from ${source}) belongs to "${this.#name}": ` +
          `nothing was read or changed. Use a key of "${recorded}"; a resource that is to move must be destroyed there first`,
      );
    }
  }

  /** Throws when an object is not found with a credential whose account nobody tells, while the object's is known. */
  mayConcludeGone(recorded: string | undefined): void {
    if (recorded === undefined || this.#name !== undefined) return;
    throw new Error(
      `this resource was not found, but it lives in the fal account "${recorded}", and fal does not tell which account the credential ` +
        `(from ${this.#connection.client().settings.credentialSource}) belongs to: it is not taken for gone. Use a key of "${recorded}" with ADMIN scope, ` +
        "or remove the resource from state with `pulumi state delete`",
    );
  }
}
