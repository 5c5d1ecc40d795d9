// Generated from the property table by `npm run generate`; do not edit.

import * as pulumi from "@pulumi/pulumi";
import type { Environment } from "../environment";
import type { ResourceClass, ResourceShape } from "../resource";
import type { AppSource } from "./types";

export const shape: ResourceShape = {
  kind: "App",
  properties: [
    "name",
    "environment",
    "authMode",
    "source",
    "onForeignDeploy",
    "resetScale",
    "noCache",
    "revision",
    "strategy",
    "rolloutOn",
    "onDelete",
    "sourceHash",
    "sourceFiles",
    "sourceCommit",
    "alias",
    "owner",
    "endpointId",
    "url",
    "queueUrl",
    "currentRevision",
    "deployedRevision",
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
   * The code of the app, which the official `fal` CLI deploys when it changes. Without it, the app must have been
   * deployed with `fal deploy`.
   *
   * If omitted: not managed: the app must exist, or `revision` must name one of its revisions. A change is recorded
   * and sends nothing to fal.
   */
  readonly source?: pulumi.Input<AppSource> | undefined;
  /**
   * What happens if somebody else has deployed the app since the last deployment by this resource: `keep` warns at a
   * refresh, `redeploy` deploys `source` again at the next `pulumi up` after it.
   *
   * If omitted: `keep`. A change is recorded and sends nothing to fal.
   */
  readonly onForeignDeploy?: pulumi.Input<"keep" | "redeploy"> | undefined;
  /**
   * Whether a deployment resets all scaling values to those in the code, as `fal deploy --reset-scale`.
   *
   * If omitted: `false`: it resets only those that every deployment resets. A change is recorded and sends nothing
   * to fal.
   */
  readonly resetScale?: pulumi.Input<boolean> | undefined;
  /**
   * Whether a deployment builds the image without a cache, as `fal deploy --no-cache`.
   *
   * If omitted: `false`. A change is recorded and sends nothing to fal.
   */
  readonly noCache?: pulumi.Input<boolean> | undefined;
  /**
   * Pins the app to an existing revision, to roll forward or back. `fal apps list-rev` lists revisions. While it is
   * set, `source` is not deployed.
   *
   * If omitted: not managed: the app follows its deploys. A change updates in place.
   */
  readonly revision?: pulumi.Input<string> | undefined;
  /**
   * How runners are replaced when the app is deployed or `revision` changes.
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
   * If omitted: `delete` with `source`, otherwise `retain`, because the program could not deploy the app again. A
   * change is recorded and sends nothing to fal.
   */
  readonly onDelete?: pulumi.Input<"delete" | "retain"> | undefined;
  /**
   * With `source`: manages an app that exists already, and deploys only if its revision comes from other code.
   * Without `source` it has no effect, because the app must exist.
   *
   * If omitted: `false`: with `source`, an existing app is an error. A change is recorded and sends nothing to fal.
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
  /**
   * The code of the app, which the official `fal` CLI deploys when it changes. Without it, the app must have been
   * deployed with `fal deploy`.
   */
  readonly source: pulumi.Output<pulumi.Unwrap<AppSource> | undefined>;
  /**
   * What happens if somebody else has deployed the app since the last deployment by this resource: `keep` warns at a
   * refresh, `redeploy` deploys `source` again at the next `pulumi up` after it.
   */
  readonly onForeignDeploy: pulumi.Output<"keep" | "redeploy" | undefined>;
  /** Whether a deployment resets all scaling values to those in the code, as `fal deploy --reset-scale`. */
  readonly resetScale: pulumi.Output<boolean | undefined>;
  /** Whether a deployment builds the image without a cache, as `fal deploy --no-cache`. */
  readonly noCache: pulumi.Output<boolean | undefined>;
  /**
   * Pins the app to an existing revision, to roll forward or back. `fal apps list-rev` lists revisions. While it is
   * set, `source` is not deployed.
   */
  readonly revision: pulumi.Output<string | undefined>;
  /** How runners are replaced when the app is deployed or `revision` changes. */
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
  /**
   * A digest of everything that `source` deploys: its files, or its `version`, and its `ref`. If it changes, the app
   * is deployed.
   */
  readonly sourceHash: pulumi.Output<string | undefined>;
  /**
   * The digest of each file that `source` deploys, by its path, so that a preview shows which files changed. Folders
   * with many files are summed up.
   */
  readonly sourceFiles: pulumi.Output<{ readonly [path: string]: string } | undefined>;
  /**
   * The Git commit that was checked out when `sourceHash` last changed, if the folder of `source` is in a
   * repository. A review shows the commits between two deployments.
   */
  readonly sourceCommit: pulumi.Output<string | undefined>;
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
  /** The revision that the last deployment by this resource created. */
  readonly deployedRevision: pulumi.Output<string | undefined>;
  /** The app's machine types, in order of preference. */
  readonly machineTypes: pulumi.Output<string[]>;
}

export const AppBase = pulumi.CustomResource as unknown as ResourceClass<AppProperties>;
