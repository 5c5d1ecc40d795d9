// The one place that chooses between fal's REST documents.
import { alpha } from "./alpha";
import type { Surface } from "./config/surface-names";
import { type Connection, platform, type Routes } from "./platform";

export const surfaces: Readonly<Record<Surface, (connection: Connection) => Routes>> = {
  platform,
  alpha,
};
