import type { JsonObject } from "@bufbuild/protobuf";
import { describe, expect, test } from "vitest";
import { DiffResponse_DiffChanges, PropertyDiff_Kind } from "../../../../src/hosts/plugin/gen/provider_pb";
import { pluginProvider } from "../../../../src/hosts/plugin/provider";
import { recordedInputNames } from "../../../../src/provider/properties";
import { pluginToken } from "../../../../src/provider/tokens";
import { isSecret, unknownValue, unwrapSecret, wrapSecret } from "../../../../src/provider/values";
import { definitions, sample, samplesOf } from "../../../support/samples";

/** The plugin's methods, called as the engine calls them. They send no request. */
const provider = pluginProvider("{}", undefined) as unknown as Record<string, (request: object) => Response>;

interface Response {
  readonly inputs: JsonObject;
  readonly properties: JsonObject;
  readonly failures: readonly { readonly property: string; readonly reason: string }[];
  readonly changes: DiffResponse_DiffChanges;
  readonly replaces: readonly string[];
  readonly diffs: readonly string[];
  readonly detailedDiff: Record<string, { readonly kind: PropertyDiff_Kind; readonly inputDiff: boolean }>;
  readonly deleteBeforeReplace: boolean;
}

let resources = 0;
const urnOf = (kind: string) => `urn:pulumi:dev::p::${pluginToken(kind)}::r${resources++}`;

function call(method: string, request: object): Response {
  const run = provider[method];
  if (!run) throw new Error(`no method ${method}`);
  return run(request);
}

const checked = (kind: string, news: object, olds = {}) => call("check", { urn: urnOf(kind), olds, news }).inputs;
const diff = (kind: string, olds: object, news: object) => call("diff", { id: "id", urn: urnOf(kind), olds, news });

const config = (news: object, name = "default") =>
  call("checkConfig", { urn: "urn:pulumi:dev::p::pulumi:providers:fal::x", olds: {}, news, name });

describe("detailed diffs", () => {
  const inputs = definitions.flatMap((definition) =>
    recordedInputNames(definition)
      .filter((name) => !definition.inputs[name]?.computed)
      .map((name) => ({ definition, kind: definition.kind, name })),
  );

  test.each(inputs)("a change of $kind.$name is the only property in the diff", ({ definition, kind, name }) => {
    const property = definition.inputs[name];
    const olds = { [name]: sample(kind, name, 0), __fal: { v: 2 } };
    const { replaces, diffs, detailedDiff, changes } = diff(kind, olds, { [name]: sample(kind, name, 1) });
    const replace = property?.change === "replace";
    const update = replace ? PropertyDiff_Kind.UPDATE_REPLACE : PropertyDiff_Kind.UPDATE;
    expect(detailedDiff).toEqual({ [name]: { kind: update, inputDiff: true } });
    expect([diffs, replaces]).toEqual([[name], replace ? [name] : []]);
    expect(changes).toBe(DiffResponse_DiffChanges.DIFF_SOME);
  });

  test.each(inputs)("$kind.$name in the diff is added or removed", ({ definition, kind, name }) => {
    const property = definition.inputs[name];
    const value = { [name]: sample(kind, name, 0) };
    const replaces = property?.change === "replace" && !property.writeOnly;
    const add = replaces ? PropertyDiff_Kind.ADD_REPLACE : PropertyDiff_Kind.ADD;
    expect(diff(kind, { __fal: { v: 2 } }, value).detailedDiff).toEqual({ [name]: { kind: add, inputDiff: true } });
    const removed = diff(kind, { ...value, __fal: { v: 2 } }, {});
    // A removed property is no longer managed, which never replaces.
    expect(removed.detailedDiff).toEqual({ [name]: { kind: PropertyDiff_Kind.DELETE, inputDiff: true } });
    expect(removed.replaces).toEqual([]);
  });

  test("objects that a name identifies are deleted before they are created again", () => {
    const before = definitions.filter(({ kind }) => diff(kind, { __fal: { v: 2 } }, {}).deleteBeforeReplace);
    expect(before.map(({ kind }) => kind)).toEqual(["Environment", "App", "AppScale", "Secret", "StorageSettings"]);
  });

  test("time limits in the state of the dynamic host are no change", () => {
    const olds = { name: "a", __provider: "text", __fal: { v: 2, urn: "u", timeouts: { create: "1h" } } };
    expect(diff("Environment", olds, { name: "a" }).changes).toBe(DiffResponse_DiffChanges.DIFF_NONE);
  });
});

