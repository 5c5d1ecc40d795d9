import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { diff } from "../../../src/provider/diff";
import { metadataKey } from "../../../src/provider/metadata";
import { composeOutputs, lastInputsOf } from "../../../src/provider/projection";
import { type PropertyValues, type ResourceDefinition, recordedInputNames } from "../../../src/provider/properties";
import { unknownValue } from "../../../src/provider/values";
import { definitions, sample, samplesOf } from "../../support/samples";

/** Outputs and checked inputs of a resource that manages the given properties, without changes. */
function settled(
  definition: ResourceDefinition,
  names: readonly string[],
): { olds: PropertyValues; news: PropertyValues } {
  const inputs = Object.fromEntries(names.map((name) => [name, sample(definition.kind, name)]));
  const metadata = { v: 1 as const, managed: [...names].sort() };
  const olds = composeOutputs(definition, { lastInputs: lastInputsOf(definition, inputs), outputs: {}, metadata });
  // The engine unwraps secrets before it hands outputs to diff.
  for (const [name, value] of Object.entries(inputs)) if (name in olds) olds[name] = value;
  return { olds, news: { ...inputs, [metadataKey]: metadata } };
}

const shuffled = (bag: PropertyValues): fc.Arbitrary<PropertyValues> =>
  fc
    .shuffledSubarray(Object.entries(bag), { minLength: Object.keys(bag).length })
    .map((entries) => Object.fromEntries(entries));

describe.each(definitions.map((definition) => [definition.kind, definition] as const))(
  "diff of %s",
  (kind, definition) => {
    const recordedNames = recordedInputNames(definition);
    const someNames = fc.subarray(recordedNames);

    test(`the samples of ${kind} cover every input of the property table`, () => {
      expect(Object.keys(samplesOf(kind).inputs).sort()).toEqual(Object.keys(definition.inputs).sort());
    });

    test(`diff of ${kind} finds no changes between equal inputs in any order of keys`, () => {
      fc.assert(
        fc.property(
          someNames.chain((names) => {
            const { olds, news } = settled(definition, names);
            return fc.tuple(shuffled(olds), shuffled(news));
          }),
          ([olds, news]) => {
            expect(diff(definition, olds, news)).toEqual({ changed: [], replaces: [], changes: false, due: [] });
          },
        ),
      );
    });

    test(`diff of ${kind} finds a change of any property and replaces only where the table requires it`, () => {
      fc.assert(
        fc.property(fc.constantFrom(...recordedNames), someNames, (name, others) => {
          const { olds, news } = settled(definition, [...new Set([name, ...others])]);
          const after = { ...news, [name]: sample(kind, name, 1) };
          const difference = diff(definition, olds, after);
          expect(difference.changed).toEqual([name]);
          expect(difference.changes).toBe(true);
          expect(difference.replaces).toEqual(definition.inputs[name]?.change === "replace" ? [name] : []);
        }),
      );
    });

    test(`diff of ${kind} ignores outputs that are not declared`, () => {
      fc.assert(
        fc.property(someNames, fc.dictionary(fc.stringMatching(/^x[a-z]{1,8}$/), fc.jsonValue()), (names, extra) => {
          const { olds, news } = settled(definition, names);
          expect(diff(definition, { ...olds, ...extra }, news).changes).toBe(false);
        }),
      );
    });

    test(`diff of ${kind} treats a removed property as a change that does not replace`, () => {
      for (const name of recordedNames.filter((candidate) => !definition.inputs[candidate]?.required)) {
        const { olds, news } = settled(definition, recordedNames);
        const { [name]: _removed, ...after } = news;
        expect(diff(definition, olds, after)).toEqual({ changed: [name], replaces: [], changes: true, due: [] });
      }
    });

    test(`diff of ${kind} distinguishes 0, false and a removed property`, () => {
      for (const [name, property] of Object.entries(definition.inputs)) {
        if (name === "adopt" || property.required) continue;
        for (const value of [0, false]) {
          if (!property.schema.safeParse(value).success) continue;
          const { olds, news } = settled(definition, [name]);
          const { [name]: _removed, ...absent } = news;
          const zeroOlds = { ...olds, [name]: value };
          expect(diff(definition, zeroOlds, { ...news, [name]: value }).changed, `${name}: ${value} stays`).toEqual([]);
          expect(diff(definition, zeroOlds, absent).changed, `${name}: ${value} is removed`).toEqual([name]);
          const unmanaged = { [metadataKey]: { v: 1, managed: [] } };
          expect(diff(definition, unmanaged, { ...news, [name]: value }).changed, `${name}: ${value} is added`).toEqual(
            [name],
          );
        }
      }
    });

    test(`diff of ${kind} treats an unknown value as a change, and as a replacement where the table requires it`, () => {
      for (const name of recordedNames) {
        const { olds, news } = settled(definition, recordedNames);
        const difference = diff(definition, olds, { ...news, [name]: unknownValue });
        expect(difference.changed).toEqual([name]);
        expect(difference.replaces).toEqual(definition.inputs[name]?.change === "replace" ? [name] : []);
      }
    });

    test(`diff of ${kind} reports changes while work is unfinished`, () => {
      const { olds, news } = settled(definition, recordedNames);
      const metadata = olds[metadataKey] as PropertyValues;
      expect(diff(definition, { ...olds, [metadataKey]: { ...metadata, pending: ["ready"] } }, news).changes).toBe(
        true,
      );
    });

    test(`diff of ${kind} ignores adopt and the URN`, () => {
      const { olds, news } = settled(definition, recordedNames);
      const adopting = {
        ...news,
        adopt: sample(kind, "adopt", 1),
        [metadataKey]: { ...(news[metadataKey] as PropertyValues), urn: "urn:x" },
      };
      expect(diff(definition, olds, adopting).changes).toBe(false);
    });

    test(`diff of ${kind} records a write-only value that was unknown, without a replacement`, () => {
      for (const [name, property] of Object.entries(definition.inputs).filter(([, candidate]) => candidate.writeOnly)) {
        const { olds, news } = settled(
          definition,
          recordedNames.filter((candidate) => candidate !== name),
        );
        const after = { ...news, [name]: sample(kind, name) };
        expect(property.required).toBe(true);
        expect(diff(definition, olds, after)).toEqual({ changed: [name], replaces: [], changes: true, due: [] });
      }
    });
  },
);
