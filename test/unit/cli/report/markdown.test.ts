import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { escapeInvisible } from "../../../../src/cli/command-line/terminal-text";
import { commentLimit, renderMarkdown } from "../../../../src/cli/report/markdown";
import type { Block, Report } from "../../../../src/cli/report/report-model";
import { shortened } from "../../../../src/cli/report/text";
import { everywhere, hostile, hostileTexts, review } from "../../../support/reports";
import {
  attribute,
  elements,
  hostileText,
  type Node,
  named,
  obeyed,
  parseMarkdown,
  plainTexts,
  readable,
  skeleton,
  textContent,
  textNodes,
} from "./support";

/** The only elements allowed in a comment. */
const meant = new Set(
  "p sub strong span code pre a blockquote ul li table thead tbody tr th td h4 h5 h6 details summary".split(" "),
);

/** Texts that GitHub or GitLab turn into links, images or formulas after parsing. */
const references: Readonly<Record<string, RegExp>> = {
  mention: /@\w/,
  "issue, merge request, label, milestone, epic or alert": /[#!~%&^]["\w]/,
  "issue by GH- or a tracker's key": /\b[a-z][a-z0-9_]*-\d/i,
  commit: /\b[0-9a-f]{7,40}\b/i,
  emoji: /:(?!\d\d:)[\w+-]+:/,
  address: /\w:\/\/|www\.|mailto:\S|[\w.+-]@[\w.-]+\.\w/i,
  "mathematics or snippet": /\$./s,
  "mark of GitLab's": /\[\[|\[(?:toc|_toc_|vulnerability:|issue:|[+-] ?\w)|[{[][+-]|\*iteration:|%\{/i,
};

function expectInert(markdown: string): Node {
  const tree = parseMarkdown(markdown);
  for (const element of elements(tree)) {
    expect(meant).toContain(element.tagName);
    const attributes = element.attrs.map(({ name, value }) => `${element.tagName} ${name}=${value}`);
    const allowed = /^(a href=https?:\/\/[^\s<>"`]*|code class=language-text|t[hd] align=right)$/;
    expect(attributes.filter((each) => !allowed.test(each))).toEqual([]);
  }
  expect(elements(tree).filter(({ nodeName }) => nodeName === "#comment")).toEqual([]);
  // Code can be copied and searched, and no parser finds an address in it.
  for (const code of named(tree, "code").filter(({ parentNode }) => parentNode?.nodeName !== "pre")) {
    expect(textContent(code)).not.toMatch(/[\u200b\u2068\u2069]/);
    if (named(code, "span").length === 0) continue;
    for (const text of textNodes(code)) expect(text).not.toMatch(references["address"] ?? "");
  }
  for (const text of plainTexts(tree).map((each) => each.replace(/^\[!(?:CAUTION|WARNING)\](?=\n|$)/, ""))) {
    for (const [what, pattern] of Object.entries(references)) {
      if (pattern.test(text)) expect.fail(`${what}: ${JSON.stringify(text)}`);
    }
  }
  expect(markdown).not.toMatch(obeyed);
  // GitLab finds quick actions and multi-line quotations, and maybe formulas, before parsing.
  expect(markdown).not.toMatch(/^(?:\/|>>>|:::|---)/m);
  const dollars = (text: string) => text.split("$").length - 1;
  const inCode = elements(tree).filter(
    ({ tagName, parentNode }) => tagName === "pre" || (tagName === "code" && parentNode?.nodeName !== "pre"),
  );
  expect(dollars(markdown)).toBeLessThanOrEqual(inCode.reduce((sum, code) => sum + dollars(textContent(code)), 0));
  return tree;
}

const placeholder = "\ue000";
/** Charts are compared separately, because they align their text. */
const withoutCharts = (report: Report): Report => ({ ...report, blocks: report.blocks.map(withoutChart) });
const withoutChart = (block: Block): Block =>
  block.kind === "section"
    ? { ...block, blocks: block.blocks.map(withoutChart) }
    : ["scaling", "bars", "week", "hourly"].includes(block.kind)
      ? { kind: "paragraph", text: "chart" }
      : block;
const href = "https://example.com/";

describe("hostile text", () => {
  test.each(hostileTexts.map((text) => [shortened(text, 60), text]))(
    "the text %j is inert in a Markdown report",
    (_title, text) => {
      expectInert(renderMarkdown(everywhere(text)));
    },
  );

  test("any text is inert in a Markdown report and does not change its structure", () => {
    const limit = 1e9;
    const usual = parseMarkdown(renderMarkdown(everywhere(placeholder, href), { limit }));
    const template = textContent(
      parseMarkdown(renderMarkdown(withoutCharts(everywhere(placeholder, href)), { limit })),
    );
    fc.assert(
      fc.property(hostileText, (text) => {
        fc.pre(escapeInvisible(text).trim() !== "" && text.length < 900);
        const tree = expectInert(renderMarkdown(everywhere(text, href), { limit }));
        expect(skeleton(tree, ["span"])).toBe(skeleton(usual, ["span"]));
        const read = parseMarkdown(renderMarkdown(withoutCharts(everywhere(text, href)), { limit }));
        expect(readable(textContent(read))).toBe(
          readable(template.replaceAll(placeholder, () => escapeInvisible(text))),
        );
      }),
      { numRuns: 100 },
    );
  });

  test.each<[string, number, (text: string) => Block]>([
    ["scaling", 28, (label) => ({ kind: "scaling", title: label, rows: [{ label, after: { warm: 1, max: 2 } }] })],
    [
      "bars",
      28,
      (text) => ({
        ...{ kind: "bars", title: text, noun: text, parts: [text] },
        rows: [{ label: text, values: [1], words: text }],
      }),
    ],
    ["week", 100, (text) => ({ kind: "week", title: text, unit: text, days: [[1]], full: 1 })],
  ])("any text stays inside a chart of kind %s of a Markdown report", (_kind, length, chart) => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const report = { title: "t", verdict: "v", footer: [], blocks: [chart(text)] };
        const tree = expectInert(renderMarkdown(report));
        expect(skeleton(tree, [])).toBe(
          "<p><strong></strong></p><p><sub></sub></p><pre><code class=language-text></code></pre>",
        );
        expect(readable(textContent(tree))).toContain(readable(escapeInvisible(shortened(text, length))));
      }),
    );
  });

  test("any address in a Markdown report is an http or https link or plain text", () => {
    fc.assert(
      fc.property(
        fc.oneof(
          hostileText,
          hostileText.map((text) => `https://e.example/${text}`),
        ),
        (text) => {
          const tree = expectInert(
            renderMarkdown({ ...everywhere("x"), verdict: ["a ", { link: "b", href: text }, " c"] }),
          );
          const [verdict] = named(tree, "p");
          expect(verdict && textContent(verdict)).toBe("a b c");
          const [link] = verdict ? named(verdict, "a") : [];
          const url = URL.canParse(text) && /^https?:/i.test(new URL(text).href) ? new URL(text).href : undefined;
          const reached = link && new URL(attribute(link, "href") ?? "").href;
          expect(reached && punctuation(reached)).toBe(url && punctuation(url));
        },
      ),
    );
  });

  test("harmless values are unchanged in a Markdown report", () => {
    const markdown = renderMarkdown({
      title: "t",
      verdict: "v",
      footer: [],
      blocks: [
        { kind: "paragraph", text: ["Set ", { code: "min_concurrency" }, " to ", { code: "$2 @x #3 a\\b" }, "."] },
      ],
    });
    expect(markdown).toContain("Set `min_concurrency` to `$2 @x #3 a\\b`.");
  });

  test("ids and times can be copied from a Markdown report and found in it", () => {
    const ids = ["inst_0123456789abcdef0123456789abcdef", "main/app-2", "a|b@c.example www.example.com", "rev-3 `x`"];
    const markdown = renderMarkdown({
      title: "t",
      verdict: "v",
      footer: ["read at 2026-11-30T09:05:07.123Z"],
      blocks: [{ kind: "table", columns: [{ title: "Id" }], rows: ids.map((code) => [{ code }]) }],
    });
    const tree = expectInert(markdown);
    expect(named(tree, "code").map(textContent)).toEqual(ids);
    expect(textContent(tree)).toContain("read at 2026-11-30T09:05:07.123Z");
  });

  test("right-to-left text is isolated in a Markdown report", () => {
    const markdown = renderMarkdown({
      title: "t",
      verdict: ["App ", { code: "مولد" }, " scales."],
      blocks: [],
      footer: [],
    });
    expect(markdown).toContain("App \u2068`مولد`\u2069 scales.");
  });
});

/** Markdown parsers escape more punctuation in addresses, which does not change their meaning. */
function punctuation(address: string): string {
  return address.replace(/%(2[1-9a-f]|3[a-f]|40|5[b-f]|60|7[b-e])/gi, (_all, code) =>
    String.fromCharCode(Number.parseInt(code, 16)),
  );
}

describe("the order of blocks", () => {
  test("a Markdown report starts with the verdict and alerts and is well-formed", () => {
    const markdown = renderMarkdown(review());
    expect(markdown).toMatch(/^\*\*2 apps scale up, 1 GPU instance is replaced/);
    const tree = expectInert(markdown);
    expect(named(tree, "details")).toHaveLength(2);
    expect(named(tree, "blockquote").map(textContent).map(readable)).toEqual([
      "[!CAUTION] GPU instance trainer is replaced because instanceType changes. What is on its disk is lost.",
      "[!WARNING] The next deploy of image-gen resets minConcurrency to what its code says. Key ci rotates; the old one works until 2026-12-01.",
    ]);
  });

  test("the chart of a Markdown report has bars with numbers", () => {
    const [chart] = named(parseMarkdown(renderMarkdown(review())), "pre");
    expect(chart && textContent(chart)).toMatchInlineSnapshot(`
      " Runners per app  (█ warm, ░ up to the maximum)

       image-gen       before     ░░░░░░░                   0 to 4
                       after      ███░░░░░░░░░░░░░░░░░░     2 to 12
       video-upscale   before     ██░░░░░░░░                1 to 6
                       after      █████░░░░░░░░░░░░░░░░░    3 to 13
       speech-to-text  before                               not managed
                       after      ███████░░░░░░░░░░░░░░░░░  4 to 14
      "
    `);
  });
});

describe("the limit of a comment", () => {
  const notice = /Too long for a comment: ([\d,]+ rows?)?(, )?([\d,]+ parts?)? omitted\./;

  test("a Markdown report omits rows of long tables and shows how many", () => {
    const markdown = renderMarkdown(review({ apps: 500, rows: 3_000 }));
    expect(markdown.length).toBeLessThanOrEqual(commentLimit);
    expect(markdown.length).toBeGreaterThan(commentLimit * 0.98);
    const tree = expectInert(markdown);
    const text = readable(textContent(tree));
    const [table] = named(tree, "table").filter((each) => textContent(each).includes("Property"));
    const shown = table ? named(table, "tr").length - 1 : 0;
    expect(shown).toBeGreaterThan(100);
    expect(text).toContain(`… ${(3_000 - shown).toLocaleString("en")} rows more`);
    expect(text).toContain("omitted. --format html shows everything.");
    // Short tables and folded sections are complete.
    expect(text).toContain("gpu_8x_h100");
    expect(text).toContain("Both keys work for a day.");
  });

  test("a Markdown report within the limit is complete", () => {
    const whole = renderMarkdown(review(), { limit: 1e9 });
    expect(renderMarkdown(review(), { limit: Math.max(5_000, whole.length) })).toBe(whole);
    expect(whole).not.toMatch(notice);
  });

  test("every Markdown report stays within the limit, is well-formed, and keeps its verdict and alerts", () => {
    const text = fc.oneof(
      hostileText,
      fc.constantFrom("word ", "$", "|`", "@ab ").chain((unit) => fc.nat(400).map((n) => unit.repeat(n))),
    );
    const leaf: fc.Arbitrary<Block> = fc.oneof(
      text.map((each): Block => ({ kind: "paragraph", text: each })),
      fc.array(text, { maxLength: 60 }).map((items): Block => ({ kind: "list", items })),
      fc.array(text, { maxLength: 60 }).map(
        (all): Block => ({
          kind: "table",
          columns: [{ title: "a" }, { title: "b" }],
          rows: all.map((each) => [each, { code: each }]),
        }),
      ),
      fc.array(text, { maxLength: 60 }).map(
        (all): Block => ({
          kind: "scaling",
          title: "c",
          rows: all.map((label) => ({ label, after: { warm: 1, max: 9 } })),
        }),
      ),
    );
    const block = fc.oneof(
      { weight: 3, arbitrary: leaf },
      fc.record({
        kind: fc.constant("section" as const),
        title: text,
        folded: fc.constant(true as const),
        blocks: fc.array(leaf, { maxLength: 5 }),
      }),
    );
    fc.assert(
      fc.property(
        fc.array(block, { maxLength: 8 }),
        text,
        fc.integer({ min: 5_000, max: 20_000 }),
        (blocks, value, limit) => {
          const report: Report = {
            title: value,
            verdict: ["The verdict about ", { code: value }, " is kept."],
            blocks: [
              ...blocks,
              { kind: "alert", level: "danger", lines: [["The alert about ", { code: value }, " is kept."]] },
              { kind: "section", title: value, folded: true, blocks },
            ],
            footer: [value],
          };
          const markdown = renderMarkdown(report, { limit });
          expect(markdown.length).toBeLessThanOrEqual(limit);
          const tree = expectInert(markdown);
          const content = textContent(tree);
          expect(content).toMatch(/^The verdict about/);
          expect(content).toContain("The alert about");
          expect(content.match(/ is kept\./g)).toHaveLength(2);
          // An open fence or folded part would contain the rest of the report.
          expect(named(tree, "details")).toHaveLength(markdown.split("\n</details>\n").length - 1);
          const whole = renderMarkdown(report, { limit: 1e9 });
          if (whole.length > limit) expect(content).toMatch(/omitted\.|…/);
          else expect(markdown).toBe(whole);
        },
      ),
      { numRuns: 30 },
    );
  });

  test("a Markdown report stays within the limit if verdict and alerts alone exceed it", () => {
    const lines = Array.from({ length: 5_000 }, (_, index) => ["Machine ", { code: `m${index}` }, " loses its data."]);
    const report: Report = {
      title: "t".repeat(9_000),
      verdict: hostileTexts.map((code) => ({ code })),
      blocks: [
        { kind: "paragraph", text: "gone" },
        { kind: "section", title: "s", folded: true, blocks: [{ kind: "alert", level: "danger", lines }] },
      ],
      footer: ["gone"],
    };
    const markdown = renderMarkdown(report);
    expect(markdown.length).toBeLessThanOrEqual(commentLimit);
    const text = readable(textContent(expectInert(markdown)));
    const shown = text.match(/loses its data/g)?.length ?? 0;
    expect(shown).toBeGreaterThan(500);
    expect(text).toContain(`Too long for a comment: ${(5_000 - shown).toLocaleString("en")} alerts, 2 parts omitted.`);
    expect(renderMarkdown(hostile(), { limit: 5_000 }).length).toBeLessThanOrEqual(5_000);
  });

  test("a limit that is too small for a verdict is rejected", () => {
    expect(() => renderMarkdown(review(), { limit: 100 })).toThrow(
      new RangeError("limit: 100 is less than 5000 characters"),
    );
  });
});
