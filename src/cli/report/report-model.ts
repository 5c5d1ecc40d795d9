/**
 * What a report says, without saying how it looks. All strings are plain text: that nothing in them is taken for markup,
 * wherever it came from, is the renderers' business alone.
 */
export interface Report {
  /** The title of the page, for example `fal review: infra/prod`. */
  readonly title: string;
  /** The first line: everything in one sentence, for a reader with ten seconds. */
  readonly verdict: Text;
  /** How serious the verdict is; alerts raise it to theirs. Left out: `calm`. */
  readonly level?: Level;
  readonly blocks: readonly Block[];
  /** Small print: what was read, which prices were used, what was left out. */
  readonly footer: readonly Text[];
}

export type Level = "danger" | "warning" | "calm";

export type Text = Inline | readonly Inline[];

export type Inline =
  | string
  | { readonly strong: string }
  | { readonly code: string }
  /** Only http and https become links. */
  | { readonly link: string; readonly href: string };

export type Block =
  | { readonly kind: "paragraph"; readonly text: Text }
  /** What must not be missed: `danger` for what is lost, `warning` for what surprises. Never cut off. */
  | { readonly kind: "alert"; readonly level: "danger" | "warning"; readonly lines: readonly Text[] }
  | { readonly kind: "list"; readonly items: readonly Text[] }
  | Facts
  | Table
  | ScalingChart
  | BarChart
  | WeekChart
  | HourlyChart
  | Section;

/** A few numbers to be seen at a glance, for example warm runners and cost. */
export interface Facts {
  readonly kind: "facts";
  readonly items: readonly {
    readonly label: string;
    /** Left out where nothing changes, or nothing was before. */
    readonly before?: string;
    readonly now: string;
  }[];
}

/**
 * Long tables lose rows at the end where space is limited, and say how many. A row whose first cell is an empty list goes on
 * with the row above it.
 */
export interface Table {
  readonly kind: "table";
  readonly columns: readonly { readonly title: string; readonly numeric?: true }[];
  readonly rows: readonly (readonly Text[])[];
}

/** Blocks under a title; `folded` ones open on a click. */
export interface Section {
  readonly kind: "section";
  readonly title: string;
  readonly folded?: true;
  readonly blocks: readonly Block[];
}

/** How far each app may scale, before and after: from the floor to the ceiling, the warm runners marked. */
export interface ScalingChart {
  readonly kind: "scaling";
  readonly title: string;
  readonly rows: readonly {
    readonly label: string;
    readonly before?: ScalingRange;
    readonly after?: ScalingRange;
  }[];
}

/** What the runners of apps did hour by hour, with what limits them as lines. Each app has a scale of its own. */
export interface HourlyChart {
  readonly kind: "hourly";
  /** For example `Busy runners, the peak of each hour`. */
  readonly title: string;
  readonly rows: readonly HourlyRow[];
}

export interface HourlyRow {
  readonly label: string;
  /** The first hour, in ISO 8601 with `Z`. */
  readonly from: string;
  /** One number for each hour; null where it is unknown, which is not zero. */
  readonly hours: readonly (number | null)[];
  /** For example the maximum before and after a change. Charts mark the hours above the lowest `after`. */
  readonly lines: readonly { readonly label: string; readonly at: number; readonly when: "before" | "after" }[];
}

/** In runners. `warm` are kept while nobody asks; `max` is undefined where nothing tells it. */
export interface ScalingRange {
  readonly warm: number;
  readonly max: number | undefined;
}

/** Bars of parts that add up, one bar per row, for example busy and idle runners. */
export interface BarChart {
  readonly kind: "bars";
  readonly title: string;
  /** What the rows are, for example `app`. */
  readonly noun: string;
  /** The names of the parts, from left to right: one to three. */
  readonly parts: readonly string[];
  readonly rows: readonly {
    readonly label: string;
    /** The length of each part, 0 or more. */
    readonly values: readonly number[];
    /** The content of the bar in words. */
    readonly words: string;
  }[];
}

/** The hours of a week as a grid: the higher the number, the darker the hour. */
export interface WeekChart {
  readonly kind: "week";
  readonly title: string;
  /** What is counted, for example `busy runners`. */
  readonly unit: string;
  /** From Monday, with 24 numbers each. Undefined where nothing is known. */
  readonly days: readonly (readonly (number | undefined)[])[];
  /** The number from which on an hour has the darkest color, for example the maximum of an app. At least 1. */
  readonly full: number;
}
