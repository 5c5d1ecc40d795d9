// Generated from the property table by `npm run generate`; do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { App } from "../app";
import type { Environment } from "../environment";
import type { ResourceClass, ResourceShape } from "../resource";
import type { AppScaleEffective } from "./types";

export const shape: ResourceShape = {
  kind: "AppScale",
  properties: [
    "app",
    "environment",
    "minConcurrency",
    "maxConcurrency",
    "concurrencyBuffer",
    "concurrencyBufferPerc",
    "keepAlive",
    "scalingDelay",
    "requestTimeout",
    "requestStartTimeout",
    "startupTimeout",
    "maxMultiplexing",
    "machineTypes",
    "regions",
    "reapplyOn",
    "onDelete",
    "effective",
  ],
  secrets: [],
  public: ["app", "environment"],
  adopt: "adopt",
  identifiedByName: true,
};

/** The values that fal documents, or another one. */
type MachineType =
  | "XS"
  | "S"
  | "M"
  | "L"
  | "XL"
  | "GPU-A100"
  | "GPU-L40"
  | "GPU-H100"
  | "GPU-H200"
  | "GPU-B200"
  | "GPU-RTXPRO6000"
  | "GPU-RTX4090"
  | "GPU-RTX5090"
  | "GPU-A6000"
  | (string & {});

/** The values that fal documents, or another one. */
type Region = "us-west" | "us-central" | "us-east" | "eu-north" | "eu-west" | (string & {});

