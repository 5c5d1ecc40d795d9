import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  escapeInvisible,
  escapeInvisibleJson,
  singleLine,
  table,
} from "../../../../src/cli/command-line/terminal-text";

describe("a text of somebody else's", () => {
  test.each([
    ["escape sequences", "\u001b[31mred\u009b2J\u007f", "␛[31mred\\u{9b}2J␡"],
    ["line breaks", "a\r\nb\u2028c\td", "a␍↵b\\u{2028}c␉d"],
    ["marks of the writing direction", "a\u202eb\u061c\u2067", "a\\u{202e}b\\u{61c}\\u{2067}"],
    [
      "what has no width",
      "a\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0f",
      "a\\u{200b}\\u{200c}\\u{200d}\\u{2060}\\u{feff}\\u{ad}\\u{fe0f}",
    ],
    ["tags and fillers", "a\u{e0041}\u3164\u2800", "a\\u{e0041}\\u{3164}\\u{2800}"],
    ["spaces that look like others", "a\u00a0b\u2003c", "a\\u{a0}b\\u{2003}c"],
    ["halves of characters", "\ud83d", "\\u{d83d}"],
  ])("shows %s as what they are", (_what, text, shown) => {
    expect(escapeInvisible(text)).toBe(shown);
  });

  test("is left alone where there is nothing to hide", () => {
    const text = 'Grüße, "image-gen" 画像 🎨 | `x`';
    expect(escapeInvisible(text)).toBe(text);
  });
});

/** Characters of all kinds, the ones that are not seen more often than by chance. */
const anyText = fc.string({
  unit: fc.oneof(
    fc.integer({ min: 0, max: 0x10ffff }).map((code) => String.fromCodePoint(code)),
    fc.constantFrom(..."\u202e\u2066\u200b\u200d\u00ad\ufeff\u0000\u001b\u009b\u2028\u00a0\n\r", "\u{e0041}", "a", " "),
  ),
});
const neverRaw = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u00a0]/u;

describe("any text", () => {
  test("becomes one line in which everything can be seen, and stays the same when it is made visible again", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        for (const make of [escapeInvisible, singleLine]) {
          expect(make(text)).not.toMatch(neverRaw);
          expect(make(make(text))).toBe(make(text));
        }
      }),
    );
  });

  test("stays different from another one", () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        fc.pre(one !== other && !/\\u|[␀-␡↵]/.test(one + other));
        expect(escapeInvisible(one)).not.toBe(escapeInvisible(other));
      }),
    );
  });

  test("comes back from JSON as it was, and is not in it raw", () => {
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

describe("a table", () => {
  test("has columns of equal width, whatever is in the cells", () => {
    expect(
      table([
        ["APP", "STATE"],
        ["画像🎨", "idle"],
        ["a\nb", ""],
      ]),
    ).toEqual(["APP     STATE", "画像🎨  idle", "a↵b"]);
  });
});
