import type * as pulumi from "@pulumi/pulumi";
import { isKind, register } from "../resource";
import { type StorageSettingsArgs, StorageSettingsBase, shape } from "./args.gen";

export type { StorageSettingsArgs } from "./args.gen";

/**
 * The account's settings for uploaded files: how long they are kept and who may read them. They apply to files that are
 * uploaded from then on. An account has one set of them, and only the settings that you declare are managed.
 *
 * @example
 * new fal.StorageSettings("files", { expirationDurationSeconds: 7 * 24 * 3600, defaultAccess: "forbid" });
 */
export class StorageSettings extends StorageSettingsBase {
  constructor(name: string, args: StorageSettingsArgs, options?: pulumi.CustomResourceOptions) {
    super(...register(shape, name, args && { ...args }, options));
  }

  /** Whether a value is a `StorageSettings`, also one made by another copy of this package. */
  static isInstance(value: unknown): value is StorageSettings {
    return isKind(value, "StorageSettings");
  }

  /** The storage settings of the account, by their id, `storage`. */
  static get(name: string, id: pulumi.Input<pulumi.ID>, options?: pulumi.CustomResourceOptions): StorageSettings {
    return new StorageSettings(name, undefined as unknown as StorageSettingsArgs, { ...options, id });
  }
}
