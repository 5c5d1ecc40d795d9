import type { Prices } from "../../../cost";
import type { PropertyValues } from "../../../provider/properties";
import { unknownValue } from "../../../provider/values";
import { type Capacity, reversed, runningOf } from "../../capacity/capacity";
import { enlargements } from "../../capacity/growth";
import { costChange, totalCost } from "../../capacity/totals";
import { type ReportedImpact, reportedImpact, withoutWords } from "../../impacts";
import type { Refreshed } from "../../pulumi/events";
import { nameOf, secretText } from "../../pulumi/plan";
import { list } from "../../report/phrases";
import type { ResourceType } from "../../resource-types";
import type { Drifted, DriftedProperty } from "./result";

/**
 * What an app or GPU instance runs as declared, and as fal has it. Only drift differs: what the stack ignores or does not
 * declare is as fal has it on both sides.
 *
 * @param drifted the properties that drifted; undefined if the resource did not drift
 */
export function capacityOf(
  { urn, old, live }: Refreshed,
  { kind, description }: ResourceType,
  drifted: readonly DriftedProperty[] | undefined,
): Capacity[] {
  const now = live ? runningOf(kind, live.inputs, live.outputs) : undefined;
  const differing = Object.fromEntries((drifted ?? []).map(({ path }) => [path, old.inputs[path]]));
  const declared = live
    ? runningOf(kind, { ...live.inputs, ...differing }, live.outputs)
    : runningOf(kind, old.inputs, old.outputs);
  if (!declared && !now) return [];
  return [
    {
      urn,
      label: description.name(old.inputs) ?? nameOf(urn),
      changes: drifted !== undefined,
      ...(declared ? { before: declared } : {}),
      ...(now ? { after: now } : {}),
    },
  ];
}

/** What the drift of a resource opened, enlarged and costs, and what its correction will open. */
export function meaningOf(
  { urn, old, live }: Refreshed,
  properties: readonly DriftedProperty[],
  type: ResourceType | undefined,
  capacities: readonly Capacity[],
  prices: Prices | undefined,
): Pick<Drifted, "label" | "impacts" | "onCorrection" | "cost"> {
  if (!type) return { label: nameOf(urn), impacts: [], onCorrection: [] };
  const { description } = type;
  const now = live ?? old;
  const paths = properties.map(({ path }) => path);
  const hidden = properties.filter(isHidden).map(({ path }) => path);
  const impacts = (before: PropertyValues, after: PropertyValues) =>
    (description.impacts?.(before, after) ?? []).filter((impact) =>
      impact.properties.some((name) => paths.includes(name)),
    );
  const opened = impacts(without(old.inputs, hidden), withUnknown(now.inputs, hidden)).map((impact) =>
    // The description's own words are for a value that an update will send.
    impact.properties.some((name) => hidden.includes(name)) ? { ...impact, meaning: secretMeaning(hidden) } : impact,
  );
  const running = capacities.some(({ after }) => after !== undefined);
  return {
    label: description.name(old.inputs) ?? nameOf(urn),
    impacts: [
      ...[...opened, ...capacities.flatMap((each) => enlargements(each, prices))].map((impact) =>
        withoutWords(reportedImpact(impact, "past")),
      ),
      ...(running && hidden.length > 0 ? [mayRunMore(hidden)] : []),
    ],
    onCorrection: live
      ? [
          ...impacts(without(now.inputs, hidden), without(old.inputs, hidden)),
          ...capacities.flatMap((each) => enlargements(reversed(each), prices)),
        ].map((impact) => withoutWords(reportedImpact(impact, "future")))
      : [],
    ...(prices && capacities.length > 0 ? { cost: costChange(totalCost(capacities, prices)) } : {}),
  };
}

/** A value that the program made secret is `[secret]` on both sides. */
function isHidden({ declared, actual }: DriftedProperty): boolean {
  return declared === secretText && actual === secretText;
}

function without(inputs: PropertyValues, names: readonly string[]): PropertyValues {
  return Object.fromEntries(Object.entries(inputs).filter(([name]) => !names.includes(name)));
}

function withUnknown(inputs: PropertyValues, names: readonly string[]): PropertyValues {
  return { ...inputs, ...Object.fromEntries(names.map((name) => [name, unknownValue])) };
}

function secretMeaning(hidden: readonly string[]): string {
  return `${list(hidden.map((name) => `\`${name}\``))} changed, and the program keeps ${hidden.length === 1 ? "its value" : "their values"} secret`;
}

function mayRunMore(hidden: readonly string[]): ReportedImpact {
  const summary = "may run more";
  return { notion: "enlarges", properties: hidden, summary, text: `${summary}: ${secretMeaning(hidden)}` };
}
