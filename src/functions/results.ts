import type { UnwrappedObject } from "@pulumi/pulumi";
import type {
  AppAnalytics,
  AppInfo,
  AppRevision,
  ComputeInstanceInfo,
  EnvironmentInfo,
  FileInfo,
  KeyInfo,
  RunnerHistory,
  RunnerInfo,
  SecretInfo,
  StorageSettingsInfo,
  UsageInfo,
} from "../client/types";
import type { AppProperties } from "../resources/app";
import type { AppScaleEffective } from "../resources/app-scale/types";
import type { ComputeInstanceProperties } from "../resources/compute-instance";

type AppOutputs = UnwrappedObject<AppProperties>;
type ComputeInstanceOutputs = UnwrappedObject<ComputeInstanceProperties>;

/** An app, with the names of `App`'s outputs. URLs and owner are absent if fal does not return the key's account. */
export interface GetAppResult
  extends Pick<AppOutputs, "name" | "alias" | "currentRevision">,
    Partial<Pick<AppOutputs, "owner" | "endpointId" | "url" | "queueUrl">>,
    Pick<AppInfo, "environment" | "authMode" | "machineTypes" | "activeRunners" | "isRolling"> {
  /** All scaling values as fal last reported them; units as in `AppScale`. */
  readonly effective: AppScaleEffective;
}

export interface GetAppsResult {
  /** The environment that was read. */
  readonly environment: string;
  /** The apps of the environment. */
  readonly apps: GetAppResult[];
}

export interface GetAppRevisionsResult {
  /** The environment that was read. */
  readonly environment: string;
  /** The app's name. */
  readonly app: string;
  /** Its revisions, in fal's order. */
  readonly revisions: AppRevision[];
}

export interface GetRunnersResult {
  /** The runners that match. */
  readonly runners: RunnerInfo[];
}

/** How many runners the app had. */
export interface GetRunnerHistoryResult extends RunnerHistory {
  /** The environment that was read. */
  readonly environment: string;
  /** The app's name. */
  readonly app: string;
}

export interface GetQueueSizeResult {
  /** The environment that was read. */
  readonly environment: string;
  /** The app's name. */
  readonly app: string;
  /** The number of requests that wait for a runner. */
  readonly queueSize: number;
}

/** What fal measured of the requests. */
export interface GetAppAnalyticsResult extends AppAnalytics {}

/** The machine time that was billed. */
export interface GetUsageResult extends UsageInfo {}

export interface GetSecretsResult {
  /** The environment that was read. */
  readonly environment: string;
  /** The secrets of the environment. */
  readonly secrets: SecretInfo[];
}

export interface GetEnvironmentsResult {
  /** The environments of the account. */
  readonly environments: EnvironmentInfo[];
}

export interface GetApiKeysResult {
  /** The keys that match. */
  readonly keys: KeyInfo[];
}

/** A GPU instance, with the names of `ComputeInstance`'s outputs. */
export interface GetComputeInstanceResult
  extends ComputeInstanceInfo,
    Partial<Pick<ComputeInstanceOutputs, "sshCommand">> {}

export interface GetComputeInstancesResult {
  /** The GPU instances of the account. */
  readonly instances: GetComputeInstanceResult[];
}

export interface GetFilesResult {
  /** The folder that was read, as given in the argument; empty for the root. */
  readonly path: string;
  /** The files and folders in it. */
  readonly files: FileInfo[];
}

/** The settings for files that are uploaded from now on. */
export interface GetStorageSettingsResult extends StorageSettingsInfo {}
