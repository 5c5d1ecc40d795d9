// Generated from the functions' tables by `npm run generate`; do not edit.

import type * as pulumi from "@pulumi/pulumi";
import type { App } from "../resources/app";
import type { Environment } from "../resources/environment";
import { call, callOutput } from "./call";
import type {
  GetApiKeysResult,
  GetAppResult,
  GetAppRevisionsResult,
  GetAppsResult,
  GetComputeInstanceResult,
  GetComputeInstancesResult,
  GetEnvironmentsResult,
  GetFilesResult,
  GetRunnersResult,
  GetSecretsResult,
  GetStorageSettingsResult,
} from "./results";

export interface GetAppArgs {
  /** The app's name, without the suffix `--<environment>`. */
  readonly name: string;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the provider's `environment`, or `main`.
   */
  readonly environment?: string | undefined;
}

export interface GetAppOutputArgs {
  /** The app's name, without the suffix `--<environment>`. */
  readonly name: pulumi.Input<string>;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the provider's `environment`, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
}

/**
 * Reads a deployed app: its URLs, its running revision and its scaling.
 *
 * Fails when the app does not exist, or an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { url, effective } = await fal.getApp({ name: "image-gen" });
 */
export function getApp(args: GetAppArgs, options?: pulumi.InvokeOptions): Promise<GetAppResult> {
  return call("getApp", args, options);
}

/**
 * As `getApp`, with arguments that may be outputs and resources. Unknown at preview while one of them is; secret
 * when one is.
 */
