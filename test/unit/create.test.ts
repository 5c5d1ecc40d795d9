import { execFile, execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { load } from "js-yaml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { projectFiles, projectName } from "../../create/src/project";

const root = resolve(__dirname, "../..");
/** The built command: compiling it takes each start half a second. */
const command = [process.execPath, join(root, "create/dist/cli.js")];
const written = [".gitignore", "Pulumi.yaml", "index.ts", "package.json", "pulumi-fal-0.1.0.tgz", "tsconfig.json"];

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "create-pulumi-fal-"));
  writeFileSync(join(dir, "pulumi-fal-0.1.0.tgz"), "x".repeat(20_000));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

const withPackage = ["--package", "pulumi-fal-0.1.0.tgz"];

/** Runs the command without a terminal. `before` is code for the shell that starts it. */
function run(args: readonly string[], before = ""): Promise<{ code: number; out: string; notes: string }> {
  return new Promise((done) => {
    const script = ["--norc", "-c", `${before} exec "$@"`, "bash", ...command, ...args];
    const child = execFile("bash", script, { cwd: dir }, (error, out, notes) => {
      done({ code: error === null ? 0 : Number(error.code), out, notes });
    });
    child.stdin?.end();
  });
}

const text = (file: string) => readFileSync(join(dir, file), "utf8");

