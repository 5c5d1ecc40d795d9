import manifest from "../../package.json";
import type { Argument } from "../../src/functions/definition";
import {
  type Documented,
  type InputProperty,
  identifiedBy,
  type ResourceDefinition,
  recordedInputNames,
} from "../../src/provider/properties";
import { settings } from "../../src/provider/settings";
import { folders, kindIn } from "../../src/resources/registry";
import { codeBanner } from "./banner";

const { repository }: { name: string; repository?: { url: string } } = manifest;

/** A link, as soon as the repository has an address (`node tools/release.mjs address`). */
export function referenceText(page: string, repositoryUrl: string | undefined): string {
  const address = /^git\+(https:.+)\.git$/.exec(repositoryUrl ?? "")?.[1];
  return address === undefined
    ? `Reference: ${page} in the repository of pulumi-fal.`
    : `[Reference](${address}/blob/main/${page})`;
}

/** The names of all kinds. */
export const kinds = new Set(folders.map(kindIn));

/** `args.gen.ts` of a resource: the interfaces of its arguments and properties, and the base of its class. */
export function classFile(definition: ResourceDefinition): string {
  const { kind } = definition;
  const folder = folders.find((each) => kindIn(each) === kind);
  const settable = Object.entries(definition.inputs).filter(([, property]) => !property.computed);
  const argumentsOf = (names: (name: string) => boolean) =>
    settable.filter(([name]) => names(name)).map(([name, property]) => argument(name, property));
  const exclusive: readonly string[] = definition.exclusive ?? [];
  const common = argumentsOf((name) => !exclusive.includes(name));
  const alternatives = argumentsOf((name) => exclusive.includes(name));
  const inputs = Object.entries(definition.inputs)
    .filter(([, { adopts }]) => !adopts)
    .map(([name, property]) => outputField(name, property.doc, outputType(property), isAlwaysThere(property)));
  const outputs = Object.entries(definition.outputs).map(([name, { doc, type, optional }]) =>
    outputField(name, doc, type, !optional),
  );
  const names = [...recordedInputNames(definition), ...Object.keys(definition.outputs)];
  const adopt = Object.keys(definition.inputs).find((name) => definition.inputs[name]?.adopts);
  if (adopt === undefined) throw new Error(`${kind} has no input that adopts an object`);
  const publicNames = Object.keys(definition.inputs).filter((name) => definition.inputs[name]?.public);
  const secrets = names.filter((name) => definition.inputs[name]?.secret || definition.outputs[name]?.secret);
  const argsDoc = `/** Arguments of ${withArticle(kind)}. ${referenceText(`docs/reference/${folder}.md`, repository?.url)} */\n`;
  return `${codeBanner("the property table")}import * as pulumi from "@pulumi/pulumi";
${typeImports(definition)}${alternatives.length > 0 ? 'import type { AtMostOne } from "../at-most-one";\n' : ""}import type { ResourceClass, ResourceShape } from "../resource";

export const shape: ResourceShape = {
  kind: ${JSON.stringify(kind)},
  properties: ${JSON.stringify(names)},
  secrets: ${JSON.stringify(secrets)},
  public: ${JSON.stringify(publicNames)},
  adopt: ${JSON.stringify(adopt)},
  identifiedByName: ${identifiedBy(definition) === "name"},
};

${settable.map(([, { documented }]) => (documented ? openType(documented) : "")).join("")}${
  alternatives.length === 0
    ? `${argsDoc}export interface ${kind}Args {
${common.join("\n")}
}
`
    : `interface ${kind}CommonArgs {
${common.join("\n")}
}

interface ${kind}ExclusiveArgs {
${alternatives.join("\n")}
}

${argsDoc}export type ${kind}Args = ${kind}CommonArgs & AtMostOne<${kind}ExclusiveArgs>;
`
}
/** The properties of ${withArticle(kind)}. */
export interface ${kind}Properties {
${[...inputs, ...outputs].join("\n")}
}

export const ${kind}Base = pulumi.CustomResource as unknown as ResourceClass<${kind}Properties>;
`;
}

/** `an \`App\``. The names of kinds are words: what they begin with decides. */
function withArticle(kind: string): string {
  return `${/^[AEIO]/.test(kind) ? "an" : "a"} \`${kind}\``;
}

export function providerArgsFile(): string {
  const fields = settings.map(
    (setting) => `${comment([setting.doc])}  readonly ${setting.name}?: pulumi.Input<${setting.type}> | undefined;`,
  );
  return `${codeBanner("the settings table")}import type * as pulumi from "@pulumi/pulumi";

export interface ProviderArgs {
${fields.join("\n")}
}
`;
}

