// Generated from the property table by `npm run generate`; do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { ResourceClass, ResourceShape } from "../resource";
import type { StorageAccessRule, StorageSettingsEffective } from "./types";

export const shape: ResourceShape = {
  kind: "StorageSettings",
  properties: ["expirationDurationSeconds", "defaultAccess", "accessRules", "onDelete", "effective"],
  secrets: [],
  public: [],
  adopt: "adopt",
  identifiedByName: true,
};

/** Arguments of a `StorageSettings`. Reference: docs/reference/storage-settings.md in the repository of pulumi-fal. */
export interface StorageSettingsArgs {
  /**
   * How long a file is kept after its upload. `0` keeps files forever.
   *
   * Unit: s. If omitted: not managed. A change updates in place.
   */
  readonly expirationDurationSeconds?: pulumi.Input<number> | undefined;
  /**
   * Who may read a file by its address, for everyone without a rule in `accessRules`: `allow` (everyone), `forbid`
   * (the account), `hide` (the account; for others the file does not exist).
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly defaultAccess?: pulumi.Input<"allow" | "forbid" | "hide"> | undefined;
  /**
   * Exceptions from `defaultAccess` for single fal users. The order does not matter. An empty list removes all
   * rules. fal drops rules for users that do not exist; the provider then fails and names these users.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly accessRules?: pulumi.Input<pulumi.Input<StorageAccessRule>[]> | undefined;
  /**
   * What happens to the settings when the resource is deleted: `retain` keeps them, `restore` restores each setting
   * to the value from before it was managed, unless someone has changed it since. It takes effect only once it is in
   * the state: set it, run `pulumi up`, then destroy.
   *
   * If omitted: `retain`. A change is recorded and sends nothing to fal.
   */
  readonly onDelete?: pulumi.Input<"retain" | "restore"> | undefined;
  /**
   * Has no effect: the settings of an account always exist.
   *
   * If omitted: not needed. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
}

/** The properties of a `StorageSettings`. */
export interface StorageSettingsProperties {
  /** How long a file is kept after its upload. `0` keeps files forever. */
  readonly expirationDurationSeconds: pulumi.Output<number | undefined>;
  /**
   * Who may read a file by its address, for everyone without a rule in `accessRules`: `allow` (everyone), `forbid`
   * (the account), `hide` (the account; for others the file does not exist).
   */
  readonly defaultAccess: pulumi.Output<"allow" | "forbid" | "hide" | undefined>;
  /**
   * Exceptions from `defaultAccess` for single fal users. The order does not matter. An empty list removes all
   * rules. fal drops rules for users that do not exist; the provider then fails and names these users.
   */
  readonly accessRules: pulumi.Output<pulumi.Unwrap<StorageAccessRule[]> | undefined>;
  /**
   * What happens to the settings when the resource is deleted: `retain` keeps them, `restore` restores each setting
   * to the value from before it was managed, unless someone has changed it since. It takes effect only once it is in
   * the state: set it, run `pulumi up`, then destroy.
   */
  readonly onDelete: pulumi.Output<"retain" | "restore" | undefined>;
  /** All storage settings as fal last returned them, managed or not. */
  readonly effective: pulumi.Output<StorageSettingsEffective>;
}

export const StorageSettingsBase = pulumi.CustomResource as unknown as ResourceClass<StorageSettingsProperties>;
