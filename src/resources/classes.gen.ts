// Generated from src/resources/registry.ts by `npm run generate`; do not edit.

export { ApiKey, type ApiKeyArgs } from "./api-key";
export type { ApiKeyPrevious, ApiKeyRotation } from "./api-key/types";
export { App, type AppArgs } from "./app";
export type { AppSource } from "./app/types";
export { AppScale, type AppScaleArgs } from "./app-scale";
export type { AppScaleEffective } from "./app-scale/types";
export { ComputeInstance, type ComputeInstanceArgs } from "./compute-instance";
export { Environment, type EnvironmentArgs } from "./environment";
export { Secret, type SecretArgs } from "./secret";
export { StorageSettings, type StorageSettingsArgs } from "./storage-settings";
export type { StorageAccessRule, StorageSettingsEffective } from "./storage-settings/types";
