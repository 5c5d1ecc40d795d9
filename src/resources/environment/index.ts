import type * as pulumi from "@pulumi/pulumi";
import { declareEnvironment } from "../declared";
import { isKind, register } from "../resource";
import { type EnvironmentArgs, EnvironmentBase, shape } from "./args.gen";

export type { EnvironmentArgs } from "./args.gen";

/**
 * A fal environment: a space of its own for apps and secrets.
 *
 * Deleting it is refused while it holds anything, unless `forceDestroy` is set.
 *
 * @example
 * const staging = new fal.Environment("staging", { name: "staging" });
 * new fal.Secret("token", { name: "HF_TOKEN", environment: staging, value });
 */
export class Environment extends EnvironmentBase {
  constructor(name: string, args: EnvironmentArgs, options?: pulumi.CustomResourceOptions) {
    super(...register(shape, name, args && { ...args }, options));
    declareEnvironment(args?.name, this);
  }

  /** Whether a value is an `Environment`, also one made by another copy of this package. */
  static isInstance(value: unknown): value is Environment {
    return isKind(value, "Environment");
  }

  /** An existing environment by its id, its name. Fails when there is none. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): Environment {
    return new Environment(name, undefined as unknown as EnvironmentArgs, { ...options, id });
  }
}
