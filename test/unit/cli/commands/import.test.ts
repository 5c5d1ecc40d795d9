import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import fc from "fast-check";
import ts from "typescript";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Names, named } from "../../../../src/cli/commands/import/names";
import { type DeclaredObject, programOf } from "../../../../src/cli/commands/import/program";
import { programFile } from "../../../../src/cli/commands/import/program-file";
import type { PropertyValues } from "../../../../src/provider/properties";
import { definitionOf } from "../../../support/samples";

interface Thing {
  readonly kind: string;
  readonly id: string;
  readonly label: string;
}

const label = (thing: Thing) => thing.label;
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
          line: 'import "./fal";',
          text: 'import * as pulumi from "@pulumi/pulumi";\nimport "./fal";\n',
        },
      },
    ],
    [
      "a project of `pulumi new javascript`",
      { ...manifest({ main: "index.js" }), "index.js": '"use strict";' },
      {
        code: "fal.js",
        commonJs: true,
        main: { name: "index.js", line: 'require("./fal.js");', text: '"use strict";\nrequire("./fal.js");\n' },
      },
    ],
    [
      "a project of ES modules in TypeScript",
      { ...manifest({ main: "src/index.ts", type: "module" }), "src/index.ts": "export {};\r\n" },
      {
        code: "src/fal.ts",
        main: { name: "src/index.ts", line: 'import "./fal.js";', text: 'export {};\r\nimport "./fal.js";\r\n' },
      },
    ],
    [
      "a project of ES modules in JavaScript",
      { ...manifest({ type: "module" }), "index.js": "" },
      { code: "fal.js", main: { name: "index.js", line: 'import "./fal.js";', text: 'import "./fal.js";\n' } },
    ],
    [
      "a main file that loads it already",
      { "index.ts": 'import * as fal from "pulumi-fal";\nimport "./fal";\n' },
      { code: "fal.ts" },
    ],
    ["a main file of an earlier import", { "index.ts": programOf([]) }, { code: "index.ts" }],
  ])("in %s", (_what, files, expected) => {
    expect(programFile(undefined, project(files))).toEqual({ commonJs: false, ...expected });
  });

  test("a program in a file that the user names has to be loaded by the main file", () => {
    const dir = project({ "index.ts": "" });
    expect(programFile("parts/left.ts", dir).main?.line).toBe('import "./parts/left";');
    expect(programFile("index.ts", dir)).toEqual({ code: "index.ts", commonJs: false });
  });

  test("an imported program runs in Node without a compiler", () => {
    const text = programOf([object("App", "main/a", { name: "a" }, { resource: "a", variable: "a" })], {
      commonJs: true,
    });
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
