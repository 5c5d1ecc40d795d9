import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { readSource, type SourceContent, SourceError, type SourceOptions } from "../../../src/source";
import type { ReadSettings } from "../../../src/source/source";

/** A folder that lasts as long as the test. */
export function temporaryFolder(files: Readonly<Record<string, string>> = {}): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "pulumi-fal-source-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  write(folder, files);
  return folder;
}

/** A path that ends with `/` is an empty folder. */
export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(path.endsWith("/") ? join(folder, path) : dirname(join(folder, path)), { recursive: true });
    if (!path.endsWith("/")) writeFileSync(join(folder, path), text);
  }
}

/** Without a cache. */
export function read(cwd: string, options: Partial<SourceOptions> = {}, settings: ReadSettings = {}): SourceContent {
  return readSource({ ref: "app.py::App", cwd, ...options }, settings);
}

export function pathsOf(cwd: string, options: Partial<SourceOptions> = {}): string[] {
  return Object.keys(read(cwd, options).files);
}

/** The error as a sentence that begins with the property, without the folder's random name. */
export function problemOf(cwd: string, options: Partial<SourceOptions> = {}, settings: ReadSettings = {}): string {
  try {
    return `none: ${Object.keys(read(cwd, options, settings).files).join()}`;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    return `source.${error.property} ${error.message}`.replaceAll(cwd, "CWD");
  }
}
