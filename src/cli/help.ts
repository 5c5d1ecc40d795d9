import type { Command, Option } from "./command";

/** What every command takes. */
export const commonOptions = {
  json: { type: "boolean", doc: "print the result as JSON, for programs" },
  help: { type: "boolean", doc: "show this text" },
} as const satisfies Record<string, Option>;

const sharedExitCodes = { 0: "done", 1: "failed", 2: "wrong command line", 130: "interrupted" };

export function generalHelp(commands: readonly Command[]): string {
  return `Usage: pulumi-fal COMMAND [options]

Tools for fal.ai accounts that Pulumi manages. The credential comes from where the provider takes it: FAL_KEY, the
profile that the fal CLI uses, or FAL_KEY_ID and FAL_KEY_SECRET.

Commands:
${table(commands.map(({ name, summary }) => [name, summary]))}

Options:
${table([
  ["--help", "show this text; with a command, that command's"],
  ["--version", "show the version"],
])}

Exit codes: ${exitCodes(sharedExitCodes)}.
`;
}

export function commandHelp(command: Command): string {
  const options: Record<string, Option> = { ...command.options, ...commonOptions };
  return `Usage: pulumi-fal ${command.name} [options]

${command.description}

Options:
${table(Object.entries(options).map(([name, { value, doc }]) => [`--${name}${value ? ` ${value}` : ""}`, doc]))}

Exit codes: ${exitCodes({ ...sharedExitCodes, ...command.exitCodes })}.
`;
}

function table(rows: readonly (readonly [string, string])[]): string {
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return rows.map(([left, right]) => `  ${left.padEnd(width)}${right}`).join("\n");
}

function exitCodes(codes: Readonly<Record<number, string>>): string {
  return Object.entries(codes)
    .map(([code, meaning]) => `${code} ${meaning}`)
    .join(", ");
}
