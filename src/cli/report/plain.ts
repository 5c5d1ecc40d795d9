import { aligned, escapeInvisible, fitted, type Style, styleFor, width, wrap } from "../command-line/terminal-text";
import { type Drawing, drawnBars, drawnScaling, drawnWeek } from "./chart";
import { drawnHours } from "./hours";
import { levelOf } from "./level";
import type { Block, Facts, Inline, Report, Section, Table, Text } from "./report-model";
import { clipped, inlines, isolated, textOf, webAddress } from "./text";

/** Maximum lengths in characters: of a value in a sentence, as in the other formats, and of a table cell. */
const longestValue = 1_000;
const longestCell = 200;

/**
 * Plain text for a terminal, without Markdown and its escapes. Nothing is collapsed, and no control character reaches
 * the terminal.
 *
 * @param options.columns the width of the terminal. Without it, lines are not broken, and tables fit 100 columns.
 * @param options.color the first line has the color of the report's level
 */
export function renderPlain(
  report: Report,
  { columns, color = false }: { readonly columns?: number; readonly color?: boolean } = {},
): string {
  const page = { columns, style: styleFor({ color }) };
  const parts = [
    page.style(["bold", ...colorOf(report)], prose(report.verdict, columns)),
    line(report.title),
    ...report.blocks.map((block) => written(block, page)),
    report.footer.map((each) => prose(each, columns)).join("\n"),
  ];
  return `${parts.filter((part) => part !== "").join("\n\n")}\n`;
}

function line(text: Text, longest = longestValue): string {
  return clipped(inlines(text), longest, Infinity).map(span).join("").trim();
}

function span(inline: Inline): string {
  const text = escapeInvisible(textOf(inline));
  const address = typeof inline === "object" && "href" in inline ? webAddress(inline.href) : undefined;
  return isolated(text, text) + (address === undefined ? "" : ` (${escapeInvisible(address)})`);
}

function prose(text: Text, columns: number | undefined, mark = ""): string {
  const written = mark + line(text);
  return columns === undefined ? written : wrap(written, columns, " ".repeat(mark.length));
}

/** Where a report is shown. */
interface Page {
  readonly columns: number | undefined;
  readonly style: Style;
}

const alertColors = { danger: "red", warning: "yellow" } as const;

function colorOf(report: Report): ("red" | "yellow")[] {
  const level = levelOf(report);
  return level === "calm" ? [] : [alertColors[level]];
}

function written(block: Block, page: Page): string {
  const { columns, style } = page;
  switch (block.kind) {
    case "paragraph":
      return prose(block.text, columns);
    case "alert":
      return style(
        alertColors[block.level],
        listed(block.lines, block.level === "danger" ? "CAUTION: " : "WARNING: ", columns),
      );
    case "list":
      return listed(block.items, "- ", columns);
    case "facts":
      return facts(block);
    case "table":
      return table(block, page);
    case "scaling":
      return drawing(drawnScaling(block, ""));
    case "bars":
      return drawing(drawnBars(block, ""));
    case "week":
      return drawing(drawnWeek(block, ""));
    case "hourly":
      return drawing(drawnHours(block, ""));
    case "section":
      return section(block, page);
  }
}

function listed(items: readonly Text[], mark: string, columns: number | undefined): string {
  return items.map((item) => prose(item, columns, mark)).join("\n");
}

function drawing({ title, rows }: Drawing): string {
  return [title, "", ...rows].join("\n");
}

function facts({ items }: Facts): string {
  return aligned(
    items.map(({ label, before, now }) => [line(label), line(before === undefined ? now : [before, " → ", now])]),
  ).join("\n");
}

function section({ title, blocks }: Section, page: Page): string {
  const name = line(title);
  return [
    `${page.style("bold", name)}\n${"─".repeat(width(name))}`,
    ...blocks.map((block) => written(block, page)),
  ].join("\n\n");
}

function table({ columns, rows }: Table, { columns: most = 100, style }: Page): string {
  const heads = columns.map(({ title }) => line(title));
  const cells = rows.map((row) => row.map((cell) => line(cell, longestCell)));
  const [titles = "", ...lines] = fitted(
    [heads, ...cells],
    most,
    columns.map(({ numeric }) => numeric === true),
  );
  return [style("bold", titles), ...lines].join("\n");
}
