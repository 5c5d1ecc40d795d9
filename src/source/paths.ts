import { lstatSync, type Stats, statSync } from "node:fs";
import { dirname, isAbsolute, relative, sep } from "node:path";

/** The path relative to a folder, with `/` and in Unicode's composed form (NFC), as on every other system. */
export function portablePath(folder: string, path: string): string {
  return portable(relative(folder, path));
}

export function portable(path: string): string {
  return (sep === "/" ? path : path.replaceAll(sep, "/")).normalize("NFC");
}

/** Whether a path is the folder or below it. */
export function isWithin(folder: string, path: string): boolean {
  const way = relative(folder, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}

/** The folder and all above it, the nearest first. */
export function* upward(folder: string): Generator<string> {
  yield folder;
  const parent = dirname(folder);
  if (parent !== folder) yield* upward(parent);
}

/** What a path leads to, through links. `undefined` if there is nothing, or nothing that this process may see. */
export function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}

export function isFile(path: string): boolean {
  return statOf(path)?.isFile() ?? false;
}

export function isFolder(path: string): boolean {
  return statOf(path)?.isDirectory() ?? false;
}

/** Whether there is something at a path, even a link to nothing. */
export function isPresent(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** "a", "a and b", "a, b and c" */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join() : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}
