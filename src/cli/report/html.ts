import { createHash } from "node:crypto";
import { escapeInvisible } from "../command-line/terminal-text";
import { type Bar, type BarRow, barRows, darkness, hoursInWords, largest, longestBar, weekdays } from "./chart";
import { hourlyTable, hourlyWords, topOf } from "./hours";
import { levelOf } from "./level";
import { count } from "./phrases";
import type {
  BarChart,
  Block,
  Facts,
  HourlyChart,
  HourlyRow,
  Inline,
  Report,
  ScalingChart,
  Section,
  Table,
  Text,
  WeekChart,
} from "./report-model";
import { stylesheet } from "./stylesheet";
import { clipped, escapeHtml, inlines, isRightToLeft, shortened, textOf, webAddress } from "./text";

/** The maximum length of a value, in characters. The JSON contains longer values completely. */
const longestValue = 1_000;

/**
 * One complete page without scripts or requests. Its Content-Security-Policy allows only this stylesheet, so that even a
 * mistake in this file could not make a browser run or load anything.
 */
export function renderHtml(report: Report): string {
  const styleHash = createHash("sha256").update(stylesheet).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; img-src data:; base-uri 'none'; form-action 'none'`;
  const page = new Page();
  const body = page.blocks(report.blocks, 2);
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>${escapeHtml(escapeInvisible(shortened(report.title, 200)))}</title>
<style>${stylesheet}</style>
</head>
<body>
<header class="${levelOf(report)}">
<h1>${spans(report.title)}</h1>
<p class="verdict">${spans(report.verdict)}</p>
</header>
<main>
${body}
</main>
<footer>
${report.footer.map((text) => `<p>${spans(text)}</p>`).join("\n")}
</footer>
</body>
</html>
`;
}

// ---- The only place that turns strings into HTML.

function spans(text: Text): string {
  return clipped(inlines(text), longestValue, Infinity).map(span).join("");
}

/** Values are isolated, so that right-to-left text does not reorder the text around it. */
function span(inline: Inline): string {
  const text = escapeHtml(escapeInvisible(textOf(inline)));
  if (typeof inline === "string") return isRightToLeft(text) ? `<bdi>${text}</bdi>` : text;
  if ("strong" in inline) return `<bdi><strong>${text}</strong></bdi>`;
  if ("code" in inline) return `<bdi><code>${text}</code></bdi>`;
  const href = webAddress(inline.href);
  return href === undefined
    ? `<bdi>${text}</bdi>`
    : `<a href="${escapeHtml(href)}" rel="noreferrer"><bdi>${text}</bdi></a>`;
}

// ---- Blocks. A class, because ids must be unique within the page.

class Page {
  #ids = 0;

  blocks(blocks: readonly Block[], depth: number): string {
    return blocks.map((block) => this.#block(block, depth)).join("\n");
  }

  #block(block: Block, depth: number): string {
    switch (block.kind) {
      case "paragraph":
        return `<p>${spans(block.text)}</p>`;
      case "alert":
        return alert(block.level, block.lines);
      case "list":
        return list(block.items);
      case "facts":
        return facts(block);
      case "table":
        return table(block);
      case "scaling":
        return this.#scaling(block);
      case "bars":
        return this.#bars(block);
      case "week":
        return this.#week(block);
      case "hourly":
        return this.#hours(block);
      case "section":
        return this.#section(block, depth);
    }
  }

