import type * as pulumi from "@pulumi/pulumi";

/** A whole number and a unit (`d`, `h`, `m`, `s`), for example `30d`, `24h` or `90m`. */
type Duration = "1h" | "12h" | "24h" | "7d" | "30d" | "90d" | "180d" | "365d" | (string & {});

interface RotationRules {
  /** A change of this text rotates the key; setting it for the first time does not. */
  readonly trigger?: pulumi.Input<string> | undefined;
  /** The period between rotations, for example `30d`. The first `up` after it rotates the key. */
  readonly every?: pulumi.Input<Duration> | undefined;
  /** How long the old key stays valid, for example `24h`; the first `up` after that revokes it. Default `24h`. */
  readonly overlap?: pulumi.Input<Duration> | undefined;
}

/** When to replace the key, with at least one rule. Durations are a whole number and a unit: `30d`, `24h`, `90m`. */
export type ApiKeyRotation = {
  [Name in keyof RotationRules]-?: RotationRules & { readonly [Given in Name]: RotationRules[Name] };
}[keyof RotationRules];

/** A replaced key that is still valid. */
export interface ApiKeyPrevious {
  /** The id of the key. */
  readonly keyId: string;
  /** ISO 8601; the first `up` after this revokes the key. */
  readonly revokeAfter: string;
}
