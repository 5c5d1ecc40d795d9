import type * as pulumi from "@pulumi/pulumi";
import { type ComputeInstanceArgs, ComputeInstanceBase } from "./generated";

export type { ComputeInstanceArgs } from "./generated";

/**
 * A GPU machine, billed per hour while it exists. Every change of the machine itself replaces it and loses its data:
 * consider the option `protect`.
 *
 * @example
 * const trainer = new fal.ComputeInstance("trainer", { instanceType: "gpu_1x_h100_sxm5", sshKey });
 * export const ssh = trainer.sshCommand;
 */
export class ComputeInstance extends ComputeInstanceBase {
  constructor(name: string, args: ComputeInstanceArgs, options?: pulumi.CustomResourceOptions) {
    super(name, args && { ...args }, options);
  }

  /** An existing machine by its id. Fails when there is none. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): ComputeInstance {
    return new ComputeInstance(name, undefined as unknown as ComputeInstanceArgs, { ...options, id });
  }
}
