import { join } from "node:path";
import ts from "typescript";
import type { Describe } from "./schema-text";
import { typeProgram } from "./type-program";

/** A type or property as Pulumi's metaschema writes it. */
export type Spec = Readonly<Record<string, unknown>>;

function typeReference(name: string): Spec {
  return { $ref: `#/types/${typeToken(name)}` };
}

/** Says that a number of an interface may have a fraction, or be larger than the 32 bits that Java and C# have. */
const numberTag = "float";

/** As Pulumi writes a schema: without what is empty. */
export function members(properties: Readonly<Record<string, Spec>>, required: readonly string[]): Spec {
  return {
    ...(Object.keys(properties).length > 0 ? { properties } : {}),
    ...(required.length > 0 ? { required: required.toSorted() } : {}),
  };
}

function typeToken(name: string): string {
  return `fal:index:${name}`;
}

/**
 * Object types that the tables only name: results of functions and nested properties. Their properties and comments are
 * those of the exported TypeScript types.
 */
export class ObjectTypes {
  readonly #checker: ts.TypeChecker;
  readonly #exports: ReadonlyMap<string, ts.Symbol>;
  readonly #file: ts.SourceFile;
  readonly #describe: Describe;
  readonly #made = new Map<string, Spec>();

  constructor(root: string, describe: Describe) {
    const path = join(root, "src/index.ts");
    const program = typeProgram([path]);
    const file = program.getSourceFile(path);
    if (!file) throw new Error(`${path} is missing`);
    this.#checker = program.getTypeChecker();
    this.#file = file;
    this.#describe = describe;
    const module = this.#checker.getSymbolAtLocation(file);
    const symbols = module ? this.#checker.getExportsOfModule(module) : [];
    this.#exports = new Map(symbols.map((symbol) => [symbol.name, symbol]));
  }

  /** A reference to an exported type, which becomes one of the schema's. */
  reference(name: string): Spec {
    return this.#reference(name, this.#exported(name));
  }

  /** The properties of an exported type, as a function returns them. */
  inline(name: string): Spec {
    return this.#object(this.#exported(name), undefined);
  }

  /** All types that were referred to, by token. */
  all(): Record<string, Spec> {
    return Object.fromEntries([...this.#made].sort(([a], [b]) => (a < b ? -1 : 1)));
  }

  #exported(name: string): ts.Type {
    const symbol = this.#exports.get(name);
    if (!symbol) throw new Error(`src/index.ts exports no type ${name}`);
    return this.#checker.getDeclaredTypeOfSymbol(this.#resolved(symbol));
  }

  #resolved(symbol: ts.Symbol): ts.Symbol {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #reference(name: string, type: ts.Type): Spec {
    const token = typeToken(name);
    if (!this.#made.has(token)) {
      // Before its properties, which may refer to it again.
      this.#made.set(token, {});
      this.#made.set(token, this.#object(type, name));
    }
    return typeReference(name);
  }

  /** `name`: the schema's type, if it is one; a function's result has no name of its own. */
  #object(type: ts.Type, name: string | undefined): Spec {
    const properties: Record<string, Spec> = {};
    const required: string[] = [];
    for (const property of this.#checker.getPropertiesOfType(type)) {
      const declared = this.#checker.getTypeOfSymbolAtLocation(property, this.#file);
      const isFloat = property.getJsDocTags(this.#checker).some((tag) => tag.name === numberTag);
      properties[property.name] = {
        ...(isFloat ? { type: "number" } : this.#type(declared)),
        ...this.#description(property, name),
      };
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0 || mayBe(declared, ts.TypeFlags.Undefined);
      if (!optional) required.push(property.name);
    }
    const symbol = type.aliasSymbol ?? type.symbol;
    return { ...this.#description(symbol, name), type: "object", ...members(properties, required) };
  }

  #description(symbol: ts.Symbol, within: string | undefined): Spec {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)).replaceAll("\n", " ");
    return text === "" ? {} : { description: this.#describe(text, within === undefined ? {} : { type: within }) };
  }

  #type(type: ts.Type): Spec {
    const plain = this.#plain(type);
    if (plain.flags & ts.TypeFlags.StringLike) return { type: "string" };
    if (plain.flags & ts.TypeFlags.NumberLike) return { type: "integer" };
    if (plain.flags & ts.TypeFlags.BooleanLike) return { type: "boolean" };
    if (this.#checker.isArrayType(plain)) {
      const [item] = this.#checker.getTypeArguments(plain as ts.TypeReference);
      if (item) return { type: "array", items: this.#type(item) };
    }
    if (this.#checker.getIndexInfoOfType(plain, ts.IndexKind.String)) {
      return { type: "object", additionalProperties: { $ref: "pulumi.json#/Any" } };
    }
    const name = (plain.aliasSymbol ?? plain.symbol)?.name;
    if (name !== undefined && !name.startsWith("__")) return this.#reference(schemaName(name), plain);
    throw new Error(`${this.#checker.typeToString(type)} needs a name of its own to be in the schema`);
  }

  /** Without undefined, without what `pulumi.Input` accepts besides, and one member for a union of literals. */
  #plain(type: ts.Type): ts.Type {
    if (type.flags & ts.TypeFlags.Boolean) return type;
    if (!type.isUnion()) {
      // `string & {}` of an open list of values.
      return type.isIntersection() ? (type.types[0] ?? type) : type;
    }
    const members = type.types.filter(
      (member) => !mayBe(member, ts.TypeFlags.Undefined | ts.TypeFlags.Null) && !isEventual(member),
    );
    const kinds = new Set(members.map((member) => JSON.stringify(this.#type(member))));
    const [first] = members;
    if (kinds.size !== 1 || !first) throw new Error(`${this.#checker.typeToString(type)} is not one type`);
    return this.#plain(first);
  }
}

/** The name of a type in the schema: what a list of results consists of is not called a result. */
function schemaName(name: string): string {
  return name.replace(/^Get(\w+)Result$/, "$1Info");
}

function mayBe(type: ts.Type, flags: ts.TypeFlags): boolean {
  return (type.flags & flags) !== 0 || (type.isUnion() && type.types.some((member) => (member.flags & flags) !== 0));
}

/** What `pulumi.Input<T>` accepts besides T. */
function isEventual(type: ts.Type): boolean {
  if (type.isIntersection()) return type.types.some(isEventual);
  return ["Promise", "OutputInstance"].includes(type.symbol?.name);
}
