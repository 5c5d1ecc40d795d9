export type Language = "typescript" | "python" | "yaml" | "go";

/** What a project consists of and how it begins, by its language. */
interface LanguageProject {
  readonly title: string;
  /** The lines of Pulumi.yaml that name the runtime. */
  readonly runtime: string;
  /** Whether the program needs the plugin. */
  readonly plugin: boolean;
  /** npm packages besides pulumi-fal. */
  readonly dependencies: Readonly<Record<string, string>>;
  /** The main file that package.json names. */
  readonly main?: string;
  files(name: string): Readonly<Record<string, string>>;
  /** What git ignores besides node_modules. */
  readonly ignored: readonly string[];
  /** The program, if it is part of Pulumi.yaml. */
  readonly program?: string;
  /** The commands between `npm install` and `pulumi stack init`, with notes. */
  readonly install: readonly Step[];
  /** The commands after the credential is set. */
  readonly first: readonly Step[];
}

export type Step = readonly [command: string, note?: string];

const addSdk: Step = [
  "pulumi package add ./node_modules/pulumi-fal/plugin/schema.json",
  "generates the SDK in sdks/fal; repeat it after an update of pulumi-fal",
];

const preview = (file: string): Step => ["pulumi preview", `then declare resources in ${file}`];

export const languages: Readonly<Record<Language, LanguageProject>> = {
  typescript: {
    title: "TypeScript",
    runtime: "runtime: nodejs",
    plugin: false,
    dependencies: { "@pulumi/pulumi": "^3.216.0", "@types/node": "^24.0.0", typescript: "^6.0.0" },
    main: "index.ts",
    files: () => ({
      "tsconfig.json": `{
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
`,
      "index.ts": `// Your fal account as code. For what exists already, run \`npx pulumi-fal import\`. To add something, declare it:
//
// import * as fal from "pulumi-fal";
//
// new fal.AppScale("image-gen", { app: "image-gen", minConcurrency: 0, maxConcurrency: 4 });

export {};
`,
    }),
    ignored: [],
    install: [],
    first: [["npx pulumi-fal import", "reads the account and prints the next commands"]],
  },
  python: {
    title: "Python",
    runtime: `runtime:
  name: python
  options:
    toolchain: pip
    virtualenv: venv`,
    plugin: true,
    dependencies: {},
    files: () => ({
      "requirements.txt": "pulumi>=3.216,<4\n",
      "__main__.py": `"""Your fal account as code."""

# To add something, declare it:
#
# import pulumi_fal as fal
#
# fal.AppScale("image-gen", app="image-gen", min_concurrency=0, max_concurrency=4)
`,
    }),
    ignored: ["venv/", "__pycache__/", "sdks/*/build/", "*.egg-info/"],
    install: [addSdk],
    first: [preview("__main__.py")],
  },
  yaml: {
    title: "YAML",
    runtime: "runtime: yaml",
    plugin: true,
    dependencies: {},
    files: () => ({}),
    ignored: [],
    program: `# Your fal account as code. To add something, declare it:
#
# resources:
#   image-gen:
#     type: fal:AppScale
#     properties:
#       app: image-gen
#       minConcurrency: 0
#       maxConcurrency: 4`,
    install: [],
    first: [preview("Pulumi.yaml")],
  },
  go: {
    title: "Go",
    runtime: "runtime: go",
    plugin: true,
    dependencies: {},
    files: (name) => ({
      "go.mod": `module ${name}\n\ngo 1.25\n\nrequire github.com/pulumi/pulumi/sdk/v3 v3.276.0\n`,
      "main.go": `// Your fal account as code.
package main

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// To add something, import "example.com/pulumi-fal/sdk/go/fal" and declare it:
//
//	_, err := fal.NewAppScale(ctx, "image-gen", &fal.AppScaleArgs{
//		App:            pulumi.String("image-gen"),
//		MinConcurrency: pulumi.Int(0),
//		MaxConcurrency: pulumi.Int(4),
//	})
//	return err
func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		return nil
	})
}
`,
    }),
    ignored: [],
    install: [addSdk],
    first: [preview("main.go")],
  },
};

export function isLanguage(name: string): name is Language {
  return Object.hasOwn(languages, name);
}
