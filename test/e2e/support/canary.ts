import { randomBytes } from "node:crypto";

/**
 * A value that must be found nowhere, in no encoding. Its middle has letters and digits only, so it reads the same in a
 * JSON string or a URL; what surrounds it does not, so whoever handles the value badly is seen to.
 */
export class Canary {
  readonly core: string = `canary${randomBytes(9).toString("hex")}`;
  constructor(
    readonly name: string,
    readonly before = "",
    readonly after = "",
  ) {}

  get value(): string {
    return `${this.before}${this.core}${this.after}`;
  }

  /** The forms in which a value travels. */
  get forms(): string[] {
    return [...new Set([...encodings(this.core), ...encodings(this.value)])];
  }

  /** The value that the emulator made up itself. */
  static of(name: string, value: string): Canary {
    const canary = new Canary(name);
    Object.defineProperty(canary, "core", { value });
    return canary;
  }

  /** One in which no three characters in a row are the same in every encoding: quotes, backslashes, other scripts. */
  static odd(name: string): Canary {
    return Canary.of(name, [..."\"'\\ü秘%é<"].map((sign) => sign + randomBytes(1).toString("hex")).join(""));
  }

  /** One that is too short to be told from ordinary text by its length. */
  static short(name: string): Canary {
    return Canary.of(name, `"${randomBytes(1).toString("hex")}\\ü`);
  }
}

/** What Python, Go, JavaScript and HTTP make of a text. Written without a look at how the client finds them. */
function encodings(text: string): string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const hex = (char: string, digits: number) => char.charCodeAt(0).toString(16).padStart(digits, "0");
  const bytes = Buffer.from(text);
  // base64 has three forms, by what stands before it; its first and last letters belong to the neighbours too.
  const base64 = [0, 1, 2].map((offset) => {
    const all = Buffer.from(`${"x".repeat(offset)}${text}`)
      .toString("base64")
      .replace(/=+$/, "");
    return all.slice(Math.ceil((offset * 4) / 3), -1);
  });
  return [
    text,
    json,
    json.replace(/[^ -~]/g, (char) => `\\u${hex(char, 4)}`),
    text.replace(/[\\']/g, "\\$&"),
    text.replace(/[\\"]/g, "\\$&"),
    text.replaceAll("\\", "\\\\"),
    bytes.toString("latin1").replace(/[^ -~]/g, (char) => `\\x${hex(char, 2)}`),
    encodeURIComponent(text),
    text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;"),
    bytes.toString("hex"),
    ...base64.flatMap((form) => [form, form.replaceAll("+", "-").replaceAll("/", "_")]),
  ].filter((form) => form.length >= 5);
}

/** Names of the canaries that a text holds. */
export function found(text: string, canaries: readonly Canary[]): string[] {
  return canaries.filter((canary) => canary.forms.some((form) => text.includes(form))).map(({ name }) => name);
}
