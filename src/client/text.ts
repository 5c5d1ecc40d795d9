// Escapes text from fal and from users. Decides which characters messages, logs, terminals and reports may contain.

/**
 * Characters without a glyph of their own: control characters, line and paragraph separators, direction controls, joiners and
 * other characters of zero width, lone surrogates, unassigned code points, and spaces that look like other spaces.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?![ \u3000])\p{Zs}/gu;

/**
 * Makes every character of a text visible, on one line: `␛` is an escape, `↵` a line feed, `\u{202e}` a character without a
 * symbol. Different names look different. Visible text does not change.
 */
export function escapeInvisible(text: string): string {
  // Most texts.
  if (/^[ -~]*$/.test(text)) return text;
  return text.replace(unseen, (char) => {
    const code = char.codePointAt(0) ?? 0;
    if (char === "\n") return "↵";
    if (char === "\u007f") return "␡";
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `\\u{${code.toString(16)}}`;
  });
}

/** Puts a text on one line, as `escapeInvisible` does, but replaces line breaks and tabs with spaces. */
export function singleLine(text: string): string {
  return escapeInvisible(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ").replace(/ {2,}/g, " ")).trim();
}

/** Converts a value to JSON in which invisible characters are escaped. Parsers return the original text. */
export function escapeInvisibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(unseen, (char) =>
    char === "\n" ? char : Array.from({ length: char.length }, (_, at) => unit(char.charCodeAt(at))).join(""),
  );
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
