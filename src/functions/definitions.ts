import { getApiKeys, getEnvironments, getSecrets } from "./account";
import { getApp, getAppRevisions, getApps, getRunners } from "./apps";
import { getComputeInstance, getComputeInstances } from "./compute";
import type { FunctionDefinition } from "./definition";
import { getFiles } from "./files";
import { getStorageSettings } from "./storage";

/** All functions. */
export const functions: readonly FunctionDefinition[] = [
  getApp,
  getApps,
  getAppRevisions,
  getRunners,
  getSecrets,
  getEnvironments,
  getApiKeys,
  getComputeInstance,
  getComputeInstances,
  getFiles,
  getStorageSettings,
];
