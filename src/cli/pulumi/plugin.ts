import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { isAtLeast } from "../../node";
import { isRecord } from "../../provider/values";
import { executableIn, pathOf } from "./executables";
import type { Project } from "./project";

/** Where the engine would find fal's plugin. */
export interface FoundPlugin {
  /** For people, for example `plugins of Pulumi.yaml`. */
  readonly by: string;
  readonly folder: string;
  /** Undefined if the folder does not contain the plugin. */
  readonly version?: string;
}

const program = "pulumi-resource-fal";

/** In the order of the engine: the project file, PATH, the CLI's cache. What comes first counts, even if it is wrong. */
export function findPlugin(
  project: Pick<Project, "file" | "plugin"> | undefined,
  env: NodeJS.ProcessEnv,
): FoundPlugin | undefined {
  if (project?.plugin) {
    const { block, path } = project.plugin;
    return inFolder(`${block} of the project file`, resolve(dirname(project.file), path));
  }
  const onPath = executableIn(pathOf(env), program);
  if (onPath !== undefined) return inFolder("PATH", dirname(onPath));
  const cached = newestIn(join(env["PULUMI_HOME"] || join(homedir(), ".pulumi"), "plugins"));
  return cached === undefined ? undefined : inFolder("the CLI's plugins", cached);
}

function inFolder(by: string, folder: string): FoundPlugin {
  const isComplete = executableIn([folder], program) !== undefined && existsSync(join(folder, "hosts.js"));
  const version = isComplete ? versionIn(folder) : undefined;
  return { by, folder, ...(version === undefined ? {} : { version }) };
}

function versionIn(folder: string): string | undefined {
  try {
    const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return isRecord(manifest) && typeof manifest["version"] === "string" ? manifest["version"] : undefined;
  } catch {
    return undefined;
  }
}

/** Programs without a version of their own get the newest one. */
function newestIn(cache: string): string | undefined {
  if (!existsSync(cache)) return undefined;
  const prefix = "resource-fal-v";
  const [newest] = readdirSync(cache, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && entry.name.startsWith(prefix))
    .map(({ name }) => name.slice(prefix.length))
    .sort((a, b) => (isAtLeast(a, b) ? -1 : 1));
  return newest === undefined ? undefined : join(cache, prefix + newest);
}
