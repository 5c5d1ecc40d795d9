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

export interface ComputeInstanceArgs {
  /**
   * The machine: `gpu_1x_h100_sxm5` (16 vCPU, 200 GB RAM, 80 GB VRAM, 1 TB disk) or `gpu_8x_h100_sxm5` (128 vCPU,
   * 1600 GB RAM, 640 GB VRAM, 8 TB disk).
   *
   * A change replaces.
   */
  readonly instanceType: pulumi.Input<string>;
  /**
   * SSH public key of the user `ubuntu`. Compared by type and key material; the comment does not count. fal never
   * returns it. May be left out for an adopted or imported machine; set later, it is recorded and not sent, with a
   * warning.
   *
   * A change replaces.
   */
  readonly sshKey?: pulumi.Input<string> | undefined;
  /**
   * InfiniBand sector, `sector_1` to `sector_3`; with `gpu_8x_h100_sxm5` only.
   *
   * Left out: chosen by fal. A change replaces.
   */
  readonly sector?: pulumi.Input<string> | undefined;
  /**
   * Wait until the machine is ready and has an address. The time limit is `customTimeouts.create`, 20 minutes by
   * default.
   *
   * Left out: true. A change is recorded and sends nothing to fal.
   */
  readonly waitForReady?: pulumi.Input<boolean> | undefined;
  /**
   * The id of an existing machine to take over. Matters at creation only.
   *
   * Left out: not managed. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<string> | undefined;
}

/** The properties of a `ComputeInstance`. */
export interface ComputeInstanceProperties {
  /**
   * The machine: `gpu_1x_h100_sxm5` (16 vCPU, 200 GB RAM, 80 GB VRAM, 1 TB disk) or `gpu_8x_h100_sxm5` (128 vCPU,
   * 1600 GB RAM, 640 GB VRAM, 8 TB disk).
   */
  readonly instanceType: pulumi.Output<string>;
  /**
   * SSH public key of the user `ubuntu`. Compared by type and key material; the comment does not count. fal never
   * returns it. May be left out for an adopted or imported machine; set later, it is recorded and not sent, with a
   * warning.
   */
  readonly sshKey: pulumi.Output<string | undefined>;
  /** InfiniBand sector, `sector_1` to `sector_3`; with `gpu_8x_h100_sxm5` only. */
  readonly sector: pulumi.Output<string | undefined>;
  /**
   * Wait until the machine is ready and has an address. The time limit is `customTimeouts.create`, 20 minutes by
   * default.
   */
  readonly waitForReady: pulumi.Output<boolean | undefined>;
  /** `ready`, `init`, `pending`, `provisioning`, `stopped` or `unknown`, as fal last said. */
  readonly status: pulumi.Output<string>;
  /** Public address, once the machine is ready. */
  readonly ip: pulumi.Output<string>;
  /** Region, chosen by fal. */
  readonly region: pulumi.Output<string>;
  /** Who created it. */
  readonly creatorUserNickname: pulumi.Output<string>;
  /** `ssh ubuntu@IP`, once there is an address. */
  readonly sshCommand: pulumi.Output<string>;
}

export const ComputeInstanceBase = pulumi.CustomResource as unknown as ResourceClass<ComputeInstanceProperties>;
