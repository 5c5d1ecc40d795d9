import { describe, expect, it } from "vitest";
import { table, visible } from "../../../src/cli/text";

describe("a text of somebody else's", () => {
  it.each([
    ["escape sequences", "\u001b[31mred\u009b2J", "\\u001b[31mred\\u009b2J"],
    ["line breaks", "a\r\nb\u2028c", "a\\u000d\\u000ab\\u2028c"],
    ["marks of the writing direction", "a\u202eb", "a\\u202eb"],
    ["halves of characters", "\ud83d", "\\ud83d"],
  ])("shows %s as their codes", (_what, text, shown) => {
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
    ).toEqual(["APP       STATE", "画像🎨    idle", "a\\u000ab"]);
  });
});
