import type { PropertyValues, ResourceDefinition } from "../../../provider/properties";
import { descriptions } from "../../../resources/descriptions.gen";
import { objectKey } from "../../pulumi/stack-export";
import type { Argument, Declaration, Language } from "./language";
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

const firstLine = "Created by `pulumi-fal import` from a fal account. You can edit this file.";
const secondLine =
  "Resources whose objects fal would delete are protected, because this program could not create the objects again.";

/** Whether a program is one that `programOf` wrote, in any language. */
export function isCreatedByImport(text: string): boolean {
  return /^(?:\/\/|#) /.test(text) && text.replace(/^\S+ /, "").startsWith(firstLine);
}

/** The program that declares the objects, each after those that it refers to. */
export function programOf(objects: readonly DeclaredObject[], language: Language): string {
  const declarations = declarationsOf(objects);
  const isProtected = declarations.some(({ protect }) => protect);
  const lines = [language.comment(firstLine), language.comment(secondLine), ...language.head({ isProtected })];
  let kind: string | undefined;
  for (const [index, { definition, remarks }] of objects.entries()) {
    const about = [...remarks];
    if (definition.kind !== kind) {
      if (kind !== undefined) lines.push("");
      kind = definition.kind;
      about.unshift(descriptions[kind]?.importing.heading ?? kind, ...secretsOf(definition, language));
    }
    const declaration = declarations[index];
    lines.push(...about.map((text) => language.remark(text)), ...(declaration ? language.resource(declaration) : []));
  }
  return `${lines.join("\n")}\n`;
}

/** How to set the secrets of a kind that fal never returns, without their values in the program. */
function secretsOf({ inputs }: ResourceDefinition, language: Language): string[] {
  return Object.entries(inputs).flatMap(([name, { secret, writeOnly, computed }]) =>
    secret && writeOnly && !computed
      ? [`From the configuration, after \`pulumi config set --secret NAME\`: ${language.secret(name, "NAME")}`]
      : [],
  );
}

/** In the same order. */
function declarationsOf(objects: readonly DeclaredObject[]): Declaration[] {
  const names = new Map(objects.map((object) => [objectKey(object.definition.kind, object.id), object.names]));
  const used = new Set<Names>();
  const written = objects.map(({ definition, names: own, declared }) => {
    const implied = new Set<string>();
    const all = Object.entries(declared).map(([name, value]): [string, Argument] => {
      const reference = definition.inputs[name]?.refersTo;
      const resource = reference && names.get(objectKey(reference.kind, reference.id(declared)));
      if (resource === undefined) return [name, { value }];
      used.add(resource);
      for (const other of reference?.implies ?? []) implied.add(other);
      return [name, { resource }];
    });
    return { kind: definition.kind, names: own, arguments: all.filter(([name]) => !implied.has(name)) };
  });
  return written.map((each) => ({
    ...each,
    isUsed: used.has(each.names),
    protect: descriptions[each.kind]?.importing.protect === true,
  }));
}
