import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import { load } from "js-yaml";
import ts from "typescript";
import { describe, expect, onTestFinished, test } from "vitest";
import { type LanguageName, languageNames, languageOf } from "../../../../src/cli/commands/import/languages";
import { pythonName } from "../../../../src/cli/commands/import/languages/python";
import { type Names, named as namedIn } from "../../../../src/cli/commands/import/names";
import { type DeclaredObject, programOf as programIn } from "../../../../src/cli/commands/import/program";
import { programFile } from "../../../../src/cli/commands/import/program-file";
import { projectFrom } from "../../../../src/cli/pulumi/project";
import type { PropertyValues } from "../../../../src/provider/properties";
import { descriptions } from "../../../../src/resources/descriptions.gen";
import { definitionOf } from "../../../support/samples";

interface Thing {
  readonly kind: string;
  readonly id: string;
  readonly label: string;
}

const label = (thing: Thing) => thing.label;
const named = (all: readonly Thing[], labelOf: (of: Thing) => string, language: LanguageName = "typescript") =>
  namedIn(all, labelOf, languageOf(language, false).reserved);
const programOf = (objects: readonly DeclaredObject[], language: LanguageName = "typescript", isCommonJs = false) =>
  programIn(objects, languageOf(language, isCommonJs));
const thing = (kind: string, name: string): Thing => ({ kind, id: `main/${name}`, label: name });

/** Unusual names, and names that are dangerous in a program. */
const hostile = fc.oneof(
  fc.string({ unit: "binary", minLength: 1 }),
  fc.string({ unit: "grapheme", minLength: 1 }),
  fc.constantFrom(
    ...[
      "*/ process.exit(1) /*",
      `$${"{process.exit(1)}"}`,
      "`",
      "\\",
      '"',
      "'",
      '");process.exit(1);("',
      "\n// ",
      "\u2028x",
    ],
    ...[
      "delete",
      "await",
      "fal",
      "__proto__",
      "constructor",
      "3d",
      "a-1b",
      "a1b",
      "a 1b",
      "A1B",
      "\u202Eevil",
      "\ud800",
    ],
    ...["image-gen", "image gen", "IMAGE_GEN", "日本", "日本語", "é", "e"],
  ),
);
const kinds = ["App", "AppScale", "Secret", "ApiKey", "Environment", "ComputeInstance"];
const things = fc
  .array(fc.record({ kind: fc.constantFrom(...kinds), label: hostile }), { maxLength: 30 })
  .map((all) => all.map(({ kind, label: text }) => ({ kind, id: `main/${text}`, label: text })))
  .map((all) => [...new Map(all.map((each) => [`${each.kind} ${each.id}`, each])).values()]);

describe("resource and variable names", () => {
  const names = (...all: Thing[]) => named(all, label).map((each) => each.names);

  test.each([
    ["App", "image-gen", "image-gen", "imageGen"],
    ["AppScale", "image-gen", "image-gen-scale", "imageGenScale"],
    ["Secret", "HF_TOKEN", "hf-token-secret", "hfTokenSecret"],
    ["ApiKey", "Übergrößen", "ubergro-en-key", "ubergroEnKey"],
    ["Environment", "staging", "staging-environment", "stagingEnvironment"],
    ["App", "delete", "app-delete", "appDelete"],
    ["App", "3d-gen", "app-3d-gen", "app3dGen"],
    ["App", "日本", "app", "app"],
    ["Secret", "***", "secret", "secret"],
  ])("the %s %s becomes the resource %s and the variable %s", (kind, name, resource, variable) => {
    expect(names(thing(kind, name))).toEqual([{ resource, variable }]);
  });

  test.each<[LanguageName, string, string]>([
    ["python", "lambda", "app-lambda"],
    ["python", "print", "app-print"],
    ["python", "delete", "delete"],
    ["yaml", "pulumi", "app-pulumi"],
    ["yaml", "no", "app-no"],
    ["yaml", "delete", "delete"],
  ])("in %s, the app %s becomes the resource %s", (language, name, resource) => {
    expect(named([thing("App", name)], label, language)[0]?.names.resource).toBe(resource);
  });

  test("equal names all get a part of the digest of their id", () => {
    const [first, second, third] = names(thing("App", "a-b"), thing("App", "a b"), thing("App", "c"));
    expect(first?.variable).toMatch(/^aB[0-9A-Za-z]{6}$/);
    expect(second?.variable).toMatch(/^aB[0-9A-Za-z]{6}$/);
    expect(first).not.toEqual(second);
    expect(third?.variable).toBe("c");
  });

  test("names are valid, unique and independent of the order for any objects", () => {
    fc.assert(
      fc.property(things, (all) => {
        const byId = (list: (Thing & { names: Names })[]) =>
          Object.fromEntries(list.map((each) => [`${each.kind} ${each.id}`, each.names]));
        const result = named(all, label);
        expect(byId(named([...all].reverse(), label))).toEqual(byId(result));
        expect(new Set(result.map((each) => each.names.variable)).size).toBe(all.length);
        expect(new Set(result.map((each) => each.names.resource)).size).toBe(all.length);
        for (const { names: given } of result) {
          expect(given.variable).toMatch(/^[a-z][A-Za-z0-9]*$/);
          expect(given.resource).toMatch(/^[a-z0-9-]+$/);
        }
      }),
    );
  });
});

