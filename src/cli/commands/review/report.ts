import {
  formatCost,
  formatCount,
  formatDifference,
  formatMonthly,
  type HourlyCost,
  type OpenReason,
  type Range,
} from "../../../cost";
import type { Notion } from "../../../resources/description";
import { version } from "../../../version";
import type { Message } from "../../pulumi/diagnostics";
import { foreignCodeMessage } from "../../pulumi/state-code";
import { alert, columns } from "../../report/blocks";
import { capitalize, count, limited, plural, unitAfter } from "../../report/phrases";
import type { Block, Facts, Inline, Report, ScalingRange, Section, Table, Text } from "../../report/report-model";
import { inlineList, prose, separated } from "../../report/text";
import { isPlural, nounOf } from "../../resource-types";
import { type Capacity, costRange, knownWarm, warmOf } from "./capacity";
import { type Change, type Effect, impactsOf, type PropertyChange } from "./change";
import { type Review, warmTotal } from "./model";
import type { FailedGate } from "./result";
import { verdictOf } from "./verdict";
import { groupedBy, noteText } from "./wording";

/** A table with this many rows is folded. */
const manyRows = 40;
/** More costs than this are folded. */
const manyCosts = 10;
/** More notes than this are folded. */
const manyNotes = 10;

/** The review for people. */
export function reviewReport(review: Review, failedGates: readonly FailedGate[], acceptance?: string): Report {
  return {
    title: review.stack === undefined ? "fal review" : `fal review: ${review.stack}`,
    verdict: verdictOf(review),
    ...(review.summary.enlarges > 0 ? { level: "warning" as const } : {}),
    blocks: [
      ...alert("danger", rejection(review)),
      ...alert("danger", messageLines(review.errors)),
      ...alert("danger", [...losses(review.changes), ...impactLines(review.changes, "opens")]),
      ...alert("warning", impactLines(review.changes, "unprotects")),
      ...alert("warning", gateLines(failedGates, acceptance)),
      ...alert("warning", messageLines(review.warnings)),
      ...numbers(review),
      ...chart(review.capacities),
      ...sections(review.changes),
      ...notes(review.changes),
      ...costs(review),
      ...others(review),
    ],
    footer: footer(review),
  };
}

/** What matched, and what its reader can do. */
function gateLines(failedGates: readonly FailedGate[], acceptance: string | undefined): Text[] {
  if (failedGates.length === 0) return [];
  const how = acceptance ?? "run the review without the gate, where your pipeline allows that";
  return [
    ...failedGates.map(({ gate, reason }): Text => [{ code: `--fail-on ${gate}` }, ` matched: ${reason}.`]),
    [
      ...prose(
        `If this is not intended, change the program. To accept the change, ${how}. \`docs/guides/review.md\` of pulumi-fal explains each gate.`,
      ),
    ],
  ];
}

function rejection({ foreignCode }: Review): Text[] {
  if (foreignCode === undefined) return [];
  return [prose(foreignCodeMessage(foreignCode, "Do not trust its preview, which may have run this code."))];
}

/** Alerts are never cut off, so they contain no more than someone reads. */
function messageLines(messages: readonly Message[]): Text[] {
  const lines = messages.map(({ name, text }): Inline[] => [
    ...(name === undefined ? [] : [{ code: name }, ": "]),
    ...prose(text),
  ]);
  return limited(lines, (text) => [text]);
}

/** Destructive changes with their reasons; those that differ only in their objects share a line. */
function losses(changes: readonly Change[]): Text[] {
  const destructive = changes.filter((change) => change.destructive);
  return groupedBy(destructive, ({ kind, op, reason, deletion }) => [kind, op, reason, deletion]).map((group) => {
    const [{ kind, op, reason, deletion, deletionOfMany }] = group;
    const many = group.length > 1;
    const why = reason === undefined ? "" : ` because ${reason.text}`;
    const loss = (many ? deletionOfMany : deletion?.description) ?? "";
    const verb = `${plural(group.length, "is", "are")} ${op === "replace" ? "replaced" : "deleted"}`;
    return [...subject(kind, group), ...prose(` ${verb}${why}: ${loss}.`)];
  });
}

