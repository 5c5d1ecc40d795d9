import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { runInNewContext } from "node:vm";
import ts from "typescript";
import { describe, expect, test } from "vitest";

const root = resolve(__dirname, "../../..");
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "CHANGELOG.md",
  ...["docs", "docs/guides", "docs/reference"].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((name) => name.endsWith(".md"))
      .map((name) => `${folder}/${name}`),
  ),
];
const text = (document: string) => readFileSync(join(root, document), "utf8");
const blocks = (document: string, language: string) =>
  [...text(document).matchAll(/^```(\w*)\n(.*?)^```$/gms)]
    .filter((match) => match[1] === language)
    .map((match) => match[2] ?? "");

describe.each(documents)("%s", (document) => {
  test(`${document} links to existing files and headings`, () => {
    const prose = text(document).replaceAll(/^```.*?^```$/gms, "");
    const targets = [...prose.matchAll(/\]\(<?([^)\s>]+)>?\)/g)].map((match) => match[1] ?? "");
    const broken = targets.filter((target) => !/^https?:/.test(target) && !resolves(document, target));
    expect(broken).toEqual([]);
  });

  test(`${document} names existing npm scripts and commands of tools/run.mjs`, async () => {
    const { scripts } = JSON.parse(text("package.json"));
    const { COMMANDS } = await import("../../../tools/commands/index.mjs");
    const npm = [...text(document).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1] ?? "");
    const run = [...text(document).matchAll(/tools\/run\.mjs (\w+)/g)].map((match) => match[1] ?? "");
    expect(npm.filter((name) => !(name in scripts))).toEqual([]);
    expect(run.filter((name) => name !== "help" && !(name in COMMANDS))).toEqual([]);
  });

  test(`${document} contains no paths of a developer machine`, () => {
    expect(text(document)).not.toMatch(/\/(root|home|Users|work|tmp)\//);
  });
});

describe("programs in documents and examples", () => {
  const wrong = join(root, "wrong.ts");
  const examples = ["gitops", "gitops/preview", "quickstart", "app/typescript"].map((folder) =>
    join(root, "examples", folder, "index.ts"),
  );
  const programs = new Map([
    ...documents.flatMap((document) =>
      [...blocks(document, "ts"), ...blocks(document, "typescript")].map(
        (code, index) => [join(root, `${document}.${index + 1}.ts`), code] as const,
      ),
    ),
    ...examples.map((file) => [file, readFileSync(file, "utf8")] as const),
    [wrong, `import * as fal from "pulumi-fal";\nnew fal.Environment("e", { nam: "e" });\n`],
  ]);

  test("the programs in documents and examples have correct types", () => {
    expect([...programs.keys()].map((file) => relative(root, file))).toContain("README.md.1.ts");
    expect(problems(programs)).toEqual([expect.stringContaining(`${wrong}: `)]);
  });
});

test.each([
  ["languages", "python", "quickstart-python/__main__.py"],
  ["languages", "yaml", "quickstart-yaml/Pulumi.yaml"],
  ["languages", "go", "quickstart-go/main.go"],
  ["deploy", "python", "app/python/__main__.py"],
  ["deploy", "yaml", "app/yaml/Pulumi.yaml"],
])("guides/%s.md: the %s is part of %s, which is tested", (guide, language, file) => {
  const example = text(`examples/${file}`);
  const code = blocks(`docs/guides/${guide}.md`, language);
  expect(code.length).toBeGreaterThan(0);
  expect(code.filter((block) => !example.includes(block))).toEqual([]);
});

describe("what programs that users run first cost", () => {
  const quickstart = readFileSync(join(root, "examples/quickstart/index.ts"), "utf8");
  const programs = [...blocks("README.md", "ts"), quickstart];

  test("the README and the quick start keep no runner warm and order no GPU instance by default", () => {
    const made = programs.flatMap((program) => declaredBy(program, {}));
    expect(made.filter(({ kind }) => kind === "AppScale").map(({ args }) => args["minConcurrency"])).toEqual([0, 0]);
    expect(made.filter(({ kind }) => kind === "ComputeInstance")).toEqual([]);
  });

  test("the configuration of the quick start orders machines, with the user's own SSH key", () => {
    const made = declaredBy(quickstart, { minConcurrency: 1, trainerSshKey: "ssh-ed25519 mine" });
    expect(made).toContainEqual({ kind: "AppScale", args: expect.objectContaining({ minConcurrency: 1 }) });
    expect(made).toContainEqual({
      kind: "ComputeInstance",
      args: expect.objectContaining({ sshKey: "ssh-ed25519 mine" }),
    });
  });
});

test("the program of the quick start has fewer than 50 lines", () => {
  expect(readFileSync(join(root, "examples/quickstart/index.ts"), "utf8").split("\n").length).toBeLessThan(50);
});

function resolves(document: string, target: string): boolean {
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? document : join(dirname(document), path);
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || headings(file).includes(anchor);
}

/** Anchors as GitHub makes them. */
function headings(file: string): string[] {
  return [...text(file).matchAll(/^#+ (.*)$/gm)].map((match) =>
    (match[1] ?? "")
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

/** Type errors of programs that are not on disk, in the folder that a user's would be in. */
function problems(programs: ReadonlyMap<string, string>): string[] {
  const options: ts.CompilerOptions = {
    strict: true,
    noEmit: true,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.Node16,
    moduleResolution: ts.ModuleResolutionKind.Node16,
    types: ["node"],
    skipLibCheck: true,
  };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (file) => programs.has(file) || fileExists(file);
  host.readFile = (file) => programs.get(file) ?? readFile(file);
  host.getSourceFile = (file, ...rest) => {
    const code = programs.get(file);
    if (code === undefined) return getSourceFile(file, ...rest);
    // A module, because programs do not see each other's types.
    return ts.createSourceFile(file, `${code}\nexport {};\n`, ts.ScriptTarget.ES2022);
  };
  const program = ts.createProgram([...programs.keys()], options, host);
  return ts
    .getPreEmitDiagnostics(program)
    .map(({ file, messageText }) => `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`);
}

/** The resources that a program declares with this configuration. Functions of the package return nothing useful. */
function declaredBy(program: string, config: Record<string, unknown>) {
  const made: { kind: string; args: Record<string, unknown> }[] = [];
  const fal = new Proxy(
    {},
    {
      get: (_target, kind: string) =>
        class {
          constructor(_name: string, args: Record<string, unknown>) {
            made.push({ kind, args });
          }
        },
    },
  );
  class Config {
    get = (name: string) => config[name];
    getNumber = this.get;
    getSecret = this.get;
    requireSecret = (name: string) => config[name] ?? "required";
  }
  const options = { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 };
  // Classes without `new`, which is how a program calls a function of the package, end it: resources come first.
  try {
    const require = (name: string) => (name === "pulumi-fal" ? fal : { Config });
    runInNewContext(ts.transpile(program, options), { require, exports: {} }, { timeout: 5_000 });
  } catch (error) {
    if (!(error as Error).message.includes("without 'new'")) throw error;
  }
  return made;
}