interface Made {
  readonly kind: string;
  readonly name: string;
  readonly args: PropertyValues;
  readonly options?: PropertyValues;
}

/** Runs a program in an isolated context, with classes that record their arguments. */
function evaluate(program: string): Made[] {
  const { outputText, diagnostics } = ts.transpileModule(program, {
    reportDiagnostics: true,
    compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, strict: true },
  });
  expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
  const made: Made[] = [];
  const classes = Object.fromEntries(
    kinds.map((kind) => [
      kind,
      class {
        readonly of: string;
        constructor(name: string, args: PropertyValues, options?: PropertyValues) {
          this.of = name;
          made.push({ kind, name, args: { ...args }, ...(options ? { options: { ...options } } : {}) });
        }
      },
    ]),
  );
  const require = (name: string) => (name === "pulumi-fal" ? classes : undefined);
  runInContext(outputText, createContext({ require, exports: {} }), { timeout: 5_000 });
  return made;
}

function object(kind: string, id: string, declared: PropertyValues, names: Names): DeclaredObject {
  return { definition: definitionOf(kind), id, declared, names, remarks: [] };
}

describe("the imported program", () => {
  test("an imported program refers to other resources by variables and declares only variables that it uses", () => {
    const text = programOf([
      object("Environment", "staging", { name: "staging" }, { resource: "staging", variable: "staging" }),
      object("App", "staging/a", { name: "a", environment: "staging" }, { resource: "a", variable: "a" }),
      object("AppScale", "staging/a", { app: "a", environment: "staging" }, { resource: "as", variable: "as" }),
      object("AppScale", "main/b", { app: "b", environment: "main" }, { resource: "bs", variable: "bs" }),
    ]);
    expect(text).toContain(
      'const staging = new fal.Environment("staging", {\n  name: "staging",\n}, { protect: true });',
    );
    expect(text).toContain('const a = new fal.App("a", {\n  name: "a",\n  environment: staging,\n});');
    expect(text).toContain('\nnew fal.AppScale("as", {\n  app: a,\n});');
    expect(text).toContain('\nnew fal.AppScale("bs", {\n  app: "b",\n  environment: "main",\n});');
  });

  test("an imported program protects resources whose objects would be deleted", () => {
    const names = { resource: "x", variable: "x" };
    const made = evaluate(programOf(kinds.map((kind) => object(kind, `main/${kind}`, {}, names))));
    const isProtected = Object.fromEntries(made.map(({ kind, options }) => [kind, options?.["protect"] === true]));
    expect(isProtected).toEqual({
      App: false,
      AppScale: false,
      Secret: true,
      ApiKey: true,
      Environment: true,
      ComputeInstance: true,
    });
  });

  test("an imported program evaluates to its original names and values for any texts", () => {
    const values = fc.record({ texts: fc.array(hostile), number: fc.integer(), flag: fc.boolean(), text: hostile });
    fc.assert(
      fc.property(things, values, (all, { texts, number, flag, text }) => {
        const objects = named(all, label).map(({ kind, id, label: name, names }) =>
          object(kind, id, { name, alias: text, regions: texts, keepAlive: number, defaultExposed: flag }, names),
        );
        const expected = objects.map(({ definition, names, declared }) => [definition.kind, names.resource, declared]);
        const program = programOf(objects);
        expect(evaluate(program).map(({ kind, name, args }) => [kind, name, args])).toEqual(expected);
        // Every character is visible.
        expect(program).not.toMatch(/[^\P{C}\p{Co}\n]|\p{Zl}|\p{Zp}/u);
      }),
    );
  });
});

