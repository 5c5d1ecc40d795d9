// Generated from the functions' tables by `npm run generate`; do not edit.

import type * as pulumi from "@pulumi/pulumi";
import type { App } from "../resources/app";
import type { Environment } from "../resources/environment";
import { call, callOutput } from "./call";
import type {
  GetApiKeysResult,
  GetAppAnalyticsResult,
  GetAppResult,
  GetAppRevisionsResult,
  GetAppsResult,
  GetComputeInstanceResult,
  GetComputeInstancesResult,
  GetEnvironmentsResult,
  GetFilesResult,
  GetQueueSizeResult,
  GetRunnerHistoryResult,
  GetRunnersResult,
  GetSecretsResult,
  GetStorageSettingsResult,
  GetUsageResult,
} from "./results";

export interface GetAppArgs {
  /** The app's name, without the suffix `--<environment>`. */
  readonly name: string;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the provider's `environment`, or `main`.
   */
  readonly environment?: string | undefined;
}

export interface GetAppOutputArgs {
  /** The app's name, without the suffix `--<environment>`. */
  readonly name: pulumi.Input<string>;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the provider's `environment`, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
}

/**
 * Reads a deployed app: its URLs, its running revision and its scaling.
 *
 * Fails if the app does not exist, or an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { url, effective } = await fal.getApp({ name: "image-gen" });
 */
export function getApp(args: GetAppArgs, options?: pulumi.InvokeOptions): Promise<GetAppResult> {
  return call("getApp", args, options);
}

/**
 * Like `getApp`, but accepts outputs and resources as arguments. During a preview, the result is unknown if an
 * argument is unknown. It is secret if an argument is secret.
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
   * If omitted: the provider's `environment`, or `main`.
   */
  readonly environment?: string | undefined;
  /**
   * Only apps whose name contains this text.
   *
   * If omitted: all apps.
   */
  readonly filter?: string | undefined;
}

export interface GetAppsOutputArgs {
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the provider's `environment`, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * Only apps whose name contains this text.
   *
   * If omitted: all apps.
   */
  readonly filter?: pulumi.Input<string> | undefined;
}

/**
 * Lists the apps of an environment.
 *
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { apps } = await fal.getApps({ environment: "staging", filter: "image" });
 */
export function getApps(args?: GetAppsArgs, options?: pulumi.InvokeOptions): Promise<GetAppsResult> {
  return call("getApps", args, options);
}

/**
 * Like `getApps`, but accepts outputs and resources as arguments. During a preview, the result is unknown if an
 * argument is unknown. It is secret if an argument is secret.
 */
