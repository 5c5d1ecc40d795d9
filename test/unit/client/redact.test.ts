import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  docsUrlOf,
  errorTypeOf,
  excerpt,
  type RedactionContext,
  redactOccurrences,
  redactReason,
  redactUnlessOrdinary,
  requestIdOf,
  withheld,
} from "../../../src/client/internal/redact";
import { Redacted } from "../../../src/client/redacted";

const values = {
  token: "hf_CaNaRy0123456789",
  "quotes and backslashes": `pa's"s\\w0rd!xy`,
  umlauts: "Müller-Größe-ß99",
  "no ASCII at all": "秘密の鍵です密码",
  "several lines": '-----BEGIN KEY-----\nMIIE/+ab"c\\d=\n-----END KEY-----\n',
  short: "s3cr3",
  "short with signs": `a"b\\c`,
  "short without ASCII": "äö7ü",
  punctuation: "...",
  "a number": "4096",
  words: "correct horse battery",
  "a word of every message": "invalid",
};

/** Forms in which services in Python, Go or PHP, or behind a proxy, repeat a value. */
const echoes: Record<string, (value: string) => string> = {
  plain: (value) => value,
  "half of it": (value) => value.slice(0, Math.ceil(value.length / 2)),
  JSON: (value) => JSON.stringify({ value }),
  "ASCII JSON": (value) =>
    JSON.stringify(value).replace(
      /[\u007f-\uffff]/g,
      (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`,
    ),
  "Python's repr": (value) => `'${value.replace(/[\\']/g, "\\$&").replaceAll("\n", "\\n")}'`,
  URL: (value) => encodeURIComponent(value),
  base64: (value) => Buffer.from(value).toString("base64"),
  "base64 of JSON": (value) => Buffer.from(JSON.stringify({ value })).toString("base64"),
  base64url: (value) => Buffer.from(`x${value}`).toString("base64url"),
  hex: (value) => Buffer.from(value).toString("hex"),
  "numbers of its bytes": (value) => JSON.stringify([...Buffer.from(value)]),
  "octal, as protobuf prints bytes": (value) => [...Buffer.from(value)].map((b) => `\\${b.toString(8)}`).join(""),
  reversed: (value) => [...value].reverse().join(""),
  "in capitals": (value) => value.toUpperCase(),
  "spelled out": (value) => [...value].join(" "),
  decomposed: (value) => value.normalize("NFD"),
  "with its lines numbered": (value) =>
    value
      .split("\n")
      .map((line, at) => `${at + 1}: ${line}`)
      .join("\n"),
};

