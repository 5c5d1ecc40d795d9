// The language hosts of a CLI that is built from Go modules. The module proxy offers the current hosts of no language:
// each is a module of its own, which it does not serve. Older modules contain the hosts of that time. Their sources are
// changed in the few places where Pulumi's packages changed since, and are then built with the packages of the current
// CLI. That takes seconds, because those are compiled for the CLI anyway.
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SetupError } from "./errors.mjs";
import { mustRun } from "./process.mjs";

const SDK = "github.com/pulumi/pulumi/sdk/v3";
const YAML = "github.com/pulumi/pulumi-yaml";
/** The module in tools/pulumi-cli/cli, which they are built in. */
const BUILD = "pulumi-cli-build";

/** The packages to build, by the language of the host. */
export const HOST_PACKAGES = {
  nodejs: `${BUILD}/pulumi-language-nodejs-host`,
  python: `${BUILD}/pulumi-language-python`,
  go: `${BUILD}/pulumi-language-go`,
  yaml: `${BUILD}/yaml/cmd/pulumi-language-yaml`,
};

/**
 * Where the sources are: folders of published modules, and the folders of BUILD that they are copied to.
 * `/...` stands for the folders below.
 */
const SOURCES = [
  {
    module: SDK,
    version: "3.68.0",
    folders: {
      "nodejs/cmd/pulumi-language-nodejs": "pulumi-language-nodejs-host",
      "nodejs/npm": "npm",
      "python/cmd/pulumi-language-python": "pulumi-language-python",
      python: "python",
    },
  },
  {
    module: SDK,
    version: "3.50.0",
    folders: {
      "go/pulumi-language-go": "pulumi-language-go",
      "go/common/util/buildutil": "buildutil",
      "go/common/util/goversion": "goversion",
    },
  },
  {
    module: YAML,
    version: "1.32.0",
    folders: { "cmd/pulumi-language-yaml": "yaml/cmd/pulumi-language-yaml", "pkg/...": "yaml/pkg" },
  },
];

/** What the Python host starts, a script of the same module. */
const PYTHON_EXECUTOR = "python/cmd/pulumi-language-python-exec";

/** @typedef {[from: string | RegExp, to: string]} Edit */

/** @type {Edit} */
const LOG_LEVEL = [/if logging\.V\((\d)\) \{/g, "if logging.V($1).Enabled() {"];
/** @type {Edit} */
const ABOUT = [
  /\) About\(ctx context\.Context, req \*pbempty\.Empty\)/,
  ") About(ctx context.Context, req *pulumirpc.AboutRequest)",
];

