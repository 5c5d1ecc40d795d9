import type { Value } from "../../../../provider/properties";
import { isRecord } from "../../../../provider/values";
import type { Argument, Language } from "../language";
import { quoted } from "./quoted";

const keywords = new Set(
  (
    "and as assert async await break class continue def del elif else except exec finally for from global if import in is " +
    "lambda nonlocal not or pass print raise return try while with yield false none true"
  ).split(" "),
);

/** Built-in functions, which a variable of the same name would replace. */
const builtins =
  "abs all any ascii bin bool breakpoint bytearray bytes callable chr classmethod compile complex copyright credits " +
  "delattr dict dir divmod enumerate eval exit filter float format frozenset getattr globals hasattr hash help hex id " +
  "input int isinstance issubclass iter len license list locals map max memoryview min next object oct open ord pow " +
  "property quit range repr reversed round set setattr slice sorted staticmethod str sum super tuple type vars zip";

const comment = (text: string) => `# ${text}`;

export const python: Language = {
  reserved: new Set([...keywords, ...builtins.split(" "), "match", "case", "fal", "pulumi"]),
  comment,
  head: ({ isProtected }) => ["", ...(isProtected ? ["import pulumi"] : []), "import pulumi_fal as fal", ""],
  remark: (text) => comment(text.replace(/`([^`]+)`/g, (_, code: string) => `\`${inPython(code)}\``)),
  secret: (name, key) => `\`${pythonName(name)}=pulumi.Config().require_secret("${key}")\`.`,
  resource({ kind, names, isUsed, arguments: given, protect }) {
    return [
      `${isUsed ? `${variable(names.resource)} = ` : ""}fal.${kind}(`,
      `    ${quoted(names.resource)},`,
      ...given.map(([name, argument]) => `    ${pythonName(name)}=${expression(argument)},`),
      ...(protect ? ["    opts=pulumi.ResourceOptions(protect=True),"] : []),
      ")",
    ];
  },
};

/** A name of a property in the SDK that Pulumi generates: `keepAlive` is `keep_alive`. */
export function pythonName(name: string): string {
  const snake = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").toLowerCase();
  return keywords.has(snake) ? `${snake}_` : snake;
}

/** Code of a comment: a property, or a property with its value, such as `onDelete: 'delete'`. Commands stay. */
function inPython(code: string): string {
  if (/^[a-z]+(?:[A-Z][a-z]*)*$/.test(code)) return pythonName(code);
  const [, name, value] = /^(\w+): '(\w+)'$/.exec(code) ?? [];
  return name === undefined || value === undefined ? code : `${pythonName(name)}="${value}"`;
}

/** Names of resources are lower-case words, joined by `-`. */
function variable(resource: string): string {
  return resource.replaceAll("-", "_");
}

function expression(argument: Argument): string {
  return "resource" in argument ? `${variable(argument.resource.resource)}.id` : literal(argument.value);
}

function literal(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (isRecord(value)) {
    return `{${Object.entries(value)
      .map(([name, inner]) => `${quoted(pythonName(name))}: ${literal(inner)}`)
      .join(", ")}}`;
  }
  if (typeof value === "boolean") return value ? "True" : "False";
  return typeof value === "string" ? quoted(value) : String(value);
}
