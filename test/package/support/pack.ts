import { cpSync, existsSync, mkdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import type { TestProject } from "vitest/node" with { "resolution-mode": "import" };
import { npm, root, scratchDirectory } from "./packages";

declare module "vitest" {
  interface ProvidedContext {
    /** The directory that holds the tarballs. */
    tarballs: string;
  }
}

const workspaces = ["create", "emulator"];
const sources = [
  "package.json",
  "tsconfig.base.json",
  "tsconfig.build.json",
  "src",
  "prices",
  "plugin",
  "tools/bundle-hosts.mjs",
  ...workspaces.flatMap((folder) => ["package.json", "tsconfig.build.json", "src"].map((name) => `${folder}/${name}`)),
  ...["README.md", "CHANGELOG.md", "LICENSE"].flatMap((name) => [
    name,
    ...workspaces.map((folder) => `${folder}/${name}`),
  ]),
];

/** Built, so that packing has to build it again. */
const bundle = join(root, "plugin/hosts.js");

/**
 * Packs all packages the way they get published, with the scripts that npm runs for that, from a copy of the sources:
 * what an earlier build left behind in the checkout neither hides nor adds anything, and the checkout stays as it is.
 */
export default async function setup(project: TestProject): Promise<() => void> {
  const scratch = scratchDirectory();
  const copy = join(scratch, "copy");
  const tarballs = join(scratch, "tarballs");
  mkdirSync(tarballs);
  const remove = () => rmSync(scratch, { recursive: true, force: true });
  try {
    for (const path of sources) {
      if (!existsSync(join(root, path))) continue;
      cpSync(join(root, path), join(copy, path), { recursive: true, filter: (file) => file !== bundle });
    }
    symlinkSync(join(root, "node_modules"), join(copy, "node_modules"), "dir");
    for (const directory of [copy, ...workspaces.map((folder) => join(copy, folder))]) {
      await npm(["pack", "--pack-destination", tarballs], { cwd: directory });
    }
  } catch (error) {
    remove();
    throw error;
  }
  project.provide("tarballs", tarballs);
  return remove;
}
