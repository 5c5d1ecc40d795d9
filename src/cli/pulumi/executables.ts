import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The folders of PATH. */
export function pathOf(env: NodeJS.ProcessEnv): string[] {
  return (env["PATH"] ?? "").split(delimiter).filter(Boolean);
}

/** The first program of a name in the folders. */
export function executableIn(folders: readonly string[], name: string): string | undefined {
  const names = process.platform === "win32" ? [".exe", ".cmd", ".bat"].map((end) => name + end) : [name];
  return folders.flatMap((folder) => names.map((file) => join(folder, file))).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