describe("responses to calls with a value", () => {
  const cases = Object.entries(values).flatMap(([what, value]) =>
    Object.entries(echoes).map(([how, echo]) => [what, how, value, echo(value)] as const),
  );

  test.each(cases)("a response that repeats a value is withheld: %s, %s", (_what, _how, value, echo) => {
    for (const text of [`Invalid value: ${echo} for field value`, `value '${echo}' is not allowed`, echo]) {
      expect(redactUnlessOrdinary(text, [value])).toBe(withheld);
    }
  });

  test.each([
    "User is locked. Reason: Exhausted balance. Top up your balance at fal.ai/dashboard/billing.",
    "User is locked. Reason: Suspicious activity",
    "Permission denied",
    "Forbidden.",
    "Too many requests, please try again later.",
    "Secret name must match the pattern",
    "The value must not be longer than 65536 bytes.",
    "Secret 'MY_TOKEN' already exists in environment staging.",
    "validation_error: field required",
  ])("a response of ordinary words and public names is shown: %s", (text) => {
    expect(redactUnlessOrdinary(text, [values.token, values.short], ["staging/MY_TOKEN", "staging", "MY_TOKEN"])).toBe(
      text,
    );
  });

  test("fal's reason for a locked account is shown, whatever the value and the following text are", () => {
    const reason = "User is locked. Reason: Exhausted balance.";
    for (const value of [...Object.values(values), "user locked balance exhausted"]) {
      expect(redactUnlessOrdinary(reason, [value])).toBe(reason);
      expect(redactUnlessOrdinary(`${reason} Rejected ${value}x`, [value])).toBe(`${reason} ${withheld}`);
    }
  });

  test("a response that is shown contains neither the value nor an encoding of it", () => {
    const ordinary = fc.constantFrom(
      "invalid",
      "value",
      "the",
      "secret",
      "is",
      "too long",
      "not allowed:",
      "for field",
    );
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme", minLength: 1, maxLength: 40 }),
        fc.constantFrom(...Object.values(echoes)),
        fc.array(ordinary),
        fc.array(ordinary),
        (value, echo, before, after) => {
          const echoed = echo(value);
          fc.pre(echoed.trim() !== "" && ![".", ",", ":", ";", "!"].includes(echoed.trim()));
          const text = [...before, echoed, ...after].join(" ");
          const shown = redactUnlessOrdinary(text, [value]);
          // The text is shown only if the echo consists of ordinary words.
          if (shown !== withheld) expect(redactUnlessOrdinary(echoed, ["unrelated 0"])).toBe(echoed);
          if (value.length > 2 && echo === echoes["plain"]) expect(shown).toBe(withheld);
        },
      ),
    );
  });

  test("a response is withheld if the value is unknown, and shown if there is nothing to hide", () => {
    expect(redactReason("cannot keep 7f3a91", 300, { ...nothing, values: [] })).toBe(withheld);
    expect(redactReason("Insufficient balance", 300, { ...nothing, values: [] })).toBe("Insufficient balance");
    expect(redactUnlessOrdinary("anything 7f3a91", ["", ""])).toBe("anything 7f3a91");
  });
});

const nothing: RedactionContext = {
  credentials: [new Redacted("k3y-canary-0123456789abcdef")],
  values: undefined,
  resource: undefined,
  hide: undefined,
  changes: true,
};

describe("secrets in responses", () => {
  const secret = "hf_CaNaRy0123456789";

  test.each([
    ["as it is", `value ${secret} is bad`],
    ["twice", `${secret}${secret}`],
    ["in JSON", JSON.stringify({ input: secret })],
    ["in base64", `got ${Buffer.from(secret).toString("base64")}`],
    ["in the base64 of more", `got ${Buffer.from(`kid:${secret}:x`).toString("base64")}`],
    ["in base64url", `got ${Buffer.from(`id:${secret}`).toString("base64url")}`],
    ["in hex", `got ${Buffer.from(secret).toString("hex").toUpperCase()}`],
    ["in capitals", secret.toUpperCase()],
    ["a piece of it", `value starts with ${secret.slice(0, 12)}`],
    ["the end of it", `value ends with ${secret.slice(-12)}`],
  ])("redactOccurrences hides a secret: %s", (_, text) => {
    const result = redactOccurrences(text, [secret]);
    expect(result).toContain("***");
    for (let at = 0; at + 12 <= secret.length; at++) {
      expect(result.toLowerCase()).not.toContain(secret.slice(at, at + 12).toLowerCase());
    }
    for (const before of ["", "x", "xx"]) {
      const encoded = Buffer.from(before + secret)
        .toString("base64")
        .slice(4, -4);
      expect(result).not.toContain(encoded);
    }
  });

  test("redactOccurrences hides a secret with quotes, line breaks and other scripts in each encoding", () => {
    const value = 'line one "quoted"\nline & two=ü 🔑';
    for (const echo of ["plain", "JSON", "ASCII JSON", "Python's repr", "URL", "base64", "base64 of JSON", "hex"]) {
      const form = echoes[echo]?.(value) ?? "";
      expect(redactOccurrences(form, [value]), echo).not.toMatch(/line one|quoted|two|bGluZ|6c696e65/);
    }
  });

  test("redactOccurrences hides a short secret only as a separate word", () => {
    expect(redactOccurrences("app main/sd: the word sdk, 'sd' (sd)", ["sd"])).toBe(
      "app main/***: the word sdk, '***' (***)",
    );
    expect(redactOccurrences('"a\\"b"', ['a"b'])).toBe('"***"');
    expect(redactOccurrences("SetSecret: secret", ["secret"])).toBe("SetSecret: ***");
  });

  test("redactOccurrences accepts half a surrogate pair and an empty secret", () => {
    expect(redactOccurrences("text", ["\ud83d-abcdef", ""])).toBe("text");
    expect(redactUnlessOrdinary("text", ["\ud83d-abcdef", ""])).toBe("text");
  });

  test("redactOccurrences hides every secret of twelve or more characters", () => {
    fc.assert(
      fc.property(fc.string({ minLength: 12, maxLength: 60 }), fc.string(), fc.string(), (value, before, after) => {
        fc.pre(!"***".includes(value));
        expect(redactOccurrences(`${before}${value}${after}`, [value])).not.toContain(value);
      }),
    );
  });

  test("redactOccurrences does not change text without the secret", () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom("a", "b", " ") }), (text) => {
        expect(redactOccurrences(text, ["0123456789"])).toBe(text);
      }),
    );
  });
});

