import type { Argument, FunctionDefinition } from "../../src/functions/definition";
import { codeBanner } from "./banner";
import { comment, docInTypeScript, inputType } from "./classes";

/** `functions.gen.ts`: arguments and the two forms of each. */
export function functionsFile(definitions: readonly FunctionDefinition[]): string {
  const results = definitions.map(({ name }) => `${capital(name)}Result`);
  return `${codeBanner("the functions' tables")}import type * as pulumi from "@pulumi/pulumi";
import type { App } from "../resources/app";
import type { Environment } from "../resources/environment";
import { call, callOutput } from "./call";
import type { ${results.join(", ")} } from "./results";

${definitions.map(functionCode).join("\n")}`;
}

export function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

function functionCode(definition: FunctionDefinition): string {
  const { name, doc, throws, example } = definition;
  const type = capital(name);
  const given = Object.values(definition.inputs).some(({ required }) => required) ? "args" : "args?";
  const fails = `Fails if ${[...(throws ? [throws] : []), "an argument is wrong", "fal refuses or cannot be reached"].join(", or ")}.`;
  const outputDoc = `Like \`${name}\`, but accepts outputs and resources as arguments. During a preview, the result is unknown if an argument is unknown. It is secret if an argument is secret.`;
  return `${argsInterface(definition, "Args", plainType)}
${argsInterface(definition, "OutputArgs", ({ type }) => inputType(type))}
${withExample(comment([doc, fails], ""), example)}export function ${name}(${given}: ${type}Args, options?: pulumi.InvokeOptions): Promise<${type}Result> {
  return call("${name}", args, options);
}

${comment([outputDoc], "")}export function ${name}Output(${given}: ${type}OutputArgs, options?: pulumi.InvokeOutputOptions): pulumi.Output<${type}Result> {
  return callOutput("${name}", args, options);
}
`;
}

function argsInterface(
  { name, inputs }: FunctionDefinition,
  suffix: string,
  typeOf: (argument: Argument) => string,
): string {
  const fields = Object.entries(inputs).map(([field, argument]) => {
    const optional = argument.required ? "" : "?";
    const type = argument.required ? typeOf(argument) : `${typeOf(argument)} | undefined`;
    const leftOut = argument.required ? "" : `If omitted: ${argument.default}.`;
    return `${comment([docInTypeScript(argument), leftOut])}  readonly ${field}${optional}: ${type};\n`;
  });
  if (fields.length === 0) return `export type ${capital(name)}${suffix} = Record<string, never>;\n`;
  return `export interface ${capital(name)}${suffix} {\n${fields.join("")}}\n`;
}

/** Without an engine's help a resource has no name yet: only the Output form takes one. */
function plainType({ type }: Argument): string {
  return type
    .split(" | ")
    .filter((member) => !/^[A-Z]/.test(member))
    .map((member) => member.replace(/^(.+)\[\]$/, "readonly $1[]"))
    .join(" | ");
}

function withExample(docComment: string, example: string): string {
  const lines = docComment.replace(/^\/\*\* (.*) \*\/\n$/, "/**\n * $1\n */\n");
  return lines.replace(/ \*\/\n$/, ` *\n * @example\n * ${example}\n */\n`);
}
