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
  /** Where it says that fal's plugin is. */
  readonly plugin?: NamedPlugin;
  /** Whether it has a `plugins` block, which may be for other packages. */
  readonly hasPlugins: boolean;
}

export interface NamedPlugin {
  readonly block: "plugins" | "packages";
  /** Relative to the folder of the project file, if it is not absolute. */
  readonly path: string;
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
    // The parser's other lines quote the file.
    throw new Error(`Could not read ${basename(file)}: ${(error as Error).message.split("\n")[0]}`, { cause: error });
  }
  const project = record(content);
  const { runtime, config, plugins, packages } = project;
  const plugin = pluginOf(plugins) ?? packageOf(packages);
  const setting = isRecord(config) ? config[configKey("plugin")] : undefined;
  return {
    file,
    runtime: String(isRecord(runtime) ? runtime["name"] : runtime),
    usesPlugin: String(isRecord(setting) ? (setting["value"] ?? setting["default"]) : setting) === "true",
    hasProgram: ["resources", "variables", "outputs"].some((key) => key in project),
    ...(plugin === undefined ? {} : { plugin }),
    hasPlugins: plugins !== undefined,
  };
}

/** `plugins: { providers: [{ name: fal, path: … }] }` */
function pluginOf(plugins: unknown): NamedPlugin | undefined {
  const { providers } = record(plugins);
  const own = Array.isArray(providers) ? providers.map(record).find(({ name }) => name === "fal") : undefined;
  const path = own?.["path"];
  return typeof path === "string" ? { block: "plugins", path } : undefined;
}

/** `packages: { fal: ./folder }`, or the same with `source`. Other sources are names, which the CLI downloads. */
function packageOf(packages: unknown): NamedPlugin | undefined {
  const { fal } = record(packages);
  const source = isRecord(fal) ? fal["source"] : fal;
  if (typeof source !== "string" || !/^(?:\.{0,2}[\\/]|[A-Za-z]:[\\/])/.test(source)) return undefined;
  return { block: "packages", path: source };
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return isRecord(value) ? value : {};
}