/** What changes open or unprotect; those that differ only in their objects share a line. */
function impactLines(changes: readonly Change[], notion: Notion): Text[] {
  const all = changes.flatMap((change) => impactsOf(change, notion).map((impact) => ({ ...change, impact })));
  const lines = groupedBy(all, ({ impact }) => [impact]).map((group): Inline[] => {
    const [{ kind, impact }] = group;
    const isOne = group.length === 1 && !isPlural(kind);
    return [...subjects(group), ...prose(` ${isOne ? impact.one : impact.many}: ${impact.meaning}.`)];
  });
  return limited(lines, (text) => [text]);
}

function numbers(review: Review): Block[] {
  const moving = movingNumbers(review).map(({ fact }) => fact);
  const difference = review.cost && formatDifference(review.cost.from, review.cost.to, review.cost.currency);
  const items = [...moving, ...(difference === undefined ? [] : [{ label: "Difference", now: difference }])];
  return items.length > 0 ? [{ kind: "facts", items }] : [];
}

/** The totals that change, each with the reasons why it may be higher. */
function movingNumbers({ capacities, cost }: Review): { fact: Facts["items"][number]; open: readonly OpenReason[] }[] {
  const number = (label: string, from: Range, to: Range, format: (range: Range) => string) => ({
    fact: fact(label, format(from), format(to)),
    open: [...from.open, ...to.open],
  });
  const money = (range: Range) => formatCost(range, cost?.currency ?? "");
  const all = [
    number("Warm runners", warmTotal(capacities, "before"), warmTotal(capacities, "after"), formatCount),
    ...(cost
      ? [
          number("Idle cost", cost.from, cost.to, money),
          number("Per month (730 h)", cost.from, cost.to, (range) => formatMonthly(range, cost.currency)),
          number("Cost at full load", cost.full.from, cost.full.to, money),
        ]
      : []),
  ];
  return all.filter(({ fact: { before } }) => before !== undefined);
}

function fact(label: string, before: string, now: string): { label: string; before?: string; now: string } {
  return { label, ...(before === now ? {} : { before }), now };
}

function chart(capacities: readonly Capacity[]): Block[] {
  const rows = capacities
    .filter(({ changes, before, after }) => changes && [before, after].some((running) => running && "app" in running))
    .filter(({ before, after }) => [before, after].every((running) => !running || knownWarm(running) !== undefined))
    .map(({ label, before, after }) => ({ label, ...range("before", before), ...range("after", after) }))
    .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after));
  return rows.length > 0 ? [{ kind: "scaling", title: "Runners per app, warm to maximum", rows }] : [];
}

function range<Side extends string>(side: Side, running: Capacity["before"]): { [S in Side]?: ScalingRange } {
  if (!running || !("app" in running)) return {};
  const value = { warm: warmOf(running)?.min ?? 0, max: running.maxConcurrency };
  return { [side]: value } as { [S in Side]: ScalingRange };
}

type Heading = readonly [effect: Effect, title: string, has?: (change: Change) => boolean];

/** A change that leaves something unprotected is never folded. */
const unprotects = (change: Change) => impactsOf(change, "unprotects").length > 0;

const headings: readonly Heading[] = [
  ["deleted", "Deleted"],
  ["replaced", "Replaced"],
  ["changed", "Changed"],
  ["adopted", "Adopted if it exists at fal; otherwise the update fails", ({ conditional }) => conditional === true],
  ["adopted", "Adopted", ({ conditional }) => !conditional],
  ["created", "Created"],
  ["unmanaged", "No longer managed"],
  ["handedOver", "Handed over to another resource"],
  ["stateOnly", "Less protected, nothing is sent to fal", unprotects],
  ["stateOnly", "Only in Pulumi's state", (change) => !unprotects(change)],
];

function sections(changes: readonly Change[]): Section[] {
  return headings.flatMap(([effect, title, has = () => true]) => {
    const those = changes.filter((change) => change.effect === effect && has(change));
    if (those.length === 0) return [];
    const table = tableOf(
      effect,
      those.toSorted((a, b) => rankOf(a) - rankOf(b)),
    );
    const isMinor = effect === "stateOnly" && !those.some(({ impacts }) => impacts.length > 0);
    const folded = table.rows.length >= manyRows || isMinor ? ({ folded: true } as const) : {};
    return [{ kind: "section", title: `${title}: ${those.length}`, ...folded, blocks: [{ kind: "table", ...table }] }];
  });
}