describe("previews", () => {
  test.each(definitions)("a preview of a new $kind knows its inputs and no output", ({ kind, outputs }) => {
    const inputs = checked(kind, samplesOf(kind).object.creates);
    const { properties } = call("create", { urn: urnOf(kind), properties: inputs, preview: true, timeout: 0 });
    for (const name of Object.keys(outputs)) expect(properties[name], name).toBe(unknownValue);
    for (const [name, value] of Object.entries(samplesOf(kind).object.creates)) {
      expect(unwrapSecret(properties[name]), name).toEqual(value);
    }
  });

  const outputs = definitions.flatMap(({ kind, outputs }) =>
    Object.entries(outputs).map(([name, { changesWith }]) => ({ kind, name, changesWith })),
  );

  test.each(outputs)("the preview of an update knows $kind.$name if the change leaves it alone", (output) => {
    const { kind, name, changesWith } = output;
    const preview = (olds: object, news: object, pending: string[] = []) =>
      call("update", {
        urn: urnOf(kind),
        id: "id",
        olds: { ...olds, [name]: "known", __fal: { v: 2, ...(pending.length > 0 ? { pending } : {}) } },
        news,
        ignoreChanges: [],
        preview: true,
        timeout: 0,
      }).properties[name];
    expect(preview({}, {})).toBe(changesWith === undefined ? unknownValue : "known");
    // Unfinished work may change any output.
    expect(preview({}, {}, ["work"])).toBe(unknownValue);
    for (const input of changesWith ?? []) {
      const [before, after] = [sample(kind, input, 0), sample(kind, input, 1)];
      expect(preview({ [input]: before }, { [input]: after }), input).toBe(unknownValue);
    }
  });

  test("outputs that change with an input name inputs of their kind", () => {
    for (const { inputs, outputs } of definitions) {
      const named = Object.values(outputs).flatMap(({ changesWith = [] }) => changesWith);
      expect(named.filter((name) => inputs[name] === undefined)).toEqual([]);
    }
  });
});

describe("secrets", () => {
  test("what is secret in the program or in the table stays secret, and no metadata names it", () => {
    const news = { name: "HF_TOKEN", value: "hf_one", rewriteOn: wrapSecret(["a"]) };
    const inputs = checked("Secret", news);
    expect([isSecret(inputs["value"]), isSecret(inputs["rewriteOn"]), isSecret(inputs["name"])]).toEqual([
      true,
      true,
      false,
    ]);
    expect(inputs["__fal"]).toEqual({ v: 2 });
  });

  test("a secret inside a value makes the value secret", () => {
    const inputs = checked("Secret", { name: "A", value: "v", rewriteOn: ["a", wrapSecret("b")] });
    expect(inputs["rewriteOn"]).toEqual(wrapSecret(["a", "b"]));
  });

  test("a failure does not name a property whose value is secret, nor print the value", () => {
    const news = { alias: "ci", preset: wrapSecret("canary-7f3a91") };
    const { failures } = call("check", { urn: urnOf("ApiKey"), olds: {}, news });
    expect(failures).toEqual([{ property: "", reason: expect.stringContaining("`preset`") }]);
    expect(JSON.stringify(failures)).not.toContain("canary");
  });

  test("a secret that becomes part of an id is rejected", () => {
    const { failures } = call("check", { urn: urnOf("App"), olds: {}, news: { name: wrapSecret("canary-7f3a91") } });
    expect(failures[0]?.reason).toMatch(/is a secret in this program, but becomes part of the resource's id/);
    expect(JSON.stringify(failures)).not.toContain("canary");
  });

  test("a public value may be printed, because no transform comes between the program and the plugin unnoticed", () => {
    const { failures } = call("check", { urn: urnOf("App"), olds: {}, news: { name: "a/b" } });
    expect(failures).toEqual([{ property: "name", reason: expect.stringContaining("a/b") }]);
  });
});

describe("settings", () => {
  test("a wrong setting is named as the program or the stack's config names it", () => {
    const wrong = { maxConcurrentRequests: "abc" };
    expect(config(wrong).failures).toEqual([
      { property: "", reason: 'fal:maxConcurrentRequests must be a whole number above 0, not "abc".' },
    ]);
    expect(config(wrong, "prod").failures[0]?.reason).toMatch(/^maxConcurrentRequests of the Provider "prod" must/);
    expect(config({ strict: "maybe" }).failures).toHaveLength(1);
    expect(config({ owner: "" }, "").failures[0]?.reason).toMatch(/^fal:owner is empty/);
  });

  test("numbers and booleans arrive as values or as text", () => {
    for (const given of [
      { maxConcurrentRequests: 4, strict: true },
      { maxConcurrentRequests: "4", strict: "true" },
    ]) {
      expect(config(given).failures).toEqual([]);
    }
  });

  test("the state stores the settings alone, and credentials as secrets", () => {
    const { inputs } = config({ apiKey: "a:b", proxy: "http://u:p@host", plugin: "true", other: "1", owner: "acme" });
    expect(inputs).toEqual({ apiKey: wrapSecret("a:b"), proxy: wrapSecret("http://u:p@host"), owner: "acme" });
  });

  test("a setting that is unknown in a preview passes", () => {
    expect(config({ apiKey: unknownValue, maxConcurrentRequests: unknownValue }).failures).toEqual([]);
  });

  test("a changed setting is a changed provider, not a replaced one", () => {
    const { diffs, changes, replaces } = call("diffConfig", {
      olds: {},
      oldInputs: { owner: "a", environment: "main" },
      news: { owner: "b", environment: "main" },
    });
    expect({ diffs, changes, replaces }).toEqual({ diffs: ["owner"], changes: DiffResponse_DiffChanges.DIFF_SOME });
  });
});

test("a resource that this version does not have is named", () => {
  expect(() => call("check", { urn: urnOf("Nope"), olds: {}, news: {} })).toThrow(
    'This version of pulumi-fal has no resource "Nope". Update the plugin.',
  );
});