  #section({ title, folded, blocks }: Section, depth: number): string {
    const body = this.blocks(blocks, depth + 1);
    if (folded)
      return `<details>\n<summary>${spans(title)}</summary>\n<div class="inside">\n${body}\n</div>\n</details>`;
    const level = Math.min(depth, 6);
    const id = this.#id();
    return `<section aria-labelledby="${id}">\n<h${level} id="${id}">${spans(title)}</h${level}>\n${body}\n</section>`;
  }

  #scaling(chart: ScalingChart): string {
    const scale = largest(chart);
    return this.#chart(
      chart.title,
      [
        ["warm", "warm"],
        ["reach", "up to the maximum"],
      ],
      barRows(chart).map((row) => scalingRow(row, scale)),
      {
        noun: "app",
        description: "warm and maximum runners, before and after",
        table: scalingTable(chart),
      },
    );
  }

  #bars(chart: BarChart): string {
    const scale = longestBar(chart);
    return this.#chart(
      chart.title,
      chart.parts.map((part, index) => [`part-${index}`, part]),
      chart.rows.map((row) => stackedRow(row, scale)),
      { noun: chart.noun, description: chart.parts.join(", "), table: barTable(chart) },
    );
  }

  #hours(chart: HourlyChart): string {
    const description = "the busiest moment of each hour, and lines for limits";
    return this.#chart(chart.title, [["hours", "busy"]], chart.rows.map(plotRow), {
      noun: "app",
      description,
      table: hourlyTable(chart),
    });
  }

  /** Every row has a bar. Later ones are collapsed, because readers would not find the text after a long chart. */
  #chart(
    title: string,
    legend: readonly (readonly [key: string, words: string])[],
    rows: readonly DrawnRow[],
    { noun, description, table: numbers }: { noun: string; description: string; table: Table },
  ): string {
    const more = rows.slice(shownBars);
    const bars = (of: readonly DrawnRow[]) => `Bars for ${count(of.length, noun)}: ${description}.`;
    const drawing = this.#drawing(title, bars(rows.slice(0, shownBars)), rows.slice(0, shownBars));
    const folded = `<details>
<summary>${spans(count(more.length, `more ${noun}`))}</summary>
<div class="inside">
${this.#drawing(`${title}, continued`, bars(more), more)}
</div>
</details>
`;
    return `<figure>
<figcaption>${spans(title)}</figcaption>
${keys(legend)}
${drawing}
${more.length > 0 ? folded : ""}${asTable(numbers)}
</figure>`;
  }

  #week(chart: WeekChart): string {
    const { title, unit, full } = chart;
    const legend: [string, string][] = [
      ["hour-0", "none"],
      ["hour-2", "more"],
      ["hour-4", `${full} or more ${unit}`],
      ...(chart.days.flat().includes(undefined) ? ([["hour-unknown", "unknown"]] as [string, string][]) : []),
    ];
    const description = `A grid of seven days and 24 hours: the more ${unit}, the darker the hour.`;
    return `<figure>
<figcaption>${spans(title)}</figcaption>
${keys(legend)}
${this.#drawing(title, description, [weekRow(chart)])}
${asTable(weekTable(chart))}
</figure>`;
  }

  /** Bars have a width in percent and text has a size in pixels, so that the text is readable at every width. */
  #drawing(title: string, description: string, rows: readonly DrawnRow[]): string {
    const id = this.#id();
    let y = 0;
    const lines = rows.flatMap(({ height, at }) => {
      const drawn = at(y);
      y += height;
      return drawn;
    });
    return `<svg role="img" aria-labelledby="${id}-title ${id}-text" width="100%" height="${y}">
<title id="${id}-title">${escapeHtml(escapeInvisible(shortened(title, longestValue)))}</title>
<desc id="${id}-text">${escapeHtml(escapeInvisible(shortened(description, longestValue)))} The table below contains the same numbers.</desc>
${lines.join("\n")}
</svg>`;
  }

  #id(): string {
    this.#ids += 1;
    return `part-${this.#ids}`;
  }
}

/** The titles that GitHub and GitLab give to alerts in Markdown. */
const alertTitles = { danger: "Caution", warning: "Warning" };

function alert(level: "danger" | "warning", lines: readonly Text[]): string {
  const body = lines.length === 1 && lines[0] !== undefined ? `<p>${spans(lines[0])}</p>` : list(lines);
  return `<div class="alert ${level}" role="note">\n<p class="level">${alertTitles[level]}</p>\n${body}\n</div>`;
}

function list(items: readonly Text[]): string {
  return `<ul>\n${items.map((item) => `<li>${spans(item)}</li>`).join("\n")}\n</ul>`;
}

