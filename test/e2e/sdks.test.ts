import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { cacheDirectory } from "../../tools/setup/cache.mjs";
import { messageOf, SetupError } from "../../tools/setup/errors.mjs";
import { ensureNpmScript } from "../../tools/setup/npm-scripts.mjs";
import { onPath } from "../../tools/setup/process.mjs";
import { patience } from "../support/patience";
import { cliEnvironment } from "./support/stack";

// What Pulumi's generators make of the package schema, as the compilers and type checkers of its users see it.

const root = resolve(__dirname, "../..");
const plugin = join(root, "plugin");
const program = join(plugin, process.platform === "win32" ? "pulumi-resource-fal.cmd" : "pulumi-resource-fal");
const scratch = mkdtempSync(join(tmpdir(), "pulumi-fal-sdks-"));
const folderOf = (language: string) => join(scratch, language);
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const schema: { logoUrl?: string } = JSON.parse(readFileSync(join(plugin, "schema.json"), "utf8"));
const python = process.env["PULUMI_FAL_TEST_PULUMI_PYTHON"];
const noPython = "Pulumi's SDK for Python is missing";
const noGenerator = (language: string) => `the Pulumi CLI cannot generate SDKs for ${language}`;
const success = { code: 0, stdout: "", stderr: "" };

interface Result {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function run(command: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env, cwd = scratch) {
  return new Promise<Result>((done) => {
    execFile(command, args, { cwd, env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) =>
      done({ code: error === null ? 0 : Number(error.code), stdout, stderr }),
    );
  });
}

function pulumi(...args: string[]): Promise<Result> {
  return run("pulumi", args, cliEnvironment(scratch, scratch));
}

/** Generated on demand, once. Undefined if the CLI has no generator for the language. */
const generated = new Map<string, Promise<Result | undefined>>();

function sdkOf(language: string): Promise<Result | undefined> {
  const result = generated.get(language) ?? generate(language);
  generated.set(language, result);
  return result;
}

async function generate(language: string): Promise<Result | undefined> {
  const result = await pulumi("package", "gen-sdk", program, "--language", language, "--out", scratch);
  const isMissing = /could not find|not found|no language plugin|GeneratePackage not implemented/;
  return result.code !== 0 && isMissing.test(result.stderr) ? undefined : result;
}

test("the plugin returns the package schema unchanged", async () => {
  const { code, stdout, stderr } = await pulumi("package", "get-schema", program);
  expect([code, stderr]).toEqual([0, ""]);
  expect(JSON.parse(stdout)).toEqual(schema);
});

test.for(["nodejs", "python", "go", "dotnet", "java"])(
  "an SDK for %s is generated without a warning",
  async (language, { skip }) => {
    if (language === "dotnet" && schema.logoUrl === undefined) {
      skip("its generator downloads a logo from the Internet as long as the schema names none");
    }
    const result = await sdkOf(language);
    if (result === undefined) return skip(noGenerator(language));
    expect(result.code).toBe(0);
    expect(result.stderr).toMatch(/^SDK has been written to \S+\n$/);
  },
);

test("the SDK for Node compiles with strict types", async ({ skip }) => {
  if ((await sdkOf("nodejs")) === undefined) skip(noGenerator("nodejs"));
  symlinkSync(join(root, "node_modules"), join(scratch, "node_modules"), "dir");
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  expect(await run(process.execPath, [tsc, "--strict", "--noEmit", "-p", folderOf("nodejs")])).toEqual(success);
});

describe("the SDK for Python", () => {
  test("the SDK for Python compiles", async ({ skip }) => {
    if (python === undefined) return skip(noPython);
    if ((await sdkOf("python")) === undefined) skip(noGenerator("python"));
    expect(await run(python, ["-m", "compileall", "-q", folderOf("python")])).toEqual(success);
  });

  test("the descriptions name properties as Python does", async ({ skip }) => {
    if ((await sdkOf("python")) === undefined) skip(noGenerator("python"));
    const text = readFileSync(join(folderOf("python"), "pulumi_fal/app_scale.py"), "utf8");
    expect(text).toContain("The larger of this and AppScale.concurrency_buffer_perc counts.");
    expect(text).not.toContain("{{%");
  });

  test("pyright accepts the examples, and finds mistakes in a program where its comments say so", async ({ skip }) => {
    if (python === undefined) return skip(noPython);
    if ((await sdkOf("python")) === undefined) skip(noGenerator("python"));
    const pyright = await pyrightOr(skip);
    const project = join(scratch, "programs");
    cpSync(join(root, "test/fixtures/python/mistakes.py"), join(project, "mistakes.py"));
    cpSync(join(root, "examples/quickstart-python/__main__.py"), join(project, "quickstart.py"));
    cpSync(join(root, "examples/app/python/__main__.py"), join(project, "app.py"));
    const settings = { typeCheckingMode: "standard", extraPaths: [folderOf("python")] };
    writeFileSync(join(project, "pyrightconfig.json"), JSON.stringify(settings));
    const { stdout } = await run(process.execPath, [pyright, "--outputjson", "--pythonpath", python, "-p", project]);
    const { generalDiagnostics: found } = JSON.parse(stdout) as { generalDiagnostics: Diagnostic[] };
    expect([...new Set(found.map(({ file }) => basename(file)))]).toEqual(["mistakes.py"]);
    const lines = [...new Set(found.map(({ range }) => range.start.line))].sort((a, b) => a - b);
    const program = readFileSync(join(project, "mistakes.py"), "utf8").split("\n");
    const expected = program.flatMap((text, line) => (text.endsWith("# pyright") ? [line] : []));
    expect(lines.map((line) => program[line])).toEqual(expected.map((line) => program[line]));
  });
});

test(
  "the SDK for Go passes go vet",
  async ({ skip }) => {
    if (process.env["PULUMI_FAL_TEST_SAMPLE"] !== "all")
      skip("only `npm run test:languages` runs it: it takes minutes");
    const [go] = onPath("go", process.env);
    if (go === undefined) return skip("Go is missing");
    if ((await sdkOf("go")) === undefined) skip(noGenerator("go"));
    const version = /sdk\/v3 (v\S+)/.exec(readFileSync(join(root, "tools/pulumi-cli/cli/go.mod"), "utf8"))?.[1];
    const module = `module example.com/pulumi-fal/sdk/go\n\ngo 1.25\n\nrequire github.com/pulumi/pulumi/sdk/v3 ${version}\n`;
    writeFileSync(join(folderOf("go"), "go.mod"), module);
    const env = { ...process.env, CGO_ENABLED: "0", GOWORK: "off", GOFLAGS: "-mod=mod" };
    expect(await run(go, ["mod", "tidy"], env, folderOf("go"))).toMatchObject({ code: 0 });
    expect(await run(go, ["vet", "./..."], env, folderOf("go"))).toEqual(success);
  },
  1_200_000 * patience,
);

interface Diagnostic {
  readonly file: string;
  readonly range: { readonly start: { readonly line: number } };
}

async function pyrightOr(skip: (reason: string) => never): Promise<string> {
  try {
    return await ensureNpmScript("pyright", { cache: cacheDirectory(process.env), env: process.env });
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    return skip(`pyright cannot be installed: ${messageOf(error)}`);
  }
}
