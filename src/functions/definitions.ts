import { getApiKeys, getEnvironments, getSecrets } from "./account";
import { getApp, getAppRevisions, getApps, getRunners } from "./apps";
import { getComputeInstance, getComputeInstances } from "./compute";
import type { FunctionDefinition } from "./definition";
import { getFiles } from "./files";
import { getStorageSettings } from "./storage";
import { getAppAnalytics, getQueueSize, getRunnerHistory, getUsage } from "./usage";

/** All functions. */
export const functions: readonly FunctionDefinition[] = [
  getApp,
  getApps,
  getAppRevisions,
  getRunners,
  getRunnerHistory,
  getQueueSize,
  getAppAnalytics,
  getUsage,
  getSecrets,
  getEnvironments,
  getApiKeys,
  getComputeInstance,
  getComputeInstances,
  getFiles,
  getStorageSettings,
];
