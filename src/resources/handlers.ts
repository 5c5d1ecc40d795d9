import type { Handler } from "../provider/handler";
import { apiKeyHandler } from "./api-key/handler";
import { appHandler } from "./app/handler";
import { appScaleHandler } from "./app-scale/handler";
import { computeInstanceHandler } from "./compute-instance/handler";
import { environmentHandler } from "./environment/handler";
import { secretHandler } from "./secret/handler";

/**
 * All kinds of resources. A handler's input type is what its own table's check lets through; hosts hand on what they
 * checked with that table, so here the types meet.
 */
export const handlers = [
  appHandler,
  appScaleHandler,
  secretHandler,
  apiKeyHandler,
  computeInstanceHandler,
  environmentHandler,
] as unknown as readonly Handler[];
