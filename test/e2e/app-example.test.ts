import { appendFileSync, cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { falCli, noFalCli } from "../support/fal-cli";
import { patience } from "../support/patience";
import { shareOf } from "../support/sample";
import { type Language, python, yaml } from "./support/languages";
import type { Stack } from "./support/stack";
import { World } from "./support/world";

/** The example that deploys an app's code, in each language, with the real `pulumi` and `fal` CLIs. */
const example = resolve(__dirname, "../../examples/app");

const typescript = {
  name: "typescript",
  files: ["index.ts", "package.json", "tsconfig.json"],
  missing: undefined,
  install: async ({ dir }: Stack) =>
    symlinkSync(resolve(__dirname, "../../node_modules/@types"), join(dir, "node_modules/@types"), "dir"),
} satisfies Omit<Language, "name"> & { name: string };

const all = [typescript, python, yaml];
const languages = shareOf(all);
console.log(`The example of an app: ${languages.title}. \`npm test -- --sample all\` runs all.`);

describe.each(languages.rows)("the example of an app in $name", ({ name, files, missing, install }) => {
  const reason = falCli === undefined ? noFalCli : missing;
  const skipped = reason === undefined ? "" : ` (skipped: ${reason})`;
  let world: World;
  let stack: Stack;

  beforeAll(async () => {
    if (reason !== undefined) return;
    world = await World.start();
    stack = await world.stack();
    cpSync(join(example, "app"), join(stack.dir, "app"), {
      recursive: true,
      filter: (path) => !path.endsWith(".venv"),
    });
    // The environment that the guide creates there.
    symlinkSync(dirname(dirname(falCli ?? "")), join(stack.dir, "app/.venv"), "dir");
    for (const file of [...files, "Pulumi.yaml"]) {
      // The stack's folder is the project, and contains the app.
      const text = readFileSync(join(example, name, file), "utf8")
        .replace(/^name: .*/m, "name: e2e")
        .replace("path: ../../../plugin", "path: node_modules/pulumi-fal/plugin")
        .replace(/\.\.\/app\b/, "app");
      writeFileSync(join(stack.dir, file), text);
    }
    await install(stack);
  }, 120_000 * patience);
  afterAll(() => world?.close());

  test.skipIf(reason !== undefined)(
    `the example in ${name} deploys an app, and again with its scaling when a file changes${skipped}`,
    async () => {
      const before = await world.state();
      expect((await stack.up()).text).not.toContain("Every deploy of the app resets");
      const first = await world.state();
      const scaled = { startup_timeout: 900, max_concurrency: 4, min_concurrency: 0, keep_alive: 300 };
      expect(first.apps).toEqual([
        expect.objectContaining({ name: "flux", environment: "dev", auth_mode: "private", ...scaled }),
      ]);
      expect(first.secrets).toEqual([expect.objectContaining({ name: "HF_TOKEN", environment: "dev" })]);
      const { url, revision } = await stack.outputs();
      expect({ url, revision }).toEqual({
        url: "https://fal.run/acme/flux--dev",
        revision: first.apps[0]?.["revision"],
      });

      appendFileSync(join(stack.dir, "app/requirements.txt"), "numpy==2.3.2\n");
      const changed = await stack.up();
      expect(changed.text).toContain("the app is deployed: requirements.txt changed");
      const [app] = (await world.state()).apps;
      // A deployment resets `startupTimeout`, so the program sent it again.
      expect(app).toMatchObject(scaled);
      expect(app?.["revisions"]).toHaveLength(2);

      // Elsewhere the program itself names what the scaling follows. A deletion is the same in all of them.
      if (name !== "typescript") {
        await stack.preview("--expect-no-changes");
        return;
      }
      await stack.destroy();
      const after = await world.state();
      for (const owned of ["apps", "secrets", "environments"] as const) expect(after[owned]).toEqual(before[owned]);
    },
    300_000 * patience,
  );
});
