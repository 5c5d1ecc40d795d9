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

export interface EnvironmentArgs {
  /**
   * Name of the environment. It becomes part of its apps' aliases, `app--name`.
   *
   * A change replaces.
   */
  readonly name: pulumi.Input<string>;
  /**
   * Description. Fixed at creation: fal cannot change it, so a change is refused at preview; removing it is
   * accepted.
   *
   * Left out: not managed.
   */
  readonly description?: pulumi.Input<string> | undefined;
  /**
   * Delete the environment also while it holds apps or secrets, which fal deletes with it. To take effect it must be
   * in state: set it, run `pulumi up`, then destroy.
   *
   * Left out: false: deletion is refused while anything is in it. A change is recorded and sends nothing to fal.
   */
  readonly forceDestroy?: pulumi.Input<boolean> | undefined;
  /**
   * Take over an object that exists already and bring it to the declared state. Matters at creation only.
   *
   * Left out: false: an existing object is an error. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
}

/** The properties of an `Environment`. */
export interface EnvironmentProperties {
  /** Name of the environment. It becomes part of its apps' aliases, `app--name`. */
  readonly name: pulumi.Output<string>;
  /**
   * Description. Fixed at creation: fal cannot change it, so a change is refused at preview; removing it is
   * accepted.
   */
  readonly description: pulumi.Output<string | undefined>;
  /**
   * Delete the environment also while it holds apps or secrets, which fal deletes with it. To take effect it must be
   * in state: set it, run `pulumi up`, then destroy.
   */
  readonly forceDestroy: pulumi.Output<boolean | undefined>;
  /** When it was created, ISO 8601. */
  readonly createdAt: pulumi.Output<string>;
  /** Whether it is the account's default environment. */
  readonly isDefault: pulumi.Output<boolean>;
}

export const EnvironmentBase = pulumi.CustomResource as unknown as ResourceClass<EnvironmentProperties>;
