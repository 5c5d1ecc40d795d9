import type { FalClient } from "../../../client";
import { messageOf } from "../../../provider/errors";
import { type CommandValues, exitCodes, type Terminal, UsageError } from "../../command-line/command";
import { type ChangeResult, confirmation, exitCodeOf, reportChanges } from "../../command-line/confirm";
import { escapeInvisible, escapeInvisibleJson } from "../../command-line/terminal-text";
import { withFal } from "../../connection";
import { failureOf, type Pulumi } from "../../pulumi/cli";
import { count } from "../../report/phrases";
import { criteriaOf, findPreviews, type Place, type Preview, placeOf, pullRequestOf, removable } from "./find";
import { status } from "./list";
import type { cleanOptions, downOptions } from "./options";
import type { RemovePreviewsResult } from "./result";

type Values = CommandValues<typeof downOptions>;

export async function removePreviews(values: Values, terminal: Terminal, numbers: readonly string[]): Promise<number> {
  const wanted = new Set(numbers.map(pullRequestOf));
  return await remove(values, terminal, placeOf(values, terminal), ({ pullRequest }) =>
    wanted.has(pullRequest) ? `the preview of pull request ${pullRequest}` : undefined,
  );
}

export async function cleanPreviews(values: CommandValues<typeof cleanOptions>, terminal: Terminal): Promise<number> {
  const criteria = criteriaOf(values);
  if (criteria.open === undefined && criteria.maxAgeMs === undefined)
    throw new UsageError("Say which previews to remove, with --open, --max-age or both.");
  const now = Date.now();
  return await remove(values, terminal, placeOf(values, terminal), (preview) => {
    const why = removable(preview, criteria, now);
    return why === null ? undefined : status[why];
  });
}

/** Removes the previews for which `why` has a text. */
async function remove(
  values: Values,
  terminal: Terminal,
  place: Place,
  why: (preview: Preview) => string | undefined,
): Promise<number> {
  const confirm = confirmation(values, terminal);
  return await withFal(values, terminal, async (fal) => {
    const chosen = (await findPreviews(place, fal)).filter((preview) => why(preview) !== undefined);
    if (chosen.length === 0) {
      if (values.json) terminal.out(escapeInvisibleJson({ previews: [] } satisfies RemovePreviewsResult));
      else terminal.out("No previews to remove.");
      return exitCodes.success;
    }
    for (const preview of chosen) terminal.note(`${preview.name}: ${why(preview)}`);
    if (
      !(await confirm(`Destroy ${count(chosen.length, "preview")} with everything in their stacks and environments?`))
    )
      return exitCodes.failure;
    // One after the other, because each destroy starts its own provider processes.
    const results: ChangeResult[] = [];
    for (const preview of chosen) results.push(await attempt(preview, place.pulumi, fal, terminal));
    if (values.json) terminal.out(escapeInvisibleJson({ previews: results } satisfies RemovePreviewsResult));
    else reportChanges(results, "removed", terminal);
    return exitCodeOf(results, terminal);
  });
}

async function attempt(preview: Preview, pulumi: Pulumi, fal: FalClient, terminal: Terminal): Promise<ChangeResult> {
  const { name } = preview;
  try {
    terminal.signal.throwIfAborted();
    await destroy(preview, pulumi, fal, terminal);
    return { name, ok: true };
  } catch (error) {
    return { name, ok: false, error: messageOf(error) };
  }
}

async function destroy({ name, stack }: Preview, pulumi: Pulumi, fal: FalClient, terminal: Terminal): Promise<void> {
  if (stack !== undefined) {
    const args = ["destroy", "--stack", stack, "--yes", "--skip-preview", "--remove"];
    const result = await pulumi.run(args, (line) => terminal.note(escapeInvisible(line)));
    if (result.code !== 0) throw failureOf(args, result);
  }
  // Left if the stack did not know it, for example after its state was lost. fal deletes what it contains.
  if ((await fal.environments.get(name, { fresh: true })) !== undefined) await fal.environments.delete(name);
}
