// What commands that change something at fal share: they ask first, and say of each thing what came of it.
import { messageOf } from "../../provider/errors";
import { type Option, type Terminal, UsageError, type Values } from "./command";
import { visible } from "./terminal-text";

export const changeOptions = {
  yes: { type: "boolean", doc: "do not ask; needed where nobody is there to answer" },
} as const satisfies Record<string, Option>;

/**
 * What asks the question whose answer decides. Made before anything else is done.
 *
 * @throws {UsageError} neither `--yes` was given nor is there a terminal to ask at.
 */
export function asker(
  { yes }: Values<typeof changeOptions>,
  terminal: Terminal,
): (question: string) => Promise<boolean> {
  if (yes) return async () => true;
  const { confirm } = terminal;
  if (confirm === undefined) throw new UsageError("there is no terminal to ask at: repeat it with --yes");
  return async (question) => {
    const answer = await confirm(visible(question));
    if (!answer) terminal.note("Nothing was changed.");
    return answer;
  };
}

/** What came of one change. */
export interface Outcome {
  readonly name: string;
  readonly ok: boolean;
  readonly error?: string;
}

/** Changes each thing, whatever comes of the others. */
export async function changeEach(
  names: readonly string[],
  change: (name: string) => Promise<void>,
): Promise<Outcome[]> {
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

/** Says to people what came of the changes, `done` of those that were made. */
export function reportChanges(outcomes: readonly Outcome[], done: string, terminal: Terminal): void {
  for (const { name, ok, error } of outcomes) {
    if (ok) terminal.out(visible(`${name}: ${done}`));
    else terminal.note(visible(`${name}: ${error}`));
  }
}

/** The exit code of changes; throws where Ctrl-C ended some of them. */
export function exitCodeOf(outcomes: readonly Outcome[], terminal: Terminal): number {
  terminal.signal.throwIfAborted();
  return outcomes.every(({ ok }) => ok) ? 0 : 1;
}
