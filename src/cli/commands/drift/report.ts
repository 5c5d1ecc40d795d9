import { boundsLines, pricesLines, type Totals, totalFacts } from "../../capacity/totals";
import { type EvidenceInReport, evidenceBlocks, evidenceClauses, usageLines } from "../../evidence/report";
import { nameOf, typeOf } from "../../pulumi/plan";
import { alert, columns } from "../../report/blocks";
import { capitalize, count, groupedBy, list, plural } from "../../report/phrases";
import type { Block, Inline, Report, Text } from "../../report/report-model";
import { inlineList, prose, separated } from "../../report/text";
import { nounOf, nounOfType, resourceTypes } from "../../resource-types";
import { alertBlocks, correctionBlocks } from "./alerts";
import type { Limits } from "./commands";
import { fixBlocks, unfinishedBlocks } from "./fix-text";
import { mayHaveSimilar } from "./live";
import { nextBlocks } from "./next-steps";
import type { Findings, FixedStack, StackFailure, UnmanagedObject, Warning } from "./result";
import type { ReadStack } from "./stack";
import { driftBlocks } from "./table";
import { driftClauses } from "./verdict";

/** What a report shows besides the result. */
export interface ReportContext {
  readonly stacks: readonly ReadStack[];
  /** Why the report does not show who changed something and when. */
  readonly auditFailures: readonly string[];
  /** The id of the key that listed unmanaged objects. */
  readonly keyId?: string;
  /** What everything runs and costs. */
  readonly totals: Totals;
  /** With a usage file: evidence about drifted scaling. */
  readonly evidence?: EvidenceInReport;
  /** For the commands that the report recommends. */
  readonly limits: Limits;
}

export function driftReport(result: Findings, context: ReportContext): Report {
  return {
    title: `fal drift: ${result.stacks.map(({ stack }) => stack).join(", ")}`,
    verdict: verdictOf(result, context),
    ...(isOpen(result) ? { level: "warning" as const } : {}),
    blocks: [
      ...failureBlocks(result),
      ...unfinishedBlocks(unfinishedIn(result), context.limits),
      ...alertBlocks(result),
      ...warningBlocks(result),
      ...correctionBlocks(result, context.totals),
      ...fixBlocks(result),
      ...totalFacts(context.totals),
      ...driftBlocks(result.drifted, result.stacks.length, context.totals.cost?.currency),
      ...(context.evidence ? evidenceBlocks(context.evidence, "past") : []),
      ...writtenWithBlocks(result),
      ...unmanagedBlocks(result, context),
      ...nextBlocks(result, context.limits),
    ],
    footer: footerOf(result, context),
  };
}

/** The summary in one sentence. */
export function verdictOf(
  result: Findings,
  { totals, evidence }: Pick<ReportContext, "totals" | "evidence">,
): Inline[] {
  const { drifted, checked, errors, unmanaged = [], fix } = result;
  const parts: Inline[][] = [];
  const where = stacksOf(result);
  const attention = attentionText(result);
  const unfinished = unfinishedIn(result);
  if (drifted.length > 0) {
    const verb = fix ? `had drifted in ${where}${fixText(fix.stacks, drifted.length)}` : `drifted in ${where}`;
    parts.push([
      `${drifted.length.toLocaleString("en")} of ${count(checked, "resource")} ${verb}: `,
      ...driftClauses(drifted, totals, fix !== undefined),
      ...(evidence ? evidenceClauses(evidence, "past").map((clause) => `, ${clause}`) : []),
    ]);
  } else if (checked > 0 && (attention !== undefined || unfinished.length > 0)) {
    parts.push([`No property of ${count(checked, "resource")} in ${where} drifted`]);
  } else if (checked > 0) {
    parts.push([`No drift: ${count(checked, "resource")} in ${where} ${plural(checked, "is", "are")} as declared`]);
  } else if (errors.length === 0) {
    parts.push([`Nothing to compare: ${where} ${plural(result.stacks.length, "contains", "contain")} no resources`]);
  }
  if (attention !== undefined) parts.push([attention]);
  if (unfinished.length > 0) parts.push([`the last pulumi up of ${list(unfinished)} failed`]);
  const unread = errors.filter(({ during }) => during === undefined);
  if (unread.length > 0) parts.push([unreadText(unread)]);
  if (unmanaged.length > 0) {
    const verb = plural(unmanaged.length, "is", "are");
    parts.push([`${count(unmanaged.length, "object")} of the account ${verb} not managed by these stacks`]);
  }
  return [...separated(parts, "; "), "."];
}

