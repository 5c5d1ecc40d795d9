/** An option as node's `parseArgs` takes it, and as `--help` and the reference show it. */
export interface Option {
  readonly type: "string" | "boolean";
  /** What stands for the value of a string in the help, for example `FILE`. */
  readonly value?: string;
  /** The only texts that a string may be. */
  readonly choices?: readonly string[];
  /** May be given several times: the value is a list. Of strings only. */
  readonly multiple?: true;
  readonly doc: string;
}

/** What every command takes. */
export const commonOptions = {
  json: { type: "boolean", doc: "print the result as JSON, for programs" },
  help: { type: "boolean", doc: "show this text" },
} as const satisfies Record<string, Option>;

type Text<O extends Option> = O extends { readonly choices: readonly (infer Choice extends string)[] }
  ? Choice
  : string;

/** What was given on the command line; what was left out is undefined. */
export type Values<O extends Record<string, Option>> = {
  readonly [Name in keyof O]?: O[Name]["type"] extends "boolean"
    ? boolean
    : O[Name] extends { readonly multiple: true }
      ? readonly Text<O[Name]>[]
      : Text<O[Name]>;
};

/** What `run` of a command gets: its own options and those that every command takes. */
export type CommandValues<O extends Record<string, Option>> = Values<O & typeof commonOptions>;

/** Where a command reads and writes: what a terminal is to people, and arrays to tests. */
export interface Terminal {
  /** A line of the result, on standard output. */
  out(line: string): void;
  /** How wide standard output is, where it is a terminal. */
  readonly columns?: number;
  /** A line that is not the result, on standard error. */
  note(line: string): void;
  /** Asks something that is answered with yes or no. Absent where nobody is there to answer. */
  confirm?(question: string): Promise<boolean>;
  /** All of standard input. Absent where a person sits there. */
  read?(): Promise<Uint8Array>;
  /** The folder that relative paths start from. */
  readonly cwd: string;
  readonly env: NodeJS.ProcessEnv;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** One command of `pulumi-fal`; `commands.ts` lists them. */
export interface Command<O extends Record<string, Option> = Record<string, Option>> {
  /** What is typed, for example `import`, or `runners stop` for one of several commands about runners. */
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  /** What `--help` and the reference say between usage and options: plain text, code that is indented by two. */
  readonly description: string;
  /** What stands behind the command's name, one or more of it. Left out: nothing may. */
  readonly arguments?: { readonly name: string; readonly doc: string };
  readonly options: O;
  /** What `--json` prints, as a TypeScript type with comments, for the reference. */
  readonly json: string;
  /** Exit codes besides those that all commands share: 0, 1, 130, and `usageErrorCode`. */
  readonly exitCodes?: Readonly<Record<number, string>>;
  /** The exit code of a wrong command line. Left out: 2. */
  readonly usageErrorCode?: number;
  /**
   * Resolves with the exit code. What it throws is printed as one line, and is exit code 1 or, a `UsageError`, that of a
   * wrong command line. `args` is what `arguments` asks for, never empty then.
   */
  run(values: CommandValues<O>, terminal: Terminal, args: readonly string[]): Promise<number>;
}

/** Keeps the types of the options for `run`. */
export function defineCommand<const O extends Record<string, Option>>(command: Command<O>): Command {
  return command as unknown as Command;
}

/** What the user got wrong on the command line. */
export class UsageError extends Error {}
