// Generated from src/resources/registry.ts by `npm run generate`; do not edit.

import { apiKey } from "./api-key/describe";
import { app } from "./app/describe";
import { appScale } from "./app-scale/describe";
import { computeInstance } from "./compute-instance/describe";
import type { ResourceDescription } from "./description";
import { environment } from "./environment/describe";
import { secret } from "./secret/describe";
import { storageSettings } from "./storage-settings/describe";

export const descriptions: Readonly<Record<string, ResourceDescription>> = {
  Environment: environment,
  App: app,
  AppScale: appScale,
  Secret: secret,
  ApiKey: apiKey,
  ComputeInstance: computeInstance,
  StorageSettings: storageSettings,
};
