import { expect, test } from "vitest";
import { changedConfig } from "../../../../src/cli/commands/drift/config";
import type { Pulumi } from "../../../../src/cli/pulumi/cli";
import { StackExport } from "../../../../src/cli/pulumi/stack-export";

type Config = Record<string, string>;

/** The keys that differ between the state, the history (undefined: no update in it) and the current configuration. */
async function changed(inputs: Config, history: Config | undefined, now: Config) {
  const provider = {
    urn: "urn:pulumi:dev::p::pulumi:providers:fal::default_0_1_0",
    type: "pulumi:providers:fal",
    inputs: { ...inputs, version: "0.1.0" },
  };
  const config = (values: Config) => Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
  const ok = async ([command]: readonly string[]) => {
    const updates = history === undefined ? [] : [{ kind: "refresh" }, { kind: "update", config: config(history) }];
    return { stdout: JSON.stringify(command === "config" ? config(now) : updates) };
  };
  const exported = new StackExport(JSON.stringify({ deployment: { resources: [provider] } }));
  return (await changedConfig({ ok } as unknown as Pulumi, "dev", exported)).map(({ key, in: place }) => [key, place]);
}

test("under the plugin, fal's settings are compared with the state, and other keys with the history", async () => {
  const now = { "fal:environment": "staging", "fal:plugin": "true", "p:size": "3" };
  expect(await changed({ environment: "staging" }, now, now)).toEqual([]);
  expect(await changed({ environment: "staging" }, { ...now, "p:size": "2" }, now)).toEqual([["p:size", "both"]]);
  // The state counts, even if the history is of another one.
  expect(await changed({ environment: "main" }, { ...now, "a:b": "1" }, now)).toEqual([
    ["a:b", "last up"],
    ["fal:environment", "both"],
  ]);
  expect(await changed({ environment: "staging", owner: "acme" }, now, now)).toEqual([["fal:owner", "last up"]]);
  // Without it, `pulumi up` would move the stack to dynamic providers.
  const { "fal:plugin": _plugin, ...without } = now;
  expect(await changed({ environment: "staging" }, now, without)).toEqual([["fal:plugin", "last up"]]);
});

test("under the plugin, a stack without a history has only fal's settings to compare", async () => {
  const now = { "fal:environment": "staging", "fal:plugin": "true", "p:size": "3" };
  expect(await changed({ environment: "staging" }, undefined, now)).toEqual([]);
  expect(await changed({}, undefined, now)).toEqual([["fal:environment", "here"]]);
});
