import { join } from "node:path";
import ts from "typescript";
import type { Command, Option } from "../../src/cli/command-line/command";
import { docOf, exitCodesOf, optionName, optionsOf, usageOf } from "../../src/cli/command-line/help";
import { pageBanner } from "./banner";
import { cell } from "./reference";
import { typeProgram } from "./type-program";

/** The page of the command line: the text of `--help`, and the types that `--json` prints. */
export function cliPage(root: string, commands: readonly Command[]): string {
  const types = new SourceTypes(join(root, "src/cli"));
  return `${pageBanner("the commands")}# Command line

The package installs the command \`pulumi-fal\`. Run it with \`npx pulumi-fal COMMAND\` in a project that depends on the package. \`COMMAND --help\` shows the same text as this page.

Commands find their credential as the provider does, but do not read the stack's configuration: in \`FAL_KEY\`, the profile of the \`fal\` CLI, or \`FAL_KEY_ID\` and \`FAL_KEY_SECRET\` (see [credentials](provider.md#credentials)). They find hosts in the same way (\`FAL_API_URL\`, \`FAL_REST_URL\`, \`FAL_GRPC_URL\`, …). \`FAL_LOG=debug\` shows each call.

Results go to standard output, everything else to standard error. A command that fails prints one line. No command prints secrets. Invisible and control characters in names are printed as a symbol or code: ␛ for an escape, ↵ for a line break. With \`--json\`, the result is one line of JSON of the type shown below; later versions may add properties. Commands that change something ask for confirmation; without a terminal they need \`--yes\`.

At a terminal, lines fit its width, text is colored (\`NO_COLOR\`, \`FORCE_COLOR\` and \`--color\` decide otherwise), and the last line shows what takes longer than two seconds. [\`pulumi-fal completion\`](#completion) prints a completion script for bash, zsh or fish.

## Exit codes

| code | meaning |
|---|---|
${exitCodesOf(
  "findings: a gate of `review` matched, `drift` found drift, a check of `doctor` failed, or a preview exceeds a limit or can be removed",
)
  .map(([code, meaning]) => `| ${code} | ${meaning} |`)
  .join("\n")}

## Commands

| command | purpose |
|---|---|
${commands.map(({ name, summary }) => `| [${name}](#${name.replaceAll(" ", "-")}) | ${cell(summary)} |`).join("\n")}

${commands.map((command) => section(command, types)).join("\n")}`;
}

function section(command: Command, types: SourceTypes): string {
  const { name, description, arguments: args, result, findings } = command;
  const options = Object.entries<Option>(optionsOf(command)).map(([option, it]) => [optionName(option, it), docOf(it)]);
  const rows = [...(args ? [[args.name, args.single ? args.doc : `${args.doc}; one or more`]] : []), ...options];
  return `## ${name}

\`\`\`
${usageOf(command)}
\`\`\`

${markdown(description)}

| option | description |
|---|---|
${rows.map(([what = "", doc = ""]) => `| \`${cell(what)}\` | ${cell(doc)} |`).join("\n")}

Exit codes: ${exitCodesOf(findings)
    .map(([code, meaning]) => `${code} ${meaning}`)
    .join(", ")}.

\`\`\`ts
${types.print(result)}
\`\`\`
`;
}

/** The description of a command as Markdown: indented lines are code, and other line breaks are for the terminal only. */
function markdown(text: string): string {
  return text
    .split("\n\n")
    .map((paragraph) => {
      const lines = paragraph.split("\n");
      if (!lines.every((line) => line.startsWith("  "))) return lines.join(" ");
      return ["```", ...lines.map((line) => line.slice(2)), "```"].join("\n");
    })
    .join("\n\n");
}

/** The declarations of types in a folder. */
class SourceTypes {
  readonly #declarations = new Map<string, ts.InterfaceDeclaration | ts.TypeAliasDeclaration>();
  readonly #checker: ts.TypeChecker;

  constructor(folder: string) {
    const files = ts.sys.readDirectory(folder, [".ts"], [], ["commands/*/result.ts"]);
    const program = typeProgram(files);
    this.#checker = program.getTypeChecker();
    for (const file of files) {
      for (const statement of program.getSourceFile(file)?.statements ?? []) {
        if (isTypeDeclaration(statement)) this.#declarations.set(statement.name.text, statement);
      }
    }
  }

  /** The source of a type, followed by the types of this repository that it uses. */
  print(name: string): string {
    const root = this.#declarations.get(name);
    if (root === undefined) throw new Error(`no result.ts of a command exports the type ${name}`);
    const found = new Set<ts.Declaration>([root]);
    for (const declaration of found) this.#collect(declaration, found);
    return [...found].map(source).join("\n\n");
  }

  #collect(node: ts.Node, found: Set<ts.Declaration>): void {
    // A type that is used, or extended.
    const name = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined;
    if (name) {
      const symbol = this.#checker.getSymbolAtLocation(name);
      const target = symbol && symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
      for (const declaration of target?.declarations ?? []) {
        const isOurs = !declaration.getSourceFile().fileName.includes("node_modules");
        if (isOurs && isTypeDeclaration(declaration)) found.add(declaration);
      }
    }
    ts.forEachChild(node, (child) => this.#collect(child, found));
  }
}

function isTypeDeclaration(node: ts.Node): node is ts.InterfaceDeclaration | ts.TypeAliasDeclaration {
  return ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
}

/** The text of a declaration with its comments, without the words that only matter inside the package. */
function source(declaration: ts.Declaration): string {
  const text = declaration.getFullText().replace(/^\s+/, "");
  return text.replace(/^export /m, "").replaceAll(/\breadonly /g, "");
}
