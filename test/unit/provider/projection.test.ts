import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diff } from "../../../src/provider/diff";
import { metadataKey, type StateMetadata } from "../../../src/provider/metadata";
import { composeInputs, composeOutputs, lastInputsOf, projectLive, stateOf } from "../../../src/provider/projection";
import { recordedInputNames } from "../../../src/provider/properties";
import { containsUnknown, sanitize, unwrapSecret } from "../../../src/provider/values";
import { definitions, sample } from "../../support/samples";

describe.each(definitions.map((definition) => [definition.kind, definition] as const))(
  "the state of %s",
  (kind, definition) => {
    const recordedNames = recordedInputNames(definition);
    const metadataFor = (names: readonly string[]): StateMetadata => ({
      v: 1,
      urn: "urn:x",
      managed: [...names].sort(),
    });

    test(`a handler of ${kind} receives the inputs and outputs that were recorded`, () => {
      fc.assert(
        fc.property(fc.subarray(recordedNames), (names) => {
          const inputs = Object.fromEntries(names.map((name) => [name, sample(kind, name)]));
          const outputs = composeOutputs(definition, {
            lastInputs: lastInputsOf(definition, { ...inputs, adopt: true }),
            outputs: { extra: 1 },
            metadata: metadataFor(names),
          });
          expect(stateOf(definition, outputs)).toMatchObject({
            inputs,
            outputs: { extra: 1 },
            pending: [],
            previousValues: {},
          });
          expect(outputs).not.toHaveProperty("adopt");
        }),
      );
    });

    test(`a refresh of ${kind} keeps inputs without drift, and diff finds each input with drift`, () => {
      const readable = recordedNames.filter(
        (name) => !definition.inputs[name]?.writeOnly && !definition.inputs[name]?.computed,
      );
      fc.assert(
        fc.property(fc.subarray(recordedNames), fc.subarray(readable), (names, drifted) => {
          const inputs = Object.fromEntries(names.map((name) => [name, sample(kind, name)]));
          const state = { inputs, outputs: {}, managed: Object.keys(inputs), pending: [], previousValues: {} };
          const live = Object.fromEntries(
            readable.map((name) => [name, sample(kind, name, drifted.includes(name) ? 1 : 0)]),
          );
          const lastInputs = projectLive(definition, state, names, live);
          const changed = names.filter((name) => drifted.includes(name));
          expect(Object.keys(lastInputs).sort()).toEqual([...names].sort());
          for (const name of names)
            expect(lastInputs[name]).toEqual(changed.includes(name) ? live[name] : inputs[name]);
          const outputs = { ...lastInputs, [metadataKey]: metadataFor(names) };
          const difference = diff(definition, outputs, { ...inputs, [metadataKey]: metadataFor(names) });
          expect(difference.changed.sort()).toEqual(changed.sort());
        }),
      );
    });

    test(`a refresh of ${kind} drops a value that fal no longer has, so that the next up sets it again`, () => {
      for (const name of recordedNames.filter((candidate) => !definition.inputs[candidate]?.writeOnly)) {
        const inputs = { [name]: sample(kind, name) };
        const state = { inputs, outputs: {}, managed: Object.keys(inputs), pending: [], previousValues: {} };
        expect(projectLive(definition, state, [name], { [name]: undefined })).toEqual({});
        expect(
          diff(definition, { [metadataKey]: metadataFor([name]) }, { ...inputs, [metadataKey]: metadataFor([name]) })
            .changed,
        ).toEqual([name]);
      }
    });

    test(`a refresh of ${kind} does not change write-only or unmanaged properties`, () => {
      const live = Object.fromEntries(recordedNames.map((name) => [name, sample(kind, name, 1)]));
      const inputs = Object.fromEntries(recordedNames.map((name) => [name, sample(kind, name)]));
      const state = { inputs, outputs: {}, managed: Object.keys(inputs), pending: [], previousValues: {} };
      const writeOnly = recordedNames.filter((name) => definition.inputs[name]?.writeOnly);
      const lastInputs = projectLive(definition, state, writeOnly, live);
      expect(lastInputs).toEqual(Object.fromEntries(writeOnly.map((name) => [name, inputs[name]])));
    });

    test(`the state of ${kind} marks all secrets in inputs and outputs`, () => {
      const inputs = Object.fromEntries(recordedNames.map((name) => [name, sample(kind, name)]));
      const secretOutputs = Object.keys(definition.outputs).filter((name) => definition.outputs[name]?.secret);
      const outputs = Object.fromEntries(secretOutputs.map((name) => [name, "canary"]));
      const metadata = metadataFor(recordedNames);
      for (const bag of [
        composeOutputs(definition, { lastInputs: inputs, outputs, metadata }),
        composeInputs(definition, inputs, metadata),
      ]) {
        for (const [name, value] of Object.entries(bag)) {
          const secret = definition.inputs[name]?.secret || definition.outputs[name]?.secret;
          expect(unwrapSecret(value) !== value, name).toBe(Boolean(secret));
        }
      }
    });
  },
);

describe("serialization", () => {
  test("sanitize returns JSON for any value", () => {
    const anything = fc.anything({ withBigInt: true, withDate: true, withMap: false, withNullPrototype: false });
    fc.assert(
      fc.property(anything, (value) => {
        const clean = sanitize(value);
        expect(JSON.parse(JSON.stringify({ clean }))).toStrictEqual({ clean });
      }),
    );
  });

  test("sanitize returns JSON for objects with the key `__proto__`", () => {
    const clean = sanitize(JSON.parse('{"__proto__": [], "a": {"__proto__": 1}}'));
    expect(JSON.stringify(clean)).toBe('{"__proto__":[],"a":{"__proto__":1}}');
  });

  test("sanitize keeps 0, false and the empty string", () => {
    expect(sanitize({ a: 0, b: false, c: "", d: [0, null] })).toEqual({ a: 0, b: false, c: "", d: [0, null] });
    expect(sanitize({ a: undefined, b: () => 1, c: Number.NaN, d: new Date(Number.NaN) })).toEqual({});
    expect(sanitize([1n, new Date(0)])).toEqual(["1", "1970-01-01T00:00:00.000Z"]);
  });

  test("containsUnknown finds every placeholder of an unknown value at any depth", () => {
    for (const sentinel of [
      "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
      "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
      "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
      "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
      "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
      "030794c1-ac77-496b-92df-f27374a8bd58",
      "e48ece36-62e2-4504-bad9-02848725956a",
    ]) {
      expect(containsUnknown({ a: [{ b: sentinel }] })).toBe(true);
      expect(containsUnknown(`${sentinel} and more`)).toBe(false);
    }
  });
});
