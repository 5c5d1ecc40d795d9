// The one place that chooses between fal's REST documents.
import { alpha } from "./alpha";
import type { Surface } from "./config/surface-names";
import { platform, type RouteContext, type Routes } from "./platform";

export const surfaces: Readonly<Record<Surface, (context: RouteContext) => Routes>> = {
  platform,
  alpha,
};