/** What Pulumi's packages have changed since, by file. Every edit has to apply. @type {Record<string, Edit[]>} */
const EDITS = {
  "pulumi-language-nodejs-host/main.go": [LOG_LEVEL, ABOUT],
  "pulumi-language-nodejs-host/proxy.go": [
    [/func \(p \*monitorProxy\) StreamInvoke\([\s\S]*?\n\}\n/, ""],
    ["*pulumirpc.CallRequest", "*pulumirpc.ResourceCallRequest"],
    [/pulumirpc\.InvokeResponse/g, "pulumirpc.ResourceInvokeResponse"],
  ],
  "pulumi-language-python/main.go": [
    LOG_LEVEL,
    ABOUT,
    // The CLI of that time passed the options of the runtime as flags.
    [/(\) (?:GetRequiredPlugins|InstallDependencies|Run)\([^{]*\{\n)/g, "$1\thost.useOptions(req.GetInfo())\n"],
  ],
  "pulumi-language-go/main.go": [
    ABOUT,
    [
      "type goLanguageHost struct {\n",
      "type goLanguageHost struct {\n\tpulumirpc.UnimplementedLanguageRuntimeServer\n\n",
    ],
  ],
  "yaml/cmd/pulumi-language-yaml/main.go": [["false /* useRPCLoader */", "true /* useRPCLoader */"]],
  // Schemas come from the engine, so the host starts no plugins of its own.
  "yaml/pkg/pulumiyaml/packages.go": [
    [
      /\thost, err := newResourcePackageHost\([\s\S]*?\n(?=\}\n)/,
      '\treturn nil, errors.New("not supported by this build")\n',
    ],
    [/func newResourcePackageHost\([\s\S]*?\n\}\n/, ""],
    [/\t"(?:os|[\w./]+\/(?:diag|cmdutil))"\n/g, ""],
  ],
  "yaml/pkg/pulumiyaml/codegen/convert.go": [
    [/func newPluginHost\([\s\S]*?\n\}\n/, ""],
    [/\tif loader == nil \{\n[\s\S]*?\n\t\}\n/, ""],
    [/\t"(?:context|os|[\w./]+\/(?:diag|plugin|cmdutil|contract))"\n/g, ""],
    ["\tbindOpts = append(bindOpts, pcl.Loader(loader))\n", ""],
    ["pcl.BindProgram(parser.Files, ", "pcl.BindProgram(parser.Files, loader, "],
  ],
  "yaml/pkg/pulumiyaml/codegen/gen_program.go": [
    [
      "\tentries := []syn.ObjectPropertyDef{\n\t\tg.TypeProperty(collapseToken(n.Token)),",
      "\ttoken, _ := n.GetToken()\n\tentries := []syn.ObjectPropertyDef{\n\t\tg.TypeProperty(collapseToken(token)),",
    ],
  ],
  "yaml/pkg/server/server.go": [
    ["\t\tpcl.Loader(schema.NewCachedLoader(loader)),\n", ""],
    ["pcl.BindProgram(parser.Files, ", "pcl.BindProgram(parser.Files, schema.NewCachedLoader(loader), "],
    [/pkg\.Parameterization\.BaseProvider/g, "pkg.Parameterization.BasePlugin"],
  ],
};

/**
 * Puts the sources into `target`, a copy of the module in tools/pulumi-cli/cli.
 * @param {string} target
 * @param {string} bin where the programs go
 * @param {{ go: string, root: string, env: NodeJS.ProcessEnv }} context
 */
export async function copyHostSources(target, bin, { go, root, env }) {
  const modules = join(root, "tools", "pulumi-cli");
  for (const file of ["go.mod", "go.sum"]) copyFileSync(join(modules, "cli", file), join(target, file));
  for (const { module, version, folders } of SOURCES) {
    // Checked against the public database of checksums, as everything that `go install` gets.
    const answer = await mustRun(go, ["mod", "download", "-json", `${module}@v${version}`], { cwd: bin, env });
    const { Dir: directory } = JSON.parse(answer.stdout);
    for (const [from, to] of Object.entries(folders)) copySources(directory, from, join(target, to));
    if ("python" in folders) {
      const executor = join(bin, "pulumi-language-python-exec");
      copyFileSync(join(directory, PYTHON_EXECUTOR), executor);
      chmodSync(executor, 0o755);
    }
  }
  for (const folder of readdirSync(join(modules, "hosts")))
    copySources(modules, `hosts/${folder}`, join(target, folder));
  for (const [file, edits] of Object.entries(EDITS)) {
    const path = join(target, file);
    writeFileSync(path, edited(readFileSync(path, "utf8"), edits, file));
  }
}

/**
 * @param {string} directory a published module
 * @param {string} from
 * @param {string} target
 */
function copySources(directory, from, target) {
  const recursive = from.endsWith("/...");
  const folder = join(directory, from.replace(/\/\.\.\.$/, ""));
  mkdirSync(target, { recursive: true });
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory() && recursive && entry.name !== "testdata") {
      copySources(folder, `${entry.name}/...`, join(target, entry.name));
    } else if (entry.isFile() && entry.name.endsWith(".go") && !entry.name.endsWith("_test.go")) {
      const code = readFileSync(join(folder, entry.name), "utf8");
      writeFileSync(join(target, entry.name), withImportsOf(code));
    }
  }
}

/**
 * Packages that are copied are imported from where they were copied to.
 * @param {string} code
 */
function withImportsOf(code) {
  let result = code;
  for (const { module, folders } of SOURCES) {
    for (const [from, to] of Object.entries(folders)) {
      const [folder = ""] = from.split("/...");
      const end = from.endsWith("/...") ? "/" : '"';
      result = result.replaceAll(`"${module}/${folder}${end}`, `"${BUILD}/${to}${end}`);
    }
  }
  return result;
}

/**
 * @param {string} text
 * @param {Edit[]} edits
 * @param {string} file
 */
export function edited(text, edits, file) {
  return edits.reduce((before, [from, to]) => {
    const after = typeof from === "string" ? before.replace(from, () => to) : before.replace(from, to);
    if (after === before)
      throw new SetupError(`The sources of the language hosts have changed: ${file} does not contain ${from}`);
    return after;
  }, text);
}
