import { expect, test } from "vitest";
import { StackExport } from "../../../../src/cli/pulumi/stack-export";

const exported = (resources: unknown) => JSON.stringify({ version: 3, deployment: { resources } });

test("a stack export lists the managed objects with all keys of a rotation, without objects that are only read", () => {
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

test("a stack export without resources lists no managed objects", () => {
  expect(new StackExport(JSON.stringify({ version: 3, deployment: {} })).managedObjects()).toEqual(new Set());
});

test.each(["", "name: e2e", "{}", "null", exported({})])("a stack export rejects %j", (text) => {
  expect(() => new StackExport(text)).toThrow("not the output of `pulumi stack export`");
});