describe("create-pulumi-fal", () => {
  test("create-pulumi-fal writes a project that installs the given tarball", async () => {
    const { code, out, notes } = await run(["My Infra", "--yes", ...withPackage]);
    expect({ code, notes }).toEqual({ code: 0, notes: "" });
    expect(readdirSync(join(dir, "My Infra")).sort()).toEqual(written);
    expect(JSON.parse(text("My Infra/package.json"))).toMatchObject({
      name: "my-infra",
      dependencies: { "pulumi-fal": "file:pulumi-fal-0.1.0.tgz" },
    });
    expect(load(text("My Infra/Pulumi.yaml"))).toEqual({
      name: "my-infra",
      description: "A fal account as code",
      runtime: "nodejs",
    });
    expect(text("My Infra/pulumi-fal-0.1.0.tgz")).toBe(text("pulumi-fal-0.1.0.tgz"));
    expect(out).toContain('\n  cd "My Infra"\n  npm install\n  pulumi stack init dev\n');
  });

  test("create-pulumi-fal takes the stack and the backend as options and asks nothing then", async () => {
    const options = ["--stack", "acme/infra/prod", "--backend", "s3://state?region=eu-west-1"];
    const { code, out } = await run(["infra", ...options, ...withPackage]);
    expect(code).toBe(0);
    expect(load(text("infra/Pulumi.yaml"))).toMatchObject({ backend: { url: "s3://state?region=eu-west-1" } });
    expect(out).toContain("  pulumi stack init acme/infra/prod\n");
  });

  test.each([
    ["python", "python", ["__main__.py", "requirements.txt"], "then declare resources in __main__.py"],
    ["yaml", "yaml", [], "then declare resources in Pulumi.yaml"],
    ["go", "go", ["go.mod", "main.go"], "then declare resources in main.go"],
  ])("create-pulumi-fal --language %s writes a project for the plugin", async (language, runtime, files, last) => {
    const { code, out } = await run(["infra", "--yes", "--language", language, ...withPackage]);
    expect(code).toBe(0);
    const common = [".gitignore", ".npmrc", "Pulumi.yaml", "package.json", "pulumi-fal-0.1.0.tgz"];
    expect(readdirSync(join(dir, "infra")).sort()).toEqual([...common, ...files].sort());
    const project = load(text("infra/Pulumi.yaml")) as { runtime: string | { name: string } };
    expect(typeof project.runtime === "string" ? project.runtime : project.runtime.name).toBe(runtime);
    expect(project).toMatchObject({
      plugins: { providers: [{ name: "fal", path: "node_modules/pulumi-fal/plugin" }] },
    });
    expect(Object.keys(JSON.parse(text("infra/package.json")).dependencies)).toEqual(["pulumi-fal"]);
    const addsSdk = out.includes("  pulumi package add ./node_modules/pulumi-fal/plugin/schema.json ");
    expect(addsSdk).toBe(language !== "yaml");
    expect(out).toContain(`  pulumi preview   # ${last}\n`);
  });

  test("create-pulumi-fal overwrites nothing", async () => {
    mkdirSync(join(dir, "infra"));
    writeFileSync(join(dir, "infra/index.ts"), "mine");
    const { code, notes } = await run(["infra", "--yes", ...withPackage]);
    expect([code, notes]).toEqual([
      1,
      expect.stringMatching(/infra already contains index\.ts\. Choose another folder\.\n$/),
    ]);
    expect(readdirSync(join(dir, "infra"))).toEqual(["index.ts"]);
    expect(text("infra/index.ts")).toBe("mine");
  });

  test.runIf(existsSync("/dev/full"))(
    "create-pulumi-fal ends quietly if the reader of its output is gone, and reports a full disk in one line",
    async () => {
      const unread = await run(["--help"], `{ sleep 0.2; "$@"; echo "code $?" >&2; } | true; exit;`);
      expect(unread.notes).toBe("code 0\n");
      expect(await run(["--help"], "exec >/dev/full;")).toEqual({
        code: 1,
        out: "",
        notes: "create-pulumi-fal: could not write to standard output: no space left on device.\n",
      });
    },
  );

  test("create-pulumi-fal leaves nothing behind if a file cannot be written", async () => {
    // As a full disk does, the limit ends a write in its middle.
    const { code, notes } = await run(["new/infra", "--yes", ...withPackage], "ulimit -f 8;");
    expect([code, notes]).toEqual([1, expect.stringContaining("Nothing was left there.")]);
    expect(existsSync(join(dir, "new"))).toBe(false);
  });

  test.each([
    [[], "FOLDER is missing."],
    [["a", "b", "--yes", ...withPackage], "Name one folder, not 2."],
    [["a", "--yes"], "pulumi-fal is not on npm yet, so --package is missing. Run `npm run create -- FOLDER`"],
    [["a", "--yes", "--package", "no.tgz"], "--package: no.tgz does not exist. `npm pack` in a clone"],
    [["a", "--yes", "--package", "."], "--package: . is not a tarball (.tgz)."],
    [["a", ...withPackage], "Standard input is not a terminal, so nothing can be asked. Pass --yes."],
    [["a", "--yes", "--stack", "a b", ...withPackage], '--stack: "a b" is not the name of a stack.'],
    [["a", "--yes", "--backend", "my-bucket", ...withPackage], '--backend: "my-bucket" is not the URL of a backend.'],
    [["a", "--yes", "--language", "ruby", ...withPackage], '"ruby" is none of typescript, python, yaml, go.'],
    [["a", "--force"], "Unknown option '--force'"],
  ])("create-pulumi-fal %j is a wrong command line and creates nothing", async (args, problem) => {
    const { code, out, notes } = await run(args);
    expect([code, out, notes]).toEqual([2, "", expect.stringContaining(problem)]);
    expect(readdirSync(dir)).toEqual(["pulumi-fal-0.1.0.tgz"]);
  });

  test("create-pulumi-fal --help and --version need nothing else", async () => {
    expect(await run(["--help"])).toMatchObject({ code: 0, out: expect.stringContaining("Exit codes: 0 created") });
    const { version } = JSON.parse(readFileSync(join(root, "create/package.json"), "utf8"));
    expect(await run(["--version"])).toMatchObject({ code: 0, out: `${version}\n` });
  });
});

