import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import ts from "typescript";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { onPath } from "../../tools/setup/process.mjs";
import { SSH_KEY } from "../support/constants";
import { patience } from "../support/patience";
import { cli, pulumiFal } from "./support/pulumi-fal";
import { pluginsOfProject, type Stack } from "./support/stack";
import { World } from "./support/world";

const root = resolve(__dirname, "../..");
const importing = ["import", "--file", "import.json", "--yes", "--generate-code=false"];

/** All six kinds, in two environments; one name for several things. */
const account = {
  environments: [{ name: "staging", description: `For "tries" \\ $${"{nothing}"}` }],
  apps: [
    {
      name: "image-gen",
      environment: "main",
      revision: "rev-1",
      auth_mode: "public",
      min_concurrency: 1,
      max_concurrency: 4,
      request_start_timeout: 30,
      machine_types: ["GPU-H100", "GPU-A100"],
      valid_regions: ["us-west", "us-east"],
    },
    { name: "image-gen", environment: "staging", revision: "rev-2", auth_mode: "private" },
    { name: "delete", environment: "main", revision: "rev-3", auth_mode: "shared" },
  ],
  secrets: [
    { name: "HF_TOKEN", environment: "main", value: "hf_main_value" },
    { name: "HF_TOKEN", environment: "staging", value: "hf_staging_value", default_exposed: true },
  ],
  keys: [
    { key_id: "key-1", key_secret: "secret-1-value", alias: "ci", scope: "API" },
    { key_id: "key-2", key_secret: "secret-2-value", alias: "*/ process.exit(1) //", scope: "ADMIN" },
  ],
  instances: [
    {
      id: "inst-1",
      instance_type: "gpu_8x_h100_sxm5",
      sector: "sector_2",
      status: "ready",
      ip: "203.0.113.9",
      ssh_key: SSH_KEY,
    },
    { id: "inst-2", instance_type: "gpu_1x_h100_sxm5", status: "ready", ip: "203.0.113.10", ssh_key: SSH_KEY },
  ],
};
const secretTexts = ["hf_main_value", "hf_staging_value", "secret-1-value", "secret-2-value", SSH_KEY];

