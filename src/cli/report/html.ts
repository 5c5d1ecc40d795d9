import { createHash } from "node:crypto";
import { escapeInvisible } from "../command-line/terminal-text";
import { type Bar, type BarRow, barRows, largest } from "./chart";
import { levelOf } from "./level";
import { count } from "./phrases";
import type { Block, Facts, Inline, Report, ScalingChart, Section, Table, Text } from "./report-model";
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
        return this.#chart(block);
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

  /** Every app has a bar. Later ones are collapsed, because readers would not find the text after a long chart. */
  #chart(chart: ScalingChart): string {
    const scale = largest(chart);
    const rows = barRows(chart);
    const more = rows.slice(shownBars);
    const drawing = this.#drawing(chart.title, rows.slice(0, shownBars), scale);
    const folded = `<details>
<summary>${count(more.length, "more app")}</summary>
<div class="inside">
${this.#drawing(`${chart.title}, continued`, more, scale)}
</div>
</details>
`;
    return `<figure>
<figcaption>${spans(chart.title)}</figcaption>
<p class="legend" aria-hidden="true"><span class="key warm"></span>warm <span class="key reach"></span>up to the maximum</p>
${drawing}
${more.length > 0 ? folded : ""}<details>
<summary>Show as a table</summary>
<div class="inside">
${table(chartTable(chart))}
</div>
</details>
</figure>`;
  }

  /** Bars have a width in percent and text has a size in pixels, so that the text is readable at every width. */
  #drawing(title: string, rows: readonly BarRow[], scale: number): string {
    const id = this.#id();
    let y = 0;
    const lines = rows.flatMap(({ label, bars }) => {
      const name = `<text class="app" x="0" y="${y + 13}">${escapeHtml(escapeInvisible(shortened(label, 34)))}</text>`;
      const drawn = bars.map((each, index) => barOf(each, scale, y + 20 + index * 15));
      y += 32 + bars.length * 15;
      return [name, ...drawn];
    });
    const apps = count(rows.length, "app");
    return `<svg role="img" aria-labelledby="${id}-title ${id}-text" width="100%" height="${y}">
<title id="${id}-title">${escapeHtml(escapeInvisible(title))}</title>
<desc id="${id}-text">Bars for ${apps}: warm and maximum runners, before and after. The table below contains the same numbers.</desc>
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

function chartTable(chart: ScalingChart): Table {
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
