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

export interface AppArgs {
  /**
   * Name of the app, without the `--<environment>` suffix.
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
   * Who may call the app: `private` (the account), `public` (everyone, the account pays), `shared` (everyone with a
   * key, callers pay).
   *
   * Left out: not managed.
   */
  readonly authMode?: pulumi.Input<"private" | "public" | "shared"> | undefined;
  /**
   * Pins the app to an existing revision (see `fal apps list-rev`), to roll forward or back.
   *
   * Left out: not managed: the app follows its deploys.
   */
  readonly revision?: pulumi.Input<string> | undefined;
  /**
   * How runners change over to another `revision`.
   *
   * Left out: fal's. A change is recorded and sends nothing to fal.
   */
  readonly strategy?: pulumi.Input<"rolling" | "recreate"> | undefined;
  /**
   * When a value in this list changes, the app's runners are rolled out, so that they see new secrets or machine
   * types; for example `[secret.fingerprint]`. First appearance and adoption never roll out.
   *
   * Left out: not managed.
   */
  readonly rolloutOn?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * What deleting the resource does: `retain` leaves the app as it is, `delete` deletes it with all its revisions.
   * To take effect it must be in state: set it, run `pulumi up`, then destroy.
   *
   * Left out: `retain`: an app that this program did not deploy cannot be recreated by it. A change is recorded and
   * sends nothing to fal.
   */
  readonly onDelete?: pulumi.Input<"delete" | "retain"> | undefined;
  /**
   * Accepted, without effect: an App always works on an app that exists.
   *
   * Left out: none needed. A change is recorded and sends nothing to fal.
   */
  readonly adopt?: pulumi.Input<boolean> | undefined;
}

/** The properties of an `App`. */
export interface AppProperties {
  /** Name of the app, without the `--<environment>` suffix. */
  readonly name: pulumi.Output<string>;
  /** The fal environment: its name, or an `Environment` (which also makes the dependency). */
  readonly environment: pulumi.Output<string>;
  /**
   * Who may call the app: `private` (the account), `public` (everyone, the account pays), `shared` (everyone with a
   * key, callers pay).
   */
  readonly authMode: pulumi.Output<"private" | "public" | "shared" | undefined>;
  /** Pins the app to an existing revision (see `fal apps list-rev`), to roll forward or back. */
  readonly revision: pulumi.Output<string | undefined>;
  /** How runners change over to another `revision`. */
  readonly strategy: pulumi.Output<"rolling" | "recreate" | undefined>;
  /**
   * When a value in this list changes, the app's runners are rolled out, so that they see new secrets or machine
   * types; for example `[secret.fingerprint]`. First appearance and adoption never roll out.
   */
  readonly rolloutOn: pulumi.Output<string[] | undefined>;
  /**
   * What deleting the resource does: `retain` leaves the app as it is, `delete` deletes it with all its revisions.
   * To take effect it must be in state: set it, run `pulumi up`, then destroy.
   */
  readonly onDelete: pulumi.Output<"delete" | "retain" | undefined>;
  /** The app's name as fal addresses it: `name`, outside main `name--environment`. */
  readonly alias: pulumi.Output<string>;
  /** Nickname of the account. */
  readonly owner: pulumi.Output<string>;
  /** `owner/alias`, as clients address the app. */
  readonly endpointId: pulumi.Output<string>;
  /** Address for direct calls. */
  readonly url: pulumi.Output<string>;
  /** Address for calls through the queue. */
  readonly queueUrl: pulumi.Output<string>;
  /** Revision that runs now. */
  readonly currentRevision: pulumi.Output<string>;
  /** Machine types it runs on, in order of preference. */
  readonly machineTypes: pulumi.Output<string[]>;
}

export const AppBase = pulumi.CustomResource as unknown as ResourceClass<AppProperties>;
