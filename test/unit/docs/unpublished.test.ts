import { execFile } from "node:child_process";
import { cpSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve, sep } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";

// The packages of this repository are not on npm: whoever registers their names there must reach no user. After the
// first release, delete this file.

const root = resolve(__dirname, "../../..");
const read = (file: string) => readFileSync(join(root, file), "utf8");
const files = (...patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: (file) => /node_modules|(?:^|\/)dist/.test(file) }).map((file) =>
    file.split(sep).join("/"),
  );
const names = "(?:pulumi-fal|fal-emulator|create-pulumi-fal)";

test("no package.json that users copy gets a package of this repository from a registry", () => {
  const manifests = files("examples/*/package.json");
  expect(manifests).toHaveLength(3);
  for (const file of manifests) {
    expect(JSON.parse(read(file)).dependencies["pulumi-fal"], file).toMatch(/^file:/);
  }
});

test("no document, template or message gets a package of this repository from a registry", () => {
  const texts = files("*.md", "docs/**/*.md", "examples/**/*", "create/**/*.{md,ts}", "emulator/*.md", "src/**/*.ts");
  const commands = new RegExp(
    [
      // A tarball or a folder is a path; `npx --no` runs only what is installed.
      `npm (?:install|i|add)(?: -\\S+)* (?:\\S+ )*?["']?${names}(?:@\\S+)?["']?(?=[\\s\`]|$)`,
      `npm (?:create|init) pulumi-fal`,
      `npx (?!--no -- )(?:-\\S+ )*(?:fal-emulator|create-pulumi-fal)`,
    ].join("|"),
    "gm",
  );
  expect("npm install --save-dev @pulumi/pulumi pulumi-fal\n").toMatch(commands);
  expect("`npm install ./pulumi-fal-0.1.0.tgz`").not.toMatch(commands);
  const found = texts
    .filter((file) => /\.\w+$/.test(file) && !/\.(?:lock|png)$/.test(file))
    .flatMap((file) => (read(file).match(commands) ?? []).map((command) => `${file}: ${command}`));
  expect(found).toEqual([]);
});

describe("scripts/install.sh of the GitOps templates", () => {
  test("scripts/install.sh explains a missing tarball and runs npm ci otherwise", async () => {
    const copy = mkdtempSync(join(tmpdir(), "pulumi-fal-install-"));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    for (const file of ["package.json", "scripts/install.sh"])
      cpSync(join(root, "examples/gitops", file), join(copy, file));
    writeFileSync(join(copy, "npm"), '#!/bin/sh\necho "npm $*"\n', { mode: 0o755 });
    const install = () =>
      new Promise<{ code: number; text: string }>((done) => {
        const env = { ...process.env, PATH: `${copy}:${process.env["PATH"]}` };
        execFile("sh", ["scripts/install.sh", "--cache", ".npm"], { cwd: copy, env }, (error, out, notes) =>
          done({ code: error === null ? 0 : Number(error.code), text: out + notes }),
        );
      });
    expect(await install()).toEqual({
      code: 1,
      text: expect.stringMatching(/^pulumi-fal-0\.1\.0\.tgz is missing.*`npm pack` in a clone of pulumi-fal.*\n$/),
    });
    writeFileSync(join(copy, "pulumi-fal-0.1.0.tgz"), "");
    expect(await install()).toEqual({ code: 0, text: "npm ci --ignore-scripts --cache .npm\n" });
    const manifest = readFileSync(join(copy, "package.json"), "utf8").replace("file:pulumi-fal-0.1.0.tgz", "^0.1.0");
    writeFileSync(join(copy, "package.json"), manifest);
    rmSync(join(copy, "pulumi-fal-0.1.0.tgz"));
    expect(await install()).toMatchObject({ code: 0 });
  });
});
