const packageName = "pulumi-fal";

/** What the files of a new project depend on. */
export interface ProjectOptions {
  /** The name of the Pulumi project and of its package. */
  readonly name: string;
  /** What package.json asks for: a version, or a tarball in the project's folder. */
  readonly pulumiFal: string;
  /** The URL of the Pulumi backend. Undefined if the project uses the backend of the last `pulumi login`. */
  readonly backend: string | undefined;
}

/** The texts of the files of a new project, by their names. */
export function projectFiles({ name, pulumiFal, backend }: ProjectOptions): ReadonlyMap<string, string> {
  const manifest = {
    name,
    private: true,
    main: "index.ts",
    engines: { node: ">=22.19.0" },
    dependencies: {
      "@pulumi/pulumi": "^3.216.0",
      "@types/node": "^24.0.0",
      [packageName]: pulumiFal,
      typescript: "^6.0.0",
    },
  };
  const project = [
    `name: ${JSON.stringify(name)}`,
    "description: A fal account as code",
    "runtime: nodejs",
    // A JSON string is a YAML string.
    ...(backend === undefined ? [] : ["backend:", `  url: ${JSON.stringify(backend)}`]),
  ];
  return new Map([
    ["Pulumi.yaml", `${project.join("\n")}\n`],
    ["package.json", `${JSON.stringify(manifest, undefined, 2)}\n`],
    ["tsconfig.json", tsconfig],
    ["index.ts", program],
    [".gitignore", "node_modules/\n"],
  ]);
}

const tsconfig = `{
  "compilerOptions": {
    "strict": true,
    "target": "ES2022",
    "module": "Node16",
    "moduleResolution": "Node16",
    "types": ["node"],
    "skipLibCheck": true,
    "noEmit": true
  },
  "files": ["index.ts"]
}
`;

const program = `// Your fal account as code. For what exists already, run \`npx pulumi-fal import\`. To add something, declare it:
//
// import * as fal from ${JSON.stringify(packageName)};
//
// new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: 0, maxConcurrency: 4 });

export {};
`;

/** A name that both Pulumi and npm accept, made from the name of a folder. */
export function projectName(folder: string): string {
  const name = folder
    .toLowerCase()
    .replaceAll(/[^a-z0-9._-]+/g, "-")
    .replaceAll(/^[._-]+|[._-]+$/g, "")
    .slice(0, 100);
  return name || "fal-infra";
}
