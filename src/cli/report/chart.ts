import { escapeInvisible, width } from "../command-line/terminal-text";
import type { ScalingChart, ScalingRange } from "./report-model";
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

/** A chart for a font of one width: its title, and the lines of each app, which begin with `indent`. */
export function drawn(chart: ScalingChart, indent: string): { title: string; rows: string[] } {
  const scale = largest(chart);
  const all = barRows(chart).map(({ label, bars }) => ({
    label: escapeInvisible(shortened(label, longestLabel)),
    bars,
  }));
  const labels = all.reduce((most, { label }) => Math.max(most, width(label)), 0);
  const line = (label: string, { when, range, words }: Bar) => {
    const name = isolated(label, label) + " ".repeat(labels - width(label));
    return `${indent}${name}  ${when.padEnd(9)}  ${range ? cells(range, scale) : " ".repeat(barWidth)}  ${words}`;
  };
  const title = escapeInvisible(shortened(chart.title, 100));
  return {
    title: `${indent}${isolated(title, title)}  (█ warm, ░ up to the maximum)`,
    rows: all.map(({ label, bars }) => bars.map((each, index) => line(index === 0 ? label : "", each)).join("\n")),
  };
}

function cells({ warm, max }: ScalingRange, scale: number): string {
  const count = (runners: number) => (runners <= 0 ? 0 : Math.max(1, Math.round((runners / scale) * barWidth)));
  const full = count(warm);
  return ("█".repeat(full) + "░".repeat(Math.max(0, count(max ?? warm) - full))).padEnd(barWidth);
}
