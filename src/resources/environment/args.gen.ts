// Generated from the property table by `npm run generate`; do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { ResourceClass, ResourceShape } from "../resource";

export const shape: ResourceShape = {
  kind: "Environment",
  properties: ["name", "description", "forceDestroy", "createdAt", "isDefault"],
  secrets: [],
  public: ["name"],
  adopt: "adopt",
  identifiedByName: true,
};

/** Arguments of an `Environment`. Reference: docs/reference/environment.md in the repository of pulumi-fal. */
export interface EnvironmentArgs {
  /**
   * The environment's name. It becomes part of its apps' aliases, `app--name`.
   *
   * A change replaces the object.
   */
  readonly name: pulumi.Input<string>;
  /**
   * A description. fal cannot change it after creation, so a preview rejects changes; you may remove it from the
   * program.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly description?: pulumi.Input<string> | undefined;
  /**
   * Deletes the environment even if it contains apps or secrets, which fal deletes too. It takes effect only once it
   * is in the state: set it, run `pulumi up`, then destroy.
   *
   * If omitted: `false`: deleting an environment that is not empty is an error. A change is recorded and sends
   * nothing to fal.
   */
  readonly forceDestroy?: pulumi.Input<boolean> | undefined;
  /**
   * Manages an existing object and updates it to match the program. Used only at creation.
   *
   * If omitted: `false`: an existing object is an error. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
}

/** The properties of an `Environment`. */
export interface EnvironmentProperties {
  /** The environment's name. It becomes part of its apps' aliases, `app--name`. */
  readonly name: pulumi.Output<string>;
  /**
   * A description. fal cannot change it after creation, so a preview rejects changes; you may remove it from the
   * program.
   */
  readonly description: pulumi.Output<string | undefined>;
  /**
   * Deletes the environment even if it contains apps or secrets, which fal deletes too. It takes effect only once it
   * is in the state: set it, run `pulumi up`, then destroy.
   */
  readonly forceDestroy: pulumi.Output<boolean | undefined>;
  /** When the environment was created, ISO 8601. */
  readonly createdAt: pulumi.Output<string | undefined>;
  /** Whether it is the account's default environment. */
  readonly isDefault: pulumi.Output<boolean>;
}

export const EnvironmentBase = pulumi.CustomResource as unknown as ResourceClass<EnvironmentProperties>;
