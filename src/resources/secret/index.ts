import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../environment";
import { isKind, nameOr, register } from "../resource";
import { type SecretArgs, SecretBase, shape } from "./args.gen";

export type { SecretArgs } from "./args.gen";

/**
 * A secret of an environment, given to its apps' runners as an environment variable when they start.
 *
 * @example
 * const token = new fal.Secret("hf-token", { name: "HF_TOKEN", value: config.requireSecret("hfToken") });
 * new fal.App("image-gen", { name: "image-gen", rolloutOn: [token.fingerprint] });
 */
export class Secret extends SecretBase {
  constructor(name: string, args: SecretArgs, options?: pulumi.CustomResourceOptions) {
    super(
      ...register(
        shape,
        name,
        args && { ...args, environment: nameOr<Environment>(args.environment, "Environment", (e) => e.name) },
        options,
      ),
    );
  }

  /** Whether a value is a `Secret`, also one made by another copy of this package. */
  static isInstance(value: unknown): value is Secret {
    return isKind(value, "Secret");
  }

  /** An existing secret by its id, `environment/name`. Fails when there is none. Its value cannot be read. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Secret {
    return new Secret(name, undefined as unknown as SecretArgs, { ...options, id });
  }
}
