import { formatBudget } from "../../../cost";
import { enoughCoverage } from "../../../usage/doubt";
import type { AppEvidence, UsageScaling } from "../../../usage/evidence";
import { negated } from "../../../usage/interval";
import { isEnough } from "../../../usage/recommend";
import { alert, columns, manyRows } from "../../report/blocks";
import { count, list, plural } from "../../report/phrases";
import type { BarChart, Block, Facts, Report, Table, Text, WeekChart } from "../../report/report-model";
import { lengthOf, timeText } from "../../usage/range";
import { assumptions } from "./assumptions";
import type { AppFindings, UsageFindings } from "./findings";
import {
  amountText,
  countText,
  decimal,
  limitText,
  moneyText,
  nameOf,
  percentText,
  runnersText,
  secondsText,
} from "./numbers";
import { verdictOf } from "./verdict";

/** So many apps get a grid of their week. */
const weeks = 10;

export function usageReport(findings: UsageFindings): Report {
  const { apps, account, stack } = findings;
  const name = [account ?? undefined, stack === undefined ? undefined : `stack ${stack}`].filter(Boolean).join(", ");
  return {
    title: `fal usage${name === "" ? "" : `: ${name}`}`,
    verdict: verdictOf(findings),
    blocks: [
      ...alert("warning", warnings(findings)),
      ...(apps.length === 0
        ? []
        : [
            totalFacts(findings),
            recommendationsSection(apps),
            runnersChart(apps),
            runnersSection(apps),
            requestsSection(apps),
            ...weekSections(findings),
            assumptionsSection(findings),
          ]),
    ],
    footer: footerOf(findings),
  };
}

// ---- What must not be missed.

function warnings({ apps, missing, usageRefused, analyticsRefused, prices, totals, stack }: UsageFindings): Text[] {
  const unbilled = usageRefused === undefined ? apps.filter(({ evidence }) => evidence.billed === null).length : 0;
  const instead =
    prices === undefined
      ? "The report has no costs; --prices estimates those of runners."
      : "The costs are estimates, from the numbers of runners and the prices file.";
  return [
    ...(usageRefused === undefined ? [] : [`${usageRefused} ${instead}`]),
    ...(unbilled > 0
      ? [
          `The costs of ${count(unbilled, "app")} are unknown: fal billed in several currencies, or no time of machines.`,
        ]
      : []),
    ...(analyticsRefused === undefined ? [] : [`${analyticsRefused} The report has no numbers of requests.`]),
    ...(totals.coverage < enoughCoverage
      ? [
          `fal returned data for ${percentText({ min: totals.coverage, max: totals.coverage })} of the hours only (${countText(totals.hours)} of ${countText(totals.rangeHours)}). The others are unknown, not zero.`,
        ]
      : []),
    ...(missing.length > 0
      ? [
          [
            `fal does not have ${count(missing.length, "app")} of stack ${stack}: `,
            ...missing.slice(0, 10).flatMap((app, index) => [...(index > 0 ? [", "] : []), { code: nameOf(app) }]),
            ...(missing.length > 10 ? [`, ${missing.length - 10} more`] : []),
            ".",
          ],
        ]
      : []),
    ...apps.flatMap(differing),
  ];
}

/** Where fal has another scaling than the stack declares, because the history is that of fal's. */
function differing({ evidence: { app, scaling }, declared }: AppFindings): Text[] {
  if (declared === undefined) return [];
  const names = (Object.keys(declared) as (keyof UsageScaling)[]).filter(
    (name) => scaling[name] !== undefined && JSON.stringify(scaling[name]) !== JSON.stringify(declared[name]),
  );
  if (names.length === 0) return [];
  const each = names.map(
    (name) => `${name} is ${String(declared[name])} in the stack and ${String(scaling[name])} at fal`,
  );
  return [["Drift of ", { code: nameOf(app) }, `: ${list(each)}.`]];
}

// ---- Recommendations.

