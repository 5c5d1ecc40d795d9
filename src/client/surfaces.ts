// The only place that chooses between the versions of fal's REST API.
import { alpha } from "./alpha";
import type { Surface } from "./config/surface-names";
import { platform, type RouteContext, type Routes } from "./platform";

export const surfaces: Readonly<Record<Surface, (context: RouteContext) => Routes>> = {
  platform,
  alpha,
};
