import { describe, expect, it } from "vitest";
import { table, visible } from "../../../src/cli/text";

describe("a text of somebody else's", () => {
  it.each([
    ["escape sequences", "\u001b[31mred\u009b2J\u007f", "␛[31mred\\u{9b}2J␡"],
    ["line breaks", "a\r\nb\u2028c", "a↵b↵c"],
    ["marks of the writing direction", "a\u202eb", "a\\u{202e}b"],
    ["halves of characters", "\ud83d", "\ufffd"],
  ])("shows %s as what they are", (_what, text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  it("is left alone where there is nothing to hide", () => {
    const text = 'Grüße, "image-gen" 画像 🎨 | `x`';
    expect(visible(text)).toBe(text);
  });
});

describe("a table", () => {
  it("has columns of equal width, whatever is in the cells", () => {
    expect(
      table([
        ["APP", "STATE"],
        ["画像🎨", "idle"],
        ["a\nb", ""],
      ]),
    ).toEqual(["APP     STATE", "画像🎨  idle", "a↵b"]);
  });
});
