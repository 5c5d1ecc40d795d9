import { escapeInvisible } from "../../client/text";

export { escapeInvisible, escapeInvisibleJson, singleLine } from "../../client/text";

/** Columns of equal width, two spaces apart; nothing in a cell can break them. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(escapeInvisible));
  const widths = cells.reduce<number[]>((widest, row) => {
    for (const [column, cell] of row.entries()) widest[column] = Math.max(widest[column] ?? 0, width(cell));
    return widest;
  }, []);
  return cells.map((row) =>
    row
      .map((cell, column) => cell + " ".repeat((widths[column] ?? 0) - width(cell)))
      .join("  ")
      .trimEnd(),
  );
}

const letters = new Intl.Segmenter();

/** Columns that a terminal needs: letters as people count them, East Asian ones and emoji two wide, joiners none. */
export function width(text: string): number {
  // Most texts, and taking letters apart is slow.
  if (/^[ -~]*$/.test(text)) return text.length;
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