describe("pulumi-fal import", () => {
  let world: World;
  let stack: Stack;

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 0 });
    await world.seed(account);
    // Each run would check the types of the same program again. The first test does it once.
    stack = await world.stack({ PULUMI_NODEJS_TRANSPILE_ONLY: "true" });
    // The project that `pulumi new typescript` creates: the import adds its program beside index.ts.
    for (const name of ["typescript", "@types"]) {
      symlinkSync(join(root, "node_modules", name), join(stack.dir, "node_modules", name), "dir");
    }
    rmSync(join(stack.dir, "index.js"));
    const compilerOptions = { strict: true, outDir: "bin", target: "es2020", module: "nodenext", sourceMap: true };
    const files = {
      "Pulumi.yaml": "name: e2e\nruntime: nodejs\n",
      "package.json": JSON.stringify({ name: "e2e", main: "index.ts" }),
      "tsconfig.json": JSON.stringify({ compilerOptions, files: ["index.ts"] }),
      "index.ts": 'import * as pulumi from "@pulumi/pulumi";\n',
    };
    for (const [name, text] of Object.entries(files)) writeFileSync(join(stack.dir, name), text);
    await stack.ok("config", "set", "fal:environment", "staging");
  });
  afterAll(() => world.close());

  test("import writes a program and a file that take over the account without changes", async () => {
    const before = await world.state();
    const { code, out, notes } = await pulumiFal(stack.dir, world.env, "import");
    expect({ code, notes }).toEqual({ code: 0, notes: "" });
    expect(out).toMatch(
      /^Wrote import\.json and fal\.ts for 1 Environment, 3 App, 3 AppScale, 2 Secret, 3 ApiKey and 2 Comp/,
    );
    expect(out).toContain(
      `Next:\n  pulumi ${importing.join(" ")}\n  pulumi preview --expect-no-changes   # [diff: ~protect] is no change at fal\n  pulumi up   # records which resources depend on others, and which are protected\n`,
    );

    expect(readFileSync(join(stack.dir, "index.ts"), "utf8")).toMatch(/\nimport ".\/fal";\n$/);

    const { text } = await stack.ok(...importing);
    expect(text).not.toMatch(/warning/);
    expect(text).toContain("= 14 imported");
    const checked = await stack.runWith({ PULUMI_NODEJS_TRANSPILE_ONLY: undefined }, "preview", "--expect-no-changes");
    expect(checked.code, checked.text).toBe(0);
    await stack.ok("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    await stack.up("--expect-no-changes");
    await stack.ok("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    await stack.preview("--expect-no-changes");
    expect(await world.state()).toEqual(before);
  });

  test("import writes no secrets", () => {
    for (const file of ["import.json", "fal.ts"]) {
      const text = readFileSync(join(stack.dir, file), "utf8");
      expect(secretTexts.filter((secret) => text.includes(secret))).toEqual([]);
    }
  });

  test("import declares what fal returns, except for revisions", async () => {
    const resources = stack.resources();
    expect(resources["image-gen"]?.inputs).toMatchObject({
      name: "image-gen",
      environment: "main",
      authMode: "public",
    });
    expect(resources["image-gen"]?.inputs).not.toHaveProperty("revision");
    expect(resources["image-gen"]?.outputs).toMatchObject({
      currentRevision: "rev-1",
      url: "https://fal.run/acme/image-gen",
    });
    expect(resources["image-gen-scale"]?.inputs).toMatchObject({
      requestStartTimeout: 30,
      machineTypes: ["GPU-H100", "GPU-A100"],
    });
    expect(resources["delete-scale"]?.inputs).not.toHaveProperty("requestStartTimeout");
    expect(resources["staging-hf-token-secret"]?.inputs).not.toHaveProperty("value");
    expect(resources["ci-key"]).toMatchObject({ id: "key-1", outputs: { keyId: "key-1" } });
    expect(resources["gpu-8x-h100-sxm5-machine"]?.outputs).toMatchObject({ sshCommand: "ssh ubuntu@203.0.113.9" });
  });

  test("import --without finds objects that no state contains", async () => {
    await world.seed({ secrets: [{ name: "LEFT_OVER", environment: "staging", value: "x" }] });
    await stack.ok("stack", "export", "--file", "stack.json");
    const args = ["--json", "--without", "stack.json", "--out", "left.json", "--code", "left.ts"];
    const { code, out } = await pulumiFal(stack.dir, world.env, "import", ...args);
    expect(code).toBe(0);
    expect(JSON.parse(out).resources).toEqual([
      { kind: "Secret", id: "staging/LEFT_OVER", name: "staging-left-over-secret", unmanaged: [] },
    ]);
    expect(readFileSync(join(stack.dir, "left.ts"), "utf8")).toContain('environment: "staging"');
    await world.remove("secrets", "staging/LEFT_OVER");
    const none = await pulumiFal(stack.dir, world.env, "import", "--force", "--without", "stack.json");
    expect([none.code, none.out]).toEqual([0, expect.stringContaining("There is nothing to import")]);
    const exported = readFileSync(join(stack.dir, "stack.json"), "utf8");
    writeFileSync(join(stack.dir, "powershell.json"), Buffer.from(`\ufeff${exported}`, "utf16le"));
    const same = await pulumiFal(stack.dir, world.env, "import", "--force", "--without", "powershell.json");
    expect(same).toEqual(none);
    const wrong = await pulumiFal(stack.dir, world.env, "import", "--force", "--without", "Pulumi.yaml");
    expect([wrong.code, wrong.notes]).toEqual([
      1,
      "pulumi-fal import: Pulumi.yaml is not the output of `pulumi stack export`.\n",
    ]);
  });

  test("removing an imported resource keeps its object at fal", async () => {
    const program = readFileSync(join(stack.dir, "fal.ts"), "utf8");
    const without = program.replace(/^new fal\.ApiKey\("ci-key"[^;]*;$/m, "");
    expect(without).not.toBe(program);
    writeFileSync(join(stack.dir, "fal.ts"), without);
    const { text } = await stack.fails("up", "--yes", "--skip-preview");
    expect(text).toMatch(/protect/);
    writeFileSync(join(stack.dir, "fal.ts"), program);
    expect((await world.state()).keys.map(({ key_id }) => key_id)).toContain("key-1");
  });

  test("values added to imported resources replace nothing", async () => {
    const before = await world.state();
    const program = readFileSync(join(stack.dir, "fal.ts"), "utf8");
    const withValues = program
      .replace('name: "HF_TOKEN",\n  environment: "main",', '$&\n  value: "hf_new_value",\n  defaultExposed: false,')
      .replace('instanceType: "gpu_1x_h100_sxm5",', `$&\n  sshKey: "${SSH_KEY}",`);
    writeFileSync(join(stack.dir, "fal.ts"), withValues);
    const { text: preview } = await stack.preview();
    expect(preview).toContain("`value` was not managed so far: the value in the program is written to fal");
    await world.clearRequests();
    const { text } = await stack.up();
    expect(text).toContain("~ 2 updated");
    expect(text).toMatch(/`sshKey` is recorded and was not sent/);
    expect(
      (await world.requests()).filter(
        ({ rpc, method }) => /^(Set|Create|Delete)/.test(rpc ?? "") || (method !== "POST" && method !== "GET"),
      ),
    ).toEqual([expect.objectContaining({ rpc: "SetSecret" })]);
    await stack.preview("--expect-no-changes");
    await stack.preview("--refresh", "--expect-no-changes");
    const after = await world.state();
    const written = { value: "hf_new_value", default_exposed: false };
    expect(after).toEqual({
      ...before,
      secrets: before.secrets.map((one) =>
        one.name === "HF_TOKEN" && one["environment"] === "main" ? { ...one, ...written } : one,
      ),
    });
  });

  test("imported resources restore earlier values once onDelete is restore", async () => {
    const program = readFileSync(join(stack.dir, "fal.ts"), "utf8");
    const block = /^new fal\.AppScale\("image-gen-scale"[^;]*;$/m;
    writeFileSync(
      join(stack.dir, "fal.ts"),
      program.replace(block, (text) => text.replace("maxConcurrency: 4", 'maxConcurrency: 5,\n  onDelete: "restore"')),
    );
    await stack.up();
    const max = async () =>
      (await world.state()).apps.find(({ name, environment }) => name === "image-gen" && environment === "main")?.[
        "max_concurrency"
      ];
    expect(await max()).toBe(5);
    writeFileSync(join(stack.dir, "fal.ts"), program.replace(block, ""));
    await stack.up();
    expect(await max()).toBe(4);
  });
});

describe("import for the plugin", () => {
  let world: World;
  let stack: Stack;
  const project = (runtime: string, more = "") =>
    writeFileSync(join(stack.dir, "Pulumi.yaml"), `name: e2e\nruntime: ${runtime}\n${pluginsOfProject}${more}`);

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 0 });
    await world.seed(account);
    stack = await world.stack({}, "plugin");
  });
  afterAll(() => world.close());

  const noYaml = onPath("pulumi-language-yaml", process.env).length === 0;
  test.skipIf(noYaml)("a program in YAML takes over the account without changes", async () => {
    project("yaml");
    const before = await world.state();
    const { code, out, notes } = await pulumiFal(stack.dir, world.env, "import");
    expect({ code, notes }).toEqual({ code: 0, notes: "" });
    expect(out).toMatch(/^Wrote import\.json and Main\.yaml for 1 Environment, 3 App, 3 AppScale/);
    const { text } = await stack.ok(...importing);
    expect(text).not.toMatch(/warning/);
    await stack.preview("--expect-no-changes");
    await stack.ok("refresh", "--yes", "--skip-preview", "--expect-no-changes");
    expect(await world.state()).toEqual(before);
    const states = Object.values(stack.resources());
    expect(new Set(states.map(({ type }) => type.split(":")[0]))).toEqual(new Set(["fal"]));
    expect(states.filter(({ inputs, outputs }) => "__provider" in inputs || "__provider" in outputs)).toEqual([]);
  });

  test("the import file has the tokens of what runs the program", async () => {
    const tokens = async (...args: string[]) => {
      const { code, notes } = await pulumiFal(stack.dir, world.env, "import", "--force", "--types", "app", ...args);
      expect({ code, notes }).toEqual({ code: 0, notes: "" });
      const { resources } = JSON.parse(readFileSync(join(stack.dir, "import.json"), "utf8"));
      return new Set(resources.map(({ type }: { type: string }) => type));
    };
    project("nodejs");
    expect(await tokens()).toEqual(new Set(["pulumi-nodejs:dynamic/fal:App"]));
    expect(await tokens("--language", "python")).toEqual(new Set(["fal:index:App"]));
    project("nodejs", "config:\n  fal:plugin: true\n");
    expect(await tokens()).toEqual(new Set(["fal:index:App"]));
    project("go");
    const failing = (...args: string[]) => pulumiFal(stack.dir, world.env, "import", ...args);
    expect(await failing()).toMatchObject({
      code: 2,
      notes: expect.stringMatching(/The runtime of the project is go\. Choose .*--language typescript\|python\|yaml\./),
    });
    expect((await failing("--language", "pyton")).notes).toMatch(/--language must be one of .*Did you mean "python"\?/);
    expect((await failing("--language", "yaml", "--code", "Pulumi.yaml")).notes).toContain(
      "is the file of the project",
    );
  });
});

