/** Typed client of fal's control plane, public as `pulumi-fal/client`. */
import "../require-node";

export type { BillingInfo } from "./account";
export type { AnalyticsMetric, AnalyticsOptions, RunnerHistoryOptions } from "./app-activity";
export type { Apps, EnvironmentOptions, ReadOptions } from "./apps";
export { FalClient, type FalClientOptions, type FalClientSettings } from "./client";
export type { Compute } from "./compute";
export type { Surface } from "./config/surface-names";
export type { DeploymentInfo, DeployOptions, DeployPhase } from "./deploy";
export type { ListDeploymentsOptions } from "./deployments";
export type { Environments } from "./environments";
export * from "./errors";
export type { ListEventsOptions } from "./events";
export type { Files } from "./files";
export type { CallOptions } from "./internal/dispatch";
export type { RangeOptions } from "./internal/range";
export type { FalWait } from "./internal/shared-read";
export type { CreatedKey, CreateKeyParams, KeyPreset, Keys } from "./keys";
export type { ListRunnersOptions, Runners } from "./runners";
export type { ScaleParams, ScalingInfo } from "./scaling.gen";
export type { Secrets } from "./secrets";
export type { SeriesOptions } from "./series";
export type { Storage } from "./storage";
export type {
  AnalyticsBucket,
  AnalyticsRow,
  AppAnalytics,
  AppDeployment,
  AppEvent,
  AppEventCategory,
  AppEventPayload,
  AppInfo,
  AppReference,
  AppRevision,
  AuthMode,
  ComputeInstanceInfo,
  CreateComputeInstanceParams,
  EnvironmentInfo,
  FileInfo,
  KeyInfo,
  RunnerAggregation,
  RunnerHistory,
  RunnerHistoryBucket,
  RunnerInfo,
  SecretInfo,
  StorageAcl,
  StorageDecision,
  StorageSettingsInfo,
  Timeframe,
  UsageBucket,
  UsageInfo,
  UsageRow,
} from "./types";
export type { ListUsageOptions, Usage } from "./usage";
