import type { FalError } from "../client/errors";
import type { Connection } from "./connection";

/**
 * A wrong account must never look like an empty one: before anything is read, changed or concluded, the credential's
 * account is compared with the one that the object's state names, and with the provider's `owner` setting.
 */
export class Accounts {
  readonly #connection: Connection;
  #name: string | undefined;
  #refused: FalError | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The account's nickname, once known; fal does not tell it to every credential. */
  get current(): string | undefined {
    return this.#name;
  }

  /** `recorded` is the account that the object's state names. Throws before `operation` touches anything. */
  async verify(
    recorded: string | undefined,
    operation: "create" | "read" | "update" | "delete",
    signal?: AbortSignal,
  ): Promise<void> {
    const fal = this.#connection.client();
    const { name, refused } = await fal.accountAnswer({ signal });
    this.#name = name;
    this.#refused = refused;
    const source = fal.settings.credentialSource;
    const { owner } = this.#connection.settings;
    if (this.#name === undefined) {
      if (operation === "update" || operation === "delete") this.mustKnow(recorded);
      if (owner === undefined) return;
      throw new Error(
        `the provider expects the fal account "${owner}" (fal:owner), but fal does not tell which account the credential (from ${source}) belongs to${this.#answered()}: ${this.#way("use a key with ADMIN scope, or remove `owner`")}`,
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

  /**
   * Throws when the object's account is known and the credential's is not: then nothing may be changed, and what is not
   * found is not gone.
   */
  mustKnow(recorded: string | undefined): void {
    if (recorded === undefined || this.#name !== undefined) return;
    throw new Error(
      `this resource lives in the fal account "${recorded}", and fal does not tell which account the credential ` +
        `(from ${this.#connection.client().settings.credentialSource}) belongs to${this.#answered()}: nothing was changed, and nothing is taken for gone. ` +
        this.#way(
          `Use a key of "${recorded}" with ADMIN scope, or remove the resource from state with \`pulumi state delete\``,
        ),
    );
  }

  /** Why fal does not tell, in its words. */
  #answered(): string {
    return this.#refused?.reason === undefined ? "" : ` (it answered: ${this.#refused.reason.replace(/\.+$/, "")})`;
  }

  /** What helps where the key lacks rights; any other reason of fal's is the one to settle. */
  #way(rights: string): string {
    const refusal = this.#refused?.refusal;
    return refusal === undefined || refusal === "rights" ? rights : "Settle what fal names, and run this again";
  }
}
