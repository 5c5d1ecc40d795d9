import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { version } from "../../package.json";
import { folders, kindIn } from "../../src/resources/registry";
import { executableName, onPath } from "../../tools/setup/process.mjs";
import { SSH_KEY } from "../support/constants";
import { patience } from "../support/patience";
import type { Stack } from "./support/stack";
import { World } from "./support/world";

/** The quick starts in the languages that need the plugin, run as their guide describes. */
const examples = resolve(__dirname, "../../examples");
const schema = "node_modules/pulumi-fal/plugin/schema.json";

interface Language {
  readonly name: "python" | "yaml" | "go";
  readonly files: readonly string[];
  /** Why the machine cannot run it. */
  readonly missing: string | undefined;
  /** Makes the SDK of the plugin available to the program. */
  install(stack: Stack): Promise<void>;
}

const python = process.env["PULUMI_FAL_TEST_PULUMI_PYTHON"];
const languages: readonly Language[] = [
  { name: "yaml", files: [], missing: withoutHost("yaml"), install: async () => {} },
  {
    name: "python",
    files: ["__main__.py", "requirements.txt"],
    missing: withoutHost("python") ?? (python === undefined ? "Pulumi's SDK for Python is missing" : undefined),
    async install(stack) {
      await stack.ok("package", "gen-sdk", schema, "--language", "python", "--out", "sdks");
      // What `pulumi package add` does, but with the packages of another environment instead of those from PyPI.
      execFileSync(python ?? "", ["-m", "venv", "--without-pip", join(stack.dir, "venv")]);
      const own = sitePackages(
        join(stack.dir, "venv", process.platform === "win32" ? "Scripts" : "bin", executableName("python")),
      );
      writeFileSync(join(own, "others.pth"), sitePackages(python ?? ""));
      cpSync(join(stack.dir, "sdks/python/pulumi_fal"), join(own, "pulumi_fal"), { recursive: true });
      mkdirSync(join(own, `pulumi_fal-${version}.dist-info`));
      const metadata = `Metadata-Version: 2.1\nName: pulumi_fal\nVersion: ${version}\n`;
      writeFileSync(join(own, `pulumi_fal-${version}.dist-info`, "METADATA"), metadata);
    },
  },
  {
    name: "go",
    files: ["main.go", "go.mod"],
    missing:
      process.env["PULUMI_FAL_TEST_SAMPLE"] !== "all"
        ? "only `npm run test:languages` runs it, because it takes minutes"
        : (withoutHost("go") ?? (onPath("go", process.env).length === 0 ? "Go is missing" : undefined)),
    async install(stack) {
      await stack.ok("package", "add", schema);
    },
  },
];

