import type { FalClient } from "../../../client";
import type { CommandValues, Terminal } from "../../command-line/command";
import { asker, changeEach, exitCodeOf, reportChanges } from "../../command-line/confirm";
import { visibleJson } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { requireRunners, runnerTable } from "./list";
import type { killOptions, stopOptions } from "./options";

export async function stopRunners(
  values: CommandValues<typeof stopOptions>,
  terminal: Terminal,
  ids: readonly string[],
): Promise<number> {
  const { replace: replaceFirst = false } = values;
  return await endRunners(values, terminal, ids, {
    question: replaceFirst ? "Replace these runners, each once its requests are done?" : "Stop these runners?",
    done: replaceFirst ? "a replacement starts, then it stops" : "stops once its requests are done",
    end: (fal, id) => fal.runners.stop(id, { replaceFirst }),
  });
}

export async function killRunners(
  values: CommandValues<typeof killOptions>,
  terminal: Terminal,
  ids: readonly string[],
): Promise<number> {
  return await endRunners(values, terminal, ids, {
    question: "Kill these runners, with the requests that they serve?",
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
  const ask = asker(values, terminal);
  const ids = [...new Set(given)];
  return await withFal(values, terminal, async (fal) => {
    const runners = await requireRunners(fal, ids);
    if (!values.yes) for (const line of runnerTable(runners)) terminal.note(line);
    if (!(await ask(question))) return 1;
    const outcomes = await changeEach(ids, (id) => end(fal, id));
    if (values.json) {
      terminal.out(visibleJson({ runners: outcomes.map(({ name, ...rest }) => ({ runnerId: name, ...rest })) }));
    } else reportChanges(outcomes, done, terminal);
    return exitCodeOf(outcomes, terminal);
  });
}
