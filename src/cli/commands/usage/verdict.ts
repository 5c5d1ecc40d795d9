import { count } from "../../report/phrases";
import type { Inline } from "../../report/report-model";
import { lengthOf } from "../../usage/range";
import type { AppFindings, UsageFindings } from "./findings";
import { amountText, moneyText, nameOf, runnersText, secondsText } from "./numbers";

/** The most important in one or two sentences. */
export function verdictOf(findings: UsageFindings): Inline[] {
  const { apps, totals, hours } = findings;
  if (apps.length === 0) return ["There are no apps."];
  const what = `${count(apps.length, "app")} in ${lengthOf(hours)}`;
  const clauses = [...moneyClauses(findings), ...runnerClauses(totals)].join(", ");
  return [`${what}: ${clauses}.`, ...waiting(apps), ...advice(findings)];
}

function moneyClauses({ totals: { cost, idleCost }, prices }: UsageFindings): string[] {
  if (cost === null) return [];
  const estimated = prices === undefined ? "" : "about ";
  const idle = idleCost === null ? [] : [`${estimated}${moneyText(idleCost, "range")} of it for idle runners`];
  return [`${estimated}${moneyText(cost, "range")}`, ...idle];
}

/** Only without costs, which already include them. */
function runnerClauses({ cost, busyRunners, idleRunners }: UsageFindings["totals"]): string[] {
  if (cost !== null) return [];
  if (busyRunners === null && idleRunners === null) return ["no costs and no history"];
  return [
    ...(busyRunners === null ? [] : [`${runnersText(busyRunners)} busy runners on average`]),
    ...(idleRunners === null ? [] : [`${runnersText(idleRunners)} idle`]),
  ];
}

function advice({ apps, totals: { savings } }: UsageFindings): Inline[] {
  const recommendations = apps.flatMap((app) => app.recommendations);
  if (recommendations.length === 0) return [];
  const all = ` ${count(recommendations.length, "recommendation")}`;
  if (savings === null) return [`${all}.`];
  const saving = recommendations.filter(({ cost }) => cost !== null && cost.perMonth.max < 0).length;
  const some = saving === recommendations.length ? all : `${all}, of which ${saving}`;
  return [`${some} would save ${amountText(savings.perMonth, savings.currency)} per month.`];
}

/** Apps that reached their maximum, and how long callers waited. */
function waiting(apps: readonly AppFindings[]): Inline[] {
  const limited = apps
    .filter(({ numbers }) => (numbers.atLimit?.hours.min ?? 0) > 0)
    .sort((a, b) => (b.numbers.waitP95 ?? 0) - (a.numbers.waitP95 ?? 0));
  const [worst] = limited;
  if (worst === undefined) return [];
  const app = { code: nameOf(worst.evidence.app) };
  const { atLimit, waitP95 } = worst.numbers;
  const waited = waitP95 === null ? undefined : `${secondsText(waitP95)} (p95)`;
  if (limited.length === 1) {
    const hours = count(atLimit?.hours.min ?? 0, "hour");
    return [
      " ",
      app,
      ` reached its maximum in ${hours}${waited === undefined ? "" : `; its callers waited ${waited}`}.`,
    ];
  }
  const most = ` ${count(limited.length, "app")} reached their maximum`;
  return waited === undefined ? [`${most}.`] : [`${most}; callers of `, app, ` waited longest: ${waited}.`];
}
