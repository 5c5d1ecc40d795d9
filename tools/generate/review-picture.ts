// The picture of a review in the README: a golden review, laid out as SVG. `micromark` and `parse5` read it as GitHub and
// browsers do. SVG breaks no lines, so this measures text with the average width of a letter.
import type { DefaultTreeAdapterMap } from "parse5";

type Node = DefaultTreeAdapterMap["childNode"];
type Element = DefaultTreeAdapterMap["element"];

const width = 860;
const margin = 28;
const line = 22;
const sizes = { text: 14, verdict: 17, code: 13 };
/** Average widths of a letter, in parts of the font's size. */
const letter = { text: 0.53, bold: 0.56, code: 0.602 };

/** @param markdown a review as `pulumi-fal review` writes it */
export async function reviewPicture(markdown: string): Promise<string> {
  const [{ micromark }, { gfm, gfmHtml }, { parseFragment }] = await Promise.all([
    import("micromark"),
    import("micromark-extension-gfm"),
    import("parse5"),
  ]);
  const options = { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true };
  const picture = new Picture();
  const elements = parseFragment(micromark(markdown, options)).childNodes.filter(isElement);
  for (const [index, element] of elements.entries()) {
    if (element.tagName === "details") continue;
    // Footnotes.
    if (element.tagName === "p" && index > 0) continue;
    if (index === 0) picture.paragraph(textOf(element), "verdict");
    else if (element.tagName === "blockquote") picture.alert(textOf(element));
    else if (element.tagName === "table") picture.table(rowsOf(element));
    else if (element.tagName === "pre") picture.code(textOf(element));
    else picture.paragraph(textOf(element), "heading");
  }
  return picture.toString(textOf(elements[0]));
}

class Picture {
  #y = margin;
  readonly #parts: string[] = [];

  paragraph(text: string, style: "verdict" | "heading"): void {
    const size = style === "verdict" ? sizes.verdict : sizes.text;
    for (const row of wrapped(text, width - 2 * margin, size * letter.bold)) this.#text(margin, row, style, size + 7);
    this.#y += style === "verdict" ? 12 : 4;
  }

  alert(text: string): void {
    const [, kind = "NOTE", rest = ""] = /^\s*\[!(\w+)\]\s*(.*)$/s.exec(text) ?? [];
    const top = this.#y;
    const style = kind.toLowerCase();
    this.#text(margin + 16, kind.charAt(0) + style.slice(1), `alert ${style}`, line);
    for (const item of rest.split("\n").filter((each) => each.trim() !== "")) {
      for (const row of wrapped(item.trim(), width - 2 * margin - 16, sizes.text * letter.text)) {
        this.#text(margin + 16, row, "", line);
      }
    }
    this.#parts.push(`<rect class="${style}" x="${margin}" y="${top}" width="4" height="${this.#y - top}"/>`);
    this.#y += 16;
  }

  table(rows: readonly (readonly string[])[]): void {
    const columns = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
    const left = columns.map((_, column) =>
      columns.slice(0, column).reduce((sum, chars) => sum + chars * sizes.text * letter.bold + 28, margin + 12),
    );
    const right = (left.at(-1) ?? 0) + (columns.at(-1) ?? 0) * sizes.text * letter.bold + 12;
    const height = line + 8;
    for (const [index, row] of rows.entries()) {
      for (const [column, text] of row.entries()) this.#place(left[column] ?? 0, 20, text, index === 0 ? "head" : "");
      this.#y += height;
      this.#parts.push(`<path class="rule" d="M${margin} ${this.#y}H${Math.min(right, width - margin).toFixed(0)}"/>`);
    }
    this.#y += 16;
  }

  code(text: string): void {
    // Not every viewer keeps ordinary spaces.
    const rows = text.trimEnd().replaceAll(" ", "\u00a0").split("\n");
    for (const row of rows) this.#text(margin + 12, row, "code", sizes.code + 5);
    this.#y += 16;
  }

  toString(title: string): string {
    return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${this.#y + 4}" role="img">
<!-- Generated from test/fixtures/reviews by \`npm run generate\`; do not edit. -->
<title>${escaped(title)}</title>
<style>
svg { --page: #fff; --line: #d1d9e0; --ink: #1f2328; --quiet: #59636e; --warning: #9a6700; --caution: #d1242f; --note: #0969da; }
@media (prefers-color-scheme: dark) {
  svg { --page: #0d1117; --line: #3d444d; --ink: #f0f6fc; --quiet: #9198a1; --warning: #d29922; --caution: #f85149; --note: #4493f8; }
}
text { fill: var(--ink); font: ${sizes.text}px system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif; white-space: pre; }
.verdict { font-size: ${sizes.verdict}px; font-weight: 600; }
.heading, .head, .alert { font-weight: 600; }
.head { fill: var(--quiet); }
.code { font: ${sizes.code}px ui-monospace, SFMono-Regular, Menlo, Consolas, "Liberation Mono", monospace; }
.warning { fill: var(--warning); }
.caution { fill: var(--caution); }
.note, .tip, .important { fill: var(--note); }
.rule { stroke: var(--line); }
.page { fill: var(--page); stroke: var(--line); }
</style>
<rect class="page" x="0.5" y="0.5" width="${width - 1}" height="${this.#y + 3}" rx="8"/>
${this.#parts.join("\n")}
</svg>
`;
  }

  #text(x: number, text: string, style: string, height: number): void {
    this.#place(x, height * 0.75, text, style);
    this.#y += height;
  }

  #place(x: number, below: number, text: string, style: string): void {
    if (text.trim() === "") return;
    const named = style === "" ? "" : ` class="${style}"`;
    this.#parts.push(`<text${named} x="${x.toFixed(0)}" y="${(this.#y + below).toFixed(0)}">${escaped(text)}</text>`);
  }
}

function rowsOf(table: Element): string[][] {
  return descendants(table)
    .filter(({ tagName }) => tagName === "tr")
    .map((row) => row.childNodes.filter(isElement).map((cell) => textOf(cell).trim()));
}

function descendants(element: Element): Element[] {
  return element.childNodes.filter(isElement).flatMap((child) => [child, ...descendants(child)]);
}

function textOf(node: Node | undefined): string {
  if (node === undefined) return "";
  if ("value" in node) return node.value;
  return "childNodes" in node ? node.childNodes.map(textOf).join("") : "";
}

function isElement(node: Node): node is Element {
  return "tagName" in node;
}

function wrapped(text: string, space: number, perLetter: number): string[] {
  const rows: string[] = [];
  for (const word of text.trim().split(/\s+/)) {
    const last = rows.at(-1);
    if (last !== undefined && (last.length + 1 + word.length) * perLetter <= space)
      rows[rows.length - 1] = `${last} ${word}`;
    else rows.push(word);
  }
  return rows;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
