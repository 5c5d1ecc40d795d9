import { parseArgs } from "node:util";
import { version } from "../version";
import { type Command, type Terminal, UsageError, type Values } from "./command";
import { commandHelp, commonOptions, generalHelp } from "./help";

/** Runs one command line; resolves with the exit code and never rejects. */
export async function run(commands: readonly Command[], args: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = args;
  const command = commands.find((candidate) => candidate.name === name);
  try {
    if (name === "--version") {
      terminal.out(version);
      return 0;
    }
    if (name === "--help" || name === "-h" || name === "help") {
      terminal.out(generalHelp(commands).trimEnd());
      return 0;
    }
    if (command === undefined) throw new UsageError(unknownCommand(commands, name));
    const values = parse(command, rest);
    if (values["help"]) {
      terminal.out(commandHelp(command).trimEnd());
      return 0;
    }
    return await command.run(values, terminal);
  } catch (error) {
    const who = command ? `pulumi-fal ${command.name}` : "pulumi-fal";
    if (terminal.signal.aborted) {
      terminal.note(`${who}: interrupted`);
      return 130;
    }
    terminal.note(`${who}: ${oneLine(error)}`);
    if (!(error instanceof UsageError)) return 1;
    terminal.note(`Try ${who} --help`);
    return 2;
  }
}

function parse(command: Command, args: readonly string[]): Values<Command["options"] & typeof commonOptions> {
  const options = Object.fromEntries(
    Object.entries({ ...command.options, ...commonOptions }).map(([name, { type }]) => [
      name,
      { type, ...(name === "help" ? { short: "h" } : {}) },
    ]),
  );
  try {
    return parseArgs({ args: [...args], options }).values as ReturnType<typeof parse>;
  } catch (error) {
    throw new UsageError(oneLine(error));
  }
}

function unknownCommand(commands: readonly Command[], name: string | undefined): string {
  const known = commands.map((command) => command.name).join(", ");
  return name === undefined ? `which command? There is ${known}` : `no command "${name}"; there is ${known}`;
}

function oneLine(error: unknown): string {
  const message = error instanceof Error && error.message ? error.message : String(error);
  return message.replace(/\s*[\r\n]+\s*/g, " ");
}
