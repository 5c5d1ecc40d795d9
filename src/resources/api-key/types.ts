import type * as pulumi from "@pulumi/pulumi";

/** When to replace the key. Durations are a whole number and a unit: `30d`, `24h`, `90m`. */
export interface ApiKeyRotation {
  /** A change of this text rotates the key; setting it for the first time does not. */
  readonly trigger?: pulumi.Input<string> | undefined;
  /** The period between rotations. The first `up` after it rotates the key. */
  readonly every?: pulumi.Input<string> | undefined;
  /** How long the old key stays valid; the first `up` after that revokes it. Default `24h`. */
  readonly overlap?: pulumi.Input<string> | undefined;
}

/** A replaced key that is still valid. */
export interface ApiKeyPrevious {
  readonly keyId: string;
  /** ISO 8601; the first `up` after this revokes the key. */
  readonly revokeAfter: string;
}
