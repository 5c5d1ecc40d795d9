import { type Command, commonOptions, exitCodes, type Option } from "./command";
import { table } from "./terminal-text";

/** A command's own options, then those of every command. */
export function optionsOf(command: Command): typeof command.options & typeof commonOptions {
  return { ...command.options, ...commonOptions };
}

/** For example `pulumi-fal runners stop RUNNER_ID... [options]`. */
export function usageOf(command: Command): string {
  return `pulumi-fal ${command.name}${command.arguments ? ` ${command.arguments.name}...` : ""} [options]`;
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

export function generalHelp(commands: readonly Command[]): string {
  return `Usage: pulumi-fal COMMAND [options]

Tools for fal.ai accounts that you manage with Pulumi. Commands find their credential as the provider does: in FAL_KEY,
the profile of the fal CLI, or FAL_KEY_ID and FAL_KEY_SECRET.

Commands:
${list(commands.map(({ name, summary }) => [name, summary]))}

Options:
${list([
  ["--help", "show this help; after a command, the help of that command"],
  ["--version", "show the version"],
])}

Exit codes:
${list(exitCodesOf("findings: a gate matched, drift was found, or a check failed"))}
`;
}

/** The help of commands that share their first word. */
export function groupHelp(group: string, commands: readonly Command[]): string {
  return `Usage: pulumi-fal ${group} COMMAND [options]

Commands:
${list(commands.map(({ name, summary }) => [name.slice(group.length + 1), summary]))}

Options:
${list([["--help", "show this help; after a command, the help of that command"]])}
`;
}

export function commandHelp(command: Command): string {
  const { arguments: args, description, findings } = command;
  const options = Object.entries(optionsOf(command));
  return `Usage: ${usageOf(command)}

${description}
${args ? `\nArguments:\n${list([[args.name, args.doc]])}\n` : ""}
Options:
${list(options.map(([name, option]) => [optionName(name, option), docOf(option)]))}

Exit codes:
${list(exitCodesOf(findings))}
`;
}

export function docOf({ doc, multiple }: Option): string {
  return multiple ? `${doc}; can be repeated` : doc;
}

function list(rows: readonly (readonly [string, string])[]): string {
  return table(rows)
    .map((row) => `  ${row}`)
    .join("\n");
}
