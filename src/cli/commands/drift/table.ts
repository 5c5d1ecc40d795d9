import { formatCost, formatHourlyDifference } from "../../../cost";
import { identifiedBy } from "../../../provider/properties";
import { columns, manyRows } from "../../report/blocks";
import { count, unitAfter } from "../../report/phrases";
import type { Block, Inline, Table, Text } from "../../report/report-model";
import { nounOfType, resourceTypes } from "../../resource-types";
import { causeText } from "./causes-text";
import type { Drifted, DriftedProperty } from "./result";

/** A long table shows this many rows, and folds the rest. */
const shownRows = 12;

interface Column {
  readonly title: string;
  readonly cell: (resource: Drifted, property: DriftedProperty | undefined, isFirst: boolean) => Text;
  readonly isNeeded?: boolean;
}

/** One table of everything that drifted, in the order of `drifted`. */
export function driftBlocks(drifted: readonly Drifted[], stacks: number, currency: string | undefined): Block[] {
  if (drifted.length === 0) return [];
  const all: readonly Column[] = [
    { title: "Resource", cell: (resource, _property, isFirst) => (isFirst ? nameOf(resource) : []) },
    { title: "Property", cell: (_resource, property) => (property ? { code: property.path } : "–") },
    { title: "Declared", cell: declared },
    { title: "Actual", cell: actual },
    {
      title: "Who and when",
      cell: (resource, property) => (property ? causeText(property) : causeText(resource)),
      isNeeded: drifted.some(({ cause, properties }) => cause ?? properties.some((one) => one.cause ?? one.at)),
    },
    {
      title: "Cost",
      cell: (resource, _property, isFirst) => (isFirst && currency !== undefined ? costOf(resource, currency) : ""),
      isNeeded: currency !== undefined && drifted.some((one) => costOf(one, currency) !== ""),
    },
    {
      title: "Declared in",
      cell: (resource, _property, isFirst) => (isFirst ? placeOf(resource) : ""),
      isNeeded: drifted.some(({ source }) => source !== undefined),
    },
    { title: "Stack", cell: ({ stack }, _property, isFirst) => (isFirst ? { code: stack } : ""), isNeeded: stacks > 1 },
  ];
  const needed = all.filter(({ isNeeded = true }) => isNeeded);
  const rowsOf = (resource: Drifted) =>
    propertiesOf(resource).map((property, index) => needed.map(({ cell }) => cell(resource, property, index === 0)));
  const table = (of: readonly Drifted[]): Table => ({
    kind: "table",
    columns: columns(...needed.map(({ title }) => title)),
    rows: of.flatMap(rowsOf),
  });
  const shown = shownOf(drifted);
  const more = drifted.slice(shown);
  const rest: Block[] =
    more.length === 0
      ? []
      : [{ kind: "section", title: count(more.length, "more resource"), folded: true, blocks: [table(more)] }];
  const blocks = [table(drifted.slice(0, shown)), ...rest];
  return [{ kind: "section", title: `Drifted: ${drifted.length.toLocaleString("en")}`, blocks }];
}

/** How many resources stay visible: all, unless their rows would be too many to read. */
function shownOf(drifted: readonly Drifted[]): number {
  const rows = drifted.map((resource) => propertiesOf(resource).length);
  if (rows.reduce((sum, each) => sum + each, 0) < manyRows) return drifted.length;
  let left = shownRows;
  const tooMany = rows.findIndex((each) => {
    left -= each;
    return left < 0;
  });
  return Math.max(1, tooMany);
}

/** One row for each property; one without for a missing object, and where the provider names none. */
function propertiesOf({ properties }: Drifted): readonly (DriftedProperty | undefined)[] {
  return properties.length > 0 ? properties : [undefined];
}

/** Kind, name and id. Where the place in the program is unknown, also the resource's name there. */
function nameOf(resource: Drifted): Inline[] {
  const { type, label, name, source } = resource;
  const inProgram: Inline[] = source || name === label ? [] : [" (", { code: name }, ")"];
  return [`${nounOfType(type)} `, ...objectOf(resource), ...inProgram];
}

function placeOf({ source }: Drifted): Text {
  if (!source) return "";
  const place = `${source.file}:${source.line}`;
  return source.href === undefined ? place : { link: place, href: source.href };
}

/** The name of an object, and its id if fal or another provider chose it. */
export function objectOf({ type, label, id }: Pick<Drifted, "type" | "label" | "id">): Inline[] {
  const definition = resourceTypes.get(type)?.definition;
  const isName = definition !== undefined && identifiedBy(definition) === "name";
  return [{ code: label }, ...(id === undefined || id === label || isName ? [] : [" ", { code: id }])];
}

function declared({ type, status }: Drifted, property: DriftedProperty | undefined): Text {
  if (!property) return status === "missing" ? "exists" : "–";
  return resourceTypes.has(type) ? value(property.declared, property.unit) : "–";
}

function actual({ type, status }: Drifted, property: DriftedProperty | undefined): Text {
  if (!property) return status === "missing" ? { strong: "missing" } : "changed, the provider reports no details";
  return resourceTypes.has(type) ? value(property.actual, property.unit) : "changed";
}

function value(of: unknown, unit: string | undefined): Text {
  if (of === undefined || (Array.isArray(of) && of.length === 0)) return "none";
  const isCounted = unit !== undefined && typeof of === "number";
  return [{ code: text(of) }, ...(isCounted ? [` ${unitAfter(of, unit)}`] : [])];
}

function text(of: unknown): string {
  if (Array.isArray(of)) return of.map(text).join(", ");
  return typeof of === "string" ? of : JSON.stringify(of);
}

/** The differences while idle and at full load; both costs where the first one is unknown. */
function costOf({ cost }: Drifted, currency: string): string {
  if (!cost) return "";
  const [before, after] = [formatCost(cost.from, currency), formatCost(cost.to, currency)];
  const unknown = before === after ? undefined : `${before} → ${after}`;
  const idle = formatHourlyDifference(cost.from, cost.to, currency) ?? unknown;
  const full = formatHourlyDifference(cost.full.from, cost.full.to, currency);
  return [...(idle ? [idle] : []), ...(full && full !== idle ? [`${full} at full load`] : [])].join(", ");
}
