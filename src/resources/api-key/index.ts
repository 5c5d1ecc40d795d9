import type * as pulumi from "@pulumi/pulumi";
import { isKind, register } from "../resource";
import { type ApiKeyArgs, ApiKeyBase, shape } from "./args.gen";

export type { ApiKeyArgs } from "./args.gen";

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

  /** Whether a value is an `ApiKey`, also one made by another copy of this package. */
  static isInstance(value: unknown): value is ApiKey {
    return isKind(value, "ApiKey");
  }

  /** An existing key by the `key_id` that is valid now. Fails when there is none. Its secret cannot be read. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): ApiKey {
    return new ApiKey(name, undefined as unknown as ApiKeyArgs, { ...options, id });
  }
}
