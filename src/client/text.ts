// Texts of others, made harmless. The one place that decides which characters may reach a message, a log, a terminal or a report.

/**
 * What is obeyed or not seen instead of being shown: controls, line and paragraph separators, controls of the writing
 * direction, joiners and everything else without a width, halves of characters, what is no character (yet),
 * and spaces that look like another one.
 */
const unseen = /[\p{Cc}\p{Cf}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?![ \u3000])\p{Zs}/gu;

/**
 * A name or another text of somebody else's, on one line, in which every character can be seen: `␛` is an escape, `↵` a
 * line feed, `\u{202e}` what has no picture. Two names that differ look different. A text that is visible already stays
 * as it is.
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

/** A sentence of somebody else's on one line: as `visible`, but line breaks and tabs become spaces. */
export function singleLine(text: string): string {
  return escapeInvisible(text.replace(/[\t\n\v\f\r\u0085\u2028\u2029]+/g, " ").replace(/ {2,}/g, " ")).trim();
}

/**
 * JSON in which nothing is obeyed or unseen: such characters are escaped, which means the same to every reader of JSON,
 * so names and ids in it can be used.
 */
export function escapeInvisibleJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, null, indent).replace(unseen, (char) =>
    char === "\n" ? char : Array.from({ length: char.length }, (_, at) => unit(char.charCodeAt(at))).join(""),
  );
}

function unit(code: number): string {
  return `\\u${code.toString(16).padStart(4, "0")}`;
}
