import { join } from "node:path";
import ts from "typescript";
import { describe, expect, test } from "vitest";

/** Compiles programs of users against the source of this package, with the compiler that checks the package itself. */
const root = join(__dirname, "../../..");
const file = join(root, "test/unit/resources/program-of-a-user.ts");
const head = `
import * as pulumi from "@pulumi/pulumi";
import * as fal from "../../../src";
declare const text: pulumi.Output<string>;
declare const texts: pulumi.Output<string[]>;
declare const maybe: string | undefined;
declare const promise: Promise<string>;
const machine = { sshKey: text };
`;

const accepted = [
  `new fal.AppScale("a", { app: "a", machineTypes: ["GPU-H100", "GPU-NEW", text, promise], regions: ["us-east", "moon"] });`,
  `new fal.AppScale("a", { app: "a", machineTypes: texts, regions: texts.apply((all) => all.slice(1)) });`,
  `new fal.ComputeInstance("a", { ...machine, instanceType: "gpu_8x_h100_sxm5", sector: "sector_9" });`,
  `new fal.ComputeInstance("a", { ...machine, instanceType: text, sector: maybe });`,
  `new fal.ComputeInstance("a", { ...machine, instanceType: new pulumi.Config().require("type") });`,
  `new fal.ApiKey("a", { alias: "a" });`,
  `new fal.ApiKey("a", { alias: text, preset: "DEPLOY", adopt: maybe });`,
  `new fal.ApiKey("a", { alias: "a", preset: maybe });`,
  `new fal.ApiKey("a", { alias: "a", preset: text, permissions: undefined });`,
  `new fal.ApiKey("a", { alias: "a", permissions: ["a", text] });`,
  `new fal.ApiKey("a", { alias: "a", permissions: texts });`,
  `new fal.ApiKey("a", { alias: "a", scope: "ADMIN" });`,
  `new fal.ApiKey("a", { alias: "a", rotation: { every: "45d", overlap: text } });`,
  `new fal.ApiKey("a", { alias: "a", rotation: { trigger: maybe } });`,
  `new fal.ApiKey("a", { alias: "a", rotation: { overlap: "1h" } });`,
  `new fal.ApiKey("a", { alias: "a", rotation: text.apply((every) => ({ every })) });`,
  `const args: fal.ApiKeyArgs = { alias: "a", preset: "API" }; new fal.ApiKey("a", args);`,
  `const rotation: fal.ApiKeyRotation = { every: "30d" }; new fal.ApiKey("a", { alias: "a", rotation });`,
  `const every: pulumi.Output<string | undefined> = new fal.ApiKey("a", { alias: "a" }).rotation.apply((r) => r?.every);`,
];

const rejected = [
  `new fal.ApiKey("a", { alias: "a", preset: "API", permissions: ["a"] });`,
  `new fal.ApiKey("a", { alias: "a", preset: "API", scope: "API" });`,
  `new fal.ApiKey("a", { alias: "a", permissions: texts, scope: "API" });`,
  `new fal.ApiKey("a", { alias: "a", rotation: {} });`,
  `new fal.ApiKey("a", { alias: "a", rotation: { evry: "30d" } });`,
  `new fal.ApiKey("a", { preset: "API" });`,
  `new fal.AppScale("a", { app: "a", machineTypes: "GPU-H100" });`,
  `new fal.AppScale("a", { app: "a", machineTypes: [1] });`,
  `new fal.ComputeInstance("a", { ...machine, instanceType: 8 });`,
];

/** Each position of a literal, marked by a bar, with values that an editor offers there. */
const completed: readonly [string, readonly string[]][] = [
  [`new fal.AppScale("a", { app: "a", machineTypes: ["|"] });`, ["GPU-H100", "XS"]],
  [`new fal.AppScale("a", { app: "a", regions: ["|"] });`, ["us-east", "eu-north"]],
  [`new fal.ComputeInstance("a", { ...machine, instanceType: "|" });`, ["gpu_1x_h100_sxm5", "gpu_8x_h100_sxm5"]],
  [`new fal.ComputeInstance("a", { ...machine, instanceType: text, sector: "|" });`, ["sector_1", "sector_3"]],
  [`new fal.ApiKey("a", { alias: "a", preset: "|" });`, ["FULL", "DEPLOY"]],
  [`new fal.ApiKey("a", { alias: "a", rotation: { every: "|" } });`, ["30d", "90d"]],
];

const options = ts.parseJsonConfigFileContent(
  ts.readConfigFile(join(root, "tsconfig.base.json"), ts.sys.readFile).config,
  ts.sys,
  root,
).options;
const program = [head, ...[...accepted, ...rejected].map((line) => `{ ${line} }`)].join("\n");
const completions = completed.map(([line]) => `{ ${line} }`);
const source = [program, ...completions.map((line) => line.replace("|", ""))].join("\n");

const service = ts.createLanguageService({
  getCompilationSettings: () => ({ ...options, noEmit: true, noUnusedLocals: false, types: ["node"] }),
  getScriptFileNames: () => [file],
  getScriptVersion: () => "1",
  getScriptSnapshot: (name) => {
    const content = name === file ? source : ts.sys.readFile(name);
    return content === undefined ? undefined : ts.ScriptSnapshot.fromString(content);
  },
  getCurrentDirectory: () => root,
  getDefaultLibFileName: ts.getDefaultLibFilePath,
  fileExists: (name) => name === file || ts.sys.fileExists(name),
  readFile: ts.sys.readFile,
  readDirectory: ts.sys.readDirectory,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
});

function errorsIn(line: string): string[] {
  const start = source.indexOf(`{ ${line} }`);
  return service
    .getSemanticDiagnostics(file)
    .filter((each) => (each.start ?? 0) >= start && (each.start ?? 0) < start + line.length + 4)
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, "\n"));
}

describe("the types of arguments", { timeout: 120_000 }, () => {
  test.each(accepted)("the compiler accepts %s", (line) => {
    expect(errorsIn(line)).toEqual([]);
  });

  test.each(rejected)("the compiler rejects %s", (line) => {
    expect(errorsIn(line)).not.toEqual([]);
  });

  test.each(completed)("an editor completes %s with %j", (line, values) => {
    const at = source.indexOf(`{ ${line.replace("|", "")} }`) + 2 + line.indexOf("|");
    const names = service.getCompletionsAtPosition(file, at, undefined)?.entries.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining([...values]));
  });

  test("hover text says what a change does and where the reference is", () => {
    const line = accepted.find((each) => each.includes('preset: "DEPLOY"')) ?? "";
    const at = source.indexOf(line) + line.indexOf("preset") + 1;
    const shown = ts.displayPartsToString(service.getQuickInfoAtPosition(file, at)?.documentation);
    expect(shown).toContain("A change updates in place.");
  });
});
