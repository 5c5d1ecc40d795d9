import type { Block, HourlyChart, Report, ScalingChart, Text } from "../../src/cli/report/report-model";

/** A review as it may come: alerts, facts, tables, a chart, folded sections. */
export function review({ apps = 3, rows = 4 }: { readonly apps?: number; readonly rows?: number } = {}): Report {
  return {
    title: "fal review: infra/prod",
    verdict:
      "2 apps scale up, 1 GPU instance is replaced (data on it is lost), warm GPUs 3 → 7, at least $9.50/h → $21.00/h.",
    blocks: [
      {
        kind: "alert",
        level: "danger",
        lines: [
          [
            "GPU instance ",
            { code: "trainer" },
            " is replaced because ",
            { code: "instanceType" },
            " changes. What is on its disk is lost.",
          ],
        ],
      },
      {
        kind: "alert",
        level: "warning",
        lines: [
          [
            "The next deploy of ",
            { code: "image-gen" },
            " resets ",
            { code: "minConcurrency" },
            " to what its code says.",
          ],
          ["Key ", { code: "ci" }, " rotates; the old one works until ", { strong: "2026-12-01" }, "."],
        ],
      },
      {
        kind: "facts",
        items: [
          { label: "Warm runners", before: "3", now: "7" },
          { label: "Most runners", before: "14", now: "40" },
          { label: "Cost per hour, at least", before: "$9.50", now: "$21.00" },
          { label: "Changes", now: "5" },
        ],
      },
      scaling(apps),
      hourly(Math.min(apps, 8)),
      {
        kind: "section",
        title: "Apps that scale differently",
        blocks: [
          {
            kind: "table",
            columns: [
              { title: "App" },
              { title: "Property" },
              { title: "Before", numeric: true },
              { title: "After", numeric: true },
              { title: "Declared in" },
            ],
            rows: Array.from({ length: rows }, (_, index): Text[] => [
              { code: appName(index >> 1) },
              { code: index % 2 === 0 ? "minConcurrency" : "maxConcurrency" },
              `${1 + index} runners`,
              [{ strong: `${3 + index} runners` }],
              {
                link: `index.ts:${12 + index}`,
                href: `https://github.com/acme/infra/blob/4be1c7/index.ts#L${12 + index}`,
              },
            ]),
          },
        ],
      },
      {
        kind: "section",
        title: "GPU instances",
        blocks: [
          {
            kind: "table",
            columns: [{ title: "Machine" }, { title: "Change" }, { title: "Before" }, { title: "After" }],
            rows: [
              [
                { code: "trainer" },
                [{ strong: "replace" }, ": ", { code: "instanceType" }],
                "gpu_1x_h100",
                "gpu_8x_h100",
              ],
            ],
          },
        ],
      },
      {
        kind: "section",
        title: "Secrets and keys (2)",
        folded: true,
        blocks: [
          {
            kind: "list",
            items: [
              ["Secret ", { code: "HF_TOKEN" }, " gets a new value."],
              ["Key ", { code: "ci" }, " rotates."],
            ],
          },
          {
            kind: "section",
            title: "What a rotation does",
            folded: true,
            blocks: [paragraph("Both keys work for a day.")],
          },
        ],
      },
    ],
    footer: [
      "Prices: prices.json of 2026-11-01, list prices in USD; nothing was without a price.",
      ["Left out: 12 resources of ", { code: "aws" }, " and ", { code: "kubernetes" }, "."],
    ],
  };
}

export function scaling(apps: number): ScalingChart {
  return {
    kind: "scaling",
    title: "Runners per app",
    rows: Array.from({ length: apps }, (_, index) => ({
      label: appName(index),
      ...(index === 2 ? {} : { before: { warm: index % 3, max: 4 + (index % 5) * 2 } }),
      ...(index === 5
        ? {}
        : {
            after: {
              warm: (index % 3) + (index % 4 === 3 ? 0 : 2),
              max: index % 7 === 6 ? undefined : 12 + (index % 5),
            },
          }),
    })),
  };
}

/** Runners of each hour of a week, from none at night to all on Wednesday, and one unknown hour. */
export function week(): (number | undefined)[][] {
  return Array.from({ length: 7 }, (_, day) =>
    Array.from({ length: 24 }, (_, hour) =>
      day === 6 && hour === 23 ? undefined : hour < 8 ? 0 : Math.min(4, Math.max(0, 4 - Math.abs(day - 2))),
    ),
  );
}

/** A fortnight of working days, with a gap in every app. */
function hourly(apps: number): HourlyChart {
  return {
    kind: "hourly",
    title: "Busy runners, the peak of each hour",
    rows: Array.from({ length: apps }, (_, index) => ({
      label: appName(index),
      from: "2026-11-02T00:00:00Z",
      hours: Array.from({ length: 336 }, (_, hour) =>
        hour >= 40 && hour < 46 ? null : Math.max(0, Math.round((6 + index) * Math.sin(((hour % 24) - 6) / 4))),
      ),
      lines: [
        { label: "maximum before", at: 20, when: "before" },
        { label: "after", at: 4 + index, when: "after" },
      ],
    })),
  };
}

const names = ["image-gen", "video-upscale", "speech-to-text", "llm-router", "embedding", "face-restore", "inpaint"];

