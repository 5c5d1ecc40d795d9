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

export interface SecretArgs {
  /**
   * Name of the secret, which is the name of the environment variable.
   *
   * A change replaces.
   */
  readonly name: pulumi.Input<string>;
  /**
   * The fal environment: its name, or an `Environment` (which also makes the dependency).
   *
   * Left out: the provider's `environment`, else `main`. A change replaces.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * The value. fal never returns it, so a value changed behind Pulumi's back cannot be seen. Running runners keep
   * the old one until they are rolled out (`App.rolloutOn`). May be left out for an adopted or imported secret; set
   * later, it is written.
   */
  readonly value?: pulumi.Input<string> | undefined;
  /**
   * Whether apps that do not list their secrets get this one. fal sets it only together with the value, and the
   * value in the program may be older than fal's. So a change of this property alone is refused: change `value` too,
   * or add an entry to `rewriteOn`.
   *
   * Left out: not managed.
   */
  readonly defaultExposed?: pulumi.Input<boolean> | undefined;
  /**
   * When a value is added to this list, `value` is written again although it is the same, and a changed
   * `defaultExposed` with it. It replaces whatever value fal has by then.
   *
   * Left out: not managed.
   */
  readonly rewriteOn?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Take over an object that exists already and bring it to the declared state. Matters at creation only.
   *
   * Left out: false: an existing object is an error. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
}

/** The properties of a `Secret`. */
export interface SecretProperties {
  /** Name of the secret, which is the name of the environment variable. */
  readonly name: pulumi.Output<string>;
  /** The fal environment: its name, or an `Environment` (which also makes the dependency). */
  readonly environment: pulumi.Output<string>;
  /**
   * The value. fal never returns it, so a value changed behind Pulumi's back cannot be seen. Running runners keep
   * the old one until they are rolled out (`App.rolloutOn`). May be left out for an adopted or imported secret; set
   * later, it is written.
   */
  readonly value: pulumi.Output<string | undefined>;
  /**
   * Whether apps that do not list their secrets get this one. fal sets it only together with the value, and the
   * value in the program may be older than fal's. So a change of this property alone is refused: change `value` too,
   * or add an entry to `rewriteOn`.
   */
  readonly defaultExposed: pulumi.Output<boolean | undefined>;
  /**
   * When a value is added to this list, `value` is written again although it is the same, and a changed
   * `defaultExposed` with it. It replaces whatever value fal has by then.
   */
  readonly rewriteOn: pulumi.Output<string[] | undefined>;
  /**
   * Another text whenever the value is written: it says that the secret changed and nothing else, and is not made
   * from the value. Made for `App.rolloutOn`.
   */
  readonly fingerprint: pulumi.Output<string>;
  /** When fal says the secret was created, ISO 8601. Whether replacing the value moves it is not documented. */
  readonly createdAt: pulumi.Output<string>;
}

export const SecretBase = pulumi.CustomResource as unknown as ResourceClass<SecretProperties>;
