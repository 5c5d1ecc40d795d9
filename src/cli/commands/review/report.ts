import { formatCost, formatCount, type OpenReason } from "../../../cost";
import { version } from "../../../version";
import type { Message } from "../../pulumi/diagnostics";
import { foreignCodeMessage } from "../../pulumi/state-code";
import type { Block, Inline, Report, ScalingRange, Section, Text } from "../../report/report-model";
import { prose } from "../../report/text";
import { nounOf, unitFor } from "../../resource-types";
import { type Capacity, costOf, knownWarm, warmOf } from "./capacity";
import type { Change, Effect, PropertyChange } from "./change";
import { type Review, warmTotal } from "./model";
import type { FailedGate } from "./result";
import { verdictOf } from "./verdict";

/** From here on a table is folded. */
const manyRows = 40;
/** How many names a line lists before it counts. */
const manyNames = 10;

/** The review as people read it. */
export function documentOf(review: Review, failedGates: readonly FailedGate[]): Report {
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

function alert(level: "danger" | "warning", lines: readonly Text[]): Block[] {
  return lines.length > 0 ? [{ kind: "alert", level, lines }] : [];
}

/** Alerts are never cut off, so they hold no more than somebody reads. */
function messageLines(messages: readonly Message[]): Text[] {
  const lines = messages.map(({ name, text }): Inline[] => [
    ...(name === undefined ? [] : [{ code: name }, ": "]),
    ...prose(text),
  ]);
  return limited(lines, messages.length);
}

/** What is destructive and why; alike ones share a line. */
function losses(changes: readonly Change[]): Text[] {
  const destructive = changes.filter((change) => change.destructive);
  return byText(destructive, ({ kind, op, reason, deletion }) => {
    const why = reason === undefined ? "" : ` because ${reason}`;
    return `${kind}|${op === "replace" ? `replaced${why}` : "deleted"}: ${deletion?.says ?? ""}.`;
  }).map(([text, those]) => {
    const [kind = "", what = ""] = split(text);
    return [
      `${capital(nounOf(kind, those.length))} `,
      ...names(those),
      ` ${those.length === 1 ? "is" : "are"} `,
      ...prose(what),
    ];
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
  return rows.length > 0 ? [{ kind: "scaling", title: "Runners per app, from warm to most", rows }] : [];
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
  ["takenOver", "Taken over, because it exists at fal already"],
  ["created", "Created"],
  ["released", "No longer managed"],
  ["handedOver", "Handed over to another resource of the program"],
  ["recorded", "Only in Pulumi's state, with nothing sent to fal"],
];

function sections(changes: readonly Change[]): Section[] {
  return headings.flatMap(([effect, title]) => {
    const those = changes.filter((change) => change.effect === effect);
    if (those.length === 0) return [];
    const table = tableOf(effect, those);
    const folded = table.rows.length > manyRows || effect === "recorded" ? ({ folded: true } as const) : {};
    return [{ kind: "section", title: `${title}: ${those.length}`, ...folded, blocks: [{ kind: "table", ...table }] }];
  });
}

type TableContent = { columns: { title: string }[]; rows: Text[][] };

function tableOf(effect: Effect, changes: readonly Change[]): TableContent {
  if (effect === "deleted" || effect === "released" || effect === "handedOver") {
    return {
      columns: columns("Resource", "What becomes of it"),
      rows: changes.map((change) => [resource(change), prose(change.deletion?.says ?? "")]),
    };
  }
  if (effect === "created" || effect === "takenOver") {
    return {
      columns: columns("Resource", "Settings"),
      rows: changes.map((change) => {
        const settings = written(change).filter(({ identity }) => !identity);
        return [resource(change), settings.length > 0 ? joined(settings.map(setting), "; ") : "–"];
      }),
    };
  }
  return {
    columns: columns("Resource", "Setting", "Before", "After"),
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

/** Where nothing changes that a program says. */
function hiddenChange({ reason, notes: [note] }: Change): Text {
  return prose(reason ?? note ?? "nothing that a preview shows");
}

function columns(...titles: string[]): { title: string }[] {
  return titles.map((title) => ({ title }));
}

/** Kind and name, with the place in the program. */
function resource(change: Change): Text {
  const { source } = change;
  const place = source && `${source.file}:${source.line}`;
  const link: Inline[] =
    place === undefined ? [] : [" (", source?.href ? { link: place, href: source.href } : place, ")"];
  return [`${nounOf(change.kind)} `, { code: change.label }, ...link];
}

/** Properties that the program writes; what is computed from them is said in words. */
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
    { code: textOf(value) },
    ...(unit === undefined || typeof value !== "number" ? [] : [` ${unitFor(value, unit)}`]),
  ];
}

function textOf(value: unknown): string {
  if (Array.isArray(value)) return value.length === 0 ? "none" : value.map(textOf).join(", ");
  if (typeof value !== "object" || value === null) return String(value);
  return Object.entries(value)
    .map(([key, inner]) => `${key}: ${textOf(inner)}`)
    .join(", ");
}

/** What each change does besides; alike ones share a line. */
function notes(changes: readonly Change[]): Block[] {
  const each = changes.flatMap((change) => change.notes.map((note) => ({ ...change, note })));
  const items = byText(each, ({ kind, note }) => `${kind}|${note}`).map(([text, those]): Text => {
    const [kind = "", note = ""] = split(text);
    return [`${capital(nounOf(kind, those.length))} `, ...names(those), ": ", ...prose(note)];
  });
  if (items.length === 0) return [];
  const folded = items.length > manyNames ? ({ folded: true } as const) : {};
  return [{ kind: "section", title: "Worth knowing", ...folded, blocks: [{ kind: "list", items }] }];
}

/** Cost of what changes, one by one. */
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
    columns: [{ title: "Costs" }, { title: "Before", numeric: true }, { title: "After", numeric: true }],
    rows,
  };
  return [{ kind: "section", title: "Cost per hour, while nobody asks", folded: true, blocks: [table] }];
}

function others({ otherResources: all }: Review): Block[] {
  if (all.length === 0) return [];
  const items = (["delete", "replace", "update", "create"] as const).flatMap((op) => {
    const those = all.filter((other) => other.op === op);
    const named = those.map(({ type, name }): Inline[] => [{ code: name }, ` (${type})`]);
    return those.length === 0 ? [] : [[`${op} ${those.length}: `, ...joined(limited(named, those.length), ", ")]];
  });
  return [
    {
      kind: "section",
      title: `Other resources, not fal's: ${all.length}`,
      folded: true,
      blocks: [{ kind: "list", items }],
    },
  ];
}

const openReasons: Readonly<Record<OpenReason, string>> = {
  load: "the warm runners of a buffer in percent rise with the requests",
  gpusPerRunner: "how many GPUs a runner has is not known for every app, and counts as one; a prices file can say it",
  runners: "of some apps the number of warm runners is not known, and counts as none",
  unpriced: "not everything has a price",
};

function footer(review: Review): Text[] {
  const { omitted, unchanged, prices, unpriced, capacities, cost } = review;
  const lines: Text[] = [];
  if (omitted > 0) {
    lines.push([
      `Numbers cover only what changes: the preview leaves out ${omitted} ${omitted === 1 ? "resource that stays" : "resources that stay"} as ${omitted === 1 ? "it is" : "they are"}, and the code that the state holds for ${omitted === 1 ? "it" : "them"} was not looked at. `,
      { code: "--show-sames" },
      " shows them too.",
    ]);
  } else if (unchanged > 0) {
    lines.push(`${unchanged} fal ${unchanged === 1 ? "resource stays as it is" : "resources stay as they are"}.`);
  }
  if (capacities.some(({ before, after }) => !before && after && "app" in after)) {
    lines.push("What an app ran before its scaling became managed is not known here, and counts as nothing.");
  }
  if (prices) {
    lines.push(`Prices: ${prices.name}, ${prices.date}, from ${prices.source}.${prices.note ? ` ${prices.note}` : ""}`);
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

/** At the first bar: what is behind it may hold others. */
function split(text: string): string[] {
  const bar = text.indexOf("|");
  return [text.slice(0, bar), text.slice(bar + 1)];
}

/** Groups by a text, in the order of their first appearance. */
function byText<T>(all: readonly T[], textOf: (item: T) => string): [string, T[]][] {
  const groups = new Map<string, T[]>();
  for (const item of all) groups.set(textOf(item), [...(groups.get(textOf(item)) ?? []), item]);
  return [...groups];
}

function names(changes: readonly Change[]): Inline[] {
  return joined(
    limited(
      changes.map(({ label }): Inline[] => [{ code: label }]),
      changes.length,
    ),
    ", ",
  );
}

function limited(items: readonly Inline[][], count: number): Inline[][] {
  return items.length <= manyNames ? [...items] : [...items.slice(0, manyNames - 1), [`${count - manyNames + 1} more`]];
}

function joined(parts: readonly Inline[][], separator: string): Inline[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
