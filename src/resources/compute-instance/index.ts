import type * as pulumi from "@pulumi/pulumi";
import { isKind, register } from "../resource";
import { type ComputeInstanceArgs, ComputeInstanceBase, shape } from "./args.gen";

export type { ComputeInstanceArgs, ComputeInstanceProperties } from "./args.gen";

/**
 * A GPU instance, billed per hour while it exists. Every change of the machine itself replaces it and loses its data:
 * consider the option `protect`.
 *
 * @example
 * const trainer = new fal.ComputeInstance("trainer", { instanceType: "gpu_1x_h100_sxm5", sshKey });
 * export const ssh = trainer.sshCommand;
 */
export class ComputeInstance extends ComputeInstanceBase {
  constructor(name: string, args: ComputeInstanceArgs, options?: pulumi.CustomResourceOptions) {
    super(...register(shape, name, args && { ...args }, options));
  }

  /** Whether a value is a `ComputeInstance`, also one made by another copy of this package. */
  static isInstance(value: unknown): value is ComputeInstance {
    return isKind(value, "ComputeInstance");
  }

  /** An existing machine by its id. Fails when there is none. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): ComputeInstance {
    return new ComputeInstance(name, undefined as unknown as ComputeInstanceArgs, { ...options, id });
  }
}
