import { type Language, languages } from "./languages";

const packageName = "pulumi-fal";

/** What the files of a new project depend on. */
export interface ProjectOptions {
  /** The name of the Pulumi project and of its package. */
  readonly name: string;
  /** What package.json asks for: a version, or a tarball in the project's folder. */
  readonly pulumiFal: string;
  /** The URL of the Pulumi backend. Undefined if the project uses the backend of the last `pulumi login`. */
  readonly backend: string | undefined;
  readonly language: Language;
}

/** The texts of the files of a new project, by their names. */
export function projectFiles({ name, pulumiFal, backend, language }: ProjectOptions): ReadonlyMap<string, string> {
  const { runtime, plugin, dependencies, main, files, ignored, program } = languages[language];
  const manifest = {
    name,
    private: true,
    ...(main === undefined ? {} : { main }),
    engines: { node: ">=22.19.0" },
    // In the order in which npm writes them.
    dependencies: Object.fromEntries(Object.entries({ ...dependencies, [packageName]: pulumiFal }).sort()),
  };
  const project = [
    `name: ${JSON.stringify(name)}`,
    "description: A fal account as code",
    runtime,
    // A JSON string is a YAML string.
    ...(backend === undefined ? [] : ["backend:", `  url: ${JSON.stringify(backend)}`]),
    ...(plugin ? [pluginBlock] : []),
    ...(program === undefined ? [] : ["", program]),
  ];
  return new Map([
    ["Pulumi.yaml", `${project.join("\n")}\n`],
    ["package.json", `${JSON.stringify(manifest, undefined, 2)}\n`],
    // Pulumi's SDK for Node is a peer dependency, which other languages do not need.
    ...(plugin ? ([[".npmrc", "omit=peer\n"]] as const) : []),
    ...Object.entries(files(name)),
    [".gitignore", ["node_modules/", ...ignored, "# Of no use after `pulumi import`.", "import.json", ""].join("\n")],
  ]);
}

const pluginBlock = `plugins:
  providers:
    - name: fal
      path: node_modules/${packageName}/plugin`;

/** A name that both Pulumi and npm accept, made from the name of a folder. */
export function projectName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[._-]+|[._-]+$/g, "")
    .slice(0, 100);
  return name || "fal-infra";
}