describe("an account with a thousand objects", () => {
  let world: World;

  beforeAll(async () => {
    world = await World.start();
  });
  afterAll(() => world.close());

  test("a preview of an imported account of a thousand objects finds no changes", {
    timeout: 600_000 * patience,
  }, async () => {
    const names = [
      'a"b',
      "a\\b",
      "a`b",
      "a'b",
      "a b",
      "a\u00e9b",
      "日本",
      "delete",
      "await",
      "3d",
      "*/",
      `$${"{a}"}`,
      "__proto__",
      "A-B",
    ];
    const apps = Array.from({ length: 350 }, (_, index) => names[index]?.replace(/[/ ]/, "") ?? `app-${index}`);
    const secrets = Array.from({ length: 300 }, (_, index) => names[index] ?? `SECRET_${index}`);
    await world.seed({
      apps: apps.map((name) => ({ name, environment: "main", revision: "rev-1" })),
      secrets: secrets.map((name) => ({ name, environment: "main", value: "x" })),
    });
    const stack = await world.stack();
    const { code, out } = await pulumiFal(stack.dir, world.env, "import", "--json", "--code", "index.ts");
    expect(code).toBe(0);
    const { resources, skipped } = JSON.parse(out) as { resources: { name: string }[]; skipped: unknown[] };
    expect(skipped).toEqual([]);
    expect(resources.length).toBe(350 + 350 + 300 + 1);
    expect(new Set(resources.map(({ name }) => name)).size).toBe(resources.length);

    // A checkpoint after each resource takes minutes, and a lost import loses nothing.
    const quickly = { PULUMI_EXPERIMENTAL: "true", PULUMI_SKIP_CHECKPOINTS: "true" };
    const { code: imported, text } = await stack.runWith(quickly, ...importing, "--skip-preview");
    expect(imported, text).toBe(0);
    const program = readFileSync(join(stack.dir, "index.ts"), "utf8");
    stack.source(ts.transpile(program, { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022 }));
    await stack.preview("--expect-no-changes");
  });
});

