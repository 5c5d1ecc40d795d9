import type { FalClient } from "../../../client";
import { type CommandValues, exitCodes, type Terminal } from "../../command-line/command";
import { changeEach, confirmation, exitCodeOf, reportChanges } from "../../command-line/confirm";
import { escapeInvisibleJson } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { requireRunners, runnerTable } from "./list";
import type { killOptions, stopOptions } from "./options";
import type { EndRunnersResult } from "./result";

export async function stopRunners(
  values: CommandValues<typeof stopOptions>,
  terminal: Terminal,
  ids: readonly string[],
): Promise<number> {
  const { replace: replaceFirst = false } = values;
  return await endRunners(values, terminal, ids, {
    question: replaceFirst
      ? "Replace these runners after they finish their requests?"
      : "Stop these runners after they finish their requests?",
    done: replaceFirst ? "stops after its replacement has started" : "stops after its requests",
    end: (fal, id) => fal.runners.stop(id, { replaceFirst }),
  });
}

export async function killRunners(
  values: CommandValues<typeof killOptions>,
  terminal: Terminal,
  ids: readonly string[],
): Promise<number> {
  return await endRunners(values, terminal, ids, {
    question: "Kill these runners and lose their requests?",
    done: "killed",
    end: (fal, id) => fal.runners.kill(id),
  });
}

async function endRunners(
  values: CommandValues<typeof killOptions>,
  terminal: Terminal,
  given: readonly string[],
  { question, done, end }: { question: string; done: string; end: (fal: FalClient, id: string) => Promise<void> },
): Promise<number> {
  const confirm = confirmation(values, terminal);
  const ids = [...new Set(given)];
  return await withFal(values, terminal, async (fal) => {
    const runners = await requireRunners(fal, ids);
    if (!values.yes) for (const line of runnerTable(runners, terminal.columns)) terminal.note(line);
    if (!(await confirm(question))) return exitCodes.failure;
    const results = await changeEach(ids, (id) => end(fal, id));
    if (values.json) {
      const runners = results.map(({ name, ...rest }) => ({ runnerId: name, ...rest }));
      terminal.out(escapeInvisibleJson({ runners } satisfies EndRunnersResult));
    } else reportChanges(results, done, terminal);
    return exitCodeOf(results, terminal);
  });
}
