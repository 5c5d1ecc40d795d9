import { closeSync, constants, copyFileSync, lstatSync, mkdirSync, openSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A file of the project: its text, or another file to copy. */
export type Content = { readonly text: string } | { readonly copyOf: string };

/**
 * Writes all files or none, and never replaces one. It does not wait for anything, so Ctrl-C cannot end it halfway.
 *
 * @throws {Error} names the files that exist already, or the reason why a file cannot be written
 */
export function writeProject(folder: string, files: ReadonlyMap<string, Content>): void {
  const existing = [...files.keys()].filter((name) => lstatSync(join(folder, name), { throwIfNoEntry: false }));
  if (existing.length > 0) {
    throw new Error(`${folder} already contains ${existing.join(", ")}. Choose another folder.`);
  }
  const created: string[] = [];
  try {
    const first = mkdirSync(folder, { recursive: true });
    if (first !== undefined) created.push(first);
    for (const [name, content] of files) {
      const path = join(folder, name);
      // Fails if the file exists, so nothing that another process wrote is removed below.
      closeSync(openSync(path, "wx"));
      created.push(path);
      if ("text" in content) writeFileSync(path, content.text);
      else copyFileSync(content.copyOf, path, constants.COPYFILE_FICLONE);
    }
  } catch (error) {
    for (const path of created.reverse()) rmSync(path, { recursive: true, force: true });
    throw new Error(`Could not create the project in ${folder}: ${(error as Error).message}. Nothing was left there.`);
  }
}
