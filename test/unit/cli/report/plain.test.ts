import { stripVTControlCharacters } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeInvisible } from "../../../../src/cli/command-line/terminal-text";
import { renderPlain } from "../../../../src/cli/report/plain";
import type { Report } from "../../../../src/cli/report/report-model";
import { everywhere, hostile, review, week } from "../../../support/reports";
import { hostileText, obeyed, readable } from "./support";

test("the plain report shows all blocks in order, with tables in columns", () => {
  expect(renderPlain(review({ rows: 2 }), { columns: 160 })).toMatchInlineSnapshot(`
    "2 apps scale up, 1 GPU instance is replaced (data on it is lost), warm GPUs 3 → 7, at least $9.50/h → $21.00/h.

    fal review: infra/prod

    CAUTION: GPU instance trainer is replaced because instanceType changes. What is on its disk is lost.

    WARNING: The next deploy of image-gen resets minConcurrency to what its code says.
    WARNING: Key ci rotates; the old one works until 2026-12-01.

    Warm runners             3 → 7
    Most runners             14 → 40
    Cost per hour, at least  $9.50 → $21.00
    Changes                  5

    Runners per app  (█ warm, ░ up to the maximum)

    image-gen       before     ░░░░░░░                   0 to 4
                    after      ███░░░░░░░░░░░░░░░░░░     2 to 12
    video-upscale   before     ██░░░░░░░░                1 to 6
                    after      █████░░░░░░░░░░░░░░░░░    3 to 13
    speech-to-text  before                               not managed
                    after      ███████░░░░░░░░░░░░░░░░░  4 to 14

    Busy runners, the peak of each hour  (one character is the peak of 6 hours, ▲ above the new maximum in one of these hours)

    image-gen       ▁▃▃▂▁▃▃▁▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂  peak 6, maximum before 20, after 4
                     ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲
    video-upscale   ▁▃▃▂▁▃▃▁▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂▁▃▃▂  peak 7, maximum before 20, after 5
                     ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲
    speech-to-text  ▁▄▄▂▁▄▄▁▁▄▄▂▁▄▄▂▁▄▄▂▁▄▄▂▁▄▄▂▁▄▄▂▁▄▄▂▁▄▄▂▁▄▄▂▁▄▄▂▁▄▄▂▁▄▄▂  peak 8, maximum before 20, after 6
                     ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲  ▲▲

    Apps that scale differently
    ───────────────────────────

    App        Property           Before      After  Declared in
    image-gen  minConcurrency  1 runners  3 runners  index.ts:12 (https://github.com/acme/infra/blob/4be1c7/index.ts#L12)
    image-gen  maxConcurrency  2 runners  4 runners  index.ts:13 (https://github.com/acme/infra/blob/4be1c7/index.ts#L13)

    GPU instances
    ─────────────

    Machine  Change                 Before       After
    trainer  replace: instanceType  gpu_1x_h100  gpu_8x_h100

    Secrets and keys (2)
    ────────────────────

    - Secret HF_TOKEN gets a new value.
    - Key ci rotates.

    What a rotation does
    ────────────────────

    Both keys work for a day.

    Prices: prices.json of 2026-11-01, list prices in USD; nothing was without a price.
    Left out: 12 resources of aws and kubernetes.
    "
  `);
});

test("the plain report fits tables and sentences to the terminal", () => {
  const lines = renderPlain(review({ rows: 1 }), { columns: 60 }).split("\n");
  const start = lines.findIndex((line) => line.startsWith("image-gen  minConcurrency"));
  expect(lines.slice(start - 1, start + 3)).toEqual([
    "App        Property           Before      After",
    "image-gen  minConcurrency  1 runners  3 runners",
    "  Declared in: index.ts:12",
    "    (https://github.com/acme/infra/blob/4be1c7/index.ts#L12)",
  ]);
  expect(lines.slice(0, 2).join("\n")).toBe(
    "2 apps scale up, 1 GPU instance is replaced (data on it is\nlost), warm GPUs 3 → 7, at least $9.50/h → $21.00/h.",
  );
  expect(lines).toContain("         instanceType changes. What is on its disk is lost.");
});