function recommendationsSection(apps: readonly AppFindings[]): Block {
  const items = apps.flatMap(({ evidence, recommendations }) =>
    recommendations.map(({ sentence, risk, cost }): Text => {
      const month = cost === null ? "" : ` (${monthText(cost)})`;
      return [{ code: nameOf(evidence.app) }, `: ${sentence}${month}. ${risk}`];
    }),
  );
  const used = apps.filter(({ isUnused }) => !isUnused);
  const short = used.filter(({ numbers }) => !isEnough(numbers)).length;
  const needed = "Recommendations need history of at least 7 days and of 90% of the range";
  const blocks: Block[] = [
    ...(items.length > 0 ? [{ kind: "list" as const, items }] : []),
    ...(items.length === 0 && short < used.length ? [paragraph("None: the evidence supports no other value.")] : []),
    ...(short > 0 ? [paragraph(`${needed}, which ${count(short, "app")} ${plural(short, "lacks", "lack")}.`)] : []),
    ...(used.length === 0 ? [paragraph("None: no app was used.")] : []),
  ];
  return {
    kind: "section",
    title: `Recommendations${items.length > 0 ? `: ${items.length}` : ""}`,
    ...folded(items),
    blocks,
  };
}

function monthText({ perMonth, currency }: NonNullable<AppFindings["recommendations"][number]["cost"]>): string {
  if (perMonth.max <= 0) return `−${amountText(negated(perMonth), currency)} per month`;
  return `up to +${amountText({ min: perMonth.max, max: perMonth.max }, currency)} per month`;
}

function paragraph(text: Text): Block {
  return { kind: "paragraph", text };
}

// ---- Totals and charts.

function totalFacts({ totals, hours, prices }: UsageFindings): Facts {
  const about = prices === undefined ? "" : "about ";
  const money = (label: string, text: string) => (text === "–" ? [] : [{ label, now: about + text }]);
  return {
    kind: "facts",
    items: [
      ...money(`Cost of ${lengthOf(hours)}`, moneyText(totals.cost, "range")),
      ...money("Per month (730 h)", moneyText(totals.cost, "perMonth")),
      ...money("Idle runners, per month", moneyText(totals.idleCost, "perMonth")),
      { label: "Busy runners, mean", now: runnersText(totals.busyRunners) },
      { label: "Idle runners, mean", now: runnersText(totals.idleRunners) },
      ...(totals.requests === null ? [] : [{ label: "Requests", now: countText(totals.requests) }]),
    ],
  };
}

function runnersChart(apps: readonly AppFindings[]): BarChart {
  return {
    kind: "bars",
    title: "Runners per app",
    noun: "app",
    parts: ["busy on average", "idle on average", "up to the peak"],
    rows: apps.map(({ evidence: { app, scaling }, numbers: { busyRunners, idleRunners, busyPeak }, isUnused }) => {
      const [busy, idle] = [busyRunners?.max ?? 0, idleRunners?.min ?? 0];
      const most = scaling.maxConcurrency;
      const peak = busyPeak === null ? "peak unknown" : `peak ${busyPeak}`;
      return {
        label: nameOf(app),
        values: [busy, idle, Math.max(0, (busyPeak ?? 0) - busy - idle)],
        words: isUnused
          ? "no runners"
          : `${runnersText(busyRunners)} busy, ${runnersText(idleRunners)} idle, ${peak}${most === undefined ? "" : ` of ${most}`}`,
      };
    }),
  };
}

// ---- Tables.

function runnersSection(apps: readonly AppFindings[]): Block {
  const hasGaps = apps.some(({ numbers, isUnused }) => !isUnused && numbers.hours < numbers.rangeHours);
  const table: Table = {
    kind: "table",
    columns: [
      ...columns("App", "Scaling"),
      ...numeric("Busy, mean", "Busy, peak", "At the maximum", "Idle, mean", ...(hasGaps ? ["Hours with data"] : [])),
    ],
    rows: apps.map(({ evidence, declared, numbers }) => [
      { code: nameOf(evidence.app) },
      scalingText({ ...evidence.scaling, ...declared }),
      runnersText(numbers.busyRunners),
      numbers.busyPeak === null ? "–" : decimal(numbers.busyPeak),
      limitText(numbers),
      runnersText(numbers.idleRunners),
      ...(hasGaps ? [`${numbers.hours} of ${numbers.rangeHours}`] : []),
    ]),
  };
  return { kind: "section", title: "Runners", ...folded(apps), blocks: [table] };
}

function numeric(...titles: string[]): Table["columns"] {
  return titles.map((title) => ({ title, numeric: true }));
}

function folded(rows: readonly unknown[]): { folded?: true } {
  return rows.length >= manyRows ? { folded: true } : {};
}

