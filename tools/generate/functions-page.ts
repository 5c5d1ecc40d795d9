import { join } from "node:path";
import ts from "typescript";
import type { FunctionDefinition } from "../../src/functions/definition";
import { pageBanner } from "./banner";
import { docInTypeScript } from "./classes";
import { capital } from "./functions";
import { cell } from "./reference";
import { typeProgram } from "./type-program";

/** The functions' page: what they do and take from their tables, what they return from the types in `results.ts`. */
export function functionsPage(root: string, definitions: readonly FunctionDefinition[]): string {
  const results = new ResultTypes(join(root, "src/functions/results.ts"));
  const sections = definitions.map((definition) => section(definition, results));
  // Described after the functions: what several of them return, or lists of it, and what these contain.
  const shared = new Map<string, string>();
  for (let names = results.nested(); names.length > 0; names = results.nested()) {
    for (const name of names) shared.set(name, `### ${name}\n\n${results.doc(name)}\n\n${results.table(name)}\n`);
  }
  return `${pageBanner("the functions' tables and the types of their results")}# Functions

Functions read existing objects at fal. They change nothing, and also run during a preview. Each has two forms:

- \`fal.getApp(args, options?)\` takes plain values and returns a \`Promise\`.
- \`fal.getAppOutput(args, options?)\` also takes outputs and resources, and returns an \`Output\`. During a preview, the output is unknown if an argument or an input of the provider is unknown, or if a resource that it depends on (through an argument or \`dependsOn\`) does not exist yet. In that case no request is sent. The output is secret if an argument is secret.

**Account.** A function uses the account of the option \`provider\` (a \`fal.Provider\`), the provider inherited from \`parent\`, or the default provider, in this order. The default provider uses the stack's configuration (\`fal:apiKey\`, …), then environment variables (see [credentials](provider.md#credentials)). \`owner\` is checked as for resources. The call fails if the account is uncertain: for a provider that is not a \`fal.Provider\`, for one whose inputs are unknown during a preview (in the plain form), and for the default provider if \`pulumi:disable-default-providers\` forbids it. Functions do not see a provider that a transform sets, so pass it explicitly.

**Errors.** An error ends the program with one line, unless the program catches it. If the error comes from a call to fal, its \`cause\` is the client's \`FalError\`. Wrong arguments fail before any request.

**Requests.** Concurrent calls share one request per list. A preview reuses a response for ten seconds. An update does not, because it changes objects.

**Unit tests.** With \`pulumi.runtime.setMocks\`, no request is sent. The mocks' \`call\` function receives the token \`fal:index:getApp\` and the arguments, with resources as their names, and returns the result. Without an engine or mocks, functions fail.

\`\`\`ts
import * as pulumi from "@pulumi/pulumi";

pulumi.runtime.setMocks({
  newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
  call: ({ token, inputs }) => (token === "fal:index:getApp" ? { ...inputs, url: "https://fal.run/acme/image-gen" } : {}),
});
\`\`\`

| function | description |
|---|---|
${definitions.map(({ name, doc }) => `| [${name}](#${name.toLowerCase()}) | ${cell(doc)} |`).join("\n")}

${sections.join("\n")}
## Shared result types

${[...shared.values()].join("\n")}`;
}

function section(definition: FunctionDefinition, results: ResultTypes): string {
  const { name, doc, throws, example, inputs } = definition;
  const rows = Object.entries(inputs).map(([name, argument]) => {
    const leftOut = argument.required ? "**required**" : (argument.default ?? "");
    return `| \`${name}\` | \`${cell(argument.type)}\` | ${cell(leftOut)} | ${cell(docInTypeScript(argument))} |`;
  });
  const args =
    rows.length > 0
      ? `| argument | type | if omitted | description |\n|---|---|---|---|\n${rows.join("\n")}`
      : "No arguments.";
  return `## ${name}

${doc}${throws ? ` Fails if ${throws}.` : ""}

\`\`\`js
${example}
\`\`\`

${args}

${results.table(`${capital(name)}Result`)}
`;
}

/** In full, with what a name stands for. */
const written =
  ts.TypeFormatFlags.NoTruncation |
  ts.TypeFormatFlags.InTypeAlias |
  ts.TypeFormatFlags.UseAliasDefinedOutsideCurrentScope;

/** The types of results as TypeScript sees them, with their comments. */
class ResultTypes {
  readonly #checker: ts.TypeChecker;
  readonly #file: ts.SourceFile;
  /** Object types that a table named, by name. */
  readonly #named = new Map<string, ts.Type>();
  readonly #shown = new Set<string>();
  readonly #mentioned = new Set<string>();

  constructor(path: string) {
    const program = typeProgram([path]);
    const file = program.getSourceFile(path);
    if (!file) throw new Error(`${path} is missing`);
    this.#checker = program.getTypeChecker();
    this.#file = file;
    for (const statement of file.statements) {
      if (ts.isInterfaceDeclaration(statement)) {
        this.#named.set(statement.name.text, this.#checker.getTypeAtLocation(statement));
      }
    }
  }

  /** A table of a type's properties. */
  table(name: string): string {
    const type = this.#named.get(name);
    if (!type) throw new Error(`results.ts has no interface ${name}`);
    this.#shown.add(name);
    const rows = this.#checker.getPropertiesOfType(type).map((property) => {
      const optional = (property.flags & ts.SymbolFlags.Optional) !== 0 ? ", or absent" : "";
      return `| \`${property.name}\` | ${this.#type(property)}${optional} | ${cell(this.#comment(property))} |`;
    });
    return `| result | type | description |\n|---|---|---|\n${rows.join("\n")}`;
  }

  /** A type's own comment. */
  doc(name: string): string {
    return this.#comment(this.#named.get(name)?.symbol);
  }

  /** Names of types that tables so far mention and none shows. */
  nested(): string[] {
    return [...this.#mentioned].filter((name) => !this.#shown.has(name)).sort();
  }

  #comment(symbol: ts.Symbol | undefined): string {
    return ts.displayPartsToString(symbol?.getDocumentationComment(this.#checker)).replaceAll("\n", " ");
  }

  #type(property: ts.Symbol): string {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeOfSymbolAtLocation(property, this.#file));
    const element = this.#checker.isArrayType(type)
      ? this.#checker.getTypeArguments(type as ts.TypeReference)[0]
      : type;
    const text = this.#checker.typeToString(type, this.#file, written);
    const name = element?.isClassOrInterface() ? element.symbol.name : undefined;
    if (name === undefined || element === undefined) return `\`${cell(text)}\``;
    if (!this.#named.has(name)) this.#named.set(name, element);
    this.#mentioned.add(name);
    const shown = name.match(/^(Get\w+)Result$/)?.[1] ?? name;
    return `[\`${cell(text)}\`](#${shown.toLowerCase()})`;
  }
}
