// Generated from the property table by `npm run generate`; do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { ResourceClass, ResourceShape } from "../resource";

export const shape: ResourceShape = {
  kind: "ComputeInstance",
  properties: [
    "instanceType",
    "sshKey",
    "sector",
    "waitForReady",
    "status",
    "ip",
    "region",
    "creatorUserNickname",
    "sshCommand",
  ],
  secrets: [],
  public: ["adopt"],
  adopt: "adopt",
  identifiedByName: false,
};

/** The values that fal documents, or another one. */
type InstanceType = "gpu_1x_h100_sxm5" | "gpu_8x_h100_sxm5" | (string & {});

/** The values that fal documents, or another one. */
type Sector = "sector_1" | "sector_2" | "sector_3" | (string & {});

/** Arguments of a `ComputeInstance`. Reference: docs/reference/compute-instance.md in the repository of pulumi-fal. */
export interface ComputeInstanceArgs {
  /**
   * The hardware of the instance: `gpu_1x_h100_sxm5` (16 vCPU, 200 GB RAM, 80 GB VRAM, 1 TB disk) or
   * `gpu_8x_h100_sxm5` (128 vCPU, 1600 GB RAM, 640 GB VRAM, 8 TB disk).
   *
   * A change replaces the object.
   */
  readonly instanceType: pulumi.Input<InstanceType>;
  /**
   * The SSH public key of the user `ubuntu`. A change of its comment is ignored. fal never returns it. Optional for
   * an adopted or imported instance; if you set it later, it is recorded but not sent, with a warning.
   *
   * A change replaces the object.
   */
  readonly sshKey?: pulumi.Input<string> | undefined;
  /**
   * The InfiniBand sector, `sector_1` to `sector_3`. Only for `gpu_8x_h100_sxm5`.
   *
   * If omitted: chosen by fal. A change replaces the object.
   */
  readonly sector?: pulumi.Input<Sector> | undefined;
  /**
   * Waits until the instance is ready and has an address. The time limit for the creation is 20 minutes, unless the
   * option `customTimeouts` sets another.
   *
   * If omitted: `true`. A change is recorded and sends nothing to fal.
   */
  readonly waitForReady?: pulumi.Input<boolean> | undefined;
  /**
   * The id of an existing instance to manage. Used only at creation.
   *
   * If omitted: a new instance is created. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<string> | undefined;
}

/** The properties of a `ComputeInstance`. */
export interface ComputeInstanceProperties {
  /**
   * The hardware of the instance: `gpu_1x_h100_sxm5` (16 vCPU, 200 GB RAM, 80 GB VRAM, 1 TB disk) or
   * `gpu_8x_h100_sxm5` (128 vCPU, 1600 GB RAM, 640 GB VRAM, 8 TB disk).
   */
  readonly instanceType: pulumi.Output<string>;
  /**
   * The SSH public key of the user `ubuntu`. A change of its comment is ignored. fal never returns it. Optional for
   * an adopted or imported instance; if you set it later, it is recorded but not sent, with a warning.
   */
  readonly sshKey: pulumi.Output<string | undefined>;
  /** The InfiniBand sector, `sector_1` to `sector_3`. Only for `gpu_8x_h100_sxm5`. */
  readonly sector: pulumi.Output<string | undefined>;
  /**
   * Waits until the instance is ready and has an address. The time limit for the creation is 20 minutes, unless the
   * option `customTimeouts` sets another.
   */
  readonly waitForReady: pulumi.Output<boolean | undefined>;
  /** The last known status: `ready`, `init`, `pending`, `provisioning`, `stopped` or `unknown`. */
  readonly status: pulumi.Output<string>;
  /** The public IP address, once the instance is ready. */
  readonly ip: pulumi.Output<string | undefined>;
  /** The region, chosen by fal. */
  readonly region: pulumi.Output<string | undefined>;
  /** The user who created the instance. */
  readonly creatorUserNickname: pulumi.Output<string | undefined>;
  /** `ssh ubuntu@IP`, once the instance has an address. */
  readonly sshCommand: pulumi.Output<string | undefined>;
}

export const ComputeInstanceBase = pulumi.CustomResource as unknown as ResourceClass<ComputeInstanceProperties>;
