// Generated from src/resources/registry.ts by `npm run generate`; do not edit.

import type { ResourceDefinition } from "../provider/properties";
import { apiKey } from "./api-key/properties";
import { app } from "./app/properties";
import { appScale } from "./app-scale/properties";
import { computeInstance } from "./compute-instance/properties";
import { environment } from "./environment/properties";
import { secret } from "./secret/properties";
import { storageSettings } from "./storage-settings/properties";

export const definitions: readonly ResourceDefinition[] = [
  environment,
  app,
  appScale,
  secret,
  apiKey,
  computeInstance,
  storageSettings,
];
