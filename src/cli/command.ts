/** An option as node's `parseArgs` takes it, and as `--help` shows it. */
export interface Option {
  readonly type: "string" | "boolean";
  /** What stands for the value of a string in the help, for example `FILE`. */
  readonly value?: string;
  readonly doc: string;
}

export type Values<O extends Record<string, Option>> = {
  readonly [Name in keyof O]?: O[Name]["type"] extends "boolean" ? boolean : string;
};

/** Where a command reads and writes: what a terminal is to people, and arrays to tests. */
export interface Terminal {
  /** A line of the result, on standard output. */
  out(line: string): void;
  /** A line that is not the result, on standard error. */
  note(line: string): void;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One command of `pulumi-fal`; `commands.ts` lists them. */
export interface Command<O extends Record<string, Option> = Record<string, Option>> {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` says between usage and options. */
  readonly description: string;
  readonly options: O;
  /** Exit codes besides 0, 1, 2 and 130, which all commands share. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** Resolves with the exit code. What it throws is printed as one line, and is exit code 1 or, a `UsageError`, 2. */
  run(values: Values<O>, terminal: Terminal): Promise<number>;
}

/** Keeps the types of the options for `run`. */
export function defineCommand<const O extends Record<string, Option>>(command: Command<O>): Command {
  return command as unknown as Command;
}

/** What the user got wrong on the command line. */
export class UsageError extends Error {}
