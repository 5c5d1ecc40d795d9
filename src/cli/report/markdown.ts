import { escapeInvisible } from "../command-line/terminal-text";
import { type Drawing, drawnBars, drawnScaling, drawnWeek } from "./chart";
import { drawnHours } from "./hours";
import { count } from "./phrases";
import type { Block, Facts, Inline, Report, Section, Table, Text } from "./report-model";
import { clipped, escapeHtml, inlines, isolated, shortened, textOf, webAddress } from "./text";

/**
 * GitHub accepts comments of up to 65,536 characters, GitLab of a million. The rest is for what the caller adds, such as
 * a marker and a link. `String.length` is never less than GitHub's count, because it counts rare characters twice.
 */
export const commentLimit = 64_500;

/** Enough for the shortest verdict and the remark that everything else is omitted. */
const smallestLimit = 5_000;

/**
 * Markdown for a comment on GitHub and GitLab. If the report does not fit, it omits rows of the longest tables, charts
 * and lists, then whole blocks from the end, and states how many. Verdict and alerts remain. Only if these alone are too
 * long, it shortens long values, and finally replaces alerts by their number.
 *
 * @param options.limit in characters, at least 5,000; the default fits into a comment on GitHub
 * @throws RangeError if the limit is too small
 */
export function renderMarkdown(report: Report, { limit = commentLimit }: { readonly limit?: number } = {}): string {
  if (!(limit >= smallestLimit)) throw new RangeError(`limit: ${limit} is less than ${smallestLimit} characters`);
  let text = "";
  for (const lengths of [usual, short, shortest]) {
    const document = documentOf(report, lengths);
    const compose = (budget: Budget) => composed(document, budget);
    text =
      longestFitting(limit, mostRows(document.body), (rows) => compose({ ...everything, rows })) ??
      longestFitting(limit, countWhole(document.body) + 1, (whole) => compose({ ...everything, rows: 0, whole })) ??
      (lengths === shortest
        ? longestFitting(limit, countAlerts(document.body), (alerts) => compose({ rows: 0, whole: 0, alerts }))
        : undefined) ??
      "";
    if (text !== "") break;
  }
  return text;
}

/** Maximum lengths of texts, in characters before escaping. */
interface Lengths {
  /** One value. */
  readonly value: number;
  /** A whole line. */
  readonly line: number;
  readonly address: number;
}

const usual: Lengths = { value: 1_000, line: 4_000, address: 1_000 };
const short: Lengths = { value: 100, line: 400, address: 200 };
const shortest: Lengths = { value: 40, line: 80, address: 0 };

// ---- The only place that turns strings into Markdown.

/**
 * Escapes characters that have a meaning in GFM or in GitLab's Markdown at any position. Unlike a backslash, a character
 * reference also works in table cells (`|`), before formulas are parsed (`$`), and in raw HTML.
 */
function inert(text: string): string {
  return withoutReferences(text).replace(/[\\`|<>&$*_[\]~^=#]/g, (char) => {
    if (char === "$") return loneDollar;
    return "*_[]~^=#".includes(char) ? `\\${char}` : `&#${char.charCodeAt(0)};`;
  });
}

/** GitHub finds formulas and GitLab finds `$123` only within one text node, and this element ends it after the dollar. */
const loneDollar = "<span>&#36;</span>";

/**
 * GitHub and GitLab search the parsed text for mentions, issues, labels, milestones, epics, emoji, addresses and
 * commits, where escaping does not help. A zero-width space after the first character does; Renovate and Dependabot do
 * the same. They do not search code, so reports show names, ids and values as code. Times stay as they are, because no
 * emoji has two digits as its name.
 */
