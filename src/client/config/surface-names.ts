/** The values of the setting `surface`, the default first. Imports nothing, so that checking the setting loads no transport. */
export const surfaceNames = ["platform", "alpha"] as const;

/** A version of fal's REST API: the platform API, or the older ones. */
export type Surface = (typeof surfaceNames)[number];

export function isSurface(name: string): name is Surface {
  return surfaceNames.some((known) => known === name);
}

/** For messages: `"platform" or "alpha"`. */
export const surfaceList = surfaceNames.map((name) => `"${name}"`).join(" or ");
