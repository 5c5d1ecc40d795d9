import { type ParseArgsOptionsConfig, parseArgs } from "node:util";
import { didYouMean } from "../../provider/suggest";
import { version } from "../../version";
import { type Command, exitCodes, type Option, type Terminal, UsageError, type Values } from "./command";
import { commandHelp, generalHelp, groupHelp, optionsOf, usageOf } from "./help";
import { type Style, singleLine, styleFor } from "./terminal-text";

/** The width of the help if standard output is no terminal. */
const defaultColumns = 80;
/** Longer lines are hard to read, also on a wide terminal. */
const longestLine = 120;

/** Runs one command line; resolves with the exit code and never rejects. */
export async function run(commands: readonly Command[], args: readonly string[], terminal: Terminal): Promise<number> {
  const [name = "", second] = args;
  const help = (text: string, { color }: Pick<Terminal, "color"> = terminal) =>
    terminal.out(withTitles(text.trimEnd(), styleFor({ color: color ?? false })));
  const columns = Math.min(terminal.columns ?? defaultColumns, longestLine);
  const command = commands.find((candidate) => startsWith(args, wordsOf(candidate)));
  const group = command ? [] : commands.filter((candidate) => wordsOf(candidate)[0] === name);
  try {
    if (name === "--version") {
      terminal.out(version);
      return exitCodes.success;
    }
    if (isHelp(name) || name === "help") {
      help(generalHelp(commands, columns));
      return exitCodes.success;
    }
    if (group.length > 0 && isHelp(second)) {
      help(groupHelp(name, group, columns));
      return exitCodes.success;
    }
    if (command === undefined) throw new UsageError(unknownCommand(commands, group, args));
    const { values, args: given } = parse(command, args.slice(wordsOf(command).length));
    const colored =
      values.color === undefined || values.color === "auto"
        ? terminal
        : { ...terminal, color: values.color === "always" };
    if (values.help) {
      help(commandHelp(command, columns), colored);
      return exitCodes.success;
    }
    checkArguments(command, given);
    return await command.run(values, colored, given);
  } catch (error) {
    const who = ["pulumi-fal", command?.name ?? (group.length > 0 ? name : undefined)].filter(Boolean).join(" ");
    if (terminal.signal.aborted) {
      terminal.note(`${who}: interrupted`);
      return exitCodes.interrupted;
    }
    terminal.note(`${who}: ${sentenceOf(error)}`);
    if (!(error instanceof UsageError)) return exitCodes.failure;
    terminal.note(`Run ${who} --help for its usage.`);
    return exitCodes.usage;
  }
}

/** The help with its titles in bold. */
function withTitles(help: string, style: Style): string {
  return help.replace(/^(?:Usage|Commands|Arguments|Options|Exit codes):/gm, (title) => style("bold", title));
}

function wordsOf(command: Command): string[] {
  return command.name.split(" ");
}

function startsWith(args: readonly string[], words: readonly string[]): boolean {
  return words.every((word, index) => args[index] === word);
}

function isHelp(arg: string | undefined): boolean {
  return arg === "--help" || arg === "-h";
}

function parse(command: Command, args: readonly string[]) {
  const options = optionsOf(command);
  const config = Object.fromEntries(
    Object.entries<Option>(options).map(([name, { type, multiple = false }]) => [
      name,
      { type, multiple, ...(name === "help" ? { short: "h" } : {}) },
    ]),
  );
  const allowPositionals = command.arguments !== undefined;
  let parsed: ReturnType<typeof parseArgs>;
  try {
    parsed = parseArgs({ args: [...args], options: config, allowPositionals });
  } catch (error) {
    throw new UsageError(unknownOption(args, config) ?? sentenceOf(error));
  }
  for (const [name, { choices }] of Object.entries<Option>(options)) {
    for (const text of [parsed.values[name] ?? []].flat()) {
      if (choices) refuseOther(`--${name}`, String(text), choices);
    }
  }
  return { values: parsed.values as Values<typeof options>, args: parsed.positionals };
}

function refuseOther(name: string, text: string, choices: readonly string[]): void {
  if (choices.includes(text)) return;
  throw new UsageError(`${name} must be one of ${choices.join(", ")}, not "${text}".${didYouMean(text, choices)}`);
}

/** The message for the first option that does not exist; undefined if all of them exist. */
function unknownOption(args: readonly string[], options: ParseArgsOptionsConfig): string | undefined {
  const { tokens } = parseArgs({ args: [...args], options, strict: false, tokens: true });
  for (const token of tokens) {
    if (token.kind !== "option" || Object.hasOwn(options, token.name)) continue;
    const known = Object.keys(options).map((name) => `--${name}`);
    return `There is no option "${token.rawName}".${didYouMean(token.rawName, known)}`;
  }
  return undefined;
}

function checkArguments(command: Command, given: readonly string[]): void {
  if (command.arguments === undefined) return;
  const { name, choices, single } = command.arguments;
  if (given.length === 0) throw new UsageError(`${name} is missing. Usage: ${usageOf(command)}`);
  if (given.some((arg) => arg.trim() === "")) throw new UsageError(`${name} is empty.`);
  if (single && given.length > 1) throw new UsageError(`Only one ${name} is possible. Usage: ${usageOf(command)}`);
  for (const arg of given) if (choices) refuseOther(name, arg, choices);
}

function unknownCommand(commands: readonly Command[], group: readonly Command[], args: readonly string[]): string {
  const level = group.length > 0 ? 1 : 0;
  const known = new Set((level === 1 ? group : commands).map((command) => wordsOf(command)[level] ?? ""));
  const name = args[level];
  if (name?.startsWith("-")) {
    const options = level === 0 ? ["--help", "--version"] : ["--help"];
    return `There is no option "${name}".${didYouMean(name, options)}`;
  }
  const problem = name === undefined ? "A command is missing." : `There is no command "${name}".`;
  const suggestion = name === undefined ? "" : didYouMean(name, [...known]);
  return `${problem} The commands are ${[...known].join(", ")}.${suggestion}`;
}

/** Messages may quote names from fal, which must not control the terminal. */
function sentenceOf(error: unknown): string {
  const message = error instanceof Error && error.message ? error.message : String(error);
  return singleLine(message);
}
