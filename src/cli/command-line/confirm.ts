// Commands that change something at fal ask first, and report the result of each change.
import { messageOf } from "../../provider/errors";
import { exitCodes, type Option, type Terminal, UsageError, type Values } from "./command";
import { escapeInvisible } from "./terminal-text";

export const changeOptions = {
  yes: { type: "boolean", doc: "do not ask for confirmation; required without a terminal" },
} as const satisfies Record<string, Option>;

/**
 * The function that asks for confirmation. Commands call this before they do anything else.
 *
 * @throws {UsageError} without `--yes` and without a terminal.
 */
export function confirmation(
  { yes }: Values<typeof changeOptions>,
  terminal: Terminal,
): (question: string) => Promise<boolean> {
  if (yes) return async () => true;
  const { confirm } = terminal;
  if (confirm === undefined)
    throw new UsageError("Standard input is not a terminal, so the command cannot ask for confirmation. Pass --yes.");
  return async (question) => {
    const answer = await confirm(escapeInvisible(question));
    if (!answer) terminal.note("Nothing was changed.");
    return answer;
  };
}

/** The result of one change. */
export interface ChangeResult {
  readonly name: string;
  readonly ok: boolean;
  readonly error?: string;
}

/** Applies a change to each name, even if others fail. */
export async function changeEach(
  names: readonly string[],
  change: (name: string) => Promise<void>,
): Promise<ChangeResult[]> {
  return await Promise.all(
    names.map(async (name) => {
      try {
        await change(name);
        return { name, ok: true };
      } catch (error) {
        return { name, ok: false, error: messageOf(error) };
      }
    }),
  );
}

/** Prints the results; `done` describes a successful change. */
export function reportChanges(results: readonly ChangeResult[], done: string, terminal: Terminal): void {
  for (const { name, ok, error } of results) {
    if (ok) terminal.out(escapeInvisible(`${name}: ${done}`));
    else terminal.note(escapeInvisible(`${name}: ${error}`));
  }
}

/** @throws the reason of `terminal.signal` if Ctrl-C ended some of the changes */
export function exitCodeOf(results: readonly ChangeResult[], terminal: Terminal): number {
  terminal.signal.throwIfAborted();
  return results.every(({ ok }) => ok) ? exitCodes.success : exitCodes.failure;
}
