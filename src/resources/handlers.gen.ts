// Generated from src/resources/registry.ts by `npm run generate`; do not edit.

import type { Handler } from "../provider/handler";
import { apiKeyHandler } from "./api-key/handler";
import { appHandler } from "./app/handler";
import { appScaleHandler } from "./app-scale/handler";
import { computeInstanceHandler } from "./compute-instance/handler";
import { environmentHandler } from "./environment/handler";
import { secretHandler } from "./secret/handler";
import { storageSettingsHandler } from "./storage-settings/handler";

/**
 * A handler's input type is what the check of its own table accepts. Hosts pass on what they checked with that table, so
 * the types meet here.
 */
export const handlers = [
  environmentHandler,
  appHandler,
  appScaleHandler,
  secretHandler,
  apiKeyHandler,
  computeInstanceHandler,
  storageSettingsHandler,
] as unknown as readonly Handler[];
