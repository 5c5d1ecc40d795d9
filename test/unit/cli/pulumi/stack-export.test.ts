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

test("a stack export contains the configuration of the last update, under the plugin only fal's settings", () => {
  const provider = (name: string, inputs: object, id = "default") => ({
    urn: `urn:pulumi:dev::p::pulumi:providers:${name}::${id}`,
    type: `pulumi:providers:${name}`,
    inputs,
  });
  const secret = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270", plaintext: '"k:s"' };
  const dynamic = new StackExport(
    exported([provider("pulumi-nodejs", { "fal:apiKey": secret, "p:size": "3", version: "1.0.0" })]),
  );
  expect(dynamic.config()).toEqual(
    new Map([
      ["fal:apiKey", "k:s"],
      ["p:size", "3"],
    ]),
  );
  expect(dynamic.settings()).toBeUndefined();
  const internal = { version: "0.1.0", __internal: { pluginDownloadURL: "https://x" } };
  const plugin = new StackExport(
    exported([
      provider("fal", { apiKey: "other" }, "prod"),
      provider("fal", { apiKey: secret, strict: "true", ...internal }, "default_0_1_0"),
    ]),
  );
  expect(plugin.config()).toBeUndefined();
  expect(plugin.settings()).toEqual(
    new Map([
      ["fal:apiKey", "k:s"],
      ["fal:strict", "true"],
    ]),
  );
});

test.each(["", "name: e2e", "{}", "null", exported({})])("a stack export rejects %j", (text) => {
  expect(() => new StackExport(text)).toThrow("not the output of `pulumi stack export`");
});
