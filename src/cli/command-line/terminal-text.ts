import { styleText } from "node:util";
import { escapeInvisible } from "../../client/text";

export { escapeInvisible, escapeInvisibleJson, singleLine } from "../../client/text";

/** Colors a text. It is applied last, because `width` counts the codes as text. */
export type Style = (format: Parameters<typeof styleText>[0], text: string) => string;

/** Without `color`, the text stays as it is. */
export function styleFor({ color }: { readonly color?: boolean }): Style {
  return color ? (format, text) => styleText(format, text, { validateStream: false }) : (_format, text) => text;
}

/** Columns of equal width, two spaces apart; nothing in a cell can break them. For `columns`, see `fitted`. */
export function table(rows: readonly (readonly string[])[], columns?: number): string[] {
  return fitted(
    rows.map((row) => row.map(escapeInvisible)),
    columns,
  );
}

/**
 * A table whose cells are escaped already, for a terminal of this width; undefined: any width. If the table is wider, each
 * row ends with a line for each column that does not fit. The first row has the titles.
 */
export function fitted(
  rows: readonly (readonly string[])[],
  columns: number | undefined,
  numeric: readonly boolean[] = [],
): string[] {
  const [titles = []] = rows;
  for (let kept = titles.length; ; kept--) {
    const lines = aligned(
      rows.map((row) => row.slice(0, kept)),
      numeric,
    );
    if (columns !== undefined && kept > 1 && lines.some((line) => width(line) > columns)) continue;
    return lines.flatMap((line, index) => {
      const rest = index === 0 ? [] : (rows[index] ?? []).slice(kept);
      const named = rest.map((cell, column) => [titles[kept + column], cell].filter(Boolean).join(": "));
      return [
        line,
        ...named
          .filter((_, column) => rest[column] !== "")
          .map((text) => wrap(`  ${text}`, columns ?? Infinity, "    ")),
      ];
    });
  }
}

/** The same for cells that are escaped already. Cells of `numeric` columns are aligned on the right. */
export function aligned(rows: readonly (readonly string[])[], numeric: readonly boolean[] = []): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) widths[column] = Math.max(widths[column] ?? 0, width(cell));
  }
  return rows.map((row) =>
    row
      .map((cell, column) => {
        const gap = " ".repeat((widths[column] ?? 0) - width(cell));
        return numeric[column] ? gap + cell : cell + gap;
      })
      .join("  ")
      .trimEnd(),
  );
}

/**
 * Breaks a text between words, so that its lines fit; a longer word stays whole. All lines but the first start with
 * `indent`.
 */
export function wrap(text: string, columns: number, indent = ""): string {
  const lines: string[] = [];
  let line: string | undefined;
  let used = 0;
  for (const word of text.split(" ")) {
    const needed = width(word);
    if (line === undefined) {
      line = word;
      used = needed;
    } else if (used + 1 + needed > columns && line.trim() !== "") {
      lines.push(line.trimEnd());
      line = indent + word;
      used = indent.length + needed;
    } else {
      line += ` ${word}`;
      used += 1 + needed;
    }
  }
  return [...lines, line ?? ""].join("\n");
}

/** Created on first use, because that takes about 15 ms. */
let letters: Intl.Segmenter | undefined;

/** Columns that a terminal needs: letters as people count them, East Asian ones and emoji two wide, joiners none. */
export function width(text: string): number {
  // Most texts, and taking letters apart is slow.
  if (/^[ -~]*$/.test(text)) return text.length;
  letters ??= new Intl.Segmenter();
  let columns = 0;
  for (const { segment } of letters.segment(text)) {
    if (/^\p{Cf}+$/u.test(segment)) continue;
    columns += /^[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
      segment,
    )
      ? 2
      : 1;
  }
  return columns;
}
