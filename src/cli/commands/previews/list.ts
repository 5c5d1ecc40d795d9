import { formatDuration } from "../../../duration";
import { type CommandValues, exitCodes, type Terminal } from "../../command-line/command";
import { withFal } from "../../connection";
import { columns } from "../../report/blocks";
import { destinationsOf, writeResult } from "../../report/formats";
import { count, plural } from "../../report/phrases";
import type { Report } from "../../report/report-model";
import { criteriaOf, findPreviews, type Preview, placeOf, removable } from "./find";
import type { listOptions } from "./options";
import type { ListedPreview, ListPreviewsResult } from "./result";

export async function listPreviews(values: CommandValues<typeof listOptions>, terminal: Terminal): Promise<number> {
  const destinations = destinationsOf(values, terminal);
  const criteria = criteriaOf(values);
  const place = placeOf(values, terminal);
  const now = Date.now();
  const found = await withFal(values, terminal, (fal) => findPreviews(place, fal));
  const previews = found.map((preview) => listed(preview, removable(preview, criteria, now)));
  await writeResult(
    { report: listReport(previews, now), json: { previews } satisfies ListPreviewsResult },
    destinations,
    terminal,
  );
  return previews.some((preview) => preview.removable !== null) ? exitCodes.findings : exitCodes.success;
}

export function listed({ name, pullRequest, stack, environment }: Preview, why: ListedPreview["removable"]) {
  return {
    name,
    pullRequest,
    stack: stack !== undefined,
    environment: environment !== undefined,
    createdAt: environment?.createdAt ?? null,
    removable: why,
  } satisfies ListedPreview;
}

export function listReport(previews: readonly ListedPreview[], nowMs: number): Report {
  const old = previews.filter(({ removable }) => removable !== null);
  return {
    title: "fal previews",
    verdict: verdictOf(previews.length, old.length),
    ...(old.length > 0 ? { level: "warning" as const } : {}),
    blocks:
      previews.length === 0
        ? []
        : [
            {
              kind: "table",
              columns: columns("Preview", "Pull request", "Stack", "fal environment", "Age", "Status"),
              rows: previews.map(({ name, pullRequest, stack, environment, createdAt, removable }) => [
                { code: name },
                `#${pullRequest}`,
                stack ? "exists" : "missing",
                environment ? "exists" : "missing",
                createdAt === null ? "–" : formatDuration((nowMs - Date.parse(createdAt)) / 1_000),
                removable === null ? "in use" : status[removable],
              ]),
            },
          ],
    footer: [],
  };
}

export const status = {
  leftOver: "left over: no open pull request owns it",
  expired: "expired: older than the maximum age",
} as const satisfies Record<NonNullable<ListedPreview["removable"]>, string>;

function verdictOf(all: number, old: number): string {
  if (all === 0) return "There are no previews.";
  if (old === 0) return `${count(all, "preview")}, all in use.`;
  return `${old} of ${count(all, "preview")} ${plural(old, "is", "are")} left over or expired.`;
}