function appName(index: number): string {
  const name = names[index % names.length] ?? "";
  return index < names.length ? name : `${name}-${Math.floor(index / names.length) + 1}`;
}

function paragraph(text: Text): Block {
  return { kind: "paragraph", text };
}

/** Every string is the same, in every place that a report has. */
export function everywhere(text: string, href = text): Report {
  const all: Text = [text, { code: text }, { strong: text }, { link: text, href }];
  const leaves: Block[] = [
    paragraph(all),
    paragraph(text),
    { kind: "alert", level: "danger", lines: [all] },
    { kind: "alert", level: "warning", lines: [text, { code: text }] },
    { kind: "list", items: [text, all, { link: text, href: "https://example.com/" }] },
    { kind: "facts", items: [{ label: text, before: text, now: text }] },
    {
      kind: "table",
      columns: [{ title: text }, { title: text, numeric: true }],
      rows: [
        [text, all],
        [{ code: text }, { strong: text }],
      ],
    },
    {
      kind: "scaling",
      title: text,
      rows: [{ label: text, before: { warm: 1, max: 2 }, after: { warm: 2, max: undefined } }],
    },
    {
      kind: "bars",
      title: text,
      noun: text,
      parts: [text, text],
      rows: [{ label: text, values: [1, 2], words: text }],
    },
    { kind: "week", title: text, unit: text, days: [[0, 4, undefined]], full: 4 },
    {
      kind: "hourly",
      title: text,
      rows: [
        { label: text, from: "2026-11-02T00:00:00Z", hours: [1, null], lines: [{ label: text, at: 2, when: "after" }] },
      ],
    },
  ];
  return {
    title: text,
    verdict: all,
    blocks: [
      ...leaves,
      { kind: "section", title: text, blocks: leaves },
      { kind: "section", title: text, folded: true, blocks: leaves },
    ],
    footer: [text, all],
  };
}

/** What people and attackers put into names. */
export const hostileTexts = [
  "</details></summary></table></svg></style></title>",
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<!-- --> ]]> <![CDATA[ <?php",
  '" onmouseover="alert(1)',
  "javascript:alert(1)",
  "JaVaScRiPt:alert(1)",
  "data:text/html,<script>alert(1)</script>",
  "https://evil.example/?a=1&copy;=2#(x)",
  "https://evil.example/a)b](c)<d>",
  "see https://evil.example/x and www.evil.example or me@evil.example",
  "[click](https://evil.example) ![x](https://evil.example/x.png) [a]: https://evil.example",
  "<https://evil.example> <me@evil.example>",
  "@octocat @acme/ops please @all",
  '#123 !123 GH-123 acme/infra#5 acme/infra!6 PROJ-77 $42 &7 ~bug ~"needs work" %12 %"v1.0" ^alert#3 [vulnerability:4] *iteration:5',
  "4be1c7d 4be1c7d2f00dbabe4be1c7d2f00dbabe4be1c7d2 acme/infra@4be1c7d2",
  ":smile: :+1: 12:30:00",
  "/approve",
  "/close\n/merge",
  "a\n\n# heading\n\n- list\n\n> quote\n\n```\ncode\n```\n",
  "a | b \\| c \\\\| d",
  "` `` ``` ```` `````",
  "```",
  "~~~",
  "---",
  "===",
  "1. one",
  "- [ ] task",
  "+ a",
  "    indented",
  "*a* **b** _c_ __d__ ~~e~~ ==f== {+g+} {-h-} [+i+] [-j-]",
  "$a$ $$b$$ $`c`$ $5 and x$ \\(d\\) \\[e\\]",
  "[[wiki]] [TOC] [[_TOC_]] [^1] [^1]: note",
  "\\",
  "a\\",
  "&lt;b&gt; &amp; &#64;octocat &commat;octocat",
  "\u001b[31mred\u001b[0m \u001b]8;;https://evil.example\u0007link\u001b]8;;\u0007",
  "\u009b31m \u0000 \u0007 \u007f \u0085",
  "line one\r\nline two\rline three\u2028four\u2029five",
  "\u202etxt.exe\u202c \u2066a\u2069 \u200f \ufeff",
  "מכונה 12 ראשית",
  "خادم الصور رقم 3",
  "Ein Name mit Umläuten: Größe",
  "日本語の名前",
  "👩‍👩‍👧‍👦 🏴󠁧󠁢󠁥󠁮󠁧󠁿",
  "\ud800 alone \udc00",
  "",
  " ",
  "  both ends  ",
  "x".repeat(10_000),
  "`".repeat(10_000),
  "|".repeat(10_000),
  "$".repeat(10_000),
  "<".repeat(10_000),
  "@a ".repeat(3_000),
  "constructor",
  "__proto__",
];

/** Everything that is hostile, at once. */
export function hostile(): Report {
  const reports = hostileTexts.map((text) => everywhere(text));
  return {
    title: hostileTexts.join(" "),
    verdict: hostileTexts.map((code) => ({ code })).slice(0, 30),
    blocks: reports.flatMap(({ blocks }, index) => (index % 9 === 0 ? blocks : [])),
    footer: hostileTexts.slice(0, 10),
  };
}