/** The order by impact; equal ones stay in the order of the program. */
function rankOf(change: Change): number {
  const notions: readonly Notion[] = ["opens", "unprotects", "enlarges"];
  const rank = notions.findIndex((notion) => impactsOf(change, notion).length > 0);
  return change.destructive ? -1 : rank < 0 ? notions.length : rank;
}

function tableOf(effect: Effect, changes: readonly Change[]): Omit<Table, "kind"> {
  if (effect === "deleted" || effect === "unmanaged" || effect === "handedOver") {
    return {
      columns: columns("Resource", "Effect"),
      rows: changes.map((change) => [resource(change), prose(change.deletion?.description ?? "")]),
    };
  }
  if (effect === "created" || effect === "adopted") {
    return {
      columns: columns("Resource", "Properties"),
      rows: changes.map((change) => {
        const settings = written(change).filter(({ identity }) => !identity);
        return [resource(change), settings.length > 0 ? separated(settings.map(setting), "; ") : "–"];
      }),
    };
  }
  return {
    columns: columns("Resource", "Property", "Before", "After"),
    rows: changes.flatMap((change) => {
      const properties = written(change);
      if (properties.length === 0) return [[resource(change), hiddenChange(change), "", ""]];
      return properties.map((property, index): Text[] => [
        index === 0 ? resource(change) : "",
        { code: property.path },
        valueText(property, property.from, change.op === "replace" ? "not set" : "not managed"),
        afterText(property),
      ]);
    }),
  };
}

/** What to show if no property of the program changes. */
function hiddenChange({ reason, notes: [note] }: Change): Text {
  return prose((reason ?? note)?.text ?? "nothing that the preview shows");
}

/** Kind and name, with the place in the program. */
function resource(change: Change): Text {
  const { source } = change;
  const place = source && `${source.file}:${source.line}`;
  const link: Inline[] =
    place === undefined ? [] : [" (", source?.href ? { link: place, href: source.href } : place, ")"];
  return [`${nounOf(change.kind)} `, { code: change.label }, ...link];
}

/** The properties that the program sets; notes describe the computed ones. */
function written({ properties }: Change): readonly PropertyChange[] {
  return properties.filter(({ computed }) => !computed);
}

function setting(property: PropertyChange): Inline[] {
  return [`${property.path} `, ...valueText(property, property.to, "not set")];
}

function afterText(property: PropertyChange): Inline[] {
  const text = valueText(property, property.to, "no longer managed");
  return property.secret && property.from !== null && property.to !== null
    ? [...text, " ", { strong: "new value" }]
    : text;
}

function valueText({ unit }: PropertyChange, value: unknown, absent: string): Inline[] {
  if (value === null || value === undefined) return [absent];
  return [
    { code: formatValue(value) },
    ...(unit === undefined || typeof value !== "number" ? [] : [` ${unitAfter(value, unit)}`]),
  ];
}

