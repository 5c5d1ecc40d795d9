import type { PropertyValues, ResourceDefinition, Value } from "../../../provider/properties";
import { isRecord } from "../../../provider/values";
import { descriptions } from "../../../resources/descriptions.gen";
import { escapeInvisibleJson } from "../../command-line/terminal-text";
import { objectKey } from "../../pulumi/stack-export";
import type { Names } from "./names";

/** An object as the program declares it. */
export interface DeclaredObject {
  readonly definition: ResourceDefinition;
  readonly id: string;
  readonly declared: PropertyValues;
  readonly names: Names;
  /** Constant texts, without anything from fal. */
  readonly remarks: readonly string[];
}

const firstLine = "// Created by `pulumi-fal import` from a fal account. You can edit this file.";
const secondLine =
  "// Resources whose objects fal would delete are protected, because this program could not create the objects again.";

/** Whether a program is one that `programOf` wrote. */
export function isCreatedByImport(text: string): boolean {
  return text.startsWith(firstLine);
}

/**
 * The program that declares the objects, each after those that it refers to. Texts from fal are only in string literals.
 * `commonJs` writes it for Node without a compiler; nothing else in it is specific to TypeScript.
 */
export function programOf(objects: readonly DeclaredObject[], { commonJs = false } = {}): string {
  const variables = new Map(
    objects.map((object) => [objectKey(object.definition.kind, object.id), object.names.variable]),
  );
  const used = new Set<string>();
  const refer = (kind: string, id: string): string | undefined => {
    const variable = variables.get(objectKey(kind, id));
    if (variable !== undefined) used.add(variable);
    return variable;
  };
  const written = objects.map((object) => ({ object, text: argumentsOf(object, refer) }));
  const load = commonJs ? 'const fal = require("pulumi-fal");' : 'import * as fal from "pulumi-fal";';
  const lines = [firstLine, secondLine, load];
  let kind: string | undefined;
  for (const { object, text } of written) {
    const { definition, names, remarks } = object;
    if (definition.kind !== kind) {
      kind = definition.kind;
      lines.push("", `// ${descriptions[kind]?.importing.heading ?? kind}`);
    }
    lines.push(...remarks.map((remark) => `// ${remark}`));
    // Only objects that others refer to get a variable, because some compilers reject unused ones.
    const variable = used.has(names.variable) ? `const ${names.variable} = ` : "";
    const options = descriptions[kind]?.importing.protect ? ", { protect: true }" : "";
    lines.push(`${variable}new fal.${definition.kind}(${escapeInvisibleJson(names.resource)}, ${text}${options});`);
  }
  return `${lines.join("\n")}\n`;
}

function argumentsOf(object: DeclaredObject, refer: (kind: string, id: string) => string | undefined): string {
  const { definition, declared } = object;
  const implied = new Set<string>();
  const expressions: [string, string][] = [];
  for (const [name, value] of Object.entries(declared)) {
    const reference = definition.inputs[name]?.refersTo;
    const variable = reference && refer(reference.kind, reference.id(declared));
    if (variable !== undefined) for (const other of reference?.implies ?? []) implied.add(other);
    expressions.push([name, variable ?? expression(value)]);
  }
  const entries = expressions.filter(([name]) => !implied.has(name));
  return `{\n${entries.map(([name, text]) => `  ${name}: ${text},\n`).join("")}}`;
}

function expression(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(expression).join(", ")}]`;
  if (isRecord(value)) {
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${escapeInvisibleJson(name)}: ${expression(inner)}`)
      .join(", ")} }`;
  }
  return escapeInvisibleJson(value);
}
