import { hardwareClauses, hardwareOf, movementClauses, movementOf } from "../../capacity/growth";
import { type Totals, totalClauses } from "../../capacity/totals";
import { impactClauses, impactsOf } from "../../impacts";
import { count, list, plural } from "../../report/phrases";
import type { Inline } from "../../report/report-model";
import { separated } from "../../report/text";
import { countOf, resourceTypes } from "../../resource-types";
import { affected } from "./affected";
import { isLost } from "./order";
import type { Drifted } from "./result";

/** More clauses than this become a number. */
const mostClauses = 3;

/** What drifted, the worst first: what is gone or opened is strong. `past`: before a correction. */
export function driftClauses(drifted: readonly Drifted[], totals: Totals, past: boolean): Inline[] {
  const worst = [
    ...lostClauses(drifted, past),
    ...notable.flatMap(({ notion }) => impactClauses(affected(drifted), notion)),
  ];
  const moving = new Set(
    totals.capacities.filter((each) => movementOf(each) ?? hardwareOf(each, undefined)).map(({ urn }) => urn),
  );
  const rest = [
    ...movementClauses(totals.capacities, "past"),
    ...hardwareClauses(totals.capacities, totals.prices, "past"),
    ...hiddenClauses(drifted, moving),
    ...otherClauses(drifted, moving),
  ];
  const parts: Inline[][] = [
    ...(worst.length > mostClauses ? worstCounted(drifted, past) : worst).map((strong) => [{ strong }]),
    ...(rest.length > mostClauses
      ? [...rest.slice(0, mostClauses - 1), `${count(rest.length - mostClauses + 1, "more kind")} of changes`]
      : rest
    ).map((text) => [text]),
    ...totalClauses(totals).map((text) => [text]),
  ];
  return separated(parts, ", ");
}

const notable = [
  { notion: "opens", one: "gives access that is not declared", many: "give access that is not declared" },
  { notion: "unprotects", one: "lost protection", many: "lost protection" },
] as const;

/** For example `1 secret and 2 GPU instances are missing`. */
function lostClauses(drifted: readonly Drifted[], past: boolean): string[] {
  const missing = drifted.filter(({ status }) => status === "missing");
  const kinds = [...Map.groupBy(missing, ({ type }) => type)].map(([type, { length }]) => {
    const kind = resourceTypes.get(type)?.kind;
    return kind ? countOf(length, kind) : count(length, "other resource");
  });
  const verb = past ? plural(missing.length, "was", "were") : plural(missing.length, "is", "are");
  const revoked = drifted.filter((one) => one.status !== "missing" && isLost(one)).length;
  return [
    ...(missing.length > 0 ? [`${list(kinds)} ${verb} missing`] : []),
    ...(revoked > 0 ? [`${count(revoked, "current key")} ${plural(revoked, "was", "were")} revoked`] : []),
  ];
}

/** The number of resources that are gone or opened, where naming each would be too long. */
function worstCounted(drifted: readonly Drifted[], past: boolean): string[] {
  const impacts = notable.flatMap(({ notion, one, many }) => {
    const { length } = drifted.filter((each) => impactsOf(each, notion).length > 0);
    return length > 0 ? [`${count(length, "resource")} ${plural(length, one, many)}`] : [];
  });
  return [...lostClauses(drifted, past), ...impacts];
}

/** Resources that may run more, as far as the report can tell. */
function hiddenClauses(drifted: readonly Drifted[], moving: ReadonlySet<string>): string[] {
  return impactClauses(affected(drifted.filter(({ urn }) => !moving.has(urn))), "enlarges");
}

/** What no other clause names: `2 others were reset by a deploy, 1 other was changed`. */
function otherClauses(drifted: readonly Drifted[], moving: ReadonlySet<string>): string[] {
  const isNamed = (one: Drifted) => isLost(one) || one.impacts.length > 0 || moving.has(one.urn);
  const others = drifted.filter((one) => !isNamed(one));
  const isReset = ({ properties }: Drifted) => properties.some(({ cause }) => cause === "resetByDeploy");
  const isForeign = ({ properties }: Drifted) => properties.some(({ next }) => next !== undefined);
  const named = others.length < drifted.length;
  const clause = (of: readonly Drifted[], participle: string) => {
    const { length } = of;
    const subject = named ? count(length, "other") : length.toLocaleString("en");
    return length === 0 ? [] : [`${subject} ${plural(length, "was", "were")} ${participle}`];
  };
  return [
    ...clause(others.filter(isReset), "reset by a deploy"),
    ...clause(
      others.filter((one) => !isReset(one) && isForeign(one)),
      "deployed elsewhere",
    ),
    ...clause(
      others.filter((one) => !isReset(one) && !isForeign(one)),
      "changed",
    ),
  ];
}
