import { createHash } from "node:crypto";
import { type Bar, barRows, largest } from "./bars";
import type { Block, Facts, Inline, Report, ScalingChart, Section, Table, Text } from "./document";
import { stylesheet } from "./stylesheet";
import { clipped, escapeHtml, inlines, isRightToLeft, shortened, textOf, visible, webAddress } from "./text";

/** How long a value may be, in characters. What is longer is in the JSON. */
const longestValue = 1_000;

/**
 * One page with everything, which needs nothing else: no script, no request. The policy in it says so to the browser,
 * and allows this stylesheet alone, so that even a mistake in here could not make a page do anything.
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
<title>${escapeHtml(visible(shortened(report.title, 200)))}</title>
<style>${stylesheet}</style>
</head>
<body>
<header class="${tone(report.blocks)}">
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

/** What the colour beside the verdict tells, which the alerts say in words. */
function tone(blocks: readonly Block[]): "danger" | "warning" | "calm" {
  const levels = blocks.map((block) =>
    block.kind === "alert" ? block.level : block.kind === "section" ? tone(block.blocks) : "calm",
  );
  return levels.includes("danger") ? "danger" : levels.includes("warning") ? "warning" : "calm";
}

// ---- Inert text: the one place where strings become HTML.

function spans(text: Text): string {
  return clipped(inlines(text), longestValue, Infinity).map(span).join("");
}

/** Values are isolated, so that one written from right to left does not turn its neighbours. */
function span(inline: Inline): string {
  const text = escapeHtml(visible(textOf(inline)));
  if (typeof inline === "string") return isRightToLeft(text) ? `<bdi>${text}</bdi>` : text;
  if ("strong" in inline) return `<strong><bdi>${text}</bdi></strong>`;
  if ("code" in inline) return `<code><bdi>${text}</bdi></code>`;
  const href = webAddress(inline.href);
  return href === undefined
    ? `<bdi>${text}</bdi>`
    : `<a href="${escapeHtml(href)}" rel="noreferrer"><bdi>${text}</bdi></a>`;
}

// ---- Blocks. A class, because ids have to differ within the page.

class Page {
  #ids = 0;

  blocks(blocks: readonly Block[], depth: number, title = "Report"): string {
    return blocks.map((block) => this.#block(block, depth, title)).join("\n");
  }

  #block(block: Block, depth: number, title: string): string {
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
        return table(block, title);
      case "scaling":
        return this.#chart(block);
      case "section":
        return this.#section(block, depth);
    }
  }

  #section({ title, folded, blocks }: Section, depth: number): string {
    const body = this.blocks(blocks, depth + 1, title);
    if (folded)
      return `<details>\n<summary>${spans(title)}</summary>\n<div class="inside">\n${body}\n</div>\n</details>`;
    const level = Math.min(depth, 6);
    const id = this.#id();
    return `<section aria-labelledby="${id}">\n<h${level} id="${id}">${spans(title)}</h${level}>\n${body}\n</section>`;
  }

  /** The width of the bars is in per cent and the text in pixels, so that it is readable at every width. */
  #chart(chart: ScalingChart): string {
    const id = this.#id();
    const scale = largest(chart);
    let y = 0;
    const drawing = barRows(chart).map(({ label, bars }) => {
      const name = `<text class="app" x="0" y="${y + 14}">${escapeHtml(visible(shortened(label, 34)))}</text>`;
      const lines = bars.map((bar, index) => barOf(bar, scale, y + 22 + index * 20));
      y += 34 + bars.length * 20;
      return [name, ...lines].join("\n");
    });
    const rows = chart.rows.length;
    return `<figure>
<figcaption>${spans(chart.title)}</figcaption>
<p class="legend" aria-hidden="true"><span class="key warm"></span>always warm <span class="key reach"></span>up to the most</p>
<svg role="img" aria-labelledby="${id}-title ${id}-text" width="100%" height="${y}">
<title id="${id}-title">${escapeHtml(visible(chart.title))}</title>
<desc id="${id}-text">Bars for ${rows} ${rows === 1 ? "app" : "apps"}: runners that are always warm, and the most there may be, before and after. The table below has the same numbers.</desc>
${drawing.join("\n")}
</svg>
<details>
<summary>The same as a table</summary>
<div class="inside">
${table(chartTable(chart), chart.title)}
</div>
</details>
</figure>`;
  }

  #id(): string {
    this.#ids += 1;
    return `part-${this.#ids}`;
  }
}

const alertTitles = { danger: "Destructive", warning: "Careful" };

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

/** Scrolls in a box of its own where it is wider than the page; the box takes the focus so that keys scroll it. */
function table({ columns, rows }: Table, title: string): string {
  const kind = (index: number) => (columns[index]?.numeric ? ' class="number"' : "");
  const head = columns.map((column, index) => `<th scope="col"${kind(index)}>${spans(column.title)}</th>`);
  const body = rows.map((cells) => {
    const [first, ...rest] = cells.map((cell, index) => ({ attributes: kind(index), text: spans(cell) }));
    const th = first ? `<th scope="row"${first.attributes}>${first.text}</th>` : "";
    return `<tr>${th}${rest.map(({ attributes, text }) => `<td${attributes}>${text}</td>`).join("")}</tr>`;
  });
  return `<div class="scroll" role="group" tabindex="0" aria-label="${escapeHtml(visible(shortened(`Table: ${title}`, 200)))}">
<table>
<thead><tr>${head.join("")}</tr></thead>
<tbody>
${body.join("\n")}
</tbody>
</table>
</div>`;
}

/** Of the whole width, what is for the bars; their numbers have the rest. */
const barShare = 66;

function barOf({ when, range, words }: Bar, scale: number, y: number): string {
  const text = `<text class="value" x="100%" y="${y + 11}" text-anchor="end">${when === "unchanged" ? "" : `${when} `}${words}</text>`;
  if (range === undefined) return text;
  const width = (runners: number) => `${((runners / scale) * barShare).toFixed(2)}%`;
  const reach = Math.max(range.max ?? range.warm, range.warm);
  return `<rect class="reach ${when}" x="0" y="${y}" width="${width(reach)}" height="14" rx="3"/><rect class="warm ${when}" x="0" y="${y}" width="${width(range.warm)}" height="14" rx="3"/>${text}`;
}

function chartTable(chart: ScalingChart): Table {
  const cell = (range: { warm: number; max: number | undefined } | undefined) =>
    range === undefined ? ["–", "–"] : [String(range.warm), String(range.max ?? "unknown")];
  return {
    kind: "table",
    columns: [
      { title: "App" },
      { title: "Warm before", numeric: true },
      { title: "Most before", numeric: true },
      { title: "Warm after", numeric: true },
      { title: "Most after", numeric: true },
    ],
    rows: chart.rows.map(({ label, before, after }) => [label, ...cell(before), ...cell(after)]),
  };
}
