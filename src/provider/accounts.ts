import type { FalError } from "../client/errors";
import type { Connection } from "./connection";
import { settingName } from "./settings";

/**
 * A wrong account must never look like an empty one. So before each operation, the credential's account is compared with
 * the account in the object's state and with the provider's setting `owner`.
 */
export class Accounts {
  readonly #connection: Connection;
  #name: string | undefined;
  #refused: FalError | undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** The account's nickname, once known. fal does not report it to every credential. */
  get current(): string | undefined {
    return this.#name;
  }

  /** `recorded`: the account in the object's state. Throws before `operation` sends anything about the object. */
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
    const { settings } = this.#connection;
    const { owner } = settings;
    const expected = `"${owner}" (${settingName(settings, "owner")})`;
    if (this.#name === undefined) {
      if (operation === "update" || operation === "delete") this.mustKnow(recorded);
      if (owner === undefined) return;
      throw new Error(
        `The provider expects the fal account ${expected}, but fal does not report the account of the credential ` +
          `(from ${source})${this.#answer()}. ${this.#fix("Use a key with ADMIN scope, or remove `owner`.")}`,
      );
    }
    if (owner !== undefined && owner !== this.#name) {
      throw new Error(
        `The credential (from ${source}) belongs to the fal account "${this.#name}", but the provider expects ${expected}. ` +
          `Use a key of "${owner}".`,
      );
    }
    if (recorded !== undefined && recorded !== this.#name) {
      throw new Error(
        `This resource is in the fal account "${recorded}", but the credential (from ${source}) belongs to "${this.#name}". ` +
          `Nothing was read or changed. Use a key of "${recorded}". To move the resource to another account, destroy it first.`,
      );
    }
  }

  /**
   * Throws when the object's account is known and the credential's is not: then nothing may be changed, and what is not
   * found does not count as deleted.
   */
  mustKnow(recorded: string | undefined): void {
    if (recorded === undefined || this.#name !== undefined) return;
    throw new Error(
      `This resource is in the fal account "${recorded}", but fal does not report the account of the credential ` +
        `(from ${this.#connection.client().settings.credentialSource})${this.#answer()}. ` +
        "Nothing was changed, and nothing counts as deleted. " +
        this.#fix(
          `Use a key of "${recorded}" with ADMIN scope, or remove the resource from the state with \`pulumi state delete\`.`,
        ),
    );
  }

  /** fal's reason for not reporting the account. */
  #answer(): string {
    return this.#refused?.reason === undefined ? "" : `: it answered "${this.#refused.reason.replace(/\.+$/, "")}"`;
  }

  /** `rights` helps where the key lacks rights. Any other reason has to be resolved first. */
  #fix(rights: string): string {
    const refusal = this.#refused?.refusal;
    return refusal === undefined || refusal === "rights" ? rights : "Resolve that first, then run this again.";
  }
}
