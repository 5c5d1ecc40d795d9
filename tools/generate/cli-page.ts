import type { Command, Option } from "../../src/cli/command-line/command";
import { docOf, exitCodesOf, optionName, optionsOf, usageOf } from "../../src/cli/command-line/help";
import { cell } from "./reference";

/** The page of the command line: what `--help` says, and what `--json` prints. */
export function cliPage(commands: readonly Command[]): string {
  return `<!-- Generated from the commands by \`npm run generate\`; do not edit. -->

# Command line

The package brings the command \`pulumi-fal\`: \`npx pulumi-fal COMMAND\` in a project that has it. With \`--help\` each command says what is written here.

The credential is found as the provider finds it without stack config: \`FAL_KEY\`, the profile that the \`fal\` CLI uses, \`FAL_KEY_ID\` with \`FAL_KEY_SECRET\` (see [credentials](provider.md#credentials)); hosts too (\`FAL_API_URL\`, \`FAL_REST_URL\`, \`FAL_GRPC_URL\`, …). \`FAL_LOG=debug\` shows each call.

Results go to standard output, everything else to standard error: one line where a command fails. No secret is printed. What would not be seen in a name, or would be seen elsewhere (control characters, escape sequences, marks of the writing direction), is printed as a sign or its code: ␛ for an escape, ↵ for a line break. With \`--json\` the result is one line of JSON, of the type that is written below; later versions may add properties. Commands that change something ask at a terminal; where there is none they need \`--yes\`.

| command | what it does |
|---|---|
${commands.map(({ name, summary }) => `| [${name}](#${name.replaceAll(" ", "-")}) | ${cell(summary)} |`).join("\n")}

${commands.map(section).join("\n")}`;
}

function section(command: Command): string {
  const { name, description, arguments: args, json } = command;
  const options = Object.entries<Option>(optionsOf(command)).map(([option, it]) => [optionName(option, it), docOf(it)]);
  const rows = [...(args ? [[args.name, `${args.doc}; one or more`]] : []), ...options];
  return `## ${name}

\`\`\`
${usageOf(command)}
\`\`\`

${markdown(description)}

| option | what it is |
|---|---|
${rows.map(([what = "", doc = ""]) => `| \`${cell(what)}\` | ${cell(doc)} |`).join("\n")}

Exit codes: ${Object.entries(exitCodesOf(command))
    .map(([code, meaning]) => `${code} ${meaning}`)
    .join(", ")}.

\`\`\`ts
type ${typeName(name)} = ${json};
\`\`\`
`;
}

/** A text as it stands in a terminal: what is indented is code, and lines end where the screen does. */
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

function typeName(name: string): string {
  return `${name.replaceAll(/(?:^|[^a-z])([a-z])/g, (_match, letter: string) => letter.toUpperCase())}Result`;
}
