import { visible } from "../command-line/terminal-text";
import { drawn } from "./chart";
import { count } from "./phrases";
import type { Block, Facts, Inline, Report, ScalingChart, Section, Table, Text } from "./report-model";
import { clipped, escapeHtml, inlines, isolated, shortened, textOf, webAddress } from "./text";

/**
 * The longest comment that GitHub takes is 65,536 characters; a little is left for what the poster adds, such as a mark
 * to find it by and a link. GitHub counts characters; `String.length`, which counts the rarer ones twice, is never less.
 * GitLab takes a million.
 */
export const commentLimit = 64_500;

/** What the shortest verdict and the remark that all else was left out may need. */
const smallestLimit = 5_000;

/**
 * Markdown for a comment on GitHub and GitLab. What does not fit is left out, and it is said how much: first the rows
 * of the longest tables, charts and lists, then whole blocks from the end, never verdict and alerts. Only where those
 * alone are too long, long values in them are shortened further, and at the very last alerts are counted.
 *
 * @param options.limit in characters, at least 5,000; the default fits into a comment on GitHub
 * @throws RangeError where the limit is too small
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

/** How long texts may be, in characters as they were given. */
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

// ---- Inert text: the one place where strings become Markdown.

/**
 * Characters that mean something in GFM or in GitLab's flavour wherever they stand. References, unlike a backslash,
 * also hold in table cells (`|`), before the parsing of mathematics (`$`) and in raw HTML.
 */
function inert(text: string): string {
  return withoutReferences(text).replace(/[\\`|<>&$*_[\]~^=#]/g, (char) => {
    if (char === "$") return loneDollar;
    return "*_[]~^=#".includes(char) ? `\\${char}` : `&#${char.charCodeAt(0)};`;
  });
}

/** GitHub looks for mathematics, GitLab for `$123`, within one text node: this one ends after the dollar. */
const loneDollar = "<span>&#36;</span>";

/**
 * GitHub and GitLab look for mentions, issues, labels, milestones, epics, emoji, addresses, commits and their own marks
 * in the text that is left after parsing, where escapes no longer help. A space without width after the first character
 * does, as Renovate and Dependabot do it. In code they look for none, so names and values are best given as code.
 */
function withoutReferences(text: string): string {
  return text
    .replace(/[@#!~%&^[{*](?=\S)|:(?=[\w+-]+:|\/\/)/g, `$&${zeroWidthSpace}`)
    .replace(/www(?=\.)/gi, `$&${zeroWidthSpace}`)
    .replace(/[0-9a-f]{6}(?=[0-9a-f])/gi, `$&${zeroWidthSpace}`)
    .replace(/[a-z]\w*-(?=\d)/gi, `$&${zeroWidthSpace}`);
}

const zeroWidthSpace = "\u200b";

/** In `<summary>` Markdown means nothing. */
function inertHtml(text: string): string {
  return escapeHtml(withoutReferences(text)).replaceAll("$", loneDollar);
}

/**
 * As it is between backticks, to be read and copied; but where a backtick or pipe is in it, by references, so that
 * neither the length of runs nor what a table takes for its own matters.
 */
function inertCode(text: string): string {
  if (text.trim() === "") return "<code>&#32;</code>";
  if (!/[`|]/.test(text)) return /^ .* $/.test(text) ? `\` ${text} \`` : `\`${text}\``;
  const references = withoutReferences(text).replace(/[!-/:-@[-`{-~]/g, (char) => `&#${char.charCodeAt(0)};`);
  return `<code>${references}</code>`;
}

/** Escapes what `webAddress` leaves that Markdown could end an address at or decode. */
function inertAddress(href: string): string {
  return href.replace(/[^\w.\-~:/?#%,;@+]/g, (char) => (char === "&" ? "&amp;" : `&#${char.charCodeAt(0)};`));
}

/** What starts a line could be a list, a heading, a rule, a quick action, … */
function atLineStart(markdown: string): string {
  return markdown.replace(/^(\d*)([!-/:;?@{}])/, (whole, digits: string, char: string) =>
    char === "&" ? whole : `${digits}&#${char.charCodeAt(0)};`,
  );
}

// ---- From the report to pieces of Markdown.

function spans(text: Text, lengths: Lengths): string {
  return clipped(inlines(text), lengths.value, lengths.line)
    .map((each) => span(each, lengths))
    .join("")
    .trim();
}

function span(inline: Inline, { address }: Lengths): string {
  const text = visible(textOf(inline));
  if (text === "") return "";
  if (typeof inline === "string") return isolated(text, inert(text));
  if ("strong" in inline) return `<strong>${isolated(text, inert(text))}</strong>`;
  if ("code" in inline) return isolated(text, inertCode(text));
  const href = webAddress(inline.href);
  const label = isolated(text, inert(text));
  return href === undefined || href.length > address ? label : `[${label}](<${inertAddress(href)}>)`;
}

/** Never empty, because an empty line would part or join what stands around it. */
function line(text: Text, lengths: Lengths): string {
  return atLineStart(spans(text, lengths)) || "–";
}

/** A piece of the comment, and what may be left out of it. */
type Piece =
  | { readonly kind: "alert"; readonly level: "danger" | "warning"; readonly lines: readonly string[] }
  | { readonly kind: "whole"; readonly text: string }
  | {
      readonly kind: "rows";
      readonly rows: readonly string[];
      /** How many of the same chart stand in a piece before. */
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
      return chartPiece(block);
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
  const name = visible(shortened(title, lengths.line)).trim() || "–";
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

/** The others are folded, because what follows a long chart would not be found. */
const shownBars = 12;

/**
 * Bars of text, because they look the same everywhere: a comment's mail, the mobile apps and terminals show no Mermaid,
 * GitLab draws only so much of it, and it has no chart of ranges. Lines begin with a space, so that none is a quick
 * action to GitLab.
 */
function chartPiece(chart: ScalingChart): Piece {
  const { title, rows } = drawn(chart, " ");
  const more = rows.slice(shownBars);
  const first: Piece = {
    kind: "rows",
    rows: rows.slice(0, shownBars),
    wrap: (shown) => fenced([title, "", ...shown].join("\n")),
  };
  if (more.length === 0) return first;
  const open = `<details>\n<summary>${count(more.length, "more app")}</summary>`;
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

/** A block of code, whose fence is longer than anything in it that could end it. */
function fenced(text: string): string {
  const longestRun = (text.match(/`+/g) ?? []).reduce((most, run) => Math.max(most, run.length), 2);
  const fence = "`".repeat(longestRun + 1);
  return `${fence}text\n${text}\n${fence}`;
}

// ---- From pieces to a comment that fits.

interface Budget {
  /** Of each table, chart and list. */
  readonly rows: number;
  /** Pieces that are neither alerts nor sections, from the start; the last one is the small print. */
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
  // The small print is the last part.
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

/** Both show these as coloured boxes; where they don't yet, it is a quotation whose first line tells what it is. */
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