describe.runIf(hasTerminalProgram())("create-pulumi-fal at a terminal", () => {
  test("create-pulumi-fal asks for the stack and the backend until it can use the answers", async () => {
    const shown = await atTerminal(["not a stack\n", "prod\n", "nowhere\n", "file://~\n"], "infra", ...withPackage);
    expect(shown).toContain('"not a stack" is not the name of a stack.');
    expect(shown).toContain('"nowhere" is not the URL of a backend.');
    expect(shown).toContain("pulumi stack init prod");
    expect(load(text("infra/Pulumi.yaml"))).toMatchObject({ backend: { url: "file://~" } });
  });

  test.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
  ])("create-pulumi-fal creates nothing after %s", async (_key, character) => {
    const shown = await atTerminal(["prod\n", character], "infra", ...withPackage);
    expect(shown).toContain("create-pulumi-fal: interrupted. Nothing was created.");
    expect(readdirSync(dir)).toEqual(["pulumi-fal-0.1.0.tgz"]);
  });
});

describe("the files of a new project", () => {
  const example = (file: string) => readFileSync(join(root, "examples", file), "utf8");
  const files = projectFiles({
    name: "infra",
    pulumiFal: "file:pulumi-fal-0.1.0.tgz",
    backend: undefined,
    language: "typescript",
  });

  test("a new project has the compiler options of the quick start and the versions of the GitOps templates", () => {
    expect(JSON.parse(files.get("tsconfig.json") ?? "")).toEqual(JSON.parse(example("quickstart/tsconfig.json")));
    const versions = ({ engines, dependencies }: { engines: object; dependencies: Record<string, string> }) => ({
      engines,
      ...dependencies,
      "pulumi-fal": undefined,
    });
    expect(versions(JSON.parse(files.get("package.json") ?? ""))).toEqual(
      versions(JSON.parse(example("gitops/package.json"))),
    );
  });

  test.each(["python", "yaml", "go"] as const)(
    "a new project in %s has the settings of the quick start",
    (language) => {
      const files = projectFiles({ name: "infra", pulumiFal: "*", backend: undefined, language });
      const settings = (yaml: string) => {
        const { runtime, plugins } = load(yaml.replace("../../plugin", "node_modules/pulumi-fal/plugin")) as Record<
          string,
          unknown
        >;
        return { runtime, plugins };
      };
      expect(settings(files.get("Pulumi.yaml") ?? "")).toEqual(settings(example(`quickstart-${language}/Pulumi.yaml`)));
      for (const file of ["requirements.txt", "go.mod"].filter((name) => files.has(name))) {
        const withoutName = (content: string) => content.replace(/^module .*/, "");
        expect(withoutName(files.get(file) ?? "")).toBe(withoutName(example(`quickstart-${language}/${file}`)));
      }
    },
  );

  test.each([
    ["infra", "infra"],
    ["Größe 2", "gr-e-2"],
    [".hidden", "hidden"],
    ["日本", "fal-infra"],
    ["x".repeat(200), "x".repeat(100)],
  ])("a project in the folder %s has the name %s", (folder, name) => {
    expect(projectName(folder)).toBe(name);
  });
});

/** util-linux's `script`, which gives a command a terminal. */
function hasTerminalProgram(): boolean {
  try {
    return execFileSync("script", ["--version"], { encoding: "utf8" }).includes("util-linux");
  } catch {
    return false;
  }
}

/** Types each text after the next question and resolves with everything shown. */
function atTerminal(answers: readonly string[], ...args: string[]): Promise<string> {
  return new Promise((done) => {
    const line = [...command, ...args].map((word) => `'${word}'`).join(" ");
    const child = spawn("script", ["-qec", line, "/dev/null"], { cwd: dir });
    const left = [...answers];
    let shown = "";
    let seen = 0;
    child.stdout.on("data", (chunk: Buffer) => {
      shown += chunk.toString();
      // A question ends with a colon and a space.
      const question = /(?:Stack|Backend)[^\n]*\): /g;
      question.lastIndex = seen;
      if (question.exec(shown) === null) return;
      seen = question.lastIndex || shown.length;
      child.stdin.write(left.shift() ?? "\u0003");
    });
    child.on("close", () => done(shown));
  });
}
