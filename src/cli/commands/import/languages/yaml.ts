import type { Value } from "../../../../provider/properties";
import { isRecord } from "../../../../provider/values";
import type { Argument, Language } from "../language";
import { quoted } from "./quoted";

/** Texts that YAML 1.1 or 1.2 reads as other values. */
const words = new Set("true false null yes no on off y n nan inf".split(" "));

export const yaml: Language = {
  // Pulumi's own variable, `${pulumi.stack}`.
  reserved: new Set([...words, "pulumi"]),
  comment: (text) => `# ${text}`,
  head: () => ["", "resources:"],
  remark: (text) => `  # ${text}`,
  secret: (name, key) => `\`${name}: \${${key}}\`, with \`${key}: { type: string, secret: true }\` under \`config\`.`,
  resource({ kind, names, arguments: given, protect }) {
    return [
      `  ${names.resource}:`,
      `    type: fal:${kind}`,
      ...(given.length === 0 ? [] : ["    properties:"]),
      ...given.flatMap(([name, argument]) => entry(name, argument).map((line) => `      ${line}`)),
      ...(protect ? ["    options:", "      protect: true"] : []),
    ];
  },
};

function entry(name: string, argument: Argument): string[] {
  if ("resource" in argument) return [`${name}: \${${argument.resource.resource}.id}`];
  const { value } = argument;
  if (!Array.isArray(value) || value.length === 0) return [`${name}: ${flow(value)}`];
  return [`${name}:`, ...value.map((item) => `  - ${flow(item)}`)];
}

function flow(value: Value): string {
  if (Array.isArray(value)) return `[${value.map(flow).join(", ")}]`;
  if (isRecord(value)) {
    return `{ ${Object.entries(value)
      .map(([name, inner]) => `${scalar(name)}: ${flow(inner)}`)
      .join(", ")} }`;
  }
  return typeof value === "string" ? scalar(value) : String(value);
}

/** A text, without quotes where nothing can read it as something else. A `$` begins an expression unless it is doubled. */
function scalar(text: string): string {
  const isPlain = /^[A-Za-z][\w./-]*$/.test(text) && !words.has(text.toLowerCase());
  return isPlain ? text : quoted(text.replaceAll("$", "$$$$"));
}
