import { type Command, commonOptions, exitCodes, type Option } from "./command";
import { width, wrap } from "./terminal-text";

/** A command's own options, then those of every command. */
export function optionsOf(command: Command): typeof command.options & typeof commonOptions {
  return { ...command.options, ...commonOptions };
}

/** For example `pulumi-fal runners stop RUNNER_ID... [options]`. */
export function usageOf({ name, arguments: args }: Command): string {
  return `pulumi-fal ${name}${args ? ` ${args.name}${args.single ? "" : "..."}` : ""} [options]`;
}

/** For example `--stack NAME`. */
export function optionName(name: string, option: Option): string {
  const value = option.choices?.join("|") ?? option.value;
  return `--${name}${value === undefined ? "" : ` ${value}`}`;
}

/** The exit codes of a command with their meanings. `findings`: what exit code 3 means. */
export function exitCodesOf(findings: string | undefined): [code: string, meaning: string][] {
  const meanings = {
    success: "success",
    failure: "the command failed",
    usage: "the command line is wrong",
    findings,
    interrupted: "interrupted",
  };
  const codes = Object.entries(exitCodes) as [keyof typeof exitCodes, number][];
  return codes.flatMap(([name, code]) => (meanings[name] === undefined ? [] : [[String(code), meanings[name]]]));
}

/** The help fits into this many columns. */
export function generalHelp(commands: readonly Command[], columns: number): string {
  const purpose =
    "Tools for fal.ai accounts that you manage with Pulumi. Commands find their credential as the provider does: in FAL_KEY, the profile of the fal CLI, or FAL_KEY_ID and FAL_KEY_SECRET.";
  return `Usage: pulumi-fal COMMAND [options]

${wrap(purpose, columns)}

Commands:
${list(
  commands.map(({ name, summary }) => [name, summary]),
  columns,
)}

Options:
${list(
  [
    ["--help", "show this help; after a command, the help of that command"],
    ["--version", "show the version"],
  ],
  columns,
)}

Exit codes:
${list(exitCodesOf("findings: a gate matched, drift was found, a check failed, …"), columns)}
`;
}

/** The help of commands that share their first word. */
export function groupHelp(group: string, commands: readonly Command[], columns: number): string {
  return `Usage: pulumi-fal ${group} COMMAND [options]

Commands:
${list(
  commands.map(({ name, summary }) => [name.slice(group.length + 1), summary]),
  columns,
)}

Options:
${list([["--help", "show this help; after a command, the help of that command"]], columns)}
`;
}

export function commandHelp(command: Command, columns: number): string {
  const { arguments: args, description, findings } = command;
  const options = Object.entries(optionsOf(command));
  return `${wrap(`Usage: ${usageOf(command)}`, columns, "  ")}

${reflowed(description, columns)}
${args ? `\nArguments:\n${list([[args.name, args.doc]], columns)}\n` : ""}
Options:
${list(
  options.map(([name, option]) => [optionName(name, option), docOf(option)]),
  columns,
)}

Exit codes:
${list(exitCodesOf(findings), columns)}
`;
}

export function docOf({ doc, multiple }: Option): string {
  return multiple ? `${doc}; can be repeated` : doc;
}

/** Longer names have their text on the next line. */
const longestName = 24;

function list(rows: readonly (readonly [string, string])[], columns: number): string {
  const names = rows.map(([name]) => width(name)).filter((length) => length <= longestName);
  const indent = " ".repeat(Math.max(...names, 0) + 4);
  return rows
    .map(([name, doc]) => {
      const start = `  ${name}  `;
      if (width(start) > indent.length) return `${start.trimEnd()}\n${wrap(indent + doc, columns, indent)}`;
      return wrap(start.padEnd(indent.length) + doc, columns, indent);
    })
    .join("\n");
}

/** A description for this width. Indented lines stay lines, to be copied; a text in a second column stays there. */
function reflowed(description: string, columns: number): string {
  return description
    .split("\n\n")
    .map((paragraph) => {
      const lines = paragraph.split("\n");
      if (!lines.every((line) => line.startsWith("  "))) return wrap(lines.join(" "), columns);
      return lines
        .map((line) => {
          const firstColumn = /^ +\S+(?: \S+)* {2,}(?=\S)/.exec(line)?.[0];
          return firstColumn === undefined ? line : wrap(line, columns, " ".repeat(firstColumn.length));
        })
        .join("\n");
    })
    .join("\n\n");
}