describe("other parts of a response", () => {
  const hidden: RedactionContext = { ...nothing, values: [new Redacted("s3cr3t-value"), new Redacted("s3cr3")] };

  test("an error contains fal's request id if it is well-formed and contains no secret", () => {
    expect(requestIdOf("3f1c7a00-22b1-4f4c-9a51-aa0b8e1d2c3f", hidden)).toBe("3f1c7a00-22b1-4f4c-9a51-aa0b8e1d2c3f");
    expect(requestIdOf("req_1", nothing)).toBe("req_1");
    for (const text of ["a b", "a\u202eb", "<b>", "x".repeat(81), "\u001b[31m", ""]) {
      expect(requestIdOf(text, nothing)).toBeUndefined();
    }
    for (const text of ["s3cr3t-value", "id-s3cr3", Buffer.from("s3cr3t-value").toString("hex")]) {
      expect(requestIdOf(text, hidden)).toBe("***");
    }
  });

  test("an error of a call with a value contains fal's error type only if it consists of known words", () => {
    expect(errorTypeOf("some_type", nothing)).toBe("some_type");
    expect(errorTypeOf("validation_error", hidden)).toBe("validation_error");
    expect(errorTypeOf("tricky_canary", hidden)).toBeUndefined();
    expect(errorTypeOf("two words", nothing)).toBeUndefined();
  });

  test("an error contains a link to fal's documentation only without a query", () => {
    expect(docsUrlOf("https://docs.fal.ai/errors#not_found", hidden)).toBe("https://docs.fal.ai/errors#not_found");
    const foreign = [
      "https://fal.ai.evil.com/x",
      "http://fal.ai/x",
      "https://fal.ai/x?v=1",
      "https://a@fal.ai/",
      "javascript:x",
    ];
    for (const text of [...foreign, "https://fal.ai/s3cr3t-value", "https://evilfal.ai/x"]) {
      expect(docsUrlOf(text, hidden)).toBeUndefined();
    }
  });
});

test("excerpt removes line breaks, shows control characters and limits the length", () => {
  expect(excerpt("a\r\n b\u001b[31m\tc\u202ed")).toBe("a b␛[31m c\\u{202e}d");
  expect(excerpt("x".repeat(1_000))).toHaveLength(300);
});

describe("short secrets", () => {
  test("redactOccurrences hides a short secret with any ASCII character", () => {
    for (let code = 32; code < 127; code++) {
      const short = `a${String.fromCharCode(code)}1`;
      expect(redactOccurrences(`is "${short}".`, [short]), short).toBe('is "***".');
    }
  });
});
