/** Typed client of fal's control plane, public as `pulumi-fal/client`. */
export type { AppInfo, AppRevision, Apps, AuthMode, Fresh, InEnvironment, ScaleValues } from "./apps";
export { FalClient, type FalClientOptions, type FalClientSettings } from "./client";
export type { Compute, ComputeInstanceInfo, CreateComputeInstance } from "./compute";
export type { EnvironmentInfo, Environments } from "./environments";
export * from "./errors";
export type { AppEvent, AppEventCategory, AppEventFilter, AppEventPayload } from "./events";
export type { FileInfo, Files } from "./files";
export type { CreatedKey, CreateKey, KeyInfo, KeyPreset, Keys } from "./keys";
export type { RunnerFilter, RunnerInfo, Runners } from "./runners";
export type { SecretInfo, Secrets } from "./secrets";
export type { Surface } from "./surfaces";
export type { CallOptions } from "./transport/dispatch";
