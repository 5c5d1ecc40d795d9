import type { ScalingChart, ScalingRange } from "./document";

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
