import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Ajv2020 } from "ajv/dist/2020";
import { describe, expect, test } from "vitest";
import { functions } from "../../../src/functions/definitions";
import { recordedInputNames } from "../../../src/provider/properties";
import { settings } from "../../../src/provider/settings";
import { definitions } from "../../../src/resources/definitions.gen";

const root = resolve(__dirname, "../../..");
const read = (file: string) => JSON.parse(readFileSync(join(root, file), "utf8"));

interface PropertySpec {
  readonly type?: string;
  readonly $ref?: string;
  readonly description?: string;
  readonly secret?: boolean;
  readonly willReplaceOnChanges?: boolean;
}

interface ObjectSpec {
  readonly properties?: Readonly<Record<string, PropertySpec>>;
  readonly required?: readonly string[];
}

interface ResourceSpec extends ObjectSpec {
  readonly inputProperties?: Readonly<Record<string, PropertySpec>>;
  readonly requiredInputs?: readonly string[];
  readonly aliases?: readonly { readonly type: string }[];
  readonly listInputs?: ObjectSpec;
}

interface PackageSpec {
  readonly version: string;
  readonly config: { readonly variables: Readonly<Record<string, PropertySpec>> };
  readonly provider: ResourceSpec;
  readonly resources: Readonly<Record<string, ResourceSpec>>;
  readonly functions: Readonly<Record<string, { readonly inputs?: ObjectSpec; readonly outputs?: ObjectSpec }>>;
  readonly types: Readonly<Record<string, ObjectSpec>>;
}

const schema: PackageSpec = read("plugin/schema.json");
const names = (properties: object = {}) => Object.keys(properties).sort();
const namesWith = (properties: Readonly<Record<string, PropertySpec>> = {}, trait: keyof PropertySpec) =>
  names(properties).filter((name) => properties[name]?.[trait]);

/** All texts under a key, at any depth. */
function textsUnder(key: string, value: unknown): string[] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) =>
    name === key && typeof each === "string" ? [each] : textsUnder(key, each),
  );
}

test("the schema is valid according to Pulumi's metaschema", () => {
  const ajv = new Ajv2020({ strict: false, formats: { regex: true, "uri-reference": true } });
  const validate = ajv.compile(read("test/fixtures/pulumi/metaschema.json"));
  validate(schema);
  expect(validate.errors).toBeNull();
  validate({ ...schema, resources: { "fal:index:App": { inputProperties: { name: { type: "text" } } } } });
  expect(validate.errors).not.toBeNull();
});

test("the schema has the version of the package", () => {
  expect(schema.version).toBe(read("package.json").version);
});

test("the schema has the resources, functions and settings of the tables, and no others", () => {
  expect(names(schema.resources)).toEqual(definitions.map(({ kind }) => `fal:index:${kind}`).sort());
  expect(names(schema.functions)).toEqual(functions.map(({ name }) => `fal:index:${name}`).sort());
  expect(names(schema.provider.inputProperties)).toEqual(settings.map(({ name }) => name).sort());
  expect(names(schema.config.variables)).toEqual(settings.map(({ name }) => name).sort());
});

describe.each(definitions.map((definition) => [definition.kind, definition] as const))("%s", (kind, definition) => {
  const spec = schema.resources[`fal:index:${kind}`] ?? {};
  const { inputs, outputs } = definition;
  const settable = Object.keys(inputs).filter((name) => !inputs[name]?.computed);

  test("the schema has its inputs, and no others", () => {
    expect(names(spec.inputProperties)).toEqual(settable.toSorted());
    expect(spec.requiredInputs ?? []).toEqual(
      settable.filter((name) => inputs[name]?.required && !inputs[name]?.writeOnly).sort(),
    );
    expect(namesWith(spec.inputProperties, "willReplaceOnChanges")).toEqual(
      settable.filter((name) => inputs[name]?.change === "replace").sort(),
    );
  });

  test("the schema has its outputs, and no others", () => {
    expect(names(spec.properties)).toEqual([...recordedInputNames(definition), ...Object.keys(outputs)].sort());
    for (const name of spec.required ?? []) {
      const isOptional = inputs[name]?.optional ?? inputs[name]?.writeOnly ?? outputs[name]?.optional;
      expect(isOptional, `${name} may have no value`).toBeUndefined();
    }
  });

  test("the schema marks as secret what the table marks, and nothing else", () => {
    expect(namesWith(spec.inputProperties, "secret")).toEqual(settable.filter((name) => inputs[name]?.secret).sort());
    expect(namesWith(spec.properties, "secret")).toEqual(
      names(spec.properties).filter((name) => inputs[name]?.secret ?? outputs[name]?.secret),
    );
  });

  test("the schema lets every SDK take over what the dynamic provider made", () => {
    expect(spec.aliases).toEqual([{ type: `pulumi-nodejs:dynamic/fal:${kind}` }]);
  });

  test("whole numbers of the table are integers in the schema if they fit into 32 bits", () => {
    for (const [name, { schema: check }] of Object.entries(inputs)) {
      const type = spec.inputProperties?.[name]?.type ?? spec.properties?.[name]?.type ?? "";
      if (!check.safeParse(1).success || check.safeParse("1").success) {
        expect(type, name).not.toMatch(/integer|number/);
      } else if (check.safeParse(1.5).success || check.safeParse(2 ** 31).success) {
        expect(type, name).toBe("number");
      } else {
        expect(type, name).toBe("integer");
      }
    }
  });
});

