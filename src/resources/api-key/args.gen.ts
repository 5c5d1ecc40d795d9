// Generated from the property table by `npm run generate`; do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { ResourceClass, ResourceShape } from "../resource";
import type { ApiKeyPrevious, ApiKeyRotation } from "./types";

export const shape: ResourceShape = {
  kind: "ApiKey",
  properties: [
    "alias",
    "preset",
    "permissions",
    "scope",
    "rotation",
    "generation",
    "rotateAfter",
    "keyId",
    "keySecret",
    "key",
    "createdAt",
    "revokeAfter",
    "previousKeys",
  ],
  secrets: ["keySecret", "key"],
  public: ["adopt"],
  adopt: "adopt",
  identifiedByName: false,
};

export interface ApiKeyArgs {
  /** What the key is called in lists. Not unique at fal. A change rotates the key. */
  readonly alias: pulumi.Input<string>;
  /**
   * What the key may do, by name: FULL, API, DEPLOY, READONLY, BILLING, COMPUTE, SERVERLESS, AGENT. At most one of
   * `preset`, `permissions` and `scope`. A change rotates the key. Cannot be read back.
   *
   * Left out: `"API"`, which is `scope: "API"`.
   */
  readonly preset?: pulumi.Input<string> | undefined;
  /**
   * What the key may do, one by one, for example `models:requests:submit`; fal validates the names. A change rotates
   * the key. Cannot be read back.
   *
   * Left out: not managed.
   */
  readonly permissions?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * The older form of `preset`: `"ADMIN"` is preset FULL, `"API"` is preset API. A change rotates the key.
   *
   * Left out: not managed.
   */
  readonly scope?: pulumi.Input<"ADMIN" | "API"> | undefined;
  /**
   * When a new key takes the old one's place: when `trigger` changes, or `every` so often (at the first `up` after
   * that; a rotation for another reason does not move the date). The old key stays valid for `overlap` (24h when
   * left out) and is revoked by the first `up` after it.
   *
   * Left out: not managed.
   */
  readonly rotation?: pulumi.Input<ApiKeyRotation> | undefined;
  /**
   * The `key_id` of an existing key to take over. Its secret stays unknown: `key` and `keySecret` are empty. Matters
   * at creation only.
   *
   * Left out: not managed. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<string> | undefined;
}

/** The properties of an `ApiKey`. */
export interface ApiKeyProperties {
  /** What the key is called in lists. Not unique at fal. A change rotates the key. */
  readonly alias: pulumi.Output<string>;
  /**
   * What the key may do, by name: FULL, API, DEPLOY, READONLY, BILLING, COMPUTE, SERVERLESS, AGENT. At most one of
   * `preset`, `permissions` and `scope`. A change rotates the key. Cannot be read back.
   */
  readonly preset: pulumi.Output<string | undefined>;
  /**
   * What the key may do, one by one, for example `models:requests:submit`; fal validates the names. A change rotates
   * the key. Cannot be read back.
   */
  readonly permissions: pulumi.Output<string[] | undefined>;
  /** The older form of `preset`: `"ADMIN"` is preset FULL, `"API"` is preset API. A change rotates the key. */
  readonly scope: pulumi.Output<"ADMIN" | "API" | undefined>;
  /**
   * When a new key takes the old one's place: when `trigger` changes, or `every` so often (at the first `up` after
   * that; a rotation for another reason does not move the date). The old key stays valid for `overlap` (24h when
   * left out) and is revoked by the first `up` after it.
   */
  readonly rotation: pulumi.Output<pulumi.Unwrap<ApiKeyRotation> | undefined>;
  /** How many keys this resource has had: a step up in a preview is a rotation. */
  readonly generation: pulumi.Output<number>;
  /**
   * When the key is due for rotation, ISO 8601; with `rotation.every` only. At first midnight (UTC) at the end of
   * the period or before, so that an update plan holds for the day; then whole periods later.
   */
  readonly rotateAfter: pulumi.Output<string | undefined>;
  /** Id of the current key. */
  readonly keyId: pulumi.Output<string>;
  /** Secret half of the current key; empty for an adopted one. */
  readonly keySecret: pulumi.Output<string>;
  /** `key_id:key_secret`, usable as `FAL_KEY`; empty for an adopted key. */
  readonly key: pulumi.Output<string>;
  /** When the current key was created, ISO 8601. */
  readonly createdAt: pulumi.Output<string>;
  /** When the previous keys are due to be revoked, ISO 8601. A preview names each key that the `up` revokes. */
  readonly revokeAfter: pulumi.Output<string[]>;
  /** Keys that a rotation replaced and that are not revoked yet. */
  readonly previousKeys: pulumi.Output<ApiKeyPrevious[]>;
}

export const ApiKeyBase = pulumi.CustomResource as unknown as ResourceClass<ApiKeyProperties>;
