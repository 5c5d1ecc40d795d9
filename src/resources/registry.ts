/**
 * All kinds of resources, by the names of their folders; each after those that it refers to. A new kind is a folder here
 * and a line in this list: `npm run generate` makes everything else that lists the kinds from it.
 */
export const folders = [
  "environment",
  "app",
  "app-scale",
  "secret",
  "api-key",
  "compute-instance",
  "storage-settings",
] as const;

/** `AppScale` of `app-scale`. */
export function kindIn(folder: string): string {
  return folder.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}
