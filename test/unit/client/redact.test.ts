import fc from "fast-check";
import { expect, test } from "vitest";
import { oneLine, redact } from "../../../src/client/transport/redact";

const secret = "hf_CaNaRy0123456789";

test.each([
  ["as it is", `value ${secret} is bad`],
  ["twice", `${secret}${secret}`],
  ["in JSON", JSON.stringify({ input: secret })],
  ["in base64", `got ${Buffer.from(secret).toString("base64")}`],
  ["a piece of it", `value starts with ${secret.slice(0, 12)}`],
  ["the end of it", `value ends with ${secret.slice(-12)}`],
])("masks a secret: %s", (_, text) => {
  const result = redact(text, [secret]);
  expect(result).toContain("***");
  for (let at = 0; at + 12 <= secret.length; at++) expect(result).not.toContain(secret.slice(at, at + 12));
});

test("masks a value with quotes, line ends and signs in every encoding it may come back in", () => {
  const value = 'line one "quoted"\nline & two=ü 🔑';
  for (const form of [value, JSON.stringify(value), encodeURIComponent(value), Buffer.from(value).toString("base64")]) {
    expect(redact(form, [value])).not.toMatch(/line one|quoted|two|bGluZ/);
  }
});

test("withholds the whole text when it contains a secret too short to be told from ordinary text", () => {
  expect(redact("invalid value abc for X", ["abc"])).toMatch(/^\(answer withheld/);
  expect(redact("nothing of it here", ["qz"])).toBe("nothing of it here");
});

test("half a surrogate pair and an empty secret are no trouble", () => {
  expect(redact("text", ["\ud83d-abcdef", ""])).toBe("text");
});

test("leaves nothing of any secret of twelve characters or more, wherever it stands", () => {
  fc.assert(
    fc.property(fc.string({ minLength: 12, maxLength: 60 }), fc.string(), fc.string(), (value, before, after) => {
      fc.pre(!"***".includes(value));
      expect(redact(`${before}${value}${after}`, [value])).not.toContain(value);
    }),
  );
});

test("leaves text alone that has nothing to do with the secret", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("a", "b", " ") }), (text) => {
      expect(redact(text, ["0123456789"])).toBe(text);
    }),
  );
});

test("oneLine leaves no line ends, shows control characters, and bounds the length", () => {
  expect(oneLine("a\r\n b\u001b[31m\tc")).toBe("a b␛[31m c");
  expect(oneLine("x".repeat(1_000))).toHaveLength(300);
});
