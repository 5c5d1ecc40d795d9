import type { Value } from "../../../../provider/properties";
import { isRecord } from "../../../../provider/values";
import { escapeInvisibleJson } from "../../../command-line/terminal-text";
import type { Argument, Language } from "../language";

const comment = (text: string) => `// ${text}`;

export const typescript: Language = {
  reserved: new Set(
    (
      "arguments await break case catch class const continue debugger default delete do else enum eval export extends false " +
      "finally for function if implements import in instanceof interface let new null package private protected public " +
      "return static super switch this throw true try typeof undefined var void while with yield " +
      "exports fal module require globalthis"
    ).split(" "),
  ),
  comment,
  head: () => ['import * as fal from "pulumi-fal";', ""],
  remark: comment,
  secret: (name, key) => `\`${name}: new pulumi.Config().requireSecret("${key}")\`.`,
  resource({ kind, names, isUsed, arguments: given, protect }) {
    // Only objects that others refer to get a variable, because some compilers reject unused ones.
    const variable = isUsed ? `const ${names.variable} = ` : "";
    return [
      `${variable}new fal.${kind}(${escapeInvisibleJson(names.resource)}, {`,
      ...given.map(([name, argument]) => `  ${name}: ${expression(argument)},`),
      `}${protect ? ", { protect: true }" : ""});`,
    ];
  },
};

/** Nothing else in the program is specific to TypeScript. */
export const commonJs: Language = { ...typescript, head: () => ['const fal = require("pulumi-fal");', ""] };

function expression(argument: Argument): string {
  return "resource" in argument ? argument.resource.variable : literal(argument.value);
}

function literal(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(literal).join(", ")}]`;
  if (isRecord(value)) {
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${escapeInvisibleJson(name)}: ${literal(inner)}`)
      .join(", ")} }`;
  }
  return escapeInvisibleJson(value);
}