/** One of each kind, with every form of value, references, and texts that mean something in a language. */
function account(language: LanguageName): DeclaredObject[] {
  const acl = [{ user: "anna", decision: "allow" }];
  const declared: [kind: string, id: string, declared: PropertyValues][] = [
    [
      "Environment",
      "staging",
      { name: "staging", description: `For "tries" \\ $${"{nothing}"} {{x}} %s 日本 \u202e🦄\u{e0041}` },
    ],
    ["App", "main/lambda", { name: "lambda", authMode: "public" }],
    ["App", "staging/image-gen", { name: "image-gen", environment: "staging", authMode: "private" }],
    ["AppScale", "main/yes", { app: "yes", environment: "main", maxConcurrency: 4, machineTypes: ["GPU-H100", "S"] }],
    [
      "AppScale",
      "staging/image-gen",
      { app: "image-gen", environment: "staging", keepAlive: 300, requestStartTimeout: 30 },
    ],
    ["Secret", "main/HF_TOKEN", { name: "HF_TOKEN", environment: "main" }],
    ["ApiKey", "k1", { alias: "*/ #\n: ci", scope: "ADMIN" }],
    ["ComputeInstance", "i1", { instanceType: "gpu_8x_h100_sxm5", sector: "sector_2" }],
    ["StorageSettings", "storage", { defaultAccess: "forbid", accessRules: acl, expirationDurationSeconds: 0 }],
  ];
  const things = declared.map(([kind, id, values]) => ({
    kind,
    id,
    label: String(values["name"] ?? values["app"] ?? id),
    values,
  }));
  return namedIn(things, ({ label: name }) => name, languageOf(language, false).reserved).map(
    ({ kind, id, values, names }) => ({
      definition: definitionOf(kind),
      id,
      declared: values,
      names,
      remarks: descriptions[kind]?.importing.remarks?.(id, values, "k1") ?? [],
    }),
  );
}

const goldens = resolve(__dirname, "../../../fixtures/import");
const extensions = { typescript: "ts", python: "py", yaml: "yaml" } as const;

