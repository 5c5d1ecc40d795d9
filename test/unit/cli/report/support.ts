import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { type DefaultTreeAdapterTypes, parse, parseFragment } from "parse5";
import { hostileTexts } from "../../../support/reports";

export type Node = DefaultTreeAdapterTypes.Node;
export type Element = DefaultTreeAdapterTypes.Element;

/** Renders a comment as a browser shows it, without the sanitizing of GitHub and GitLab. */
export function parseMarkdown(markdown: string): Node {
  return parseFragment(
    micromark(markdown, { allowDangerousHtml: true, extensions: [gfm()], htmlExtensions: [gfmHtml()] }),
  );
}

export function parsePage(html: string): { page: Node; errors: string[] } {
  const errors: string[] = [];
  const page = parse(html, { onParseError: ({ code, startLine }) => errors.push(`${code} in line ${startLine}`) });
  return { page, errors };
}

function children(node: Node): Node[] {
  return "childNodes" in node ? node.childNodes : [];
}

export function elements(node: Node): Element[] {
  return [...("tagName" in node ? [node] : []), ...children(node).flatMap(elements)];
}

export function named(node: Node, name: string): Element[] {
  return elements(node).filter(({ tagName }) => tagName === name);
}

export function attribute(element: Element, name: string): string | undefined {
  return element.attrs.find((each) => each.name === name)?.value;
}

/** Texts in which GitHub and GitLab look for references. */
export function plainTexts(node: Node): string[] {
  if ("value" in node) return [node.value];
  if ("tagName" in node && ["code", "pre", "a", "style"].includes(node.tagName)) return [];
  return children(node).flatMap(plainTexts);
}

/** Every text by itself, as parsers that look for addresses see it. */
export function textNodes(node: Node): string[] {
  return "value" in node ? [node.value] : children(node).flatMap(textNodes);
}

export function textContent(node: Node): string {
  if (node.nodeName === "style") return "";
  return "value" in node ? node.value : children(node).map(textContent).join("");
}

/** The text as people read it: without separators and isolates, and with white space as browsers show it. */
export function readable(text: string): string {
  return text
    .replace(/[\u200b\u2068\u2069]/g, "")
    .replace(/\s+/g, " ")
    .trim();
}

/** Elements and attributes without the texts; `ignored` elements count as their content. */
export function skeleton(node: Node, ignored: readonly string[]): string {
  const inner = children(node)
    .map((child) => skeleton(child, ignored))
    .join("");
  if (node.nodeName === "#comment") return "<!-- -->";
  if (!("tagName" in node) || ignored.includes(node.tagName)) return inner;
  const attributes = node.attrs.map(({ name, value }) => ` ${name}=${name === "data-label" ? "" : value}`).join("");
  return `<${node.tagName}${attributes}>${inner}</${node.tagName}>`;
}

/** Control characters that terminals and browsers interpret. Line breaks are our own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are the subject
export const obeyed = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066\u2067\ufeff]/;

/** Any text, often with characters that have a meaning in some format. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...hostileTexts.filter((text) => text.length < 500)),
  fc
    .array(
      fc.oneof(
        fc.constantFrom(..."\\`*_{}[]()<>#+-.!|~$@&%^=:/'\" \n\t0123aA", "\u202e", "\u001b", "ש", "→", "\u0000"),
        fc.constantFrom(...hostileTexts.filter((text) => text.length < 60)),
        fc.constantFrom(
          "<!--",
          "-->",
          "](https://e.example)",
          "https://",
          "www.",
          "@a",
          "a@b.cd",
          "4be1c7d2",
          "\n\n",
          "\n    ",
        ),
        fc.string({ unit: "binary", maxLength: 5 }),
      ),
      { maxLength: 8 },
    )
    .map((parts) => parts.join("")),
);
