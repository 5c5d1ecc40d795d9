import { formatCost, formatMonthly, range } from "../../cost";
import type { IdleCostChange } from "../../usage/change";
import type { Tense } from "../capacity/growth";
import { alert } from "../report/blocks";
import { count } from "../report/phrases";
import type { Block, HourlyRow, Text } from "../report/report-model";
import { prose } from "../report/text";
import { timeText } from "../usage/range";
import { byWeight, evidenceMatters, type ScalingEvidence, sentencesOf } from "./scaling";
import type { UsageFile } from "./usage-file";

/** Evidence from usage about changes of scaling, in a report. */
export interface EvidenceInReport {
  readonly usage: UsageFile;
  readonly changes: readonly ScalingEvidence[];
}

/** More apps than this are folded. */
const manyApps = 10;

/** A sentence for each app, and its hours with the old and the new limit. `past`: the scaling has drifted. */
export function evidenceBlocks({ usage, changes }: EvidenceInReport, tense: Tense): Block[] {
  if (changes.length === 0) return [];
  const sorted = changes.toSorted(byWeight);
  const items = sorted.map((each): Text => [{ code: each.label }, ": ", ...prose(evidenceText(each, usage, tense))]);
  const rows = sorted.flatMap((each) => hourlyRow(each, usage.evidence.from));
  const chart: Block[] =
    rows.length > 0 ? [{ kind: "hourly", title: "Busy runners, the peak of each hour", rows }] : [];
  const { from, to } = usage.evidence;
  return [
    ...alert("warning", usage.doubt === undefined ? [] : [`Do not rely on what usage says below: ${usage.doubt}.`]),
    {
      kind: "section",
      title: `Usage from ${from.slice(0, 10)} to ${to.slice(0, 10)}`,
      ...(changes.length > manyApps ? ({ folded: true } as const) : {}),
      blocks: [{ kind: "list", items }, ...chart],
    },
  ];
}

/** One sentence, or several where several values matter. */
function evidenceText(change: ScalingEvidence, usage: UsageFile, tense: Tense): string {
  const sentences = sentencesOf(change);
  if (sentences.length === 0) return `no evidence, because ${change.doubt ?? "fal returned no history for it"}.`;
  const cost = tense === "past" ? driftCost(change) : [];
  // An alert above contains what the file itself lacks.
  const doubt = change.doubt === undefined || change.doubt === usage.doubt ? "" : ` (not enough: ${change.doubt})`;
  return `${[...sentences, ...cost].join("; ")}${doubt}.`;
}

/** What drifted scaling costs: `idle runners cost $3.40/h more than declared ($2,482/month)`. */
function driftCost({ evidence }: ScalingEvidence): string[] {
  if (!evidence?.idleCost) return [];
  const { change, currency }: IdleCostChange = evidence.idleCost;
  const amounts = (min: number, max: number) => {
    const cost = range(min, max);
    return [formatCost(cost, currency), formatMonthly(cost, currency)] as const;
  };
  if (Math.max(Math.abs(change.min), Math.abs(change.max)) < 0.005) return [];
  if (change.min < 0 && change.max > 0) {
    const [[less], [more]] = [amounts(-change.min, -change.min), amounts(change.max, change.max)];
    return [`idle runners cost between ${less} less and ${more} more than declared`];
  }
  const isMore = change.max > 0;
  const [hour, month] = isMore ? amounts(change.min, change.max) : amounts(-change.max, -change.min);
  return [`idle runners cost ${hour} ${isMore ? "more" : "less"} than declared (${month}/month)`];
}

function hourlyRow({ label, evidence }: ScalingEvidence, from: string): HourlyRow[] {
  if (evidence === undefined) return [];
  const { running, maxBefore, maxAfter } = evidence.chart;
  if (running.every((each) => each === null)) return [];
  const isSame = maxBefore === maxAfter;
  const lines: HourlyRow["lines"] = [
    ...(maxBefore === null || isSame ? [] : [{ label: "maximum before", at: maxBefore, when: "before" } as const]),
    ...(maxAfter === null ? [] : [{ label: isSame ? "maximum" : "after", at: maxAfter, when: "after" } as const]),
  ];
  return [{ label, from, hours: running, lines }];
}

/** For the first line, only what matters. It adds to the other clauses and never replaces one. */
export function evidenceClauses({ usage, changes }: EvidenceInReport, tense: Tense): string[] {
  const those = changes.filter(evidenceMatters).sort(byWeight);
  const [first] = those;
  if (first === undefined) return [];
  const cost = tense === "past" ? driftCost(first) : [];
  const worst = (sentences: readonly string[]) => [...sentences.slice(0, 1), ...cost].join(", ");
  const weak = usage.doubt === undefined ? "" : " (by usage that is not to be relied on)";
  // The clauses before name the change, if only one value changes.
  const values = first.deleted ? [] : (first.evidence?.values ?? []);
  const [only] = values.length === 1 ? values : [];
  if (those.length === 1)
    return [`usage of ${first.label}: ${worst(only ? [only.finding] : sentencesOf(first))}${weak}`];
  return [
    `${those.length} scaling changes matter by usage, above all ${first.label} ${worst(sentencesOf(first))}${weak}`,
  ];
}

/** What was read, for the small print. */
export function usageLines({ usage: { name, evidence }, changes }: EvidenceInReport): Text[] {
  const { account, generatedAt, from, to } = evidence;
  const of = account === null ? "" : ` of the account ${account}`;
  const without = changes.filter((each) => each.evidence === undefined).length;
  const missing = without > 0 ? ` It does not contain ${count(without, "changed app")}.` : "";
  return [
    `Usage: ${name}${of}, written ${timeText(generatedAt)}, from ${from.slice(0, 10)} to ${to.slice(0, 10)}.${missing}`,
  ];
}
