import type * as pulumi from "@pulumi/pulumi";
import type { StorageSettingsInfo } from "../../client/types";

/** What one fal user may do with the account's files, whatever the default is. */
export interface StorageAccessRule {
  /** The user's name at fal. */
  readonly user: pulumi.Input<string>;
  /** `allow`, `forbid` or `hide`. */
  readonly decision: pulumi.Input<"allow" | "forbid" | "hide">;
}

/** All storage settings as fal last returned them. */
export interface StorageSettingsEffective extends Readonly<StorageSettingsInfo> {}
