import { z } from "zod";
import type { Argument, FunctionDefinition } from "../../src/functions/definition";
import { type InputProperty, type ResourceDefinition, recordedInputNames } from "../../src/provider/properties";
import { type Setting, settings } from "../../src/provider/settings";
import { dynamicToken, functionToken, pluginToken } from "../../src/provider/tokens";
import { facts, isAlwaysThere, kinds } from "./classes";
import { capital } from "./functions";
import { type Describe, describeWith, type Place } from "./schema-text";
import { members, ObjectTypes, type Spec } from "./schema-types";

/** What of package.json is in the schema. */
export interface PackageManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly repository?: { readonly url: string };
}

/**
 * The package schema (https://www.pulumi.com/docs/iac/guides/building-extending/packages/schema/): what SDKs of other
 * languages, YAML, `pulumi import` and the registry's pages are made from.
 */
export function packageSchema(
  root: string,
  manifest: PackageManifest,
  resources: readonly ResourceDefinition[],
  functions: readonly FunctionDefinition[],
): object {
  const describe = describeWith({
    resources: new Map(
      resources.map((definition) => [
        definition.kind,
        [...recordedInputNames(definition), ...Object.keys(definition.outputs)],
      ]),
    ),
    functions: functions.map(({ name }) => name),
    settings: settings.map(({ name }) => name),
  });
  const types = new ObjectTypes(root, describe);
  const parts = { describe, types };
  return {
    name: "fal",
    displayName: "fal.ai",
    version: manifest.version,
    description: manifest.description,
    keywords: ["pulumi", "fal", "gpu", "serverless", "category/cloud", "kind/native"],
    license: manifest.license,
    ...addresses(manifest),
    publisher: "pulumi-fal",
    config: {
      variables: byName(settings, (setting) => settingSpec(setting, describe, {})),
    },
    provider: {
      description: "The settings of one fal account. Settings that are left out come from the environment.",
      inputProperties: byName(settings, (setting) => settingSpec(setting, describe, { provider: true })),
    },
    resources: Object.fromEntries(
      resources.map((definition) => [pluginToken(definition.kind), resourceSpec(definition, parts)]),
    ),
    functions: Object.fromEntries(
      functions.map((definition) => [functionToken(definition.name), functionSpec(definition, parts)]),
    ),
    // After the resources and functions, which name them.
    types: types.all(),
  };
}

/** What the descriptions and types of a schema come from. */
interface Parts {
  readonly describe: Describe;
  readonly types: ObjectTypes;
}

/** The address of the repository without its scheme, such as `github.com/owner/name`. There is none before a release. */
function addressOf({ repository }: PackageManifest): string | undefined {
  return /^git\+https:\/\/(.+)\.git$/.exec(repository?.url ?? "")?.[1];
}

/** Without an address, the path that Pulumi generates by default: Go reserves it for examples. */
export function goImportPath(manifest: PackageManifest): string {
  return `${addressOf(manifest) ?? "example.com/pulumi-fal"}/sdk/go/fal`;
}

/** Names of the SDKs, and what contains the address of the repository. */
function addresses(manifest: PackageManifest): object {
  const language = {
    // Not `pulumi-fal`: `pulumi package add` would replace this package with the generated one in a project that has it.
    nodejs: { packageName: "pulumi-fal-sdk", respectSchemaVersion: true },
    python: { packageName: "pulumi_fal", pyproject: { enabled: true }, respectSchemaVersion: true },
    csharp: { rootNamespace: "PulumiFal", namespaces: { fal: "Fal" }, respectSchemaVersion: true },
    java: { basePackage: "com.pulumifal", buildFiles: "gradle" },
    go: {
      importBasePath: goImportPath(manifest),
      generateResourceContainerTypes: true,
      respectSchemaVersion: true,
    },
  };
  const address = addressOf(manifest);
  if (address === undefined) return { language };
  const [host, ...path] = address.split("/");
  return {
    homepage: `https://${address}`,
    repository: `https://${address}`,
    logoUrl: `https://raw.githubusercontent.com/${path.join("/")}/main/docs/logo.png`,
    ...(host === "github.com" ? { pluginDownloadURL: `github://api.github.com/${path.join("/")}` } : {}),
    language,
  };
}

function settingSpec(setting: Setting, describe: Describe, place: Place): Spec {
  return {
    type: setting.type === "number" ? "integer" : setting.type,
    description: describe(setting.doc, place),
    // No `defaultInfo`: SDKs would read the key from the environment and store it in the state.
    ...(setting.secret ? { secret: true } : {}),
  };
}