/** `1 to 4, GPU-H100`. */
function scalingText({ minConcurrency, maxConcurrency, concurrencyBuffer, machineTypes }: UsageScaling): string {
  return [
    `${minConcurrency ?? "?"} to ${maxConcurrency ?? "?"}`,
    ...(concurrencyBuffer ? [`buffer ${concurrencyBuffer}`] : []),
    ...(machineTypes?.length ? [machineTypes.join(" or ")] : []),
  ].join(", ");
}

function requestsSection(apps: readonly AppFindings[]): Block {
  const hasCosts = apps.some(({ numbers }) => numbers.cost !== null || numbers.idleCost !== null);
  const costs = hasCosts ? ["Cost", "Per month", "Idle, per month"] : [];
  const table: Table = {
    kind: "table",
    columns: [...columns("App"), ...numeric(...costs, "Requests", "Wait, p50", "Wait, p95", "Cold starts")],
    rows: apps.map(({ evidence: { app }, numbers }) => [
      { code: nameOf(app) },
      ...(hasCosts
        ? [
            moneyText(numbers.cost, "range"),
            moneyText(numbers.cost, "perMonth"),
            moneyText(numbers.idleCost, "perMonth"),
          ]
        : []),
      countText(numbers.requests),
      secondsText(numbers.waitP50),
      secondsText(numbers.waitP95),
      coldStartsText(numbers),
    ]),
  };
  return {
    kind: "section",
    title: hasCosts ? "Costs and requests" : "Requests",
    ...folded(apps),
    blocks: [table],
  };
}

function coldStartsText({ coldStarts, coldStartP50 }: AppFindings["numbers"]): string {
  if (coldStarts === null || coldStarts === 0 || coldStartP50 === null) return countText(coldStarts);
  return `${countText(coldStarts)} (${secondsText(coldStartP50)})`;
}

// ---- Weeks.

function weekSections({ apps, range }: UsageFindings): Block[] {
  const active = apps.filter(({ numbers }) => (numbers.busyPeak ?? 0) > 0);
  if (active.length === 0) return [];
  const shown = active.slice(0, weeks);
  const more = active.length - shown.length;
  const blocks: Block[] = shown.map(({ evidence }) => weekChart(evidence, range.from));
  if (more > 0) {
    const rest = `${count(more, "more app")} ${plural(more, "was", "were")} busy. `;
    blocks.push({ kind: "paragraph", text: [rest, { code: "--app NAME" }, " shows the week of one."] });
  }
  return [
    { kind: "section", title: "Hours of the week, in UTC", ...(shown.length > 2 ? { folded: true } : {}), blocks },
  ];
}

/** The highest peak of each hour of the week, in all weeks of the range. `peaks` begin with the hour `from`. */
function weekChart({ app, scaling, peaks }: AppEvidence, from: string): WeekChart {
  const days = Array.from({ length: 7 }, () => Array.from({ length: 24 }, (): number | undefined => undefined));
  const start = new Date(from);
  for (const [index, peak] of peaks.running.entries()) {
    if (peak === null) continue;
    const hours = start.getUTCHours() + index;
    const day = days[(start.getUTCDay() + 6 + Math.floor(hours / 24)) % 7];
    if (day) day[hours % 24] = Math.max(day[hours % 24] ?? 0, peak);
  }
  return {
    kind: "week",
    title: nameOf(app),
    unit: "busy runners",
    days,
    full: Math.max(1, scaling.maxConcurrency ?? highest(days)),
  };
}

function highest(days: readonly (readonly (number | undefined)[])[]): number {
  return days.flat().reduce<number>((most, value) => Math.max(most, value ?? 0), 0);
}

// ---- Small print.

function assumptionsSection({ prices }: UsageFindings): Block {
  return {
    kind: "section",
    title: "How the numbers are computed, and what they assume",
    folded: true,
    blocks: [{ kind: "list", items: assumptions({ estimated: prices !== undefined }) }],
  };
}

function footerOf({ range, hours, otherCost, prices }: UsageFindings): Text[] {
  return [
    `From ${timeText(range.from)} to ${timeText(range.to)}, ${lengthOf(hours)}.`,
    ...(otherCost === undefined || otherCost.amount === 0
      ? []
      : [
          `Not included: ${formatBudget(otherCost.amount, otherCost.currency)} for apps that do not exist any more, and for usage without an app.`,
        ]),
    ...(prices === undefined
      ? []
      : [`Prices: ${prices.name} (${prices.date}, ${prices.source}).${prices.note ? ` ${prices.note}` : ""}`]),
  ];
}
