import { aligned, escapeInvisible, width } from "../command-line/terminal-text";
import { drawn } from "./chart";
import type { Block, Facts, Inline, Report, Section, Table, Text } from "./report-model";
import { clipped, inlines, isolated, textOf, webAddress } from "./text";

/** Maximum lengths in characters: of a value in a sentence, as in the other formats, and of a table cell. */
const longestValue = 1_000;
const longestCell = 200;

/**
 * Plain text for a terminal, without Markdown and its escapes. Nothing is collapsed, and no control character reaches
 * the terminal.
 *
 * @param options.columns the width of the terminal; wider tables are written as lists
 */
export function renderPlain(report: Report, { columns = 100 }: { readonly columns?: number } = {}): string {
  const parts = [
    line(report.verdict),
    line(report.title),
    ...report.blocks.map((block) => written(block, columns)),
    report.footer.map((each) => line(each)).join("\n"),
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

function written(block: Block, columns: number): string {
  switch (block.kind) {
    case "paragraph":
      return line(block.text);
    case "alert":
      return listed(block.lines, block.level === "danger" ? "CAUTION: " : "WARNING: ");
    case "list":
      return listed(block.items, "- ");
    case "facts":
      return facts(block);
    case "table":
      return table(block, columns);
    case "scaling": {
      const { title, rows } = drawn(block, "");
      return [title, "", ...rows].join("\n");
    }
    case "section":
      return section(block, columns);
  }
}

function listed(items: readonly Text[], mark: string): string {
  return items.map((item) => mark + line(item)).join("\n");
}

function facts({ items }: Facts): string {
  return aligned(
    items.map(({ label, before, now }) => [line(label), line(before === undefined ? now : [before, " → ", now])]),
  ).join("\n");
}

function section({ title, blocks }: Section, columns: number): string {
  const name = line(title);
  return [`${name}\n${"─".repeat(width(name))}`, ...blocks.map((block) => written(block, columns))].join("\n\n");
}

function table({ columns, rows }: Table, most: number): string {
  const heads = columns.map(({ title }) => line(title));
  const cells = rows.map((row) => row.map((cell) => line(cell, longestCell)));
  const lines = aligned(
    [heads, ...cells],
    columns.map(({ numeric }) => numeric === true),
  );
  if (lines.every((each) => width(each) <= most)) return lines.join("\n");
  return cells
    .map(([first = "", ...rest]) => [first, ...rest.map((cell, index) => `  ${heads[index + 1]}: ${cell}`)].join("\n"))
    .join("\n");
}