function facts({ items }: Facts): string {
  const each = items.map(({ label, before, now }) => {
    const from = before === undefined ? "" : `<span class="before">${spans(before)}</span> <span class="to">→</span> `;
    return `<div><dt>${spans(label)}</dt><dd>${from}<strong>${spans(now)}</strong></dd></div>`;
  });
  return `<dl class="facts">\n${each.join("\n")}\n</dl>`;
}

/**
 * On a phone, rows are stacked and each cell shows its column. The roles keep the table accessible there, because
 * browsers do not expose an element with another layout as a table.
 */
function table({ columns, rows }: Table): string {
  const kind = (index: number) => (columns[index]?.numeric ? ' class="number"' : "");
  const head = columns.map(
    ({ title }, index) => `<th role="columnheader" scope="col"${kind(index)}>${spans(title)}</th>`,
  );
  const labels = columns.map(({ title }) => escapeHtml(escapeInvisible(shortened(title, 60))));
  const body = rows.map((cells) => {
    const each = cells.map((cell, index) => {
      if (index === 0 && continues(cell)) return '<td role="cell" class="again"></td>';
      if (index === 0) return `<th role="rowheader" scope="row"${kind(index)}>${spans(cell)}</th>`;
      return `<td role="cell"${kind(index)} data-label="${labels[index] ?? ""}"><div>${spans(cell)}</div></td>`;
    });
    return `<tr role="row">${each.join("")}</tr>`;
  });
  return `<div class="table">
<table role="table">
<thead role="rowgroup"><tr role="row">${head.join("")}</tr></thead>
<tbody role="rowgroup">
${body.join("\n")}
</tbody>
</table>
</div>`;
}

/** Whether a row that begins with this cell goes on with the row above it. */
function continues(cell: Text): boolean {
  return Array.isArray(cell) && cell.length === 0;
}

const shownBars = 20;

/** A row of a drawing, in pixels from the top. */
interface DrawnRow {
  readonly height: number;
  /** The elements of the row, if it begins there. */
  readonly at: (y: number) => string[];
}

function keys(legend: readonly (readonly [key: string, words: string])[]): string {
  const each = legend.map(([key, words]) => `<span class="key ${key}"></span>${spans(words)}`);
  return `<p class="legend" aria-hidden="true">${each.join(" ")}</p>`;
}

function asTable(numbers: Table): string {
  return `<details>
<summary>Show as a table</summary>
<div class="inside">
${table(numbers)}
</div>
</details>`;
}

function nameAt(label: string, y: number): string {
  return `<text class="app" x="0" y="${y + 13}">${escapeHtml(escapeInvisible(shortened(label, 34)))}</text>`;
}

function scalingRow({ label, bars }: BarRow, scale: number): DrawnRow {
  return {
    height: 32 + bars.length * 15,
    at: (y) => [nameAt(label, y), ...bars.map((each, index) => barOf(each, scale, y + 20 + index * 15))],
  };
}

/** The words have a line of their own, because they may be long. */
function stackedRow({ label, values, words }: BarChart["rows"][number], scale: number): DrawnRow {
  return {
    height: 62,
    at: (y) => {
      let x = 0;
      const rects = values.flatMap((value, index) => {
        if (!(value > 0)) return [];
        const from = x;
        x += (value / scale) * 100;
        return [
          `<rect class="part-${index}" x="${from.toFixed(2)}%" y="${y + 20}" width="${(x - from).toFixed(2)}%" height="11"/>`,
        ];
      });
      const text = escapeHtml(escapeInvisible(shortened(words, 100)));
      return [nameAt(label, y), ...rects, `<text class="value" x="0" y="${y + 45}">${text}</text>`];
    },
  };
}

/** The share of the width for the names of the days, in percent. */
const dayShare = 12;
const hourShare = (100 - dayShare) / 24;