function formatValue(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(formatValue).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key}: ${formatValue(inner)}`)
    .join(", ");
}

/** Notes; those that differ only in their objects share a line. */
function notes(changes: readonly Change[]): Block[] {
  const all = changes.flatMap((change) => change.notes.map((note) => ({ ...change, note })));
  const items = groupedBy(all, ({ kind, note }) => [kind, note.code, note.params]).map((group): Text => {
    const [{ kind, note }] = group;
    return [...subject(kind, group), ": ", ...prose(noteText(note, kind, group.length > 1))];
  });
  if (items.length === 0) return [];
  const folded = items.length > manyNotes ? ({ folded: true } as const) : {};
  return [{ kind: "section", title: "Notes", ...folded, blocks: [{ kind: "list", items }] }];
}

/** The cost of each changed app and GPU instance, the largest change first. */
function costs({ capacities, cost, prices }: Review): Block[] {
  if (!cost || !prices) return [];
  const money = (part: HourlyCost | undefined) => (part ? formatCost(part, cost.currency) : "–");
  const rows = capacities
    .filter(({ changes }) => changes)
    .map((capacity) => {
      const at = (side: "before" | "after", load?: "full") => costRange(capacity, side, prices, load);
      const [from, to] = [at("before"), at("after")];
      const none = { min: 0, max: 0, open: [] };
      return {
        size: Math.abs((to?.max ?? 0) - (from?.max ?? 0)),
        cells: [
          { code: capacity.label },
          money(from),
          money(to),
          formatDifference(from ?? none, to ?? none, cost.currency) ?? "–",
          money(at("after", "full")),
        ],
        moves: money(from) !== money(to) || money(at("before", "full")) !== money(at("after", "full")),
      };
    })
    .filter(({ moves }) => moves)
    .sort((a, b) => b.size - a.size)
    .map(({ cells }): Text[] => cells);
  if (rows.length === 0) return [];
  const numeric = true as const;
  const table: Block = {
    kind: "table",
    columns: [
      { title: "Resource" },
      { title: "Idle before", numeric },
      { title: "Idle after", numeric },
      { title: "Difference", numeric },
      { title: "At full load", numeric },
    ],
    rows,
  };
  const folded = rows.length > manyCosts ? ({ folded: true } as const) : {};
  return [{ kind: "section", title: "Cost per hour", ...folded, blocks: [table] }];
}

function others({ otherResources }: Review): Block[] {
  if (otherResources.length === 0) return [];
  const items = (["delete", "replace", "update", "create"] as const).flatMap((op) => {
    const resources = otherResources.filter((other) => other.op === op);
    const named = resources.map(({ type, name }): Inline[] => [{ code: name }, ` (${type})`]);
    return resources.length === 0 ? [] : [[`${op} ${resources.length}: `, ...inlineList(named)]];
  });
  return [
    {
      kind: "section",
      title: `Other resources: ${otherResources.length}`,
      folded: true,
      blocks: [{ kind: "list", items }],
    },
  ];
}

const openReasons: Readonly<Record<OpenReason, string>> = {
  load: "a buffer in percent keeps more runners warm under load",
  gpusPerRunner: "the number of GPUs per runner is unknown for some apps and counts as one; set it in the prices file",
  runners: "the number of warm runners is unknown for some apps and counts as zero",
  unpriced: "some prices are missing",
  unmanaged: "a preview does not contain how an app scaled before it was managed, which counts as zero",
  maximum: "the maximum number of runners is unknown for some apps, so their warm runners count",
};

function footer(review: Review): Text[] {
  const { omitted, unchanged, prices, unpriced, cost } = review;
  const lines: Text[] = [];
  if (omitted > 0) {
    const them = plural(omitted, "it", "them");
    lines.push(
      prose(
        `Totals cover only changed resources. The preview omits ${count(omitted, "unchanged resource")}, and the review did not check ${them} for foreign code or a removed \`protect\`. Use \`--show-sames\` to include ${them}.`,
      ),
    );
  } else if (unchanged > 0) {
    lines.push(`${count(unchanged, "fal resource")} ${plural(unchanged, "is", "are")} unchanged.`);
  }
  if (prices && cost && [cost.from, cost.to].some(({ max, open }) => max > 0 || open.length > 0)) {
    lines.push(`Prices: ${prices.name} (${prices.date}, ${prices.source}).${prices.note ? ` ${prices.note}` : ""}`);
    if (unpriced.length > 0) lines.push(`No price: ${unpriced.join(", ")}.`);
  }
  const reasons = new Set(movingNumbers(review).flatMap(({ open }) => open));
  if (reasons.size > 0) lines.push(`“At least”: ${[...reasons].map((reason) => openReasons[reason]).join("; ")}.`);
  lines.push(
    prose(
      review.askedFal
        ? "The review asked fal what exists and which values it has."
        : "The review did not ask fal: it contains what the program and Pulumi's state say. Use `--live` with a key to ask.",
    ),
  );
  lines.push(`pulumi-fal ${version}`);
  return lines;
}

/** For example: Secrets `a` and `b`, app `c`. */
function subjects(changes: readonly Change[]): Inline[] {
  const kinds = groupedBy(changes, ({ kind }) => kind).map((group, index) =>
    subject(group[0].kind, group, index === 0 ? capitalize : (noun) => noun),
  );
  return separated(kinds, ", ");
}

/** For example: Secrets `a` and `b`. */
function subject(kind: string, changes: readonly Change[], begin = capitalize): Inline[] {
  const labels = changes.map(({ label }): Inline[] => [{ code: label }]);
  return [`${begin(nounOf(kind, changes.length))} `, ...inlineList(labels)];
}
