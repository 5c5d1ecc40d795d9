import { type Command, commonOptions, type Option } from "./command";
import { table } from "./terminal-text";

/** What all commands end with; a wrong command line differs. */
const sharedExitCodes = { 0: "done", 1: "failed", 130: "interrupted" };

/** All that a command takes, its own options first. */
export function optionsOf(command: Command): typeof command.options & typeof commonOptions {
  return { ...command.options, ...commonOptions };
}

/** What is typed: `pulumi-fal runners stop RUNNER_ID... [options]`. */
export function usageOf(command: Command): string {
  return `pulumi-fal ${command.name}${command.arguments ? ` ${command.arguments.name}...` : ""} [options]`;
}

/** `--stack NAME`. */
export function optionName(name: string, option: Option): string {
  const value = option.choices?.join("|") ?? option.value;
  return `--${name}${value === undefined ? "" : ` ${value}`}`;
}

export function usageErrorCode(command: Command | undefined): number {
  return command?.usageErrorCode ?? 2;
}

/** Every exit code of a command, or of any, with its meaning. */
export function exitCodesOf(command?: Command): Record<number, string> {
  return { ...sharedExitCodes, [usageErrorCode(command)]: "wrong command line", ...command?.exitCodes };
}

export function generalHelp(commands: readonly Command[]): string {
  return `Usage: pulumi-fal COMMAND [options]

Tools for fal.ai accounts that Pulumi manages. The credential comes from where the provider takes it: FAL_KEY, the
profile that the fal CLI uses, or FAL_KEY_ID and FAL_KEY_SECRET.

Commands:
${list(commands.map(({ name, summary }) => [name, summary]))}

Options:
${list([
  ["--help", "show this text; with a command, that command's"],
  ["--version", "show the version"],
])}

Exit codes: ${exitCodes(exitCodesOf())}.
`;
}

/** The help of commands that share their first word. */
export function groupHelp(group: string, commands: readonly Command[]): string {
  return `Usage: pulumi-fal ${group} COMMAND [options]

Commands:
${list(commands.map(({ name, summary }) => [name.slice(group.length + 1), summary]))}

Options:
${list([["--help", "show this text; with a command, that command's"]])}
`;
}

export function commandHelp(command: Command): string {
  const { arguments: args, description } = command;
  const options = Object.entries(optionsOf(command));
  return `Usage: ${usageOf(command)}

${description}
${args ? `\nArguments:\n${list([[args.name, args.doc]])}\n` : ""}
Options:
${list(options.map(([name, option]) => [optionName(name, option), docOf(option)]))}

Exit codes: ${exitCodes(exitCodesOf(command))}.
`;
}

export function docOf({ doc, multiple }: Option): string {
  return multiple ? `${doc}; may be given several times` : doc;
}

function list(rows: readonly (readonly [string, string])[]): string {
  return table(rows)
    .map((row) => `  ${row}`)
    .join("\n");
}

function exitCodes(codes: Readonly<Record<number, string>>): string {
  return Object.entries(codes)
    .map(([code, meaning]) => `${code} ${meaning}`)
    .join(", ");
}
