const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const c0 = /[\u0000-\u001f\u007f]/g;
/** C1 controls, which some terminals obey, controls of direction, and what is not seen at all. Joiners stay: scripts need them. */
const unseen =
  /[\u0080-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Noncharacter_Code_Point}]/gu;

/**
 * A text of somebody else's, harmless on a terminal and in a report: on one line, with everything to be seen that is
 * obeyed rather than shown. ␛ is an escape, ↵ a line break.
 */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(lineBreak, "↵")
    .replaceAll("\t", " ")
    .replace(c0, (char) => (char === "\u007f" ? "␡" : String.fromCharCode(0x2400 + char.charCodeAt(0))))
    .replace(unseen, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** As `visible`; line breaks become spaces, for sentences of others that may have some. */
export function oneLine(text: string): string {
  return visible(text.replace(/\s*[\r\n]+\s*/g, " "));
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
