import { escapeInvisible, width } from "../command-line/terminal-text";
import { type Drawing, padded, titleOf } from "./chart";
import { count } from "./phrases";
import type { HourlyChart, HourlyRow, Table } from "./report-model";
import { isolated, shortened } from "./text";

/** The top of an app's scale: the highest peak or line; 1 where there is none, so that it can be divided by. */
export function topOf({ hours, lines }: HourlyRow): number {
  return [...hours.map((each) => each ?? 0), ...lines.map(({ at }) => at)].reduce(
    (most, each) => Math.max(most, each),
    1,
  );
}

/** The highest known hour; undefined where every hour is unknown. */
function peakOf(hours: readonly (number | null)[]): number | undefined {
  return hours.reduce<number | undefined>(
    (most, each) => (each === null ? most : Math.max(most ?? each, each)),
    undefined,
  );
}

/** What is drawn beside an app, for example `peak 12, maximum before 20, after 8`. Without control characters. */
export function hourlyWords({ hours, lines }: HourlyRow): string {
  const peak = peakOf(hours);
  const limits = lines.map(({ label, at }) => `${escapeInvisible(shortened(label, 40))} ${at}`);
  return [peak === undefined ? "no data" : `peak ${peak}`, ...limits].map((words) => isolated(words, words)).join(", ");
}

/** The line that the change sets; hours above it are marked. */
function newLine({ lines }: HourlyRow): number | undefined {
  const after = lines.filter(({ when }) => when === "after").map(({ at }) => at);
  return after.length > 0 ? Math.min(...after) : undefined;
}

/** The most characters of a line. A character shows one or several hours. */
const mostCells = 56;
const levels = "▁▂▃▄▅▆▇█";

/** A chart for a font of one width: its title, and the lines of each app, which begin with `indent`. */
export function drawnHours(chart: HourlyChart, indent: string): Drawing {
  const names = padded(chart.rows);
  const step = stepOf(chart.rows);
  const drawn = chart.rows.map((row) => ({ cells: cells(row, step), marks: marks(row, step) }));
  const legend = [
    ...(step > 1 ? [`one character is the peak of ${count(step, "hour")}`] : []),
    ...(drawn.some(({ marks }) => marks !== "")
      ? [`${mark} above the new maximum${step > 1 ? " in one of these hours" : ""}`]
      : []),
    ...(drawn.some(({ cells }) => cells.includes(unknown)) ? [`${unknown} no data`] : []),
  ];
  return {
    title: `${titleOf(chart.title, indent)}${legend.length > 0 ? `  (${legend.join(", ")})` : ""}`,
    rows: chart.rows.map((row, index) => {
      const name = names[index] ?? "";
      const { cells = "", marks = "" } = drawn[index] ?? {};
      const below = marks === "" ? [] : [`${indent}${" ".repeat(width(name))}  ${marks}`];
      return [`${indent}${name}  ${cells}  ${hourlyWords(row)}`, ...below].join("\n");
    }),
  };
}

const mark = "▲";
const unknown = "·";

/** The hours of a character: the same for all apps, and whole parts of a day. */
function stepOf(rows: readonly HourlyRow[]): number {
  const least = rows.reduce((most, { hours }) => Math.max(most, hours.length), 0) / mostCells;
  return [1, 2, 3, 4, 6, 8, 12, 24].find((hours) => hours >= least) ?? Math.ceil(least / 24) * 24;
}

function parts(hours: readonly (number | null)[], step: number): (number | null)[][] {
  return Array.from({ length: Math.ceil(hours.length / step) }, (_, index) =>
    hours.slice(index * step, (index + 1) * step),
  );
}

function cells(row: HourlyRow, step: number): string {
  const top = topOf(row);
  const level = (runners: number) =>
    runners === 0 ? 0 : Math.max(1, Math.round((runners / top) * (levels.length - 1)));
  return parts(row.hours, step)
    .map((hours) => {
      const peak = peakOf(hours);
      return peak === undefined ? unknown : levels[level(peak)];
    })
    .join("");
}

function marks(row: HourlyRow, step: number): string {
  const limit = newLine(row) ?? Number.POSITIVE_INFINITY;
  return parts(row.hours, step)
    .map((hours) => ((peakOf(hours) ?? 0) > limit ? mark : " "))
    .join("")
    .trimEnd();
}

/** The same numbers by day. */
export function hourlyTable({ rows }: HourlyChart): Table {
  const numeric = true as const;
  return {
    kind: "table",
    columns: [
      { title: "App" },
      { title: "Day (UTC)" },
      { title: "Peak", numeric },
      { title: "Hours above the new value", numeric },
      { title: "Hours without data", numeric },
    ],
    rows: rows.flatMap((row) =>
      daysOf(row).map(({ day, hours }) => {
        const limit = newLine(row);
        const above = limit === undefined ? "–" : String(hours.filter((each) => each !== null && each > limit).length);
        const unknown = hours.filter((each) => each === null).length;
        return [row.label, day, String(peakOf(hours) ?? "unknown"), above, String(unknown)];
      }),
    ),
  };
}

function daysOf({ from, hours }: HourlyRow): { day: string; hours: (number | null)[] }[] {
  const start = Date.parse(from);
  const dayOf = (index: number) => new Date(start + index * 3_600_000).toISOString().slice(0, 10);
  return [...Map.groupBy(hours.keys(), dayOf)].map(([day, indexes]) => ({
    day,
    hours: indexes.map((index) => hours[index] ?? null),
  }));
}
