import { expect, test } from "vitest";
import { StackExport } from "../../../../src/cli/pulumi/stack-export";

const exported = (resources: unknown) => JSON.stringify({ version: 3, deployment: { resources } });

test("knows what a stack manages, with all keys of a rotated one, and not what it only reads", () => {
  const stack = new StackExport(
    exported([
      { type: "pulumi:pulumi:Stack", urn: "urn:s" },
      { type: "pulumi-nodejs:dynamic/fal:App", id: "main/a", outputs: {} },
      { type: "pulumi-nodejs:dynamic/fal:Secret", id: "main/read", external: true },
      {
        type: "pulumi-nodejs:dynamic/fal:ApiKey",
        id: "first",
        outputs: { keyId: "third", previousKeys: [{ keyId: "second", revokeAfter: "2026-01-01T00:00:00Z" }] },
      },
    ]),
  );
  expect([...stack.managedObjects()].sort()).toEqual(["ApiKey second", "ApiKey third", "App main/a"]);
});

test("knows nothing of a stack without resources", () => {
  expect(new StackExport(JSON.stringify({ version: 3, deployment: {} })).managedObjects()).toEqual(new Set());
});

test.each(["", "name: e2e", "{}", "null", exported({})])("takes %j for something else", (text) => {
  expect(() => new StackExport(text)).toThrow("not the output of `pulumi stack export`");
});