/** Whether drift is left. */
function isOpen({ drifted, fix }: Findings): boolean {
  const applied = new Set(fix?.stacks.flatMap(({ stack, outcome }) => (outcome === "applied" ? [stack] : [])));
  const left = fix?.stacks.some(({ remaining }) => remaining.length > 0) ?? false;
  return left || drifted.some(({ stack }) => !applied.has(stack));
}

/** Warnings of the last reading that count as drift: about a resource of fal, or about none. */
export function alarming(result: Findings): readonly Warning[] {
  return lastWarnings(result).filter(({ urn }) => urn === undefined || resourceTypes.has(typeOf(urn)));
}

/** Those before a correction describe what it corrected. */
function lastWarnings({ warnings, fix }: Findings): readonly Warning[] {
  const readAgain = new Set(fix?.stacks.map(({ stack }) => stack));
  return [
    ...warnings.filter(({ stack }) => !readAgain.has(stack)),
    ...(fix?.stacks ?? []).flatMap((one) => one.warnings),
  ];
}

/** Stacks whose last `pulumi up` failed, unless a correction has finished it. */
export function unfinishedIn({ stacks, fix }: Pick<Findings, "stacks" | "fix">): string[] {
  const applied = new Set(fix?.stacks.flatMap(({ stack, outcome }) => (outcome === "applied" ? [stack] : [])));
  return stacks.flatMap(({ stack, lastUpdateFailed }) => (lastUpdateFailed && !applied.has(stack) ? [stack] : []));
}

/** The number of resources with warnings that did not drift. */
function attentionText(result: Findings): string | undefined {
  const drifted = new Set(result.drifted.map(({ urn }) => urn));
  const others = alarming(result).filter(({ urn }) => urn === undefined || !drifted.has(urn));
  const resources = new Set(others.map(({ urn, message }) => urn ?? message)).size;
  return resources === 0
    ? undefined
    : `${count(resources, "resource")} ${plural(resources, "needs", "need")} attention`;
}

function fixText(stacks: readonly FixedStack[], drifted: number): string {
  const remaining = stacks.flatMap((stack) => stack.remaining).length;
  if (stacks.some(({ outcome }) => outcome !== "applied")) return " and not everything was corrected";
  return remaining > 0
    ? ` and ${remaining} still ${plural(remaining, "does", "do")}`
    : ` and ${plural(drifted, "was", "were")} corrected`;
}

function unreadText(errors: readonly StackFailure[]): string {
  const resources = new Set(errors.flatMap((error) => error.urns)).size;
  if (resources > 0) return `${count(resources, "resource")} could not be read`;
  const failed = [...new Set(errors.flatMap(({ stack }) => stack ?? []))];
  if (failed.length === 0) return "the account could not be read";
  return `${failed.length === 1 ? failed[0] : count(failed.length, "stack")} could not be read`;
}

/** The stacks that could be read at least in part; all stacks if none could. */
function stacksOf({ stacks, errors }: Findings): string {
  const unread = new Set(errors.flatMap(({ stack, urns }) => (urns.length === 0 && stack ? [stack] : [])));
  const read = stacks.filter(({ stack, checked }) => checked > 0 || !unread.has(stack));
  const named = read.length > 0 ? read : stacks;
  return named.length === 1 ? `${named[0]?.stack}` : count(named.length, "stack");
}

function failureBlocks({ errors }: Findings): Block[] {
  const lines = errors.map(({ stack, urns, message }): Text => {
    const what =
      urns.length === 0 ? "" : ` (${urns.length === 1 ? nameOf(urns[0] ?? "") : count(urns.length, "resource")})`;
    return [...(stack === undefined ? [] : [{ strong: `${stack}${what}:` }, " "]), ...prose(message)];
  });
  return alert("danger", lines);
}

