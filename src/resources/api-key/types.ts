import type * as pulumi from "@pulumi/pulumi";

/** When a new key takes the old one's place. Durations are a whole number and a unit: `30d`, `24h`, `90m`. */
export interface ApiKeyRotation {
  /** A change of this text rotates the key; its first appearance does not. */
  readonly trigger?: pulumi.Input<string> | undefined;
  /** Rotates so often, at the first `up` after the time is over. */
  readonly every?: pulumi.Input<string> | undefined;
  /** How long the old key stays valid; the first `up` after that revokes it. Default `24h`. */
  readonly overlap?: pulumi.Input<string> | undefined;
}

/** A key that a rotation replaced and that is still valid. */
export interface ApiKeyPrevious {
  readonly keyId: string;
  /** ISO 8601; the first `up` after this revokes the key. */
  readonly revokeAfter: string;
}