describe.each(languages)("the quick start in $name", ({ name, files, missing, install }) => {
  const skipped = missing === undefined ? "" : ` (skipped: ${missing})`;
  let world: World;
  let stack: Stack;

  beforeAll(async () => {
    if (missing !== undefined) return;
    world = await World.start({ instanceReadyMs: 0 });
    await world.seed({ apps: [{ name: "image-gen", max_concurrency: 4 }] });
    stack = await world.stack();
    const example = join(examples, `quickstart-${name}`);
    for (const file of files) cpSync(join(example, file), join(stack.dir, file));
    const project = readFileSync(join(example, "Pulumi.yaml"), "utf8")
      .replace(/^name: .*/m, "name: e2e")
      .replace("path: ../../plugin", "path: node_modules/pulumi-fal/plugin");
    writeFileSync(join(stack.dir, "Pulumi.yaml"), project);
    await install(stack);
  }, 120_000 * patience);
  afterAll(() => world?.close());

  const change = (file: string, edit: (text: string) => string) => {
    const path = join(stack.dir, file);
    writeFileSync(path, edit(readFileSync(path, "utf8")));
  };
  const configure = (key: string, value: string | number) =>
    change("Pulumi.dev.yaml", (text) => {
      const [salt = "", settings = "\n"] = text.split("config:");
      return `${salt}config:${settings}  e2e:${key}: ${JSON.stringify(value)}\n`;
    });
  const orderMachine = () => {
    if (name !== "yaml") return configure("trainerSshKey", SSH_KEY);
    // YAML has no conditions, so the user removes the # before the machine.
    return change("Pulumi.yaml", (text) =>
      text.replaceAll(/^ {2}# (?=trainer:$| {2,}\w+:)/gm, "  ").replace(/sshKey: .*/, `sshKey: ${SSH_KEY}`),
    );
  };
  const scaling = async () => {
    const [app] = (await world.state()).apps;
    return { min: app?.["min_concurrency"], max: app?.["max_concurrency"] };
  };

  test.skipIf(missing !== undefined)(
    `the quick start in ${name} creates, changes, corrects and deletes its resources${skipped}`,
    async () => {
      const before = await world.state();
      const preview = await stack.preview();
      // Five kinds, of which one twice, a provider and the stack itself. Without being asked, it orders no machine.
      expect(preview.text).toContain("+ 8 to create");
      expect(await world.state()).toEqual(before);

      orderMachine();
      await stack.up();
      const { secrets, keys, instances, environments } = await world.state();
      expect(secrets).toEqual([
        expect.objectContaining({ name: "HF_TOKEN", environment: "main", value: "hf_example" }),
        expect.objectContaining({ name: "HF_TOKEN", environment: "staging", value: "hf_example" }),
      ]);
      expect([keys.length, instances.length, environments.length]).toEqual([2, 1, 2]);
      expect(await scaling()).toEqual({ min: 0, max: 8 });
      const outputs = await stack.outputs();
      expect(outputs).toMatchObject({ url: "https://fal.run/acme/image-gen", ciKey: expect.stringContaining(":") });
      expect(outputs["revision"]).toEqual(expect.any(String));
      expect(stack.stateFile()).not.toContain(String(outputs["ciKey"]));

      expect((await stack.up("--expect-no-changes")).text).toMatch(/9 unchanged/);

      await world.seed({ apps: [{ name: "image-gen", max_concurrency: 20 }] });
      const drift = await stack.refresh("--diff");
      expect(drift.text).toMatch(/maxConcurrency: 8 => 20/);

      configure("minConcurrency", 1);
      const corrected = await stack.up("--diff");
      expect(corrected.text).toMatch(/maxConcurrency: 20 => 8/);
      expect(corrected.text).toMatch(/minConcurrency: 0 => 1/);
      expect(await scaling()).toEqual({ min: 1, max: 8 });

      await stack.destroy();
      const after = await world.state();
      for (const owned of ["secrets", "keys", "instances", "environments"] as const) {
        expect(after[owned], owned).toEqual(before[owned]);
      }
    },
    300_000 * patience,
  );
});

test("the quick starts declare every kind that the quick start in TypeScript declares", () => {
  const kindsIn = (text: string) =>
    folders.map(kindIn).filter((kind) => new RegExp(`\\b(?:fal[.:]|New)+${kind}\\b`).test(text));
  const text = (folder: string) =>
    readdirSync(join(examples, folder))
      .filter((file) => /\.(?:ts|py|go|yaml)$/.test(file))
      .map((file) => readFileSync(join(examples, folder, file), "utf8"))
      .join("\n");
  const expected = kindsIn(text("quickstart"));
  expect(expected).toHaveLength(6);
  for (const { name } of languages) expect(kindsIn(text(`quickstart-${name}`)), name).toEqual(expected);
});

function withoutHost(language: string): string | undefined {
  const host = `pulumi-language-${language}`;
  return onPath(host, process.env).length > 0 ? undefined : `the Pulumi CLI has no ${host}`;
}

/** The folder that a Python imports packages from. */
function sitePackages(executable: string): string {
  const code = "import sysconfig; print(sysconfig.get_path('purelib'), end='')";
  return execFileSync(executable, ["-c", code], { encoding: "utf8" });
}