describe("the options of import", () => {
  let world: World;
  let dir: string;
  const run = (...args: string[]) => pulumiFal(dir, world.env, "import", ...args);
  /** The command as `"$@"` of a script of bash. */
  const shell = (script: string, ...args: string[]) =>
    new Promise<{ code: number; notes: string }>((done) => {
      const env = { PATH: process.env["PATH"], ...world.env };
      const command = ["--norc", "-c", script, "bash", process.execPath, cli, ...args];
      execFile("bash", command, { cwd: dir, env }, (error, _out, notes) => {
        done({ code: error === null ? 0 : Number(error.code), notes });
      });
    });
  const json = async (...args: string[]) => {
    const { code, out, notes } = await run("--json", "--force", ...args);
    expect({ code, notes }).toEqual({ code: 0, notes: "" });
    return JSON.parse(out);
  };
  const ids = (result: { resources: { kind: string; id: string }[] }) =>
    result.resources.map(({ kind, id }) => `${kind} ${id}`);

  beforeAll(async () => {
    world = await World.start({ instanceReadyMs: 0 });
    await world.seed(account);
  });
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), "pulumi-fal-import-"));
  });
  afterEach(() => rmSync(dir, { recursive: true, force: true }));
  afterAll(() => world.close());

  test("import reads one environment and its contents", async () => {
    expect(ids(await json("--environment", "staging"))).toEqual([
      "Environment staging",
      "App staging/image-gen",
      "AppScale staging/image-gen",
      "Secret staging/HF_TOKEN",
    ]);
    const { code, notes } = await run("--force", "--environment", "nowhere");
    expect([code, notes]).toEqual([
      1,
      'pulumi-fal import: Environment "nowhere" does not exist. In the account, there is main, staging.\n',
    ]);
  });

  test("import --types reads only these types", async () => {
    expect(ids(await json("--types", "secret,compute-instance", "--environment", "main"))).toEqual([
      "Secret main/HF_TOKEN",
      "ComputeInstance inst-1",
      "ComputeInstance inst-2",
    ]);
    const { code, notes } = await run("--types", "apps");
    expect(code).toBe(2);
    expect(notes).toContain(
      '--types: "apps" is not one of environment, app, app-scale, secret, api-key, compute-instance, storage-settings. Did you mean "app"?',
    );
  });

  test("import --json lists what was written, omitted, and what comes next", async () => {
    await world.seed({ apps: [{ name: "odd/name", environment: "staging", revision: "rev-1" }] });
    const { code, out } = await run(
      "--json",
      "--types",
      "app",
      "--environment",
      "staging",
      "--out",
      "a.json",
      "--code",
      "b.ts",
    );
    expect(code).toBe(0);
    expect(JSON.parse(out)).toEqual({
      account: "acme",
      resources: [{ kind: "App", id: "staging/image-gen", name: "staging-image-gen", unmanaged: [] }],
      language: "typescript",
      skipped: [{ kind: "App", id: "staging/odd/name", reason: expect.stringContaining('must not contain "/"') }],
      files: { out: "a.json", code: "b.ts", main: null },
      next: [
        "pulumi import --file a.json --yes --generate-code=false",
        "pulumi preview --expect-no-changes",
        "pulumi up",
      ],
    });
    expect(readdirSync(dir).sort()).toEqual(["a.json", "b.ts"]);
    await world.remove("apps", "staging/odd/name");
  });

  test("import puts its program beside the main file of the project and loads it there", async () => {
    writeFileSync(join(dir, "index.ts"), "const mine = 1;");
    const { code, out } = await run();
    expect([code, out]).toEqual([
      0,
      expect.stringContaining('Added `import "./fal";` to index.ts, which loads fal.ts.\n'),
    ]);
    expect(readFileSync(join(dir, "index.ts"), "utf8")).toBe('const mine = 1;\nimport "./fal";\n');
    expect(readFileSync(join(dir, "fal.ts"), "utf8")).toContain('from "pulumi-fal"');
    expect((await run("--force", "--code", "other.ts")).out).toContain('Add `import "./other";` to index.ts, so that');
    expect(readFileSync(join(dir, "index.ts"), "utf8")).not.toContain("other");
  });

  test("import overwrites files only with --force", async () => {
    writeFileSync(join(dir, "index.ts"), "mine");
    writeFileSync(join(dir, "fal.ts"), "mine too");
    const { code, notes } = await run();
    expect(code).toBe(1);
    expect(notes).toMatch(/^pulumi-fal import: fal\.ts already exists\. Choose .* --force\.\n$/);
    expect(existsSync(join(dir, "import.json"))).toBe(false);
    expect(["index.ts", "fal.ts"].map((file) => readFileSync(join(dir, file), "utf8"))).toEqual(["mine", "mine too"]);
    expect((await run("--force")).code).toBe(0);
    expect(readFileSync(join(dir, "fal.ts"), "utf8")).toContain("pulumi-fal");
  });

  test("import --apps reads only these apps and their scaling, and suggests names that are close", async () => {
    const apps = [
      "App main/image-gen",
      "App staging/image-gen",
      "AppScale main/image-gen",
      "AppScale staging/image-gen",
    ];
    expect(ids(await json("--apps", "image-gen"))).toEqual(apps);
    expect(ids(await json("--apps", "staging/image-gen, delete", "--types", "app"))).toEqual([
      "App main/delete",
      "App staging/image-gen",
    ]);
    expect(ids(await json("--apps", "image-gen", "--environment", "main"))).toEqual([apps[0], apps[2]]);
    const failing = async (...args: string[]) => {
      const { code, notes } = await run("--force", ...args);
      return [code, notes.split("\n")[0]];
    };
    expect(await failing("--apps", "imagegen")).toEqual([
      1,
      'pulumi-fal import: App "imagegen" does not exist. Did you mean "image-gen"?',
    ]);
    expect(await failing("--apps", "llm", "--environment", "staging")).toEqual([
      1,
      'pulumi-fal import: App "llm" does not exist. The apps are "staging/image-gen".',
    ]);
    expect(await failing("--apps", "image-gen", "--types", "app,secret")).toEqual([
      2,
      'pulumi-fal import: --types: "secret" does not belong to an app. Omit it, or omit --apps.',
    ]);
    expect(await failing("--apps", ",")).toEqual([2, "pulumi-fal import: --apps contains an empty name."]);
  });

  test("import leaves all files unchanged if one cannot be written", async () => {
    writeFileSync(join(dir, "import.json"), "old import");
    writeFileSync(join(dir, "index.ts"), "old program");
    // As a full disk does, the limit ends a write in its middle; for it nobody needs to be root.
    const { code, notes } = await shell('ulimit -f 4; exec "$@"', "import", "--force");
    expect([code, notes]).toEqual([1, "pulumi-fal import: Could not write import.json: file too large.\n"]);
    expect(readdirSync(dir).map((file) => [file, readFileSync(join(dir, file), "utf8")])).toEqual([
      ["import.json", "old import"],
      ["index.ts", "old program"],
    ]);
  });

  test("import reports a full standard output and ends quietly if the pipe is closed", async () => {
    const full = await shell('exec "$@" >/dev/full', "import", "--json");
    expect([full.code, full.notes]).toEqual([
      1,
      "pulumi-fal import: Could not write to standard output: no space left on device.\n",
    ]);
    // Begins to write only when the reader is gone.
    const unread = await shell('{ sleep 0.2; "$@"; echo "code $?" >&2; } | true', "import", "--force");
    expect([unread.code, unread.notes]).toEqual([0, "code 0\n"]);
    const cut = await shell('ulimit -f 1; exec "$@" >out.json', "import", "--force", "--json", "--types", "app");
    expect(cut.code).toBe(1);
  });

  test("import reads --without from a pipe and rejects a folder as output", async () => {
    const exported = JSON.stringify({ deployment: { resources: [] } });
    const piped = await shell(`"$@" --without <(sleep 0.5; echo '${exported}')`, "import", "--types", "app");
    expect(piped).toMatchObject({ code: 0, notes: "" });
    await world.clearRequests();
    const { code, notes } = await run("--force", "--code", ".");
    expect([code, notes.split("\n")[0]]).toEqual([
      2,
      "pulumi-fal import: --code: . is a directory. Name a file in it.",
    ]);
    expect(await world.requests()).toEqual([]);
  });

  test("import of an empty account writes nothing", async () => {
    const { code, out } = await run("--types", "environment", "--environment", "main");
    expect([code, out]).toEqual([
      0,
      'There is nothing to import in the fal account "acme", environment "main". No file was written.\n',
    ]);
    expect(readdirSync(dir)).toEqual([]);
  });

  test("import without a credential fails with one line", async () => {
    const { code, out, notes } = await pulumiFal(dir, { HOME: dir }, "import");
    expect([code, out]).toEqual([1, ""]);
    expect(notes).toMatch(/^pulumi-fal import: [^\n]*FAL_KEY[^\n]*\n$/);
    const refused = await pulumiFal(dir, { ...world.env, FAL_KEY: "wrong:hidden-half" }, "import");
    expect(refused.code).toBe(1);
    expect(refused.notes).toMatch(/^pulumi-fal import: [^\n]*\n$/);
    expect(refused.notes).not.toContain("hidden-half");
    expect(readdirSync(dir)).toEqual([]);
  });

  test.each(["SIGINT", "SIGTERM"] as const)("import ends on %s and writes nothing", async (signal) => {
    await world.faults([
      { match: { transport: "grpc", rpc: "ListEnvironments" }, times: 1, fault: { delayMs: 60_000 } },
    ]);
    const child = spawn(process.execPath, [cli, "import"], {
      cwd: dir,
      env: { PATH: process.env["PATH"], ...world.env },
    });
    let notes = "";
    child.stderr.on("data", (chunk: Buffer) => {
      notes += chunk.toString();
    });
    await world.clearRequests();
    while ((await world.requests()).length === 0 && child.exitCode === null) {
      await new Promise((next) => setTimeout(next, 100));
    }
    child.kill(signal);
    const code = await new Promise((done) => child.on("close", done));
    expect([code, notes]).toEqual([130, "pulumi-fal import: interrupted\n"]);
    expect(readdirSync(dir)).toEqual([]);
    await world.faults([]);
  });
});
