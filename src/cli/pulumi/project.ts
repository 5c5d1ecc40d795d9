import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { load } from "js-yaml";
import { configKey } from "../../provider/settings";
import { isRecord } from "../../provider/values";

/** A Pulumi project. */
export interface Project {
  readonly file: string;
  /** `nodejs`, `python`, `yaml`, … */
  readonly runtime: string;
  /** Its `fal:plugin`, which a stack may overrule. */
  readonly usesPlugin: boolean;
  /** Whether the project file contains a program in YAML. */
  readonly hasProgram: boolean;
}

export const projectFiles = ["Pulumi.yaml", "Pulumi.yml", "Pulumi.json"];

/** The project that Pulumi finds from a folder. @throws if its file cannot be read */
export function projectFrom(folder: string): Project | undefined {
  const file = projectFiles.map((name) => join(folder, name)).find(existsSync);
  if (file !== undefined) return projectIn(file);
  return dirname(folder) === folder ? undefined : projectFrom(dirname(folder));
}

function projectIn(file: string): Project {
  let content: unknown;
  try {
    content = load(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`Could not read ${basename(file)}: ${(error as Error).message}`);
  }
  const project = isRecord(content) ? content : {};
  const { runtime, config } = project;
  const setting = isRecord(config) ? config[configKey("plugin")] : undefined;
  return {
    file,
    runtime: String(isRecord(runtime) ? runtime["name"] : runtime),
    usesPlugin: String(isRecord(setting) ? (setting["value"] ?? setting["default"]) : setting) === "true",
    hasProgram: ["resources", "variables", "outputs"].some((key) => key in project),
  };
}