function weekRow({ days, full }: WeekChart): DrawnRow {
  const x = (hour: number) => `${(dayShare + hour * hourShare).toFixed(2)}%`;
  return {
    height: 20 + days.length * 18,
    at: (top) => [
      ...[0, 6, 12, 18].map((hour) => `<text class="value" x="${x(hour)}" y="${top + 11}">${hour}</text>`),
      ...days.flatMap((hours, day) => {
        const y = top + 18 + day * 18;
        return [
          `<text class="value" x="0" y="${y + 13}">${weekdays[day] ?? ""}</text>`,
          ...hours.map(
            (value, hour) =>
              `<rect class="hour-${darkness(value, full) ?? "unknown"}" x="${x(hour)}" y="${y}" width="${hourShare.toFixed(2)}%" height="17"/>`,
          ),
        ];
      }),
    ],
  };
}

/** The share of the width for bars. The rest is for their numbers: on a phone, enough for thousands. */
const barShare = 54;

function barOf({ when, range, words }: Bar, scale: number, y: number): string {
  const width = (runners: number) => `${((runners / scale) * barShare).toFixed(2)}%`;
  const reach = width(Math.max(range?.max ?? 0, range?.warm ?? 0));
  const value = when === "unchanged" ? words : `${when}: ${words}`;
  const text = `<text class="value" x="${range ? reach : 0}" dx="${range ? 8 : 0}" y="${y + 10}">${value}</text>`;
  if (range === undefined) return text;
  const bar = (part: string, to: string) =>
    `<rect class="${part} ${when}" x="0" y="${y}" width="${to}" height="11" rx="3"/>`;
  return `${bar("reach", reach)}${bar("warm", width(range.warm))}${text}`;
}

const plotHeight = 60;

/** The hours fill the width; the texts keep their size. */
function plotRow(row: HourlyRow): DrawnRow {
  const top = topOf(row);
  return {
    height: plotHeight + 50,
    at: (y) => {
      const lines = row.lines.map(({ at, when }) => {
        const height = (y + 20 + (1 - at / top) * plotHeight).toFixed(2);
        return `<line class="${when}" x1="0" x2="100%" y1="${height}" y2="${height}"/>`;
      });
      return [
        nameAt(row.label, y),
        `<svg x="0" y="${y + 20}" width="100%" height="${plotHeight}" viewBox="0 0 ${row.hours.length} ${top}" preserveAspectRatio="none"><path class="hours" d="${areaOf(row.hours, top)}"/></svg>`,
        ...lines,
        `<text class="value" x="0" y="${y + plotHeight + 36}">${escapeHtml(hourlyWords(row))}</text>`,
      ];
    },
  };
}

/** One step per hour; nothing where the number is unknown. */
function areaOf(hours: readonly (number | null)[], top: number): string {
  return hours
    .map((runners, index) => (runners === null ? "" : `M${index} ${top}V${top - runners}h1V${top}z`))
    .join("");
}

function scalingTable(chart: ScalingChart): Table {
  const cell = (range: { warm: number; max: number | undefined } | undefined) =>
    range === undefined ? ["–", "–"] : [String(range.warm), String(range.max ?? "unknown")];
  return {
    kind: "table",
    columns: [
      { title: "App" },
      { title: "Warm before", numeric: true },
      { title: "Maximum before", numeric: true },
      { title: "Warm after", numeric: true },
      { title: "Maximum after", numeric: true },
    ],
    rows: chart.rows.map(({ label, before, after }) => [label, ...cell(before), ...cell(after)]),
  };
}

function barTable({ noun, parts, rows }: BarChart): Table {
  return {
    kind: "table",
    columns: [{ title: noun }, ...parts.map((title) => ({ title, numeric: true as const }))],
    rows: rows.map(({ label, values }) => [label, ...values.map(rounded)]),
  };
}

function weekTable({ unit, days }: WeekChart): Table {
  return {
    kind: "table",
    columns: [{ title: "Day" }, { title: unit }],
    rows: days.map((hours, day) => [weekdays[day] ?? "", hoursInWords(hours)]),
  };
}

function rounded(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: 2 });
}
