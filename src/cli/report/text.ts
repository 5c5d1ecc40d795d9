import type { Inline, Text } from "./document";

export function inlines(text: Text): readonly Inline[] {
  return Array.isArray(text) ? text : [text as Inline];
}

export function textOf(inline: Inline): string {
  if (typeof inline === "string") return inline;
  if ("strong" in inline) return inline.strong;
  return "code" in inline ? inline.code : inline.link;
}

const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/g;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it is about
const c0 = /[\u0000-\u001f\u007f]/g;
/** C1 controls, which some terminals obey, controls of direction, and what is not seen at all. Joiners stay: scripts need them. */
const unseen =
  /[\u0080-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\u{e0000}-\u{e007f}\p{Noncharacter_Code_Point}]/gu;

/** On one line, with everything to be seen that is obeyed rather than shown: ␛ is an escape, ↵ a line break. */
export function visible(text: string): string {
  return text
    .toWellFormed()
    .replace(lineBreak, "↵")
    .replaceAll("\t", " ")
    .replace(c0, (char) => (char === "\u007f" ? "␡" : String.fromCharCode(0x2400 + char.charCodeAt(0))))
    .replace(unseen, (char) => `\\u{${char.codePointAt(0)?.toString(16)}}`);
}

/** At most `length` code points; what is left out at the end is an ellipsis. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  const points = Array.from(text.slice(0, 2 * length + 1));
  return points.length <= length && text.length <= 2 * length + 1 ? text : `${points.slice(0, length - 1).join("")}…`;
}

/** The same text with values of at most `value` code points each and `line` together; an ellipsis stands for the rest. */
export function clipped(text: readonly Inline[], value: number, line: number): Inline[] {
  const result: Inline[] = [];
  let room = line;
  for (const inline of text) {
    if (room <= 0) {
      result.push("…");
      break;
    }
    const short = shortened(textOf(inline), Math.min(value, room));
    room -= short.length;
    result.push(withText(inline, short));
  }
  return result;
}

function withText(inline: Inline, text: string): Inline {
  if (typeof inline === "string") return text;
  if ("strong" in inline) return { strong: text };
  return "code" in inline ? { code: text } : { ...inline, link: text };
}

const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;

/** Whether it needs to be isolated, so that it does not turn what stands around it. */
export function isRightToLeft(text: string): boolean {
  return rightToLeft.test(text);
}

/** The address that a link may lead to; undefined for `javascript:` and whatever else is not the web. */
export function webAddress(href: string): string | undefined {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : undefined;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
