import { hoursPerMonth, type Prices, runnerPrice } from "../../../cost";
import type { AppEvidence, UsageScaling } from "../../../usage/evidence";
import { exactly, type Interval, negated, plus, sum, times } from "../../../usage/interval";
import { type Recommendation, recommend } from "../../../usage/recommend";
import { type HourRange, hoursOf } from "../../../usage/rows";
import { type AppSummary, type Money, summarize } from "../../../usage/summarize";
import type { UsageRead } from "./read";
import type { UsageTotals } from "./result";
import type { DeclaredStack } from "./stack";

/** The content of the report, before it is put into words. */
export interface UsageFindings {
  readonly account: string | null;
  readonly generatedAt: string;
  readonly range: HourRange;
  readonly hours: number;
  readonly stack: string | undefined;
  /** Those whose idle runners cost most first, then those whose callers waited longest. */
  readonly apps: readonly AppFindings[];
  readonly totals: UsageTotals;
  readonly missing: readonly string[];
  /** What apps that do not exist any more cost, and usage of no app. */
  readonly otherCost: { readonly amount: number; readonly currency: string } | undefined;
  readonly usageRefused: string | undefined;
  readonly analyticsRefused: string | undefined;
  /** The table that costs are estimated with. */
  readonly prices: Prices | undefined;
}

export interface AppFindings {
  readonly evidence: AppEvidence;
  readonly numbers: AppSummary;
  readonly recommendations: readonly Recommendation[];
  /** fal billed no runner, and returned no history: nothing ran, and nothing is missing. */
  readonly isUnused: boolean;
  /** What the stack declares; undefined without a stack, or if it does not declare the app's scaling. */
  readonly declared: UsageScaling | undefined;
}

export function findingsOf(
  read: UsageRead,
  {
    prices,
    stack,
    generatedAt,
  }: {
    readonly prices: Prices | undefined;
    readonly stack: DeclaredStack | undefined;
    readonly generatedAt: string;
  },
): UsageFindings {
  const usedPrices = read.usageRefused === undefined ? undefined : prices;
  const apps = read.apps
    .map((evidence): AppFindings => {
      const summary = summarize(evidence);
      const numbers = withEstimate(summary, evidence, usedPrices);
      const isUnused = numbers.hours === 0 && evidence.billed?.seconds === 0;
      const declared = stack?.scaling.get(evidence.app);
      return { evidence, numbers, recommendations: recommend(evidence, summary), isUnused, declared };
    })
    .sort(byWaste);
  return {
    account: read.account ?? null,
    generatedAt,
    range: read.range,
    hours: hoursOf(read.range),
    stack: stack?.name,
    apps,
    totals: {
      ...totalsOf(apps.flatMap(({ numbers, isUnused }) => (isUnused ? [] : [numbers]))),
      savings: savingsOf(apps.flatMap(({ recommendations }) => recommendations)),
    },
    missing: read.missing,
    otherCost: otherCostOf(read.otherUsage ?? []),
    usageRefused: read.usageRefused,
    analyticsRefused: read.analyticsRefused,
    prices: usedPrices,
  };
}

/** Costs by a table of prices, where fal returned none. */
function withEstimate(numbers: AppSummary, evidence: AppEvidence, prices: Prices | undefined): AppSummary {
  if (prices === undefined || evidence.billed !== null) return numbers;
  const perRunner = (evidence.scaling.machineTypes ?? []).map((type) => runnerPrice(evidence.app, type, prices));
  if (perRunner.length === 0 || perRunner.includes(undefined)) return numbers;
  const price = perRunner.flatMap((each) => each ?? []);
  const costOf = (runners: Interval | null): Money | null => {
    if (runners === null) return null;
    const perHour = { min: runners.min * Math.min(...price), max: runners.max * Math.max(...price) };
    return {
      range: times(perHour, numbers.rangeHours),
      perHour,
      perMonth: times(perHour, hoursPerMonth),
      currency: prices.currency,
    };
  };
  const { busyRunners, idleRunners } = numbers;
  return { ...numbers, idleCost: costOf(idleRunners), cost: costOf(added([busyRunners, idleRunners])) };
}

/** Money first; without it, the idle runners; then the wait of the slowest requests. */
function byWaste(a: AppFindings, b: AppFindings): number {
  const wasted = ({ numbers }: AppFindings) => middle(numbers.idleCost?.perHour ?? null);
  const idle = ({ numbers }: AppFindings) => (numbers.idleCost === null ? middle(numbers.idleRunners) : 0);
  const wait = ({ numbers }: AppFindings) => numbers.waitP95 ?? 0;
  return wasted(b) - wasted(a) || idle(b) - idle(a) || wait(b) - wait(a) || (a.evidence.app < b.evidence.app ? -1 : 1);
}

function middle(interval: Interval | null): number {
  return interval === null ? 0 : (interval.min + interval.max) / 2;
}

function totalsOf(apps: readonly AppSummary[]): Omit<UsageTotals, "savings"> {
  const hours = sum(apps.map((app) => app.hours));
  const rangeHours = sum(apps.map((app) => app.rangeHours));
  return {
    hours,
    rangeHours,
    cost: addedMoney(apps.map(({ cost }) => cost)),
    idleCost: addedMoney(apps.map(({ idleCost }) => idleCost)),
    busyRunners: added(apps.map(({ busyRunners }) => busyRunners)),
    idleRunners: added(apps.map(({ idleRunners }) => idleRunners)),
    requests: apps.some(({ requests }) => requests === null) ? null : sum(apps.map(({ requests }) => requests ?? 0)),
    coverage: rangeHours === 0 ? 1 : hours / rangeHours,
  };
}

/** Recommendations that cost something are no savings, and are not subtracted: they are decided one by one. */
function savingsOf(recommendations: readonly Recommendation[]): UsageTotals["savings"] {
  const saving = recommendations.flatMap(({ cost }) => (cost !== null && cost.perMonth.max < 0 ? [cost] : []));
  const [first] = saving;
  if (first === undefined || saving.some(({ currency }) => currency !== first.currency)) return null;
  const perMonth = added(saving.map((cost) => negated(cost.perMonth)));
  return perMonth && { perMonth, currency: first.currency };
}

/** Null if one of them is unknown: a sum without it would be too small. */
function added(intervals: readonly (Interval | null)[]): Interval | null {
  const known = intervals.filter((each) => each !== null);
  return known.length === 0 || known.length < intervals.length ? null : known.reduce(plus, exactly(0));
}

/** Null also for several currencies. */
function addedMoney(amounts: readonly (Money | null)[]): Money | null {
  // An app without usage has a cost of 0 in no currency of its own.
  const paid = amounts.filter((money) => money === null || money.range.max > 0);
  const [first = amounts[0]] = paid;
  if (!first || paid.some((money) => money?.currency !== first.currency)) return null;
  const part = (of: (money: Money) => Interval) => added(amounts.map((money) => money && of(money))) ?? exactly(0);
  return {
    range: part(({ range }) => range),
    perHour: part(({ perHour }) => perHour),
    perMonth: part(({ perMonth }) => perMonth),
    currency: first.currency,
  };
}

function otherCostOf(rows: NonNullable<UsageRead["otherUsage"]>): UsageFindings["otherCost"] {
  const [first] = rows;
  if (first === undefined || rows.some(({ currency }) => currency !== first.currency)) return undefined;
  return { amount: sum(rows.map(({ costTotal }) => costTotal)), currency: first.currency };
}
