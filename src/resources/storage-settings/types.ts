import type * as pulumi from "@pulumi/pulumi";

/** What one fal user may do with the account's files, whatever the default is. */
export interface StorageAccessRule {
  /** The user's name at fal. */
  readonly user: pulumi.Input<string>;
  /** `allow`, `forbid` or `hide`. */
  readonly decision: pulumi.Input<"allow" | "forbid" | "hide">;
}

/** All storage settings as fal last returned them. */
export interface StorageSettingsEffective {
  /** Seconds until a file is deleted. Absent: files are kept forever. */
  readonly expirationDurationSeconds?: number;
  /** Absent: fal's default, which is public. */
  readonly initialAcl?: {
    readonly default: string;
    readonly rules: readonly { readonly user: string; readonly decision: string }[];
  };
}
