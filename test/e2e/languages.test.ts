import { cpSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { folders, kindIn } from "../../src/resources/registry";
import { SSH_KEY } from "../support/constants";
import { patience } from "../support/patience";
import { go, python, yaml } from "./support/languages";
import type { Stack } from "./support/stack";
import { World } from "./support/world";

/** The quick starts in the languages that need the plugin, run as their guide describes. */
const examples = resolve(__dirname, "../../examples");
const languages = [yaml, python, go];

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
