import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { RunError } from "@pulumi/pulumi";
import { describe, expect, test } from "vitest";
import { NodeVersionError, requireNode } from "../../src/node";
import { oldestNode, version } from "../../src/version";

const manifest = JSON.parse(readFileSync(resolve(__dirname, "../../package.json"), "utf8"));

describe("entry points", () => {
  test.each(["22.19.0", "22.20.0-rc.1", "23.0.0", "26.10.0"])("an entry point starts on Node %s", (running) => {
    expect(() => requireNode(running, "/usr/bin/node")).not.toThrow();
  });

  test.each(["22.18.9", "20.20.2", "18.0.0", "9.11.2"])(
    "an entry point rejects Node %s with one sentence",
    (running) => {
      const sentence = `pulumi-fal ${version} needs Node ${oldestNode} or newer, but /usr/bin/node is Node ${running}: install a newer one, or put it first on PATH`;
      expect(() => requireNode(running, "/usr/bin/node")).toThrow(sentence);
    },
  );
});

test("the error about the Node version has no stack trace in Pulumi's output", () => {
  const error = new NodeVersionError("20.20.2", "/usr/bin/node");
  expect(RunError.isInstance(error)).toBe(true);
  expect(error.stack).toBe(`NodeVersionError: ${error.message}`);
});

test("the version and the minimum Node in the code are those of package.json", () => {
  expect({ version, node: `>=${oldestNode}` }).toEqual({ version: manifest.version, node: manifest.engines.node });
});
