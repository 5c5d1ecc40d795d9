import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { findPlugin } from "../../../../src/cli/pulumi/plugin";
import { projectFrom } from "../../../../src/cli/pulumi/project";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "pulumi-fal-plugin-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function project(text: string, name = "Pulumi.yaml") {
  writeFileSync(join(folder, name), text);
  return projectFrom(folder);
}

describe("projectFrom", () => {
  test.each([
    [
      "plugins:\n  providers:\n    - { name: aws, path: a }\n    - name: fal\n      path: p/plugin\n",
      "plugins",
      "p/plugin",
    ],
    ["plugins: { providers: [{ name: fal, path: p }] }\npackages: { fal: ./other }\n", "plugins", "p"],
    ["packages:\n  fal: ./p/plugin\n", "packages", "./p/plugin"],
    ["packages:\n  fal: { source: ../p }\n", "packages", "../p"],
  ])("the plugin of the project file is found in %j", (text, block, path) => {
    expect(project(`name: p\nruntime: nodejs\n${text}`)?.plugin).toEqual({ block, path });
  });

  test.each([
    "",
    "plugins:\n",
    "plugins: { providers: [{ name: aws, path: a }], languages: [{ name: fal, path: a }] }\n",
    "packages:\n  fal: fal@0.1.0\n  aws: ./aws\n",
  ])("a project file without the plugin has none: %j", (text) => {
    expect(project(`name: p\nruntime: nodejs\n${text}`)).not.toHaveProperty("plugin");
  });

  test.each([
    ["runtime: yaml", "yaml"],
    ["runtime: { name: python, options: { virtualenv: venv } }", "python"],
  ])("the language of the program is read from %j", (text, runtime) => {
    expect(project(`name: p\n${text}\n`)?.runtime).toBe(runtime);
  });

  test("the project file is found from a folder below it, in JSON too", () => {
    project('{ "name": "p", "runtime": "nodejs" }', "Pulumi.json");
    mkdirSync(join(folder, "a/b"), { recursive: true });
    expect(projectFrom(join(folder, "a/b"))?.file).toBe(join(folder, "Pulumi.json"));
  });

  test("the error about a project file quotes nothing of it", () => {
    expect(() => project("name: p\nconfig: { token: hidden\nruntime: : x\n")).toThrow(
      /^Could not read Pulumi\.yaml: .+$/,
    );
    expect(() => projectFrom(folder)).not.toThrow("hidden");
  });
});

describe("findPlugin", () => {
  function plugin(where: string, version: string): string {
    const at = join(folder, where);
    mkdirSync(at, { recursive: true });
    const program = process.platform === "win32" ? "pulumi-resource-fal.cmd" : "pulumi-resource-fal";
    writeFileSync(join(at, program), "", { mode: 0o755 });
    writeFileSync(join(at, "hosts.js"), "");
    writeFileSync(join(at, "package.json"), JSON.stringify({ version }));
    return at;
  }
  const named = (path: string) => ({ file: join(folder, "Pulumi.yaml"), plugin: { block: "plugins", path } as const });

  test("the engine's order is that of the project file, PATH and its own plugins", () => {
    const own = plugin("own", "3.0.0");
    const env = { PULUMI_HOME: folder, PATH: "" };
    expect(findPlugin(undefined, env)).toBeUndefined();
    plugin("plugins/resource-fal-v0.9.0", "0.9.0");
    const newest = plugin("plugins/resource-fal-v0.10.0", "0.10.0");
    writeFileSync(join(folder, "plugins/resource-fal-v0.11.0.lock"), "");
    expect(findPlugin(undefined, env)).toEqual({ by: "the CLI's plugins", folder: newest, version: "0.10.0" });
    const onPath = plugin("bin", "2.0.0");
    const PATH = onPath;
    expect(findPlugin(undefined, { ...env, PATH })).toEqual({ by: "PATH", folder: onPath, version: "2.0.0" });
    expect(findPlugin(named("own"), { ...env, PATH })).toEqual({
      by: "plugins of the project file",
      folder: own,
      version: "3.0.0",
    });
  });

  test.skipIf(process.platform === "win32")("a plugin that cannot be started has no version", () => {
    const at = plugin("own", "3.0.0");
    chmodSync(join(at, "pulumi-resource-fal"), 0o644);
    expect(findPlugin(named("own"), {})).toEqual({ by: "plugins of the project file", folder: at });
    chmodSync(join(at, "pulumi-resource-fal"), 0o755);
    rmSync(join(at, "hosts.js"));
    expect(findPlugin(named(at), {})).toEqual({ by: "plugins of the project file", folder: at });
    expect(findPlugin(named("nowhere"), {})).not.toHaveProperty("version");
  });
});
