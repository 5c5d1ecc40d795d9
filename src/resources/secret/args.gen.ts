// Generated from the property table by `npm run generate`; do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../environment";
import type { ResourceClass, ResourceShape } from "../resource";

export const shape: ResourceShape = {
  kind: "Secret",
  properties: ["name", "environment", "value", "defaultExposed", "rewriteOn", "fingerprint", "createdAt"],
  secrets: ["value"],
  public: ["name", "environment"],
  adopt: "adopt",
  identifiedByName: true,
};

/** Arguments of a `Secret`. Reference: docs/reference/secret.md in the repository of pulumi-fal. */
export interface SecretArgs {
  /**
   * The secret's name, which is also the name of the environment variable. fal documents no rule, so a name that
   * does not consist of letters, digits and `_` is only a warning.
   *
   * A change replaces the object.
   */
  readonly name: pulumi.Input<string>;
  /**
   * The name of the fal environment. An `Environment` is accepted too, and creates a dependency.
   *
   * If omitted: the provider's `environment`, or `main`. A change replaces the object.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * The secret's value. fal never returns it, so changes outside Pulumi are not detected. Running runners keep the
   * old value until a rollout (`App.rolloutOn`). Optional for an adopted or imported secret; if you set it later, it
   * is written.
   *
   * A change updates in place.
   */
  readonly value?: pulumi.Input<string> | undefined;
  /**
   * Whether apps that do not list their secrets receive this one. fal sets it only together with the value, and the
   * value in the program may be older than fal's. So changing only this property is an error: also change `value`,
   * or add an entry to `rewriteOn`.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly defaultExposed?: pulumi.Input<boolean> | undefined;
  /**
   * When an entry is added to this list, `value` is written again even if it has not changed, together with a
   * changed `defaultExposed`. It replaces the value that fal has at that time.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly rewriteOn?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Manages an existing object and updates it to match the program. Used only at creation.
   *
   * If omitted: `false`: an existing object is an error. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
}

/** The properties of a `Secret`. */
export interface SecretProperties {
  /**
   * The secret's name, which is also the name of the environment variable. fal documents no rule, so a name that
   * does not consist of letters, digits and `_` is only a warning.
   */
  readonly name: pulumi.Output<string>;
  /** The name of the fal environment. */
  readonly environment: pulumi.Output<string>;
  /**
   * The secret's value. fal never returns it, so changes outside Pulumi are not detected. Running runners keep the
   * old value until a rollout (`App.rolloutOn`). Optional for an adopted or imported secret; if you set it later, it
   * is written.
   */
  readonly value: pulumi.Output<string | undefined>;
  /**
   * Whether apps that do not list their secrets receive this one. fal sets it only together with the value, and the
   * value in the program may be older than fal's. So changing only this property is an error: also change `value`,
   * or add an entry to `rewriteOn`.
   */
  readonly defaultExposed: pulumi.Output<boolean | undefined>;
  /**
   * When an entry is added to this list, `value` is written again even if it has not changed, together with a
   * changed `defaultExposed`. It replaces the value that fal has at that time.
   */
  readonly rewriteOn: pulumi.Output<string[] | undefined>;
  /** A text that changes whenever the value is written, for `App.rolloutOn`. It is not derived from the value. */
  readonly fingerprint: pulumi.Output<string>;
  /** When the secret was created, ISO 8601. fal does not document whether replacing the value changes it. */
  readonly createdAt: pulumi.Output<string | undefined>;
}

export const SecretBase = pulumi.CustomResource as unknown as ResourceClass<SecretProperties>;