function warningBlocks(result: Findings): Block[] {
  const all = new Map(lastWarnings(result).map((warning) => [JSON.stringify(warning), warning]));
  const lines = [...all.values()].map(
    ({ name, message }): Text => [...(name === undefined ? [] : [{ strong: `${name}:` }, " "]), ...prose(message)],
  );
  return alert("warning", lines);
}

/** What a correction also writes. Someone may have changed it since. */
function writtenWithBlocks({ drifted }: Findings): Block[] {
  const all = drifted.flatMap(({ type, label, properties }) =>
    properties.flatMap(({ path, writtenWith }) => (writtenWith ? [{ type, label, path, writtenWith }] : [])),
  );
  const items = groupedBy(all, ({ type, path, writtenWith }) => [type, path, writtenWith]).map((group): Text => {
    const [{ type, path, writtenWith }] = group;
    return [
      `${capitalize(nounOfType(type, group.length))} `,
      ...inlineList(group.map(({ label }) => [{ code: label }])),
      ": fal sets ",
      { code: path },
      " only together with ",
      ...inlineList(writtenWith.map((name) => [{ code: name }])),
      ". A correction writes both, and the program may contain an older value than fal.",
    ];
  });
  return items.length > 0 ? [{ kind: "list", items }] : [];
}

function unmanagedBlocks({ unmanaged }: Findings, { keyId }: ReportContext): Block[] {
  if (unmanaged === undefined) return [];
  const intro = "These objects of the account are not managed by these stacks. Other stacks or people may manage them.";
  const rows = unmanaged.map(({ kind, id, label }: UnmanagedObject): Text[] => [
    nounOf(kind),
    { code: id },
    [label, id === keyId ? "the key of this run" : undefined].filter(Boolean).join(", "),
  ]);
  const table: Block =
    rows.length === 0
      ? { kind: "paragraph", text: "All objects of the account are managed." }
      : { kind: "table", columns: columns("Kind", "Id", "Also known as"), rows };
  return [
    { kind: "section", title: "Not managed by these stacks", blocks: [{ kind: "paragraph", text: intro }, table] },
  ];
}

function footerOf({ drifted, askedFal }: Findings, { stacks, auditFailures, totals, evidence }: ReportContext): Text[] {
  const ignored = stacks.flatMap((stack) => stack.ignored);
  const unfinished = stacks.flatMap((stack) => stack.unfinished);
  const otherDynamicResources = stacks.flatMap((stack) => stack.otherDynamicResources);
  return [
    prose(
      "The report compares what the last `pulumi up` of each stack recorded with what its providers return now. Values that fal never returns, such as those of secrets, cannot be compared.",
    ),
    ...(drifted.some(({ type, status }) => status === "changed" && !resourceTypes.get(type))
      ? ["For resources of other providers, only the names of changed properties are shown."]
      : []),
    ...(otherDynamicResources.length > 0
      ? [
          `Reading these dynamic resources of other packages ran the code in their state: ${otherDynamicResources.map(nameOf).join(", ")}.`,
        ]
      : []),
    ...(ignored.length > 0 ? [`Different but ignored because of ignoreChanges: ${ignored.join(", ")}.`] : []),
    ...(unfinished.length > 0
      ? [["The last ", { code: "pulumi up" }, ` did not finish ${list(unfinished)}. The next one continues.`]]
      : []),
    ...(drifted.some(mayHaveSimilar)
      ? [
          prose(
            askedFal
              ? "The report also asked fal for objects like the missing ones."
              : "The report did not ask fal whether objects like the missing ones exist. Use `--live` with a key to ask.",
          ),
        ]
      : []),
    ...pricesLines(totals),
    ...boundsLines(totals),
    ...(evidence ? usageLines(evidence) : []),
    ...auditFailures.map((failure) => `The authors of changes are unknown: ${failure}`),
  ];
}