describe("the imported program in each language", () => {
  test.each(languageNames)("in %s", async (language) => {
    const golden = join(goldens, `account.${extensions[language]}`);
    await expect(programOf(account(language), language)).toMatchFileSnapshot(golden);
  });

  test("YAML has the values of the account, where a $ is doubled", () => {
    const { resources } = load(readFileSync(join(goldens, "account.yaml"), "utf8")) as {
      resources: Record<string, { type: string; properties: PropertyValues; options?: object }>;
    };
    const text = (value: unknown): unknown => JSON.parse(JSON.stringify(value).replaceAll("$$", "$"));
    const objects = account("yaml");
    expect(Object.keys(resources)).toEqual(objects.map(({ names }) => names.resource));
    for (const { definition, names, declared } of objects) {
      const { type, properties, options } = resources[names.resource] ?? {};
      expect(type).toBe(`fal:${definition.kind}`);
      const references = Object.keys(declared).filter((name) => definition.inputs[name]?.refersTo);
      const isReference = (name: string) => references.includes(name) && declared["environment"] === "staging";
      const values = Object.entries(declared).filter(([name]) => !isReference(name));
      expect(text(Object.fromEntries(Object.entries(properties ?? {}).filter(([name]) => !isReference(name))))).toEqual(
        Object.fromEntries(values),
      );
      expect(options).toEqual(descriptions[definition.kind]?.importing.protect ? { protect: true } : undefined);
    }
    expect(resources["image-gen"]?.properties["environment"]).toBe(`$${"{staging-environment.id}"}`);
  });

  const python = ["python3", "python"].find((name) => spawnSync(name, ["--version"]).status === 0);
  test.skipIf(python === undefined)("Python compiles, and has the values of the account", () => {
    const program = join(goldens, "account.py");
    // The classes record their arguments.
    const harness = `
import json, sys, types
made = []
class Options:
    def __init__(self, **values): self.values = values
def kind(name):
    def make(resource, opts=None, **arguments):
        made.append([name, resource, arguments, opts.values if opts else None])
        return types.SimpleNamespace(id={"reference": resource})
    return make
pulumi = types.ModuleType("pulumi"); pulumi.ResourceOptions = Options
fal = types.ModuleType("pulumi_fal"); fal.__getattr__ = kind
sys.modules.update(pulumi=pulumi, pulumi_fal=fal)
exec(compile(open(sys.argv[1], encoding="utf-8").read(), "__main__.py", "exec"), {})
print(json.dumps(made))
`;
    const { stdout, stderr } = spawnSync(python ?? "", ["-c", harness, program], { encoding: "utf8" });
    expect(stderr).toBe("");
    expect(JSON.parse(stdout)).toEqual(
      account("python").map(({ definition, names, declared }) => {
        const given = { ...declared };
        if (declared["environment"] === "staging") {
          const environment = { reference: "staging-environment" };
          if (definition.kind === "App") given["environment"] = environment;
          else {
            given["app"] = { reference: "image-gen" };
            delete given["environment"];
          }
        }
        const args = Object.entries(given).map(([name, value]) => [pythonName(name), value]);
        const options = descriptions[definition.kind]?.importing.protect ? { protect: true } : null;
        return [definition.kind, names.resource, Object.fromEntries(args), options];
      }),
    );
  });

  test.each(["python", "yaml"] as const)(
    "every character of a program in %s is visible, whatever the texts are",
    (language) => {
      fc.assert(
        fc.property(hostile, (text) => {
          const [first] = named([thing("App", text)], label, language);
          const program = programOf(
            [object("App", `main/${text}`, { name: text }, first?.names ?? { resource: "a", variable: "a" })],
            language,
          );
          expect(program).not.toMatch(/[^\P{C}\p{Co}\n]|\p{Zl}|\p{Zp}/u);
          if (language === "python" || !text.isWellFormed()) return;
          const { resources } = load(program) as { resources: Record<string, { properties: { name: string } }> };
          expect(Object.values(resources)[0]?.properties.name.replaceAll("$$", "$")).toBe(text);
        }),
      );
    },
  );
});