export function getAppsOutput(
  args?: GetAppsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetAppsResult> {
  return callOutput("getApps", args, options);
}

export interface GetAppRevisionsArgs {
  /** The app's name or its id `environment/name`. The `Output` form also accepts an `App`. */
  readonly app: string;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the one in `app` if that is an id, else the provider's, or `main`.
   */
  readonly environment?: string | undefined;
}

export interface GetAppRevisionsOutputArgs {
  /** The app's name or its id `environment/name`. The `Output` form also accepts an `App`. */
  readonly app: pulumi.Input<string | App>;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the one in `app` if that is an id, else the provider's, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
}

/**
 * Lists the existing revisions of an app, in fal's order. `App.revision` pins an app to a revision.
 *
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
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
 * Like `getAppRevisions`, but accepts outputs and resources as arguments. During a preview, the result is unknown
 * if an argument is unknown. It is secret if an argument is secret.
 */
export function getAppRevisionsOutput(
  args: GetAppRevisionsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetAppRevisionsResult> {
  return callOutput("getAppRevisions", args, options);
}

export interface GetRunnersArgs {
  /**
   * The app's name or its id `environment/name`. The `Output` form also accepts an `App`.
   *
   * If omitted: all apps.
   */
  readonly app?: string | undefined;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the one in `app` if that is an id, else the provider's, or `main`. If `app` is omitted too: all
   * environments.
   */
  readonly environment?: string | undefined;
  /**
   * Only runners in one of these states, for example `running`, `idle`, `pending`, `setup`, `draining`.
   *
   * If omitted: all states.
   */
  readonly state?: readonly string[] | undefined;
  /**
   * Includes runners that ended since this time, in ISO 8601 with a time zone. fal's CLI documents a limit of 24
   * hours.
   *
   * If omitted: no ended runners.
   */
  readonly since?: string | undefined;
}

export interface GetRunnersOutputArgs {
  /**
   * The app's name or its id `environment/name`. The `Output` form also accepts an `App`.
   *
   * If omitted: all apps.
   */
  readonly app?: pulumi.Input<string | App> | undefined;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the one in `app` if that is an id, else the provider's, or `main`. If `app` is omitted too: all
   * environments.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * Only runners in one of these states, for example `running`, `idle`, `pending`, `setup`, `draining`.
   *
   * If omitted: all states.
   */
  readonly state?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * Includes runners that ended since this time, in ISO 8601 with a time zone. fal's CLI documents a limit of 24
   * hours.
   *
   * If omitted: no ended runners.
   */
  readonly since?: pulumi.Input<string> | undefined;
}

/**
 * Lists the runners, including pending ones, of an app, an environment or the whole account.
 *
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { runners } = await fal.getRunners({ app: "image-gen", state: ["running"] });
 */
export function getRunners(args?: GetRunnersArgs, options?: pulumi.InvokeOptions): Promise<GetRunnersResult> {
  return call("getRunners", args, options);
}

/**
 * Like `getRunners`, but accepts outputs and resources as arguments. During a preview, the result is unknown if an
 * argument is unknown. It is secret if an argument is secret.
 */
export function getRunnersOutput(
  args?: GetRunnersOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetRunnersResult> {
  return callOutput("getRunners", args, options);
}

export interface GetRunnerHistoryArgs {
  /** The app's name or its id `environment/name`. The `Output` form also accepts an `App`. */
  readonly app: string;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the one in `app` if that is an id, else the provider's, or `main`.
   */
  readonly environment?: string | undefined;
  /**
   * When the range begins: a date, or a time in ISO 8601 with its zone. At most 90 days ago.
   *
   * If omitted: 24 hours ago.
   */
  readonly start?: string | undefined;
  /**
   * When the range ends, as `start`.
   *
   * If omitted: now.
   */
  readonly end?: string | undefined;
  /**
   * The length of a time bucket.
   *
   * If omitted: chosen by fal: minutes for ranges below 2 hours, hours below 2 days, days below 64 days.
   */
  readonly timeframe?: "minute" | "hour" | "day" | "week" | "month" | undefined;
  /**
   * Whether the numbers of a bucket are the most runners at once, or their mean.
   *
   * If omitted: `max`.
   */
  readonly aggregation?: "max" | "avg" | undefined;
}

export interface GetRunnerHistoryOutputArgs {
  /** The app's name or its id `environment/name`. The `Output` form also accepts an `App`. */
  readonly app: pulumi.Input<string | App>;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the one in `app` if that is an id, else the provider's, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * When the range begins: a date, or a time in ISO 8601 with its zone. At most 90 days ago.
   *
   * If omitted: 24 hours ago.
   */
  readonly start?: pulumi.Input<string> | undefined;
  /**
   * When the range ends, as `start`.
   *
   * If omitted: now.
   */
  readonly end?: pulumi.Input<string> | undefined;
  /**
   * The length of a time bucket.
   *
   * If omitted: chosen by fal: minutes for ranges below 2 hours, hours below 2 days, days below 64 days.
   */
  readonly timeframe?: pulumi.Input<"minute" | "hour" | "day" | "week" | "month"> | undefined;
  /**
   * Whether the numbers of a bucket are the most runners at once, or their mean.
   *
   * If omitted: `max`.
   */
  readonly aggregation?: pulumi.Input<"max" | "avg"> | undefined;
}

/**
 * Reads how many runners an app had: working, idle, pending and draining, per time bucket.
 *
 * Fails if the app does not exist, or an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { history } = await fal.getRunnerHistory({ app: "image-gen", timeframe: "hour" });
 */
export function getRunnerHistory(
  args: GetRunnerHistoryArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetRunnerHistoryResult> {
  return call("getRunnerHistory", args, options);
}

/**
 * Like `getRunnerHistory`, but accepts outputs and resources as arguments. During a preview, the result is unknown
 * if an argument is unknown. It is secret if an argument is secret.
 */
export function getRunnerHistoryOutput(
  args: GetRunnerHistoryOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetRunnerHistoryResult> {
  return callOutput("getRunnerHistory", args, options);
}

export interface GetQueueSizeArgs {
  /** The app's name or its id `environment/name`. The `Output` form also accepts an `App`. */
  readonly app: string;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the one in `app` if that is an id, else the provider's, or `main`.
   */
  readonly environment?: string | undefined;
}

export interface GetQueueSizeOutputArgs {
  /** The app's name or its id `environment/name`. The `Output` form also accepts an `App`. */
  readonly app: pulumi.Input<string | App>;
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the one in `app` if that is an id, else the provider's, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
}

/**
 * Reads how many requests wait for a runner of an app now.
 *
 * Fails if the app does not exist, or an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { queueSize } = await fal.getQueueSize({ app: "image-gen" });
 */
export function getQueueSize(args: GetQueueSizeArgs, options?: pulumi.InvokeOptions): Promise<GetQueueSizeResult> {
  return call("getQueueSize", args, options);
}

/**
 * Like `getQueueSize`, but accepts outputs and resources as arguments. During a preview, the result is unknown if
 * an argument is unknown. It is secret if an argument is secret.
 */
export function getQueueSizeOutput(
  args: GetQueueSizeOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetQueueSizeResult> {
  return callOutput("getQueueSize", args, options);
}

export interface GetAppAnalyticsArgs {
  /** The apps' names or ids `environment/name`. The `Output` form also accepts the `id` of an `App`. */
  readonly apps: readonly string[];
  /**
   * The fal environment of apps that are given by name. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the provider's `environment`, or `main`.
   */
  readonly environment?: string | undefined;
  /**
   * When the range begins: a date, or a time in ISO 8601 with its zone.
   *
   * If omitted: chosen by fal.
   */
  readonly start?: string | undefined;
  /**
   * When the range ends, as `start`.
   *
   * If omitted: now.
   */
  readonly end?: string | undefined;
  /**
   * The length of a time bucket.
   *
   * If omitted: chosen by fal, depending on the range.
   */
  readonly timeframe?: "minute" | "hour" | "day" | "week" | "month" | undefined;
  /**
   * The time zone of dates and time buckets, for example `Europe/Berlin`.
   *
   * If omitted: UTC.
   */
  readonly timezone?: string | undefined;
  /**
   * What to return: "timeSeries" (per time bucket), "summary" (for the range), and metrics, which have these names
   * in every language: "requestCount", "successCount", "userErrorCount", "errorCount", "startupErrorCount",
   * "connectionErrorCount", "timeoutErrorCount", "runtimeErrorCount", "p50PrepareDuration", "p75PrepareDuration",
   * "p90PrepareDuration", "p95PrepareDuration", "p99PrepareDuration", "p25Duration", "p50Duration", "p75Duration",
   * "p90Duration", "p95Duration", "p99Duration", "coldBootCount", "p50ColdBootDuration", "p75ColdBootDuration",
   * "p90ColdBootDuration", "totalBillableDuration".
   *
   * If omitted: "timeSeries" and "requestCount".
   */
  readonly expand?: readonly string[] | undefined;
}

export interface GetAppAnalyticsOutputArgs {
  /** The apps' names or ids `environment/name`. The `Output` form also accepts the `id` of an `App`. */
  readonly apps: pulumi.Input<pulumi.Input<string>[]>;
  /**
   * The fal environment of apps that are given by name. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the provider's `environment`, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * When the range begins: a date, or a time in ISO 8601 with its zone.
   *
   * If omitted: chosen by fal.
   */
  readonly start?: pulumi.Input<string> | undefined;
  /**
   * When the range ends, as `start`.
   *
   * If omitted: now.
   */
  readonly end?: pulumi.Input<string> | undefined;
  /**
   * The length of a time bucket.
   *
   * If omitted: chosen by fal, depending on the range.
   */
  readonly timeframe?: pulumi.Input<"minute" | "hour" | "day" | "week" | "month"> | undefined;
  /**
   * The time zone of dates and time buckets, for example `Europe/Berlin`.
   *
   * If omitted: UTC.
   */
  readonly timezone?: pulumi.Input<string> | undefined;
  /**
   * What to return: "timeSeries" (per time bucket), "summary" (for the range), and metrics, which have these names
   * in every language: "requestCount", "successCount", "userErrorCount", "errorCount", "startupErrorCount",
   * "connectionErrorCount", "timeoutErrorCount", "runtimeErrorCount", "p50PrepareDuration", "p75PrepareDuration",
   * "p90PrepareDuration", "p95PrepareDuration", "p99PrepareDuration", "p25Duration", "p50Duration", "p75Duration",
   * "p90Duration", "p95Duration", "p99Duration", "coldBootCount", "p50ColdBootDuration", "p75ColdBootDuration",
   * "p90ColdBootDuration", "totalBillableDuration".
   *
   * If omitted: "timeSeries" and "requestCount".
   */
  readonly expand?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

/**
 * Reads what fal measured of the requests of apps: their number, how long they waited and took, cold starts.
 *
 * Fails if an app belongs to another account, or an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { summary } = await fal.getAppAnalytics({ apps: ["image-gen"], expand: ["summary", "requestCount", "p95PrepareDuration"] });
 */
export function getAppAnalytics(
  args: GetAppAnalyticsArgs,
  options?: pulumi.InvokeOptions,
): Promise<GetAppAnalyticsResult> {
  return call("getAppAnalytics", args, options);
}

/**
 * Like `getAppAnalytics`, but accepts outputs and resources as arguments. During a preview, the result is unknown
 * if an argument is unknown. It is secret if an argument is secret.
 */
export function getAppAnalyticsOutput(
  args: GetAppAnalyticsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetAppAnalyticsResult> {
  return callOutput("getAppAnalytics", args, options);
}

export interface GetUsageArgs {
  /**
   * Only these apps: their names or ids `environment/name`. fal compares with the name in its billing, which may
   * have another suffix. The `Output` form also accepts the `id` of an `App`.
   *
   * If omitted: all apps, and usage without an app.
   */
  readonly apps?: readonly string[] | undefined;
  /**
   * The fal environment of apps that are given by name. Without `apps`: only the usage of this environment. The
   * `Output` form also accepts an `Environment`.
   *
   * If omitted: the provider's `environment`, or `main`. If `apps` is omitted too: all environments.
   */
  readonly environment?: string | undefined;
  /**
   * When the range begins: a date, or a time in ISO 8601 with its zone.
   *
   * If omitted: chosen by fal.
   */
  readonly start?: string | undefined;
  /**
   * When the range ends, as `start`.
   *
   * If omitted: now.
   */
  readonly end?: string | undefined;
  /**
   * The length of a time bucket.
   *
   * If omitted: chosen by fal, depending on the range.
   */
  readonly timeframe?: "minute" | "hour" | "day" | "week" | "month" | undefined;
  /**
   * The time zone of dates and time buckets, for example `Europe/Berlin`.
   *
   * If omitted: UTC.
   */
  readonly timezone?: string | undefined;
  /**
   * Only apps whose name in fal's billing contains this text.
   *
   * If omitted: all apps.
   */
  readonly search?: string | undefined;
  /**
   * What to return: "timeSeries" (per time bucket) and "summary" (for the range), in every language.
   *
   * If omitted: "timeSeries".
   */
  readonly expand?: readonly string[] | undefined;
}

export interface GetUsageOutputArgs {
  /**
   * Only these apps: their names or ids `environment/name`. fal compares with the name in its billing, which may
   * have another suffix. The `Output` form also accepts the `id` of an `App`.
   *
   * If omitted: all apps, and usage without an app.
   */
  readonly apps?: pulumi.Input<pulumi.Input<string>[]> | undefined;
  /**
   * The fal environment of apps that are given by name. Without `apps`: only the usage of this environment. The
   * `Output` form also accepts an `Environment`.
   *
   * If omitted: the provider's `environment`, or `main`. If `apps` is omitted too: all environments.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
  /**
   * When the range begins: a date, or a time in ISO 8601 with its zone.
   *
   * If omitted: chosen by fal.
   */
  readonly start?: pulumi.Input<string> | undefined;
  /**
   * When the range ends, as `start`.
   *
   * If omitted: now.
   */
  readonly end?: pulumi.Input<string> | undefined;
  /**
   * The length of a time bucket.
   *
   * If omitted: chosen by fal, depending on the range.
   */
  readonly timeframe?: pulumi.Input<"minute" | "hour" | "day" | "week" | "month"> | undefined;
  /**
   * The time zone of dates and time buckets, for example `Europe/Berlin`.
   *
   * If omitted: UTC.
   */
  readonly timezone?: pulumi.Input<string> | undefined;
  /**
   * Only apps whose name in fal's billing contains this text.
   *
   * If omitted: all apps.
   */
  readonly search?: pulumi.Input<string> | undefined;
  /**
   * What to return: "timeSeries" (per time bucket) and "summary" (for the range), in every language.
   *
   * If omitted: "timeSeries".
   */
  readonly expand?: pulumi.Input<pulumi.Input<string>[]> | undefined;
}

/**
 * Reads the machine time that the account was billed for, at its own prices, per app, environment and machine
 * type. An app may have several rows, which add up. The key needs ADMIN scope.
 *
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { summary } = await fal.getUsage({ start: "2026-08-01", expand: ["summary"] });
 */
export function getUsage(args?: GetUsageArgs, options?: pulumi.InvokeOptions): Promise<GetUsageResult> {
  return call("getUsage", args, options);
}

/**
 * Like `getUsage`, but accepts outputs and resources as arguments. During a preview, the result is unknown if an
 * argument is unknown. It is secret if an argument is secret.
 */
export function getUsageOutput(
  args?: GetUsageOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetUsageResult> {
  return callOutput("getUsage", args, options);
}

export interface GetSecretsArgs {
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the provider's `environment`, or `main`.
   */
  readonly environment?: string | undefined;
}

export interface GetSecretsOutputArgs {
  /**
   * The name of the fal environment. The `Output` form also accepts an `Environment`.
   *
   * If omitted: the provider's `environment`, or `main`.
   */
  readonly environment?: pulumi.Input<string | Environment> | undefined;
}

/**
 * Lists the secrets of an environment without their values, which fal never returns.
 *
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { secrets } = await fal.getSecrets({ environment: "staging" });
 */
export function getSecrets(args?: GetSecretsArgs, options?: pulumi.InvokeOptions): Promise<GetSecretsResult> {
  return call("getSecrets", args, options);
}

/**
 * Like `getSecrets`, but accepts outputs and resources as arguments. During a preview, the result is unknown if an
 * argument is unknown. It is secret if an argument is secret.
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
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
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
 * Like `getEnvironments`, but accepts outputs and resources as arguments. During a preview, the result is unknown
 * if an argument is unknown. It is secret if an argument is secret.
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
   * If omitted: all keys.
   */
  readonly alias?: string | undefined;
}

export interface GetApiKeysOutputArgs {
  /**
   * Only keys with this alias. Several keys can have the same alias.
   *
   * If omitted: all keys.
   */
  readonly alias?: pulumi.Input<string> | undefined;
}

/**
 * Lists the API keys of the account without their secrets, which fal shows only at creation.
 *
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { keys } = await fal.getApiKeys({ alias: "ci" });
 */
export function getApiKeys(args?: GetApiKeysArgs, options?: pulumi.InvokeOptions): Promise<GetApiKeysResult> {
  return call("getApiKeys", args, options);
}

/**
 * Like `getApiKeys`, but accepts outputs and resources as arguments. During a preview, the result is unknown if an
 * argument is unknown. It is secret if an argument is secret.
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
 * Fails if the instance does not exist, or an argument is wrong, or fal refuses or cannot be reached.
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
 * Like `getComputeInstance`, but accepts outputs and resources as arguments. During a preview, the result is
 * unknown if an argument is unknown. It is secret if an argument is secret.
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
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
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
 * Like `getComputeInstances`, but accepts outputs and resources as arguments. During a preview, the result is
 * unknown if an argument is unknown. It is secret if an argument is secret.
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
   * If omitted: the root.
   */
  readonly path?: string | undefined;
}

export interface GetFilesOutputArgs {
  /**
   * The folder below `/data`, for example `datasets/images`.
   *
   * If omitted: the root.
   */
  readonly path?: pulumi.Input<string> | undefined;
}

/**
 * Lists the files and folders directly in a folder of the account's volume, by path. All environments share the
 * volume; apps access it under `/data`.
 *
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
 *
 * @example
 * const { files } = await fal.getFiles({ path: "datasets/images" });
 */
export function getFiles(args?: GetFilesArgs, options?: pulumi.InvokeOptions): Promise<GetFilesResult> {
  return call("getFiles", args, options);
}

/**
 * Like `getFiles`, but accepts outputs and resources as arguments. During a preview, the result is unknown if an
 * argument is unknown. It is secret if an argument is secret.
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
 * Fails if an argument is wrong, or fal refuses or cannot be reached.
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
 * Like `getStorageSettings`, but accepts outputs and resources as arguments. During a preview, the result is
 * unknown if an argument is unknown. It is secret if an argument is secret.
 */
export function getStorageSettingsOutput(
  args?: GetStorageSettingsOutputArgs,
  options?: pulumi.InvokeOutputOptions,
): pulumi.Output<GetStorageSettingsResult> {
  return callOutput("getStorageSettings", args, options);
}
