/**
 * A text of somebody else's, harmless on a terminal: what a reader would not see, or would see elsewhere (control
 * characters with all escape sequences, line breaks, marks of the writing direction), is written as its code.
 */
export function visible(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
    [...Array(character.length).keys()]
      .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, "0")}`)
      .join(""),
  );
}

/** Columns of equal width, two spaces apart; nothing in a cell can break them. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const cells = rows.map((row) => row.map(visible));
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

/** Columns that a terminal needs: letters as people count them, East Asian ones and emoji two wide. */
function width(text: string): number {
  let columns = 0;
  for (const { segment } of new Intl.Segmenter().segment(text)) {
    columns += /^[\p{sc=Han}\p{sc=Hangul}\p{sc=Hiragana}\p{sc=Katakana}\p{Emoji_Presentation}\uff01-\uff60]/u.test(
      segment,
    )
      ? 2
      : 1;
  }
  return columns;
}
