import { escapeInvisible, width } from "../command-line/terminal-text";
import type { BarChart, ScalingChart, ScalingRange, WeekChart } from "./report-model";
import { isolated, shortened } from "./text";

/** What a chart shows of one app, in the words that all formats share. */
export interface BarRow {
  readonly label: string;
  /** One where nothing changes. */
  readonly bars: readonly Bar[];
}

export interface Bar {
  readonly when: "before" | "after" | "unchanged";
  /** Undefined where the app does not scale (yet, or any more). */
  readonly range: ScalingRange | undefined;
  /** For example `3 to 20`. */
  readonly words: string;
}

export function barRows({ rows }: ScalingChart): BarRow[] {
  return rows.map(({ label, before, after }) => ({
    label,
    bars:
      before && after && before.warm === after.warm && before.max === after.max
        ? [{ when: "unchanged", range: after, words: words(after) }]
        : [
            { when: "before", range: before, words: before ? words(before) : "not managed" },
            { when: "after", range: after, words: after ? words(after) : "gone" },
          ],
  }));
}

/** The largest number of runners that is shown; 1 where there are none, so that it can be divided by. */
export function largest({ rows }: ScalingChart): number {
  return rows.reduce(
    (most, { before, after }) => Math.max(most, before?.warm ?? 0, before?.max ?? 0, after?.warm ?? 0, after?.max ?? 0),
    1,
  );
}

function words({ warm, max }: ScalingRange): string {
  return `${warm} to ${max ?? "?"}`;
}

const barWidth = 24;
const longestLabel = 28;

/** A chart for a font of one width: its title, and the lines of each row, which begin with `indent`. */
export interface Drawing {
  readonly title: string;
  readonly rows: readonly string[];
}

export function drawnScaling(chart: ScalingChart, indent: string): Drawing {
  const scale = largest(chart);
  const all = barRows(chart);
  const names = padded(all);
  const line = (name: string, { when, range, words }: Bar) =>
    `${indent}${name}  ${when.padEnd(9)}  ${range ? cells([range.warm, (range.max ?? range.warm) - range.warm], ["█", "░"], scale) : " ".repeat(barWidth)}  ${words}`;
  return {
    title: `${titleOf(chart.title, indent)}  (█ warm, ░ up to the maximum)`,
    rows: all.map(({ bars }, row) =>
      bars
        .map((each, index) => line(index === 0 ? (names[row] ?? "") : " ".repeat(width(names[row] ?? "")), each))
        .join("\n"),
    ),
  };
}

/** One for each part of a bar. */
const partMarks = ["█", "▒", "·"];

export function drawnBars(chart: BarChart, indent: string): Drawing {
  const scale = longestBar(chart);
  const names = padded(chart.rows);
  const legend = chart.parts
    .map((part, index) => `${partMarks[index]} ${escapeInvisible(shortened(part, 40))}`)
    .join(", ");
  return {
    title: `${titleOf(chart.title, indent)}  (${legend})`,
    rows: chart.rows.map(
      ({ values, words }, row) =>
        `${indent}${names[row]}  ${cells(values, partMarks, scale)}  ${escapeInvisible(shortened(words, 100))}`,
    ),
  };
}

/** The length of the longest bar; 1 where all are empty, so that it can be divided by. */
export function longestBar({ rows }: BarChart): number {
  return rows.reduce((most, { values }) => Math.max(most, sum(values)), 0) || 1;
}

/** The parts of a bar beside each other. A part that is not 0 has at least one mark, if there is room. */
function cells(values: readonly number[], marks: readonly string[], scale: number): string {
  let end = 0;
  let drawn = "";
  for (const [index, value] of values.entries()) {
    if (!(value > 0)) continue;
    end += value;
    const count = Math.max(1, Math.round((end / scale) * barWidth) - drawn.length);
    drawn += (marks[index] ?? "").repeat(count);
  }
  return drawn.slice(0, barWidth).padEnd(barWidth);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, each) => total + each, 0);
}

/** Labels of one width. */
export function padded(rows: readonly { readonly label: string }[]): string[] {
  const names = rows.map(({ label }) => escapeInvisible(shortened(label, longestLabel)));
  const longest = names.reduce((most, name) => Math.max(most, width(name)), 0);
  return names.map((name) => isolated(name, name) + " ".repeat(longest - width(name)));
}

export function titleOf(title: string, indent: string): string {
  const text = escapeInvisible(shortened(title, 100));
  return `${indent}${isolated(text, text)}`;
}

export const weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

/** From the lightest color of an hour to the darkest. */
const hourMarks = ["·", "░", "▒", "▓", "█"];
const unknownHour = "?";

/** How dark an hour is: 0 to 4; undefined where nothing is known. */
export function darkness(value: number | undefined, full: number): number | undefined {
  if (value === undefined) return undefined;
  if (value <= 0) return 0;
  return value >= full ? 4 : 1 + Math.floor((3 * value) / full);
}

export function drawnWeek({ title, unit, days, full }: WeekChart, indent: string): Drawing {
  const mark = (value: number | undefined) => hourMarks[darkness(value, full) ?? -1] ?? unknownHour;
  const legend = [
    "· none",
    "░ ▒ ▓ more",
    `█ ${full} or more`,
    ...(days.flat().includes(undefined) ? [`${unknownHour} unknown`] : []),
  ];
  return {
    title: `${titleOf(title, indent)}  (${escapeInvisible(shortened(unit, 40))}: ${legend.join(", ")})`,
    rows: [
      `${indent}     0     6     12    18`,
      ...days.map((hours, day) => `${indent}${weekdays[day]}  ${hours.map(mark).join("")}`),
    ],
  };
}

/** The hours of a day with equal numbers together: `0–7 h: 0, 8 h: 3, 9–23 h: 1`. */
export function hoursInWords(hours: readonly (number | undefined)[]): string {
  const parts: string[] = [];
  for (let from = 0; from < hours.length; ) {
    let to = from;
    while (to + 1 < hours.length && hours[to + 1] === hours[from]) to += 1;
    parts.push(`${from === to ? from : `${from}–${to}`} h: ${hours[from] ?? "unknown"}`);
    from = to + 1;
  }
  return parts.join(", ");
}
