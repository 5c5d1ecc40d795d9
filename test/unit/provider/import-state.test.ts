import { describe, expect, test } from "vitest";
import { check } from "../../../src/provider/check";
import { diff } from "../../../src/provider/diff";
import { type ImportedState, importState } from "../../../src/provider/import-state";
import { managedNames, metadataOf } from "../../../src/provider/metadata";
import type { PropertyValues } from "../../../src/provider/properties";
import { descriptions } from "../../../src/resources/descriptions.gen";
import { definitionOf, definitions, inputsOf } from "../../support/samples";

const context = { environment: "elsewhere", now: Date.parse("2026-06-01T00:00:00Z"), pending: [] };

const unmanagedBy = (kind: string) => descriptions[kind]?.importing.unmanaged ?? [];

function stateOf(kind: string, inputs: PropertyValues, more: PropertyValues = {}): ImportedState {
  const result = importState(
    definitionOf(kind),
    { inputs, outputs: {}, ...more },
    { ...context, account: "acme", unmanaged: unmanagedBy(kind) },
  );
  if ("refused" in result) throw new Error(result.refused);
  return result;
}

describe.each(definitions.map((definition) => [definition.kind, definition] as const))(
  "import of %s",
  (kind, definition) => {
    const live: PropertyValues = {
      ...inputsOf(
        kind,
        Object.keys(definition.inputs).filter((name) => !["adopt", "sector"].includes(name)),
      ),
      ...("environment" in definition.inputs ? { environment: "main" } : {}),
    };
    delete live["permissions"];
    delete live["preset"];

    test(`an imported ${kind} with the generated declaration has no changes`, () => {
      const { declared, inputs, outputs } = stateOf(kind, live);
      const again = check(definition, inputs, { ...declared, __fal: { v: 1, urn: "urn:x" } }, context);
      expect(again.failures).toEqual([]);
      expect(diff(definition, outputs, again.inputs)).toEqual({ changed: [], replaces: [], changes: false, due: [] });
    });

    test(`the imported state of ${kind} passes the check that the engine makes for an import file`, () => {
      const { inputs } = stateOf(kind, live);
      expect(check(definition, inputs, inputs, context).failures).toEqual([]);
    });

    test(`the imported state of ${kind} contains no property that fal never returns or that import does not manage`, () => {
      const { declared, outputs } = stateOf(kind, live);
      for (const [name, property] of Object.entries(definition.inputs)) {
        if (!property.writeOnly && !unmanagedBy(kind).includes(name)) continue;
        expect(declared).not.toHaveProperty(name);
        expect(outputs).not.toHaveProperty(name);
        expect(managedNames(definition, outputs)).not.toContain(name);
      }
      expect(metadataOf(outputs)).toMatchObject({ v: 2, account: "acme" });
      expect(metadataOf(outputs)).not.toHaveProperty("urn");
    });
  },
);

test("import omits empty lists, and 0 where fal has no value", () => {
  const live = {
    app: "a",
    environment: "main",
    regions: [],
    machineTypes: ["XS"],
    requestStartTimeout: 0,
    keepAlive: 0,
  };
  expect(stateOf("AppScale", live).declared).toEqual({
    app: "a",
    environment: "main",
    machineTypes: ["XS"],
    keepAlive: 0,
  });
});

test("import records the previous values of managed properties for onDelete: restore", () => {
  const live = { app: "a", environment: "main", minConcurrency: 1 };
  const { outputs } = stateOf("AppScale", live, { previousValues: { minConcurrency: 1, regions: undefined } });
  expect(metadataOf(outputs)?.found).toEqual({ minConcurrency: 1 });
});

test("import omits a live value that check rejects and gives the reason", () => {
  const { declared, omitted: leftOut } = stateOf("AppScale", {
    app: "a",
    environment: "main",
    minConcurrency: 3,
    maxConcurrency: 2,
  });
  expect(declared).toEqual({ app: "a", environment: "main", maxConcurrency: 2 });
  expect(leftOut).toEqual([{ name: "minConcurrency", reason: expect.stringContaining("maxConcurrency") }]);
});

test("import rejects an object whose name cannot be declared", () => {
  const result = importState(
    definitionOf("App"),
    { inputs: { name: "a--b", environment: "main" }, outputs: {} },
    { ...context, account: undefined },
  );
  expect(result).toEqual({ refused: expect.stringContaining("`name` must not carry") });
});
