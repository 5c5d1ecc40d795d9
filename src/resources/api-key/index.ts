import type * as pulumi from "@pulumi/pulumi";
import { isKind, register } from "../resource";
import { type ApiKeyArgs, ApiKeyBase, shape } from "./generated";

export type { ApiKeyArgs, ApiKeyProperties } from "./generated";

/** When a new key takes the old one's place. Durations are a whole number and a unit: `30d`, `24h`, `90m`. */
export interface ApiKeyRotation {
  /** A change of this text rotates the key; its first appearance does not. */
  readonly trigger?: pulumi.Input<string> | undefined;
  /** Rotates so often, at the first `up` after the time is over. */
  readonly every?: pulumi.Input<string> | undefined;
  /** How long the old key stays valid; the first `up` after that revokes it. Default `24h`. */
  readonly overlap?: pulumi.Input<string> | undefined;
}

/** A key that a rotation replaced and that is still valid. */
export interface ApiKeyPrevious {
  readonly keyId: string;
  /** ISO 8601; the first `up` after this revokes the key. */
  readonly revokeAfter: string;
}

/**
 * An API key of the account. fal shows its secret once, at creation; it is kept encrypted in state.
 *
 * @example
 * const ci = new fal.ApiKey("ci", { alias: "ci", preset: "DEPLOY", rotation: { every: "90d" } });
 * export const key = ci.key;
 */
export class ApiKey extends ApiKeyBase {
  constructor(name: string, args: ApiKeyArgs, options?: pulumi.CustomResourceOptions) {
    super(...register(shape, name, args && { ...args }, options));
  }

  /** Whether a value is a `ApiKey`, also one made by another copy of this package. */
  static isInstance(value: unknown): value is ApiKey {
    return isKind(value, "ApiKey");
  }

  /** An existing key by the `key_id` that is valid now. Fails when there is none. Its secret cannot be read. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): ApiKey {
    return new ApiKey(name, undefined as unknown as ApiKeyArgs, { ...options, id });
  }
}
