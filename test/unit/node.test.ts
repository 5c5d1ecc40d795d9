import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { NodeVersionError, requireNode } from "../../src/node";
import { oldestNode, version } from "../../src/version";

const manifest = JSON.parse(readFileSync(resolve(__dirname, "../../package.json"), "utf8"));

describe("an entry point", () => {
  test.each(["22.19.0", "22.20.0-rc.1", "23.0.0", "26.10.0"])("starts on Node %s", (running) => {
    expect(() => requireNode(running, "/usr/bin/node")).not.toThrow();
  });

  test.each(["22.18.9", "20.20.2", "18.0.0", "9.11.2"])("refuses Node %s in one sentence", (running) => {
    const sentence = `pulumi-fal ${version} needs Node ${oldestNode} or newer, but /usr/bin/node is Node ${running}: install a newer one, or put it first on PATH`;
    expect(() => requireNode(running, "/usr/bin/node")).toThrow(sentence);
  });
});

test("Pulumi prints the sentence alone, without a stack", () => {
  const error = new NodeVersionError("20.20.2", "/usr/bin/node");
  expect(RunError.isInstance(error)).toBe(true);
  expect(error.stack).toBe(`NodeVersionError: ${error.message}`);
});

test("the version of the package, and the Node that it needs, are those of package.json", () => {
  expect({ version, node: `>=${oldestNode}` }).toEqual({ version: manifest.version, node: manifest.engines.node });
});
