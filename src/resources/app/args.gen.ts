// Generated from the property table by `npm run generate`; do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../environment";
import type { ResourceClass, ResourceShape } from "../resource";

export const shape: ResourceShape = {
  kind: "App",
  properties: [
    "name",
    "environment",
    "authMode",
    "revision",
    "strategy",
    "rolloutOn",
    "onDelete",
    "alias",
    "owner",
    "endpointId",
    "url",
    "queueUrl",
    "currentRevision",
    "machineTypes",
  ],
  secrets: [],
  public: ["name", "environment"],
  adopt: "adopt",
  identifiedByName: true,
};

/** Arguments of an `App`. Reference: docs/reference/app.md in the repository of pulumi-fal. */
export interface AppArgs {
  /**
   * The app's name, without the suffix `--<environment>`.
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
   * Who may call the app: `private` (the account), `public` (everyone; the account pays) or `shared` (everyone with
   * a key; callers pay).
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly authMode?: pulumi.Input<"private" | "public" | "shared"> | undefined;
  /**
   * Pins the app to an existing revision, to roll forward or back. `fal apps list-rev` lists revisions.
   *
   * If omitted: not managed: the app follows its deploys. A change updates in place.
   */
  readonly revision?: pulumi.Input<string> | undefined;
  /**
   * How runners are replaced when `revision` changes.
   *
   * If omitted: fal's default. A change is recorded and sends nothing to fal.
   */
  readonly strategy?: pulumi.Input<"rolling" | "recreate"> | undefined;
  /**
   * When a value in this list changes, the app's runners are replaced, so that they use new secrets or machine
   * types. For example, the `fingerprint` of a `Secret`. Setting the list for the first time or adopting the app
   * replaces nothing.
   *
   * If omitted: not managed. A change updates in place.
   */
  readonly rolloutOn?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * What happens to the app when the resource is deleted: `retain` keeps it, `delete` deletes it with all its
   * revisions. It takes effect only once it is in the state: set it, run `pulumi up`, then destroy.
   *
   * If omitted: `retain`, because the program could not deploy the app again. A change is recorded and sends nothing
   * to fal.
   */
  readonly onDelete?: pulumi.Input<"delete" | "retain"> | undefined;
  /**
   * Has no effect: an `App` always manages an existing app.
   *
   * If omitted: not needed. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
}

/** The properties of an `App`. */
export interface AppProperties {
  /** The app's name, without the suffix `--<environment>`. */
  readonly name: pulumi.Output<string>;
  /** The name of the fal environment. */
  readonly environment: pulumi.Output<string>;
  /**
   * Who may call the app: `private` (the account), `public` (everyone; the account pays) or `shared` (everyone with
   * a key; callers pay).
   */
  readonly authMode: pulumi.Output<"private" | "public" | "shared" | undefined>;
  /** Pins the app to an existing revision, to roll forward or back. `fal apps list-rev` lists revisions. */
  readonly revision: pulumi.Output<string | undefined>;
  /** How runners are replaced when `revision` changes. */
  readonly strategy: pulumi.Output<"rolling" | "recreate" | undefined>;
  /**
   * When a value in this list changes, the app's runners are replaced, so that they use new secrets or machine
   * types. For example, the `fingerprint` of a `Secret`. Setting the list for the first time or adopting the app
   * replaces nothing.
   */
  readonly rolloutOn: pulumi.Output<string[] | undefined>;
  /**
   * What happens to the app when the resource is deleted: `retain` keeps it, `delete` deletes it with all its
   * revisions. It takes effect only once it is in the state: set it, run `pulumi up`, then destroy.
   */
  readonly onDelete: pulumi.Output<"delete" | "retain" | undefined>;
  /** The app's alias at fal: `name`, or `name--environment` outside `main`. */
  readonly alias: pulumi.Output<string>;
  /** The account's nickname. */
  readonly owner: pulumi.Output<string>;
  /** `owner/alias`, the endpoint id for clients. */
  readonly endpointId: pulumi.Output<string>;
  /** URL for direct calls. */
  readonly url: pulumi.Output<string>;
  /** URL for calls through the queue. */
  readonly queueUrl: pulumi.Output<string>;
  /** The revision that is running. */
  readonly currentRevision: pulumi.Output<string>;
  /** The app's machine types, in order of preference. */
  readonly machineTypes: pulumi.Output<string[]>;
}

export const AppBase = pulumi.CustomResource as unknown as ResourceClass<AppProperties>;