export function getAppOutput(
  args: GetAppOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetAppResult> {
  return callOutput("getApp", args, options);
}

export interface GetAppsArgs {
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the provider's `environment`, or `main`.
   */
  readonly environment?: string | undefined;
  /**
   * Only apps whose name contains this text.
   *
   * Left out: all apps.
   */
  readonly filter?: string | undefined;
}

export interface GetAppsOutputArgs {
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the provider's `environment`, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * Only apps whose name contains this text.
   *
   * Left out: all apps.
   */
  readonly filter?: pulumi.Input<string> | undefined;
}

/**
 * Lists the apps of an environment.
 *
 * Fails when an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { apps } = await fal.getApps({ environment: "staging", filter: "image" });
 */
export function getApps(args?: GetAppsArgs, options?: pulumi.InvokeOptions): Promise<GetAppsResult> {
  return call("getApps", args, options);
}

/**
 * As `getApps`, with arguments that may be outputs and resources. Unknown at preview while one of them is; secret
 * when one is.
 */
export function getAppsOutput(
  args?: GetAppsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetAppsResult> {
  return callOutput("getApps", args, options);
}

export interface GetAppRevisionsArgs {
  /** The app: its name or its id `environment/name`. The `Output` form also accepts an `App`. */
  readonly app: string;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the app's if `app` is an id or an `App`, else the provider's `environment`, or `main`.
   */
  readonly environment?: string | undefined;
}

export interface GetAppRevisionsOutputArgs {
  /** The app: its name or its id `environment/name`. The `Output` form also accepts an `App`. */
  readonly app: pulumi.Input<string | App>;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the app's if `app` is an id or an `App`, else the provider's `environment`, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
}

/**
 * Lists the existing revisions of an app, in fal's order. `App.revision` pins an app to a revision.
 *
 * Fails when an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { revisions } = await fal.getAppRevisions({ app: "image-gen" });
 */
export function getAppRevisions(
  args: GetAppRevisionsArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetAppRevisionsResult> {
  return call("getAppRevisions", args, options);
}

/**
 * As `getAppRevisions`, with arguments that may be outputs and resources. Unknown at preview while one of them is;
 * secret when one is.
 */
export function getAppRevisionsOutput(
  args: GetAppRevisionsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetAppRevisionsResult> {
  return callOutput("getAppRevisions", args, options);
}

export interface GetRunnersArgs {
  /**
   * The app: its name or its id `environment/name`. The `Output` form also accepts an `App`.
   *
   * Left out: all apps.
   */
  readonly app?: string | undefined;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the app's if `app` is an id or an `App`, else the provider's `environment`, or `main`. If `app` is
   * omitted too: all environments.
   */
  readonly environment?: string | undefined;
  /**
   * Only runners in one of these states, for example `running`, `idle`, `pending`, `setup`, `draining`.
   *
   * Left out: all states.
   */
  readonly state?: readonly string[] | undefined;
  /**
   * Includes runners that ended since this time, in ISO 8601 with a time zone. fal's CLI documents a limit of 24
   * hours.
   *
   * Left out: no ended runners.
   */
  readonly since?: string | undefined;
}

export interface GetRunnersOutputArgs {
  /**
   * The app: its name or its id `environment/name`. The `Output` form also accepts an `App`.
   *
   * Left out: all apps.
   */
  readonly app?: pulumi.Input<string | App> | undefined;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the app's if `app` is an id or an `App`, else the provider's `environment`, or `main`. If `app` is
   * omitted too: all environments.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * Only runners in one of these states, for example `running`, `idle`, `pending`, `setup`, `draining`.
   *
   * Left out: all states.
   */
  readonly state?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Includes runners that ended since this time, in ISO 8601 with a time zone. fal's CLI documents a limit of 24
   * hours.
   *
   * Left out: no ended runners.
   */
  readonly since?: pulumi.Input<string> | undefined;
}

/**
 * Lists the runners, including pending ones, of an app, an environment or the whole account.
 *
 * Fails when an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { runners } = await fal.getRunners({ app: "image-gen", state: ["running"] });
 */
export function getRunners(args?: GetRunnersArgs, options?: pulumi.InvokeOptions): Promise<GetRunnersResult> {
  return call("getRunners", args, options);
}

/**
 * As `getRunners`, with arguments that may be outputs and resources. Unknown at preview while one of them is;
 * secret when one is.
 */
export function getRunnersOutput(
  args?: GetRunnersOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetRunnersResult> {
  return callOutput("getRunners", args, options);
}

export interface GetSecretsArgs {
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the provider's `environment`, or `main`.
   */
  readonly environment?: string | undefined;
}

export interface GetSecretsOutputArgs {
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * Left out: the provider's `environment`, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
}

/**
 * Lists the secrets of an environment without their values, which fal never returns.
 *
 * Fails when an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { secrets } = await fal.getSecrets({ environment: "staging" });
 */
export function getSecrets(args?: GetSecretsArgs, options?: pulumi.InvokeOptions): Promise<GetSecretsResult> {
  return call("getSecrets", args, options);
}

/**
 * As `getSecrets`, with arguments that may be outputs and resources. Unknown at preview while one of them is;
 * secret when one is.
 */
export function getSecretsOutput(
  args?: GetSecretsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetSecretsResult> {
  return callOutput("getSecrets", args, options);
}

export type GetEnvironmentsArgs = Record<string, never>;

export type GetEnvironmentsOutputArgs = Record<string, never>;

/**
 * Lists the environments of the account.
 *
 * Fails when an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { environments } = await fal.getEnvironments();
 */
export function getEnvironments(
  args?: GetEnvironmentsArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetEnvironmentsResult> {
  return call("getEnvironments", args, options);
}

/**
 * As `getEnvironments`, with arguments that may be outputs and resources. Unknown at preview while one of them is;
 * secret when one is.
 */
export function getEnvironmentsOutput(
  args?: GetEnvironmentsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetEnvironmentsResult> {
  return callOutput("getEnvironments", args, options);
}

export interface GetApiKeysArgs {
  /**
   * Only keys with this alias. Several keys can have the same alias.
   *
   * Left out: all keys.
   */
  readonly alias?: string | undefined;
}

export interface GetApiKeysOutputArgs {
  /**
   * Only keys with this alias. Several keys can have the same alias.
   *
   * Left out: all keys.
   */
  readonly alias?: pulumi.Input<string> | undefined;
}

/**
 * Lists the API keys of the account without their secrets, which fal shows only at creation.
 *
 * Fails when an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { keys } = await fal.getApiKeys({ alias: "ci" });
 */
export function getApiKeys(args?: GetApiKeysArgs, options?: pulumi.InvokeOptions): Promise<GetApiKeysResult> {
  return call("getApiKeys", args, options);
}

/**
 * As `getApiKeys`, with arguments that may be outputs and resources. Unknown at preview while one of them is;
 * secret when one is.
 */
export function getApiKeysOutput(
  args?: GetApiKeysOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetApiKeysResult> {
  return callOutput("getApiKeys", args, options);
}

export interface GetComputeInstanceArgs {
  /** The instance's id. */
  readonly id: string;
}

export interface GetComputeInstanceOutputArgs {
  /** The instance's id. */
  readonly id: pulumi.Input<string>;
}

/**
 * Reads a GPU instance. fal never returns its SSH key.
 *
 * Fails when the instance does not exist, or an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { status, sshCommand } = await fal.getComputeInstance({ id: "inst_123" });
 */
export function getComputeInstance(
  args: GetComputeInstanceArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetComputeInstanceResult> {
  return call("getComputeInstance", args, options);
}

/**
 * As `getComputeInstance`, with arguments that may be outputs and resources. Unknown at preview while one of them
 * is; secret when one is.
 */
export function getComputeInstanceOutput(
  args: GetComputeInstanceOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetComputeInstanceResult> {
  return callOutput("getComputeInstance", args, options);
}

export type GetComputeInstancesArgs = Record<string, never>;

export type GetComputeInstancesOutputArgs = Record<string, never>;

/**
 * Lists the GPU instances of the account.
 *
 * Fails when an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { instances } = await fal.getComputeInstances();
 */
export function getComputeInstances(
  args?: GetComputeInstancesArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetComputeInstancesResult> {
  return call("getComputeInstances", args, options);
}

/**
 * As `getComputeInstances`, with arguments that may be outputs and resources. Unknown at preview while one of them
 * is; secret when one is.
 */
export function getComputeInstancesOutput(
  args?: GetComputeInstancesOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetComputeInstancesResult> {
  return callOutput("getComputeInstances", args, options);
}

export interface GetFilesArgs {
  /**
   * The folder below `/data`, for example `datasets/images`.
   *
   * Left out: the root.
   */
  readonly path?: string | undefined;
}

export interface GetFilesOutputArgs {
  /**
   * The folder below `/data`, for example `datasets/images`.
   *
   * Left out: the root.
   */
  readonly path?: pulumi.Input<string> | undefined;
}

/**
 * Lists the files and folders directly in a folder of the account's volume, by path. All environments share the
 * volume; apps access it under `/data`.
 *
 * Fails when an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { files } = await fal.getFiles({ path: "datasets/images" });
 */
export function getFiles(args?: GetFilesArgs, options?: pulumi.InvokeOptions): Promise<GetFilesResult> {
  return call("getFiles", args, options);
}

/**
 * As `getFiles`, with arguments that may be outputs and resources. Unknown at preview while one of them is; secret
 * when one is.
 */
export function getFilesOutput(
  args?: GetFilesOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetFilesResult> {
  return callOutput("getFiles", args, options);
}

export type GetStorageSettingsArgs = Record<string, never>;

export type GetStorageSettingsOutputArgs = Record<string, never>;

/**
 * The account's settings for uploaded files: how long they are kept and who may read them.
 *
 * Fails when an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { expirationDurationSeconds } = await fal.getStorageSettings();
 */
export function getStorageSettings(
  args?: GetStorageSettingsArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetStorageSettingsResult> {
  return call("getStorageSettings", args, options);
}

/**
 * As `getStorageSettings`, with arguments that may be outputs and resources. Unknown at preview while one of them
 * is; secret when one is.
 */
export function getStorageSettingsOutput(
  args?: GetStorageSettingsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetStorageSettingsResult> {
  return callOutput("getStorageSettings", args, options);
}
