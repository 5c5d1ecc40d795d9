/** Typed client of fal's control plane, public as `pulumi-fal/client`. */
import "../require-node";

export type { BillingInfo } from "./account";
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
export type { FalWait } from "./internal/shared-read";
export type { CreatedKey, CreateKeyParams, KeyPreset, Keys } from "./keys";
export type { ListRunnersOptions, Runners } from "./runners";
export type { ScaleParams, ScalingInfo } from "./scaling.gen";
export type { Secrets } from "./secrets";
export type { Storage } from "./storage";
export type {
  AppDeployment,
  AppEvent,
  AppEventCategory,
  AppEventPayload,
  AppInfo,
  AppRevision,
  AuthMode,
  ComputeInstanceInfo,
  CreateComputeInstanceParams,
  EnvironmentInfo,
  FileInfo,
  KeyInfo,
  RunnerInfo,
  SecretInfo,
  StorageAcl,
  StorageDecision,
  StorageSettingsInfo,
} from "./types";
