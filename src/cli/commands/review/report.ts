import { formatCost, formatCount, type OpenReason } from "../../../cost";
import { version } from "../../../version";
import type { Message } from "../../pulumi/diagnostics";
import { foreignCodeMessage } from "../../pulumi/state-code";
import { alert, columns } from "../../report/blocks";
import { capitalize, count, limited, plural, unitAfter } from "../../report/phrases";
import type { Block, Inline, Report, ScalingRange, Section, Table, Text } from "../../report/report-model";
import { inlineList, prose, separated } from "../../report/text";
import { nounOf } from "../../resource-types";
import { type Capacity, costOf, knownWarm, warmOf } from "./capacity";
import type { Change, Effect, PropertyChange } from "./change";
import { type Review, warmTotal } from "./model";
import type { FailedGate } from "./result";
import { verdictOf } from "./verdict";
import { groupedBy, noteText } from "./wording";

/** A table with more rows than this is folded. */
const manyRows = 40;
/** More notes than this are folded. */
const manyNotes = 10;

/** The review for people. */
export function reviewReport(review: Review, failedGates: readonly FailedGate[]): Report {
  return {
    title: review.stack === undefined ? "fal review" : `fal review: ${review.stack}`,
    verdict: verdictOf(review),
    blocks: [
      ...alert("danger", rejection(review)),
      ...alert("danger", messageLines(review.errors)),
      ...alert("danger", losses(review.changes)),
      ...alert(
        "warning",
        failedGates.map(({ gate, reason }): Text => [{ code: `--fail-on ${gate}` }, ` matched: ${reason}.`]),
      ),
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

function numbers({ capacities, cost }: Review): Block[] {
  const items = [
    fact("Warm runners", formatCount(warmTotal(capacities, "before")), formatCount(warmTotal(capacities, "after"))),
    ...(cost ? [fact("Cost", formatCost(cost.from, cost.currency), formatCost(cost.to, cost.currency))] : []),
  ];
  const moving = items.filter(({ before }) => before !== undefined);
  return moving.length > 0 ? [{ kind: "facts", items: moving }] : [];
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

const headings: readonly (readonly [Effect, string])[] = [
  ["deleted", "Deleted"],
  ["replaced", "Replaced"],
  ["changed", "Changed"],
  ["adopted", "Adopted, because the object exists at fal"],
  ["created", "Created"],
  ["unmanaged", "No longer managed"],
  ["handedOver", "Handed over to another resource"],
  ["stateOnly", "Only in Pulumi's state"],
];

function sections(changes: readonly Change[]): Section[] {
  return headings.flatMap(([effect, title]) => {
    const those = changes.filter((change) => change.effect === effect);
    if (those.length === 0) return [];
    const table = tableOf(effect, those);
    const folded = table.rows.length > manyRows || effect === "stateOnly" ? ({ folded: true } as const) : {};
    return [{ kind: "section", title: `${title}: ${those.length}`, ...folded, blocks: [{ kind: "table", ...table }] }];
  });
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

/** The cost of each changed app and GPU instance. */
function costs({ capacities, cost, prices }: Review): Block[] {
  if (!cost || !prices) return [];
  const money = (running: Capacity["before"]) => (running ? formatCost(costOf(running, prices), cost.currency) : "–");
  const rows = capacities
    .filter(({ changes }) => changes)
    .map(({ label, before, after }): Text[] => [{ code: label }, money(before), money(after)])
    .filter(([, before, after]) => before !== after);
  if (rows.length < 2) return [];
  const table: Block = {
    kind: "table",
    columns: [{ title: "Resource" }, { title: "Before", numeric: true }, { title: "After", numeric: true }],
    rows,
  };
  return [{ kind: "section", title: "Idle cost per hour", folded: true, blocks: [table] }];
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
};

function footer(review: Review): Text[] {
  const { omitted, unchanged, prices, unpriced, capacities, cost } = review;
  const lines: Text[] = [];
  if (omitted > 0) {
    const them = plural(omitted, "it", "them");
    lines.push(
      prose(
        `Totals cover only changed resources. The preview omits ${count(omitted, "unchanged resource")}, and the review did not check ${them} for foreign code. Use \`--show-sames\` to include ${them}.`,
      ),
    );
  } else if (unchanged > 0) {
    lines.push(`${count(unchanged, "fal resource")} ${plural(unchanged, "is", "are")} unchanged.`);
  }
  if (capacities.some(({ before, after }) => !before && after && "app" in after)) {
    lines.push("A preview does not contain the scaling of an app before it was managed, so it counts as zero.");
  }
  if (prices) {
    lines.push(`Prices: ${prices.name} (${prices.date}, ${prices.source}).${prices.note ? ` ${prices.note}` : ""}`);
    if (unpriced.length > 0) lines.push(`No price: ${unpriced.join(", ")}.`);
  }
  const reasons = new Set([
    ...warmTotal(capacities, "before").open,
    ...warmTotal(capacities, "after").open,
    ...(cost ? [...cost.from.open, ...cost.to.open] : []),
  ]);
  if (reasons.size > 0) lines.push(`“At least”: ${[...reasons].map((reason) => openReasons[reason]).join("; ")}.`);
  lines.push(`pulumi-fal ${version}`);
  return lines;
}

/** For example: Secrets `a` and `b`. */
function subject(kind: string, changes: readonly Change[]): Inline[] {
  const labels = changes.map(({ label }): Inline[] => [{ code: label }]);
  return [`${capitalize(nounOf(kind, changes.length))} `, ...inlineList(labels)];
}
