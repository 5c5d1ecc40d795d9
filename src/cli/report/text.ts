import { limited } from "./phrases";
import type { Inline, Text } from "./report-model";

export function inlines(text: Text): readonly Inline[] {
  return Array.isArray(text) ? text : [text as Inline];
}

export function textOf(inline: Inline): string {
  if (typeof inline === "string") return inline;
  if ("strong" in inline) return inline.strong;
  return "code" in inline ? inline.code : inline.link;
}

/** `a`, `a and b`, `a, b and c`. At most ten items are listed; the rest is counted. */
export function inlineList(items: readonly (readonly Inline[])[]): Inline[] {
  const shown = limited(items, (text) => [text]);
  return shown.flatMap((item, index) => {
    if (index === 0) return item;
    return [index < shown.length - 1 ? ", " : " and ", ...item];
  });
}

export function separated(parts: readonly (readonly Inline[])[], separator: string): Inline[] {
  return parts.flatMap((part, index) => (index === 0 ? part : [separator, ...part]));
}

/** A sentence of our own or of a message, in which backticks stand around code. */
export function prose(text: string): Inline[] {
  return text
    .split("`")
    .map((part, index, all): Inline => (index % 2 === 1 && index < all.length - 1 ? { code: part } : part))
    .filter((part) => part !== "");
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

/** `markup` is what the text became; what is written from right to left gets the characters that isolate it. */
export function isolated(text: string, markup: string): string {
  return isRightToLeft(text) ? `\u2068${markup}\u2069` : markup;
}

/** The address that a link may lead to; undefined for `javascript:` and whatever else is not the web. */
export function webAddress(href: string): string | undefined {
  const url = URL.canParse(href) ? new URL(href) : undefined;
  return url?.protocol === "https:" || url?.protocol === "http:" ? url.href : undefined;
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