describe("the file for the imported program", () => {
  const manifest = (fields: object) => ({ "package.json": JSON.stringify(fields) });
  const project = (files: Record<string, string>) => {
    const dir = mkdtempSync(join(tmpdir(), "pulumi-fal-import-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
    return dir;
  };

  test.each<[string, Record<string, string>, object]>([
    ["an empty folder", {}, { code: "index.ts" }],
    ["a project whose main file is missing", manifest({ main: "src/main.ts" }), { code: "src/main.ts" }],
    [
      "a project of `pulumi new typescript`",
      { ...manifest({ main: "index.ts" }), "index.ts": 'import * as pulumi from "@pulumi/pulumi";\n' },
      {
        code: "fal.ts",
        main: {
          name: "index.ts",
          load: {
            line: 'import "./fal";',
            text: 'import * as pulumi from "@pulumi/pulumi";\nimport "./fal";\n',
          },
        },
      },
    ],
    [
      "a project of `pulumi new javascript`",
      { ...manifest({ main: "index.js" }), "index.js": '"use strict";' },
      {
        code: "fal.js",
        commonJs: true,
        main: {
          name: "index.js",
          load: { line: 'require("./fal.js");', text: '"use strict";\nrequire("./fal.js");\n' },
        },
      },
    ],
    [
      "a project of ES modules in TypeScript",
      { ...manifest({ main: "src/index.ts", type: "module" }), "src/index.ts": "export {};\r\n" },
      {
        code: "src/fal.ts",
        main: {
          name: "src/index.ts",
          load: { line: 'import "./fal.js";', text: 'export {};\r\nimport "./fal.js";\r\n' },
        },
      },
    ],
    [
      "a project of ES modules in JavaScript",
      { ...manifest({ type: "module" }), "index.js": "" },
      {
        code: "fal.js",
        main: { name: "index.js", load: { line: 'import "./fal.js";', text: 'import "./fal.js";\n' } },
      },
    ],
    [
      "a main file that loads it already",
      { "index.ts": 'import * as fal from "pulumi-fal";\nimport "./fal";\n' },
      { code: "fal.ts" },
    ],
    ["a main file of an earlier import", { "index.ts": programOf([]) }, { code: "index.ts" }],
  ])("in %s", (_what, files, expected) => {
    expect(programFile(undefined, project(files), "typescript", undefined)).toEqual({ commonJs: false, ...expected });
  });

  test.each<[string, LanguageName, Record<string, string>, object]>([
    ["an empty folder", "python", {}, { code: "__main__.py" }],
    [
      "a project of `pulumi new python`",
      "python",
      { "Pulumi.yaml": "name: p\nruntime: python\n", "__main__.py": "import pulumi\n" },
      {
        code: "fal_account.py",
        main: {
          name: "__main__.py",
          load: { line: "import fal_account", text: "import pulumi\nimport fal_account\n" },
        },
      },
    ],
    [
      "a main file in Python that loads it already",
      "python",
      { "__main__.py": "import pulumi\nimport fal_account\n" },
      { code: "fal_account.py" },
    ],
    [
      "a main file in Python of an earlier import",
      "python",
      { "__main__.py": programOf([], "python") },
      { code: "__main__.py" },
    ],
    [
      "a project in YAML without resources",
      "yaml",
      { "Pulumi.yaml": "name: p\nruntime: yaml\n" },
      { code: "Main.yaml" },
    ],
    [
      "a project of `pulumi new yaml`",
      "yaml",
      { "Pulumi.yaml": "name: p\nruntime:\n  name: yaml\noutputs: {}\n" },
      { code: "fal.yaml", main: { name: "Pulumi.yaml" } },
    ],
    ["a program in YAML of an earlier import", "yaml", { "Main.yaml": programOf([], "yaml") }, { code: "Main.yaml" }],
  ])("in %s for %s", (_what, language, files, expected) => {
    const dir = project(files);
    expect(programFile(undefined, dir, language, projectFrom(dir))).toEqual({ commonJs: false, ...expected });
  });

  test("the project is found from its folder and those below, with its runtime in every form", () => {
    const runtimes = ["runtime: python", "runtime:\n  options: {}\n  name: python", "runtime: { name: 'python' }"];
    for (const runtime of runtimes) {
      const dir = project({ "Pulumi.yaml": `name: p\n${runtime}\n`, "below/file": "" });
      expect(projectFrom(join(dir, "below"))).toEqual({
        file: join(dir, "Pulumi.yaml"),
        runtime: "python",
        usesPlugin: false,
        hasProgram: false,
        hasPlugins: false,
      });
    }
    for (const setting of ["true", '"true"', "{ value: true }", "{ type: boolean, default: true }"]) {
      const dir = project({ "Pulumi.yaml": `name: p\nruntime: nodejs\nconfig:\n  fal:plugin: ${setting}\n` });
      expect(projectFrom(dir)?.usesPlugin).toBe(true);
    }
    expect(() => projectFrom(project({ "Pulumi.yaml": "a: [" }))).toThrow(/^Could not read Pulumi\.yaml: /);
  });

  test("a program in a file that the user names has to be loaded by the main file", () => {
    const dir = project({ "index.ts": "" });
    const of = (file: string) => programFile(file, dir, "typescript", undefined);
    expect(of("parts/left.ts").main?.load?.line).toBe('import "./parts/left";');
    expect(of("index.ts")).toEqual({ code: "index.ts", commonJs: false });
    const inPython = project({ "__main__.py": "" });
    expect(programFile("parts/left.py", inPython, "python", undefined).main?.load?.line).toBe("import parts.left");
    expect(programFile("3d-parts.py", inPython, "python", undefined).main).toEqual({ name: "__main__.py" });
  });

  test("an imported program runs in Node without a compiler", () => {
    const text = programOf(
      [object("App", "main/a", { name: "a" }, { resource: "a", variable: "a" })],
      "typescript",
      true,
    );
    const made: unknown[] = [];
    const App = class {
      constructor(...args: unknown[]) {
        made.push(args);
      }
    };
    runInContext(text, createContext({ require: () => ({ App }) }), { timeout: 5_000 });
    expect(made).toEqual([["a", { name: "a" }]]);
  });
});