function resourceSpec(definition: ResourceDefinition, { describe, types }: Parts): Spec {
  const { kind, doc, idDoc, outputs } = definition;
  const place = { resource: kind };
  const settable = Object.entries(definition.inputs).filter(([, { computed }]) => !computed);
  const required = settable.filter(([, property]) => isRequired(property)).map(([name]) => name);
  const recorded = recordedInputNames(definition).map((name) => [name, inputOf(definition, name)] as const);
  return {
    // The heading is where the registry's pages look for it.
    description: describe(
      `${doc}\n\n## Import\n\nThe id is ${idDoc}.\n\n\`\`\`sh\npulumi import ${pluginToken(kind)} <name> <id>\n\`\`\``,
      place,
    ),
    aliases: [{ type: dynamicToken(kind) }],
    inputProperties: fromEntries(settable, (property) => ({
      ...inputType(property, types),
      description: describe(inputDescription(property), place),
      ...(property.secret ? { secret: true } : {}),
      ...(property.change === "replace" ? { willReplaceOnChanges: true } : {}),
    })),
    ...(required.length > 0 ? { requiredInputs: required.toSorted() } : {}),
    ...members(
      {
        ...fromEntries(recorded, (property) => ({
          ...inputType(property, types),
          description: describe(property.doc, place),
          ...(property.secret ? { secret: true } : {}),
        })),
        ...fromEntries(Object.entries(outputs), (property) => ({
          ...typeOf(property.type, types),
          description: describe(property.doc, place),
          ...(property.secret ? { secret: true } : {}),
        })),
      },
      [
        ...recorded.filter(([, property]) => isAlwaysThere(property)).map(([name]) => name),
        ...Object.keys(outputs).filter((name) => !outputs[name]?.optional),
      ],
    ),
    listInputs: members(listInputs(definition), []),
  };
}

/** Objects of an environment are listed by environment. */
function listInputs({ inputs }: ResourceDefinition): Record<string, Spec> {
  const filters = Object.entries(inputs).filter(([, { defaultsFromProvider }]) => defaultsFromProvider);
  return fromEntries(filters, ({ doc }) => ({
    type: "string",
    description: `${doc} If omitted: the provider's, or \`main\`.`,
  }));
}

function functionSpec({ name, doc, throws, inputs }: FunctionDefinition, { describe, types }: Parts): Spec {
  const place = { function: name };
  const args = Object.entries(inputs);
  const { description: _, ...outputs } = types.inline(`${capital(name)}Result`);
  return {
    description: describe(`${doc}${throws ? ` Fails if ${throws}.` : ""}`, place),
    inputs: {
      type: "object",
      ...members(
        fromEntries(args, (argument) => ({
          ...inputType(argument, types),
          description: describe(inputDescription(argument), place),
        })),
        args.filter(([, { required }]) => required).map(([argument]) => argument),
      ),
    },
    outputs,
  };
}

function isRequired({ required, writeOnly }: Argument): boolean {
  return Boolean(required && !writeOnly);
}

function inputOf({ inputs }: ResourceDefinition, name: string): InputProperty {
  const property = inputs[name];
  if (!property) throw new Error(`there is no input ${name}`);
  return property;
}

/** What the property is, and in a paragraph of its own what its table says besides. */
function inputDescription(property: Argument): string {
  const { doc, documented } = property;
  const values = schemaOf(property)["enum"];
  const known = [
    ...(Array.isArray(values) ? [`One of ${list(values)}.`] : []),
    ...(documented ? [`fal documents ${list(documented.values)}; another value causes a warning.`] : []),
  ];
  return [doc, [...known, facts(property)].join(" ")].filter((text) => text !== "").join("\n\n");
}

function list(values: readonly string[]): string {
  const quoted = values.map((value) => `\`${value}\``);
  return [quoted.slice(0, -1).join(", "), ...quoted.slice(-1)].filter((text) => text !== "").join(" and ");
}

function inputType(property: Argument, types: ObjectTypes): Spec {
  const { type, maximum } = schemaOf(property);
  // Integers of Java and C# have 32 bits.
  if (type === "integer") return { type: typeof maximum === "number" && maximum < 2 ** 31 ? "integer" : "number" };
  if (type === "number") return { type: "number" };
  return typeOf(property.type, types);
}

/** A type as a table writes it. A resource that is given as an argument arrives as its id. */
function typeOf(written: string, types: ObjectTypes): Spec {
  const members = written.split(" | ").filter((member) => !kinds.has(member));
  const [first = ""] = members;
  const item = /^(.+)\[\]$/.exec(first)?.[1];
  if (item !== undefined) return { type: "array", items: typeOf(item, types) };
  const value = /^\{ readonly \[\w+: string\]: (.+) \}$/.exec(first)?.[1];
  if (value !== undefined) return { type: "object", additionalProperties: typeOf(value, types) };
  if (members.every((member) => member === "string" || member.startsWith('"'))) return { type: "string" };
  if (first === "boolean") return { type: "boolean" };
  return types.reference(first);
}

function schemaOf({ schema }: Argument): Spec {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
}

function byName<T extends { readonly name: string }>(items: readonly T[], of: (item: T) => Spec): Record<string, Spec> {
  return Object.fromEntries(items.map((item) => [item.name, of(item)]));
}

function fromEntries<T>(entries: readonly (readonly [string, T])[], of: (value: T) => Spec): Record<string, Spec> {
  return Object.fromEntries(entries.map(([name, value]) => [name, of(value)]));
}