test("the plain report colors its first line, alerts and titles, and nothing else changes", () => {
  const report = review({ rows: 1 });
  const colored = renderPlain(report, { columns: 80, color: true });
  expect(stripVTControlCharacters(colored)).toBe(renderPlain(report, { columns: 80 }));
  const [bold, red, yellow] = ["\u001b[1m", "\u001b[31m", "\u001b[33m"];
  expect(colored.startsWith(`${bold}${red}2 apps scale up`) || colored.startsWith(`${red}${bold}2 apps scale up`)).toBe(
    true,
  );
  expect(colored).toContain(`${red}CAUTION: GPU instance trainer`);
  expect(colored).toContain(`${yellow}WARNING: The next deploy`);
  expect(colored).toContain(`${bold}GPU instances\u001b[22m\n───`);
});

test("the first line of a plain report has the color of the report's level if it has no alert", () => {
  const report = { ...review({ rows: 1 }), blocks: [] };
  expect(renderPlain(report, { color: true })).not.toContain("\u001b[33m");
  expect(renderPlain({ ...report, level: "warning" }, { color: true }).split("\n")[0]).toContain("\u001b[33m");
});

test("the plain report makes control characters visible", () => {
  expect(renderPlain(hostile())).not.toMatch(obeyed);
  fc.assert(
    fc.property(hostileText, (text) => {
      fc.pre(escapeInvisible(text).trim() !== "");
      const render = (each: string) => renderPlain(everywhere(each, "https://example.com/"), { columns: 1e9 });
      const plain = render(text);
      expect(plain).not.toMatch(obeyed);
      expect(readable(plain)).toContain(readable(escapeInvisible(text)));
      expect(plain.split("\n")).toHaveLength(render("x").split("\n").length);
    }),
    { numRuns: 50 },
  );
});

test("the plain report shortens values in tables but not sentences", () => {
  const text = "a word ".repeat(60).trim();
  const blocks: Report["blocks"] = [
    { kind: "alert", level: "danger", lines: [text] },
    { kind: "table", columns: [{ title: "Value" }], rows: [[text]] },
  ];
  const plain = renderPlain({ title: "t", verdict: "v", blocks, footer: [] });
  expect(plain).toContain(`CAUTION: ${text}\n`);
  expect(plain).toContain(`Value\n${text.slice(0, 199)}…\n`);
});

test("a bar shows its parts beside each other, each with at least one mark", () => {
  const report: Report = {
    title: "t",
    verdict: "v",
    blocks: [
      {
        kind: "bars",
        title: "Runners per app",
        noun: "app",
        parts: ["busy", "idle", "up to the most"],
        rows: [
          { label: "image-gen", values: [1.5, 1.5, 1], words: "1.5 busy, 1.5 idle, 4 at most" },
          { label: "llm", values: [0.01, 0, 2], words: "0.01 busy, 2 at most" },
          { label: "unused", values: [0, 0, 0], words: "none" },
        ],
      },
    ],
    footer: [],
  };
  expect(renderPlain(report)).toContain(`Runners per app  (█ busy, ▒ idle, · up to the most)

image-gen  █████████▒▒▒▒▒▒▒▒▒······  1.5 busy, 1.5 idle, 4 at most
llm        █···········              0.01 busy, 2 at most
unused                               none
`);
});

test("a week shows an hour darker the higher its number is, and hours without a number as unknown", () => {
  const chart = { kind: "week", title: "Runners of llm", unit: "busy runners", days: week(), full: 4 } as const;
  const text = renderPlain({ title: "t", verdict: "v", blocks: [chart], footer: [] });
  expect(text).toContain(`Runners of llm  (busy runners: · none, ░ ▒ ▓ more, █ 4 or more, ? unknown)

     0     6     12    18
Mon  ········▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
Tue  ········▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
Wed  ········████████████████
Thu  ········▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓▓
Fri  ········▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒
Sat  ········░░░░░░░░░░░░░░░░
Sun  ·······················?
`);
});