function withoutReferences(text: string): string {
  return text
    .replace(/[@#!~%&^[{*](?=\S)|:(?!\d\d:)(?=[\w+-]+:|\/\/)/g, `$&${zeroWidthSpace}`)
    .replace(/www(?=\.)/gi, `$&${zeroWidthSpace}`)
    .replace(/[0-9a-f]{6}(?=[0-9a-f])/gi, `$&${zeroWidthSpace}`)
    .replace(/[a-z]\w*-(?=\d)/gi, `$&${zeroWidthSpace}`);
}

const zeroWidthSpace = "\u200b";

/** `<summary>` is not parsed as Markdown. */
function inertHtml(text: string): string {
  return escapeHtml(withoutReferences(text)).replaceAll("$", loneDollar);
}

/**
 * Unchanged between backticks, so that people can read, copy and search it. Text with a backtick or pipe is written with
 * character references, because these characters could end the code or the table cell. Some parsers still find addresses
 * in it, but only within one text node: elements divide it, and unlike zero-width spaces they are not copied.
 */
function inertCode(text: string): string {
  if (text.trim() === "") return "<code>&#32;</code>";
  if (!/[`|]/.test(text)) return /^ .* $/.test(text) ? `\` ${text} \`` : `\`${text}\``;
  const parts = withoutReferences(text)
    .split(zeroWidthSpace)
    .map((part) => part.replace(/[!-/:-@[-`{-~]/g, (char) => `&#${char.charCodeAt(0)};`));
  return `<code>${parts.map((part, index) => (index % 2 === 0 ? part : `<span>${part}</span>`)).join("")}</code>`;
}

/** Escapes characters that `webAddress` allows, but that could end an address in Markdown or be decoded by it. */
function inertAddress(href: string): string {
  return href.replace(/[^\w.\-~:/?#%,;@+]/g, (char) => (char === "&" ? "&amp;" : `&#${char.charCodeAt(0)};`));
}

/** Prevents that the start of a line becomes a list, a heading, a rule, a quick action, … */
function atLineStart(markdown: string): string {
  return markdown.replace(/^(\d*)([!-/:;?@{}])/, (whole, digits: string, char: string) =>
    char === "&" ? whole : `${digits}&#${char.charCodeAt(0)};`,
  );
}

// ---- Turns the report into pieces of Markdown.

function spans(text: Text, lengths: Lengths): string {
  return clipped(inlines(text), lengths.value, lengths.line)
    .map((each) => span(each, lengths))
    .join("")
    .trim();
}

function span(inline: Inline, { address }: Lengths): string {
  const text = escapeInvisible(textOf(inline));
  if (text === "") return "";
  if (typeof inline === "string") return isolated(text, inert(text));
  if ("strong" in inline) return `<strong>${isolated(text, inert(text))}</strong>`;
  if ("code" in inline) return isolated(text, inertCode(text));
  const href = webAddress(inline.href);
  const label = isolated(text, inert(text));
  return href === undefined || href.length > address ? label : `[${label}](<${inertAddress(href)}>)`;
}

/** Never empty, because an empty line would split or join the blocks around it. */
function line(text: Text, lengths: Lengths): string {
  return atLineStart(spans(text, lengths)) || "–";
}

/** A piece of the comment, split into the parts that can be omitted. */
type Piece =
  | { readonly kind: "alert"; readonly level: "danger" | "warning"; readonly lines: readonly string[] }
  | { readonly kind: "whole"; readonly text: string }
  | {
      readonly kind: "rows";
      readonly rows: readonly string[];
      /** The number of rows of the same chart in previous pieces. */
      readonly after?: number;
      readonly wrap: (rows: readonly string[]) => string;
    }
  | { readonly kind: "section"; readonly open: string; readonly close: string; readonly body: readonly Piece[] };

interface Document {
  readonly head: string;
  readonly body: readonly Piece[];
  readonly foot: readonly string[];
}

function documentOf({ title, verdict, blocks, footer }: Report, lengths: Lengths): Document {
  return {
    head: `${inlines(verdict).some(isStrong) ? line(verdict, lengths) : `**${line(verdict, lengths)}**`}\n\n<sub>${line(title, lengths)}</sub>`,
    body: blocks.map((block) => pieceOf(block, lengths, 4)),
    foot: footer.map((text) => `<sub>${line(text, lengths)}</sub>`),
  };
}

function isStrong(inline: Inline): boolean {
  return typeof inline === "object" && "strong" in inline;
}

function pieceOf(block: Block, lengths: Lengths, depth: number): Piece {
  switch (block.kind) {
    case "paragraph":
      return { kind: "whole", text: line(block.text, lengths) };
    case "alert":
      return { kind: "alert", level: block.level, lines: block.lines.map((text) => line(text, lengths)) };
    case "list":
      return {
        kind: "rows",
        rows: block.items.map((item) => `- ${line(item, lengths)}`),
        wrap: (rows) => rows.join("\n"),
      };
    case "facts":
      return { kind: "whole", text: facts(block, lengths) };
    case "table":
      return tablePiece(block, lengths);
    case "scaling":
      return chartPiece(drawnScaling(block, " "), "app");
    case "bars":
      return chartPiece(drawnBars(block, " "), block.noun);
    case "week": {
      // A part of a week means nothing.
      const { title, rows } = drawnWeek(block, " ");
      return { kind: "whole", text: fenced([title, "", ...rows].join("\n")) };
    }
    case "hourly":
      return chartPiece(drawnHours(block, " "), "app");
    case "section":
      return sectionPiece(block, lengths, depth);
  }
}

function facts({ items }: Facts, lengths: Lengths): string {
  const values = items.map(({ before, now }) =>
    spans(before === undefined ? [{ strong: now }] : [before, " → ", { strong: now }], lengths),
  );
  return [row(items.map(({ label }) => spans(label, lengths))), row(items.map(() => "---")), row(values)].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

function tablePiece({ columns, rows }: Table, lengths: Lengths): Piece {
  const head = [
    row(columns.map(({ title }) => spans(title, lengths))),
    row(columns.map(({ numeric }) => (numeric ? "---:" : "---"))),
  ];
  return {
    kind: "rows",
    rows: rows.map((cells) => row(cells.map((cell) => spans(cell, lengths)))),
    wrap: (shown) => [...head, ...shown].join("\n"),
  };
}

function sectionPiece({ title, folded, blocks }: Section, lengths: Lengths, depth: number): Piece {
  const name = escapeInvisible(shortened(title, lengths.line)).trim() || "–";
  const body = blocks.map((block) => pieceOf(block, lengths, depth + 1));
  if (!folded) {
    return {
      kind: "section",
      open: `${"#".repeat(Math.min(depth, 6))} ${isolated(name, inert(name))}`,
      close: "",
      body,
    };
  }
  const open = `<details>\n<summary>${isolated(name, inertHtml(name))}</summary>`;
  return { kind: "section", open, close: "</details>", body };
}

/** Further rows are collapsed, because readers would not find the text after a long chart. */
const shownBars = 12;

/**
 * Bars of text look the same everywhere. Mails, mobile apps and terminals do not show Mermaid, GitLab limits its size,
 * and it has no chart of ranges. Lines begin with a space, so that GitLab does not read one as a quick action.
 */
function chartPiece({ title, rows }: Drawing, noun: string): Piece {
  const more = rows.slice(shownBars);
  const first: Piece = {
    kind: "rows",
    rows: rows.slice(0, shownBars),
    wrap: (shown) => fenced([title, "", ...shown].join("\n")),
  };
  if (more.length === 0) return first;
  const open = `<details>\n<summary>${count(more.length, `more ${noun}`)}</summary>`;
  const rest: Piece = {
    kind: "rows",
    rows: more,
    after: shownBars,
    wrap: (shown) => fenced(shown.join("\n")),
  };
  return {
    kind: "section",
    open: "",
    close: "",
    body: [first, { kind: "section", open, close: "</details>", body: [rest] }],
  };
}

/** A code block. Its fence is longer than any run of backticks in it. */
function fenced(text: string): string {
  const longestRun = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longestRun + 1);
  return `${fence}text\n${text}\n${fence}`;
}

// ---- Composes a comment that fits from the pieces.

interface Budget {
  /** For each table, chart and list. */
  readonly rows: number;
  /** Pieces that are neither alerts nor sections, from the start; the last one is the footer. */
  readonly whole: number;
  /** Lines of alerts, from the start. */
  readonly alerts: number;
}

const everything: Budget = { rows: Infinity, whole: Infinity, alerts: Infinity };

/** The text of the largest budget up to `most` that fits, if any does. */
function longestFitting(limit: number, most: number, compose: (budget: number) => string): string | undefined {
  const all = compose(most);
  if (all.length <= limit) return all;
  let fitting: string | undefined;
  let low = 0;
  let high = most - 1;
  while (low <= high) {
    const middle = (low + high) >> 1;
    const text = compose(middle);
    if (text.length <= limit) {
      fitting = text;
      low = middle + 1;
    } else high = middle - 1;
  }
  return fitting;
}

function composed({ head, body, foot }: Document, budget: Budget): string {
  const left = { rows: 0, whole: 0, alerts: 0, seenWhole: 0, seenAlerts: 0 };
  const parts = composedPieces(body, budget, left);
  // The footer is the last part.
  const footed = foot.length > 0 && budget.whole > left.seenWhole;
  if (foot.length > 0 && !footed) left.whole += 1;
  const missing = Object.entries({ alert: left.alerts, row: left.rows, part: left.whole }).flatMap(([noun, number]) =>
    number > 0 ? [count(number, noun)] : [],
  );
  const remark =
    missing.length === 0
      ? []
      : [`**Too long for a comment: ${missing.join(", ")} omitted.** \`--format html\` shows everything.`];
  return `${[head, ...parts, ...remark, ...(footed ? foot : [])].join("\n\n")}\n`;
}

interface Left {
  rows: number;
  whole: number;
  alerts: number;
  seenWhole: number;
  seenAlerts: number;
}

function composedPieces(pieces: readonly Piece[], budget: Budget, left: Left): string[] {
  return pieces.flatMap((piece) => {
    if (piece.kind === "section") {
      const inner = composedPieces(piece.body, budget, left);
      if (inner.length === 0 && piece.body.length > 0) return [];
      return [piece.open, ...inner, piece.close].filter((part) => part !== "");
    }
    if (piece.kind === "alert") {
      const shown = piece.lines.slice(0, Math.max(0, budget.alerts - left.seenAlerts));
      left.seenAlerts += piece.lines.length;
      left.alerts += piece.lines.length - shown.length;
      return shown.length === 0 ? [] : [alert(piece.level, shown)];
    }
    left.seenWhole += 1;
    if (left.seenWhole > budget.whole) {
      left.whole += 1;
      return [];
    }
    if (piece.kind === "whole") return [piece.text];
    const shown = piece.rows.slice(0, Math.max(0, budget.rows - (piece.after ?? 0)));
    const more = piece.rows.length - shown.length;
    left.rows += more;
    return [
      ...(shown.length > 0 ? [piece.wrap(shown)] : []),
      ...(more > 0 ? [`… ${count(more, "row")} ${shown.length > 0 ? "more" : "omitted"}`] : []),
    ];
  });
}

/** GitHub and GitLab show these as colored boxes. Older versions show a quotation that begins with the level. */
function alert(level: "danger" | "warning", lines: readonly string[]): string {
  const items = lines.length === 1 ? lines : lines.map((text) => `- ${text}`);
  return [level === "danger" ? "[!CAUTION]" : "[!WARNING]", ...items].map((text) => `> ${text}`).join("\n");
}

function leaves(pieces: readonly Piece[]): Exclude<Piece, { kind: "section" }>[] {
  return pieces.flatMap((piece) => (piece.kind === "section" ? leaves(piece.body) : [piece]));
}

function mostRows(pieces: readonly Piece[]): number {
  return leaves(pieces).reduce(
    (most, piece) => Math.max(most, piece.kind === "rows" ? piece.rows.length + (piece.after ?? 0) : 0),
    0,
  );
}

function countWhole(pieces: readonly Piece[]): number {
  return leaves(pieces).filter(({ kind }) => kind !== "alert").length;
}

function countAlerts(pieces: readonly Piece[]): number {
  return leaves(pieces).reduce((sum, piece) => sum + (piece.kind === "alert" ? piece.lines.length : 0), 0);
}