/** Arguments of an `AppScale`. Reference: docs/reference/app-scale.md in the repository of pulumi-fal. */
export interface AppScaleArgs {
  /**
   * The app's name or its id `environment/name`. An `App` is accepted too: it creates a dependency, and adds its
   * `revision` and the hash of its `source` to `reapplyOn`.
   *
   * A change replaces the object.
   */
  readonly app: pulumi.Input<string | App>;
  /**
   * The name of the fal environment. An `Environment` is accepted too, and creates a dependency.
   *
   * If omitted: the one in `app` if that is an id, else the provider's, or `main`. A change replaces the object.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * Runners kept warm at all times; billed while idle.
   *
   * Unit: runners. If omitted: not managed. A change updates in place.
   */
  readonly minConcurrency?: pulumi.Input<number> | undefined;
  /**
   * Maximum number of runners; the account has a limit of its own.
   *
   * Unit: runners. If omitted: not managed. A change updates in place.
   */
  readonly maxConcurrency?: pulumi.Input<number> | undefined;
  /**
   * Warm runners in addition to the busy ones; billed while idle. The larger of this and `concurrencyBufferPerc`
   * counts.
   *
   * Unit: runners. If omitted: not managed. A change updates in place.
   */
  readonly concurrencyBuffer?: pulumi.Input<number> | undefined;
  /**
   * Warm runners in addition to the busy ones, in percent of the request volume.
   *
   * Unit: %. If omitted: not managed. A change updates in place.
   */
  readonly concurrencyBufferPerc?: pulumi.Input<number> | undefined;
  /**
   * How long an idle runner is kept.
   *
   * Unit: s. If omitted: not managed. A change updates in place.
   */
  readonly keepAlive?: pulumi.Input<number> | undefined;
  /**
   * How long to wait before scaling up.
   *
   * Unit: s. If omitted: not managed. A change updates in place.
   */
  readonly scalingDelay?: pulumi.Input<number> | undefined;
  /**
   * How long a request may run. After this it is aborted and its runner stopped.
   *
   * Unit: s. If omitted: not managed. A change updates in place.
   */
  readonly requestTimeout?: pulumi.Input<number> | undefined;
  /**
   * How long a request of the app's owner may wait in the queue for a runner. A request's own header takes
   * precedence. 0 clears it.
   *
   * Unit: s. If omitted: not managed. A change updates in place.
   */
  readonly requestStartTimeout?: pulumi.Input<number> | undefined;
  /**
   * How long a runner may take to start.
   *
   * Unit: s. If omitted: not managed. A change updates in place. Reset by a deploy.
   */
  readonly startupTimeout?: pulumi.Input<number> | undefined;
  /**
   * Requests that one runner processes at the same time.
   *
   * Unit: requests per runner. If omitted: not managed. A change updates in place. Reset by a deploy.
   */
  readonly maxMultiplexing?: pulumi.Input<number> | undefined;
  /**
   * Machine types to run on, in order of preference, for example `GPU-H100`. Existing runners keep theirs until they
   * are rolled out.
   *
   * If omitted: not managed. A change updates in place. Reset by a deploy.
   */
  readonly machineTypes?: pulumi.Input<pulumi.Input<MachineType>[]> | undefined;
  /**
   * Regions to run in, for example `us-east`. The order does not matter.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly regions?: pulumi.Input<pulumi.Input<Region>[]> | undefined;
  /**
   * When a value in this list changes, the values that a deploy resets (`startupTimeout`, `maxMultiplexing`,
   * `machineTypes`, or all after a deployment with `resetScale`) are sent again. For example, the `currentRevision`
   * of the `App`. An `App` given as `app` adds its `revision` and its `sourceHash`.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly reapplyOn?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * What happens to the values when the resource is deleted: `retain` keeps them, `restore` restores each value to
   * the one before it was managed, unless someone has changed it since. It takes effect only once it is in the
   * state: set it, run `pulumi up`, then destroy.
   *
   * If omitted: `retain`. A change is recorded and sends nothing to fal.
   */
  readonly onDelete?: pulumi.Input<"retain" | "restore"> | undefined;
  /**
   * Has no effect: an `AppScale` always manages an existing app.
   *
   * If omitted: not needed. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
}

/** The properties of an `AppScale`. */
export interface AppScaleProperties {
  /** The app's name or its id `environment/name`. */
  readonly app: pulumi.Output<string>;
  /** The name of the fal environment. */
  readonly environment: pulumi.Output<string>;
  /** Runners kept warm at all times; billed while idle. */
  readonly minConcurrency: pulumi.Output<number | undefined>;
  /** Maximum number of runners; the account has a limit of its own. */
  readonly maxConcurrency: pulumi.Output<number | undefined>;
  /**
   * Warm runners in addition to the busy ones; billed while idle. The larger of this and `concurrencyBufferPerc`
   * counts.
   */
  readonly concurrencyBuffer: pulumi.Output<number | undefined>;
  /** Warm runners in addition to the busy ones, in percent of the request volume. */
  readonly concurrencyBufferPerc: pulumi.Output<number | undefined>;
  /** How long an idle runner is kept. */
  readonly keepAlive: pulumi.Output<number | undefined>;
  /** How long to wait before scaling up. */
  readonly scalingDelay: pulumi.Output<number | undefined>;
  /** How long a request may run. After this it is aborted and its runner stopped. */
  readonly requestTimeout: pulumi.Output<number | undefined>;
  /**
   * How long a request of the app's owner may wait in the queue for a runner. A request's own header takes
   * precedence. 0 clears it.
   */
  readonly requestStartTimeout: pulumi.Output<number | undefined>;
  /** How long a runner may take to start. */
  readonly startupTimeout: pulumi.Output<number | undefined>;
  /** Requests that one runner processes at the same time. */
  readonly maxMultiplexing: pulumi.Output<number | undefined>;
  /**
   * Machine types to run on, in order of preference, for example `GPU-H100`. Existing runners keep theirs until they
   * are rolled out.
   */
  readonly machineTypes: pulumi.Output<string[] | undefined>;
  /** Regions to run in, for example `us-east`. The order does not matter. */
  readonly regions: pulumi.Output<string[] | undefined>;
  /**
   * When a value in this list changes, the values that a deploy resets (`startupTimeout`, `maxMultiplexing`,
   * `machineTypes`, or all after a deployment with `resetScale`) are sent again. For example, the `currentRevision`
   * of the `App`.
   */
  readonly reapplyOn: pulumi.Output<string[] | undefined>;
  /**
   * What happens to the values when the resource is deleted: `retain` keeps them, `restore` restores each value to
   * the one before it was managed, unless someone has changed it since. It takes effect only once it is in the
   * state: set it, run `pulumi up`, then destroy.
   */
  readonly onDelete: pulumi.Output<"retain" | "restore" | undefined>;
  /** All scaling values that fal last reported, managed or not. */
  readonly effective: pulumi.Output<AppScaleEffective>;
}

export const AppScaleBase = pulumi.CustomResource as unknown as ResourceClass<AppScaleProperties>;
