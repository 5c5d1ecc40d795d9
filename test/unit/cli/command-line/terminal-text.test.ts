import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  escapeInvisible,
  escapeInvisibleJson,
  singleLine,
  table,
  wrap,
} from "../../../../src/cli/command-line/terminal-text";

describe("foreign text", () => {
  test.each([
    ["escape sequences", "\u001b[31mred\u009b2J\u007f", "␛[31mred\\u{9b}2J␡"],
    ["line breaks", "a\r\nb\u2028c\td", "a␍↵b\\u{2028}c␉d"],
    ["marks of the text direction", "a\u202eb\u061c\u2067", "a\\u{202e}b\\u{61c}\\u{2067}"],
    [
      "characters without width",
      "a\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f",
      "a\\u{200b}\\u{200c}\\u{200d}\\u{2060}\\u{feff}\\u{ad}\\u{fe0f}",
    ],
    ["tags and fillers", "a\u{e0041}\u3164\u2800", "a\\u{e0041}\\u{3164}\\u{2800}"],
    ["unusual spaces", "a\u00a0b\u2003c", "a\\u{a0}b\\u{2003}c"],
    ["halves of characters", "\ud83d", "\\u{d83d}"],
  ])("%s become visible", (_what, text, shown) => {
    expect(escapeInvisible(text)).toBe(shown);
  });

  test("text without invisible characters is unchanged", () => {
    const text = 'Grüße, "image-gen" 画像 🎨 | `x`';
    expect(escapeInvisible(text)).toBe(text);
  });
});

/** Any characters, with more invisible ones than random texts contain. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom(..."\u202e\u2066\u200b\u200d\u00ad\ufeff\u0000\u001b\u009b\u2028\u00a0\n\r", "\u{e0041}", "a", " "),
  ),
});
const neverRaw = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u00a0]/u;

describe("any text", () => {
  test("any text becomes one visible line, and a second pass changes nothing", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const make of [escapeInvisible, singleLine]) {
          expect(make(text)).not.toMatch(neverRaw);
          expect(make(make(text))).toBe(make(text));
        }
      }),
    );
  });

  test("different texts stay different", () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        fc.pre(one !== other && !/\\u|[␀-␡↵]/.test(one + other));
        expect(escapeInvisible(one)).not.toBe(escapeInvisible(other));
      }),
    );
  });

  test("JSON output contains only visible characters and parses to the same text", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const value = { id: text, [text]: [text] };
        const json = escapeInvisibleJson(value);
        expect(json).not.toMatch(neverRaw);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(JSON.parse(escapeInvisibleJson(value, 2))).toEqual(JSON.parse(json));
      }),
    );
  });
});

describe("tables", () => {
  test("the columns of a table have equal width for any characters", () => {
    expect(
      table([
        ["APP", "STATE"],
        ["画像🎨", "idle"],
        ["a\nb", ""],
      ]),
    ).toEqual(["APP     STATE", "画像🎨  idle", "a↵b"]);
  });
});

describe("a table for a narrow terminal", () => {
  const rows = [
    ["APP", "ENVIRONMENT", "RUNNERS", "REVISION", ""],
    ["image-gen", "main", "3", "0b7c1f9e-1111-4222-8333-444455556666", ""],
    ["sd", "prod", "12", "", "deployment in progress"],
  ];

  test("a table that fits has one line for each row", () => {
    expect(table(rows, 100)).toEqual(table(rows));
    expect(table(rows)).toHaveLength(3);
  });

  test("columns that do not fit follow their row with their titles, and empty cells are left out", () => {
    expect(table(rows, 48)).toEqual([
      "APP        ENVIRONMENT  RUNNERS",
      "image-gen  main         3",
      "  REVISION: 0b7c1f9e-1111-4222-8333-444455556666",
      "sd         prod         12",
      "  deployment in progress",
    ]);
  });
});

describe("wrapped text", () => {
  test.each([
    ["a text that fits", 40, "", ["a text that fits"]],
    ["one two three", 8, "", ["one two", "three"]],
    ["- one two three", 9, "  ", ["- one two", "  three"]],
    ["see https://example.com/a/long/address now", 12, "", ["see", "https://example.com/a/long/address", "now"]],
    ["  kept   spaces here", 15, "  ", ["  kept   spaces", "  here"]],
    ["日本 日本", 5, "", ["日本", "日本"]],
    ["", 10, "", [""]],
  ])("the text %j for %i columns", (text, columns, indent, lines) => {
    expect(wrap(text, columns, indent).split("\n")).toEqual(lines);
  });

  test("wrapping keeps all words", () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,9}$/), { minLength: 1 }),
        fc.integer({ min: 1, max: 40 }),
        (words, columns) => {
          const lines = wrap(words.join(" "), columns).split("\n");
          expect(lines.join(" ").split(" ")).toEqual(words);
          for (const line of lines) if (line.includes(" ")) expect(line.length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
