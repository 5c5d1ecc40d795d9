import { type Command, defineCommand, exitCodes, UsageError } from "../../command-line/command";
import { escapeInvisibleJson } from "../../command-line/terminal-text";
import type { CompletionResult } from "./result";

const shells = ["bash", "zsh", "fish"] as const;

/** `commands` is a function, because this command is one of them. */
export function completionCommand(commands: () => readonly Command[]): Command {
  return defineCommand({
    name: "completion",
    summary: "print a completion script for bash, zsh or fish",
    description: `Prints a script that completes commands, options, files and known values of \`pulumi-fal\`. The command must be on
PATH, for example from node_modules/.bin. Load the script in the start file of bash or zsh (there after compinit):

  source <(pulumi-fal completion bash)

For fish, write it once:

  pulumi-fal completion fish > ~/.config/fish/completions/pulumi-fal.fish`,
    arguments: { name: "SHELL", doc: shells.join(", "), choices: shells, single: true },
    options: {},
    result: "CompletionResult",
    run: async ({ json }, terminal, [name]) => {
      const shell = shells.find((candidate) => candidate === name);
      if (shell === undefined) throw new UsageError(`SHELL must be one of ${shells.join(", ")}.`);
      const { scripts } = await import("./scripts.js");
      const script = scripts[shell](commands());
      terminal.out(json ? escapeInvisibleJson({ shell, script } satisfies CompletionResult) : script.trimEnd());
      return exitCodes.success;
    },
  });
}