function argument(name: string, property: InputProperty): string {
  const optional = property.required && !property.writeOnly ? "" : "?";
  const types = inputType(
    property.documented ? property.type.replace("string", openTypeName(property.documented)) : property.type,
  );
  const type = optional ? `${types} | undefined` : types;
  return `${comment([docInTypeScript(property), facts(property)])}  readonly ${name}${optional}: ${type};`;
}

/** Documented values complete in an editor, and every other text is accepted. */
function openType(documented: Documented): string {
  const values = documented.values.map((value) => JSON.stringify(value));
  return `/** The values that fal documents, or another one. */\ntype ${openTypeName(documented)} = ${values.join(" | ")} | (string & {});\n\n`;
}

/** `MachineType` of "machine type". */
function openTypeName({ noun }: Documented): string {
  return noun.replace(/(?:^| )([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

export function docInTypeScript({ doc, inTypeScript }: Argument): string {
  return inTypeScript === undefined ? doc : `${doc} ${inTypeScript}`;
}

/** Unit, default and what a change does, in one line. */
export function facts(property: Argument & Partial<Pick<InputProperty, "change">>): string {
  const parts: string[] = [];
  if (property.unit) parts.push(`Unit: ${property.unit}.`);
  if (!property.required) parts.push(`If omitted: ${property.default ?? "not managed"}.`);
  if (property.change === "replace") parts.push("A change replaces the object.");
  if (property.change === "update") parts.push("A change updates in place.");
  if (property.change === "record") parts.push("A change is recorded and sends nothing to fal.");
  if (property.resetByDeploy) parts.push("Reset by a deploy.");
  return parts.join(" ");
}

/** A doc comment of paragraphs, indented for a member. */
export function comment(paragraphs: string[], indent = "  "): string {
  const text = paragraphs.filter((paragraph) => paragraph !== "");
  const lines = text.flatMap((paragraph, index) => (index > 0 ? ["", ...wrap(paragraph)] : wrap(paragraph)));
  return lines.length === 1
    ? `${indent}/** ${lines[0]} */\n`
    : `${indent}/**\n${lines.map((line) => (line ? `${indent} * ${line}` : `${indent} *`)).join("\n")}\n${indent} */\n`;
}

function wrap(text: string, width = 112): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line ? `${line} ${word}` : word;
    }
  }
  return [...lines, line];
}

/** `string | App` is a name or a resource; lists may hold outputs. */
export function inputType(type: string): string {
  const members = type.split(" | ").map((member) => member.replace(/^(.+)\[\]$/, "pulumi.Input<$1>[]"));
  return `pulumi.Input<${members.join(" | ")}>`;
}

/** On the way out a resource has become its name, and an object of inputs its plain form. */
function outputType(property: InputProperty): string {
  return property.type
    .split(" | ")
    .filter((member) => !kinds.has(member))
    .map((member) => (/^[A-Z]/.test(member) ? `pulumi.Unwrap<${member}>` : member))
    .join(" | ");
}

function outputField(name: string, doc: string, type: string, certain: boolean): string {
  return `${comment([doc])}  readonly ${name}: pulumi.Output<${certain ? type : `${type} | undefined`}>;`;
}

/** Required and computed inputs always have a value; so do those that the provider has a default for. */
export function isAlwaysThere({
  required,
  computed,
  defaultsFromProvider,
  writeOnly,
  optional,
}: InputProperty): boolean {
  return Boolean(required || computed || defaultsFromProvider) && !writeOnly && !optional;
}

function typeImports(definition: ResourceDefinition): string {
  const named = namedTypes(definition);
  const lines = folders
    .filter((folder) => named.includes(kindIn(folder)))
    .sort()
    .map((folder) => `import type { ${kindIn(folder)} } from "../${folder}";`);
  const own = ownTypes(definition);
  if (own.length > 0) lines.push(`import type { ${own.join(", ")} } from "./types";`);
  return lines.map((line) => `${line}\n`).join("");
}

/** The types of a resource's own that its properties name: they are in its `types.ts`. */
export function ownTypes(definition: ResourceDefinition): string[] {
  return namedTypes(definition).filter((name) => !kinds.has(name));
}

function namedTypes({ inputs, outputs }: ResourceDefinition): string[] {
  // Without literals, which are quoted.
  const types = [...Object.values(inputs), ...Object.values(outputs)].map(({ type }) => type.replace(/"[^"]*"/g, ""));
  return [...new Set(types.join(" ").match(/\b[A-Z]\w*/g) ?? [])].sort();
}
