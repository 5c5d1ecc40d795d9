/** An option for Node's `parseArgs`, `--help` and the reference. */
export interface Option {
  readonly type: "string" | "boolean";
  /** The placeholder for a string in `--help`, for example `FILE`. */
  readonly value?: string;
  /** The allowed values of a string. */
  readonly choices?: readonly string[];
  /** Can be repeated: the value is a list. For strings only. */
  readonly multiple?: true;
  readonly doc: string;
}

/** The options of every command. */
export const commonOptions = {
  json: { type: "boolean", doc: "print the result as JSON" },
  color: {
    type: "string",
    choices: ["auto", "always", "never"],
    doc: "auto, the default, colors text at a terminal and follows NO_COLOR and FORCE_COLOR",
  },
  help: { type: "boolean", doc: "show this text" },
} as const satisfies Record<string, Option>;

type Text<O extends Option> = O extends { readonly choices: readonly (infer Choice extends string)[] }
  ? Choice
  : string;

/** The values on the command line; undefined for omitted options. */
export type Values<O extends Record<string, Option>> = {
  readonly [Name in keyof O]?: O[Name]["type"] extends "boolean"
    ? boolean
    : O[Name] extends { readonly multiple: true }
      ? readonly Text<O[Name]>[]
      : Text<O[Name]>;
};

/** What `run` of a command gets: its own options and those that every command takes. */
export type CommandValues<O extends Record<string, Option>> = Values<O & typeof commonOptions>;

/** Where a command reads and writes. Tests replace it. */
export interface Terminal {
  /** Writes a line of the result to standard output. */
  out(line: string): void;
  /** The width of standard output, if it is a terminal. */
  readonly columns?: number;
  /** Whether standard output shows colors. */
  readonly color?: boolean;
  /** Writes any other line to standard error. */
  note(line: string): void;
  /** Says what begins, to be shown while it takes long. Absent without a terminal. */
  progress?(text: string): void;
  /** Asks a yes-or-no question. Absent without a terminal. */
  confirm?(question: string): Promise<boolean>;
  /** Reads all of standard input. Absent if that is a terminal. */
  read?(): Promise<Uint8Array>;
  /** The folder for relative paths. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** The positional arguments of a command. */
interface Arguments {
  readonly name: string;
  readonly doc: string;
  /** The allowed values. */
  readonly choices?: readonly string[];
  /** Exactly one. */
  readonly single?: true;
}

/** One command of `pulumi-fal`; `commands/index.ts` lists them. */
export interface Command<O extends Record<string, Option> = Record<string, Option>> {
  /** What the user types, for example `import`, or `runners stop` if several commands share a word. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** The text of `--help` and the reference between usage and options. Code is indented by two spaces. */
  readonly description: string;
  /** Positional arguments, at least one. Omitted: the command takes none. */
  readonly arguments?: Arguments;
  readonly options: O;
  /** The type that `--json` prints, exported by a `result.ts` of the commands; the reference shows it. */
  readonly result: string;
  /** What exit code 3 means. Omitted: the command has no findings. */
  readonly findings?: string;
  /**
   * Resolves with the exit code. An error that it throws is printed on one line; see `exitCodes`. `args` is empty only
   * if the command takes no arguments.
   */
  run(values: CommandValues<O>, terminal: Terminal, args: readonly string[]): Promise<number>;
}

/** The exit codes of all commands. */
export const exitCodes = { success: 0, failure: 1, usage: 2, findings: 3, interrupted: 130 } as const;

/** Keeps the types of the options for `run`. */
export function defineCommand<const O extends Record<string, Option>>(command: Command<O>): Command {
  return command as unknown as Command;
}

/** A mistake on the command line. */
export class UsageError extends Error {}

/**
 * Rejects an option without a value, for example from an unset variable of the shell.
 *
 * @param advice a sentence: what to do instead
 */
export function refuseEmpty(option: string, value: string | undefined, advice: string): void {
  if (value?.trim() === "") throw new UsageError(`--${option} is empty. ${advice}`);
}