test.each(functions.map((definition) => [definition.name, definition] as const))(
  "the schema has the arguments and a result of %s, and no other arguments",
  (name, { inputs }) => {
    const spec = schema.functions[`fal:index:${name}`];
    expect(names(spec?.inputs?.properties)).toEqual(names(inputs));
    expect(spec?.inputs?.required ?? []).toEqual(names(inputs).filter((argument) => inputs[argument]?.required));
    expect(names(spec?.outputs?.properties)).not.toEqual([]);
  },
);

test("the settings that are secret are secret in the schema, and no default of an SDK stores them in the state", () => {
  const secret = settings.filter((setting) => "secret" in setting).map(({ name }) => name);
  expect(namesWith(schema.config.variables, "secret")).toEqual(secret.sort());
  expect(namesWith(schema.provider.inputProperties, "secret")).toEqual(secret);
  expect(JSON.stringify(schema)).not.toContain("defaultInfo");
});

test("every type of the schema is used, and every reference has its type", () => {
  const used = new Set(textsUnder("$ref", schema).filter((reference) => reference.startsWith("#/types/")));
  expect([...used].sort()).toEqual(names(schema.types).map((token) => `#/types/${token}`));
});

describe("descriptions", () => {
  const texts = textsUnder("description", schema);

  test("names that other languages write differently are references to a property that exists", () => {
    const references = texts.flatMap((text) => [...text.matchAll(/\{\{% ref #\/(\S+) %\}\}/g)].map(([, path]) => path));
    expect(references.length).toBeGreaterThan(10);
    for (const reference of references) {
      const found = (reference ?? "")
        .split("/")
        .reduce<unknown>((at, key) => (at as Record<string, unknown>)?.[key], schema);
      expect(found, reference).toBeDefined();
    }
    const others = texts.flatMap((text) => text.match(/`[\w.]*[a-z][A-Z]\w*`/g) ?? []);
    // A resource option, which Pulumi's own documentation writes like this for all languages, classes, whose names are
    // the same in all languages, and settings as the stack's configuration names them.
    expect(others.filter((name) => !/^`(customTimeouts|[A-Z]\w+|apiUrl|restUrl)`$/.test(name))).toEqual([]);
  });

  test("everything that an editor shows has a description", () => {
    const described = (properties: object = {}, at: string) =>
      Object.entries(properties).flatMap(([name, each]) => (each.description ? [] : [`${at}.${name}`]));
    const missing = [
      ...described(schema.config.variables, "config"),
      ...described(schema.resources, "resources"),
      ...described(schema.functions, "functions"),
      ...described(schema.types, "types"),
      ...[schema.provider, ...Object.values(schema.resources)].flatMap((each) => [
        ...described(each.inputProperties, "input"),
        ...described(each.properties, "output"),
      ]),
      ...Object.entries(schema.functions).flatMap(([token, each]) => [
        ...described(each.inputs?.properties, token),
        ...described(each.outputs?.properties, token),
      ]),
      ...Object.entries(schema.types).flatMap(([token, each]) => described(each.properties, token)),
    ];
    expect(missing).toEqual([]);
  });

  test("no description contains what only programs in TypeScript can write", () => {
    for (const text of texts)
      expect(text).not.toMatch(/`Output`|pulumi\.(secret|Output)|new fal\.|\bundefined\b|Promise|=>/);
  });
});
