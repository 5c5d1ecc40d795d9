// Generated from the property table by `npm run generate`; do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { AtMostOne } from "../at-most-one";
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

/** The values that fal documents, or another one. */
type Preset = "FULL" | "API" | "DEPLOY" | "READONLY" | "BILLING" | "COMPUTE" | "SERVERLESS" | "AGENT" | (string & {});

interface ApiKeyCommonArgs {
  /**
   * The key's name in lists. It need not be unique. A change rotates the key.
   *
   * A change updates in place.
   */
  readonly alias: pulumi.Input<string>;
  /**
   * When to replace the key with a new one: when `trigger` changes, and periodically with `every`, at the first `up`
   * after the due date. A rotation for another reason does not move that date. The old key stays valid for `overlap`
   * (default `24h`); the first `up` after that revokes it.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly rotation?: pulumi.Input<ApiKeyRotation> | undefined;
  /**
   * The `key_id` of an existing key to manage. Its secret is unknown, so `key` and `keySecret` are empty. Used only
   * at creation.
   *
   * If omitted: a new key is created. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<string> | undefined;
}

interface ApiKeyExclusiveArgs {
  /**
   * The key's permissions, by name: FULL, API, DEPLOY, READONLY, BILLING, COMPUTE, SERVERLESS, AGENT. Set at most
   * one of `preset`, `permissions` and `scope`. A change rotates the key. fal does not return it.
   *
   * If omitted: `"API"`, which is `scope: "API"`. A change updates in place.
   */
  readonly preset?: pulumi.Input<Preset> | undefined;
  /**
   * The key's permissions as a list, for example `models:requests:submit`. fal validates the names. A change rotates
   * the key. fal does not return them.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly permissions?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * The older form of `preset`: `"ADMIN"` means FULL, `"API"` means API. A change rotates the key.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly scope?: pulumi.Input<"ADMIN" | "API"> | undefined;
}

/** Arguments of an `ApiKey`. Reference: docs/reference/api-key.md in the repository of pulumi-fal. */
export type ApiKeyArgs = ApiKeyCommonArgs & AtMostOne<ApiKeyExclusiveArgs>;

/** The properties of an `ApiKey`. */
export interface ApiKeyProperties {
  /** The key's name in lists. It need not be unique. A change rotates the key. */
  readonly alias: pulumi.Output<string>;
  /**
   * The key's permissions, by name: FULL, API, DEPLOY, READONLY, BILLING, COMPUTE, SERVERLESS, AGENT. Set at most
   * one of `preset`, `permissions` and `scope`. A change rotates the key. fal does not return it.
   */
  readonly preset: pulumi.Output<string | undefined>;
  /**
   * The key's permissions as a list, for example `models:requests:submit`. fal validates the names. A change rotates
   * the key. fal does not return them.
   */
  readonly permissions: pulumi.Output<string[] | undefined>;
  /** The older form of `preset`: `"ADMIN"` means FULL, `"API"` means API. A change rotates the key. */
  readonly scope: pulumi.Output<"ADMIN" | "API" | undefined>;
  /**
   * When to replace the key with a new one: when `trigger` changes, and periodically with `every`, at the first `up`
   * after the due date. A rotation for another reason does not move that date. The old key stays valid for `overlap`
   * (default `24h`); the first `up` after that revokes it.
   */
  readonly rotation: pulumi.Output<pulumi.Unwrap<ApiKeyRotation> | undefined>;
  /** The number of keys that this resource has had. If it increases in a preview, the key rotates. */
  readonly generation: pulumi.Output<number>;
  /**
   * When the key is due for rotation, ISO 8601. Only with `rotation.every`. The first date is the last midnight
   * (UTC) within the period, so that an update plan is valid for the day; later dates follow at whole periods.
   */
  readonly rotateAfter: pulumi.Output<string | undefined>;
  /** The id of the current key. */
  readonly keyId: pulumi.Output<string>;
  /** The secret of the current key; empty for an adopted key. */
  readonly keySecret: pulumi.Output<string>;
  /** `key_id:key_secret`, for use as `FAL_KEY`; empty for an adopted key. */
  readonly key: pulumi.Output<string>;
  /** When the current key was created, ISO 8601. */
  readonly createdAt: pulumi.Output<string | undefined>;
  /** When previous keys become due for revocation, ISO 8601. A preview names each key that `up` revokes. */
  readonly revokeAfter: pulumi.Output<string[] | undefined>;
  /** Replaced keys that are not revoked yet. */
  readonly previousKeys: pulumi.Output<ApiKeyPrevious[]>;
}

export const ApiKeyBase = pulumi.CustomResource as unknown as ResourceClass<ApiKeyProperties>;
