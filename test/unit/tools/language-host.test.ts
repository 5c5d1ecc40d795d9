import { execFileSync } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hostFlags } from "../../../tools/pulumi-cli/language-host/runtime-options.mjs";
import { completeBuiltPulumi } from "../../../tools/setup/pulumi-go.mjs";

const root = resolve(__dirname, "../../..");

describe("hostFlags", () => {
  test("hostFlags returns no flags without options", () => {
    expect(hostFlags({ name: "p", runtime: "nodejs" })).toEqual([]);
    expect(hostFlags({ name: "p", runtime: { name: "nodejs" } })).toEqual([]);
    expect(
      hostFlags({ name: "p", runtime: { name: "nodejs", options: { typescript: true, packagemanager: "npm" } } }),
    ).toEqual([]);
    expect(hostFlags(undefined)).toEqual([]);
  });

  test("hostFlags returns the flags of the old language host", () => {
    const options = {
      typescript: false,
      nodeargs: "--import tsx\n  --enable-source-maps\n",
      tsconfig: "my tsconfig.json",
    };
    expect(hostFlags({ runtime: { name: "nodejs", options } })).toEqual([
      "-typescript=false",
      "-nodeargs=--import tsx --enable-source-maps",
      "-tsconfig=my tsconfig.json",
    ]);
  });
});

// Runs the installed wrapper with a host that prints its arguments.
describe.skipIf(process.platform === "win32")("pulumi-language-nodejs", () => {
  let directory: string;
  let wrapper: string;
  const project = (name: string, text: string, file = "Pulumi.yaml") => {
    const at = join(directory, name);
    mkdirSync(join(at, "deep", "down"), { recursive: true });
    writeFileSync(join(at, file), text);
    return at;
  };
  const run = (cwd: string) => execFileSync(wrapper, ["127.0.0.1:1"], { cwd, encoding: "utf8" }).trimEnd().split("\n");

  beforeAll(() => {
    directory = realpathSync(mkdtempSync(join(tmpdir(), "language host ")));
    const bin = join(directory, "bin");
    mkdirSync(bin);
    wrapper = join(bin, "pulumi-language-nodejs");
    writeFileSync(`${wrapper}-host`, '#!/bin/sh\nprintf "%s\\n" "$@"\n');
    chmodSync(`${wrapper}-host`, 0o755);
    completeBuiltPulumi(bin, root);
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  test("the wrapper of the language host adds no flags without options", () => {
    expect(run(project("plain", "name: p\nruntime: nodejs\n"))).toEqual(["127.0.0.1:1"]);
    expect(run(directory)).toEqual(["127.0.0.1:1"]);
  });

  test("the wrapper of the language host puts flags before the engine's address", () => {
    const block =
      "name: p\nruntime:\n  name: nodejs\n  options:\n    typescript: false # strip types\n    nodeargs: \"--title='*' --import tsx\"\n";
    expect(run(project("block", block))).toEqual([
      "-typescript=false",
      "-nodeargs=--title='*' --import tsx",
      "127.0.0.1:1",
    ]);
    const flow = "{name: p, runtime: {name: nodejs, options: {tsconfig: a b.json}}}";
    expect(run(project("flow", flow))).toEqual(["-tsconfig=a b.json", "127.0.0.1:1"]);
    const json = JSON.stringify({ name: "p", runtime: { name: "nodejs", options: { typescript: false } } });
    expect(run(project("json", json, "Pulumi.json"))).toEqual(["-typescript=false", "127.0.0.1:1"]);
  });

  test("the launcher of policy packs runs the SDK of the pack", () => {
    const pack = join(directory, "pack");
    const script = join(pack, "node_modules/@pulumi/pulumi/cmd/run-policy-pack");
    mkdirSync(script, { recursive: true });
    writeFileSync(join(script, "index.js"), "console.log(process.argv.slice(2).join());");
    const launcher = join(pack, "run-policy-pack");
    cpSync(join(root, "tools/pulumi-cli/language-host/run-policy-pack"), launcher);
    expect(execFileSync(launcher, ["127.0.0.1:1"], { cwd: root, encoding: "utf8" })).toBe("127.0.0.1:1,.\n");
  });

  test("the wrapper of the language host finds the project from the folder of its program", () => {
    const at = project("main", "name: p\nmain: deep/down\nruntime: {name: nodejs, options: {typescript: false}}\n");
    expect(run(join(at, "deep", "down"))).toEqual(["-typescript=false", "127.0.0.1:1"]);
  });

  test("the launcher of dynamic providers is in the folder of the language host", () => {
    const require = createRequire(join(root, "package.json"));
    const launcher = join(dirname(require.resolve("@pulumi/pulumi/package.json")), "pulumi-resource-pulumi-nodejs");
    expect(readFileSync(join(directory, "bin", "pulumi-resource-pulumi-nodejs"))).toEqual(readFileSync(launcher));
  });
});
