import { randomBytes } from "node:crypto";

/**
 * A value that must be found nowhere. Its middle has letters and digits only, so it reads the same in a JSON string or a
 * URL; what surrounds it does not, so whoever handles the value badly is seen to.
 */
export class Canary {
  readonly core = `canary${randomBytes(9).toString("hex")}`;
  constructor(
    readonly name: string,
    readonly before = "",
    readonly after = "",
  ) {}

  get value(): string {
    return `${this.before}${this.core}${this.after}`;
  }

  /** The forms in which a value travels; base64 has three, by what stands before it. */
  get forms(): string[] {
    const base64 = [0, 1, 2].map((offset) => {
      const text = Buffer.from(`${"x".repeat(offset)}${this.core}`).toString("base64");
      return text.slice(Math.ceil((offset * 4) / 3), text.length - 4);
    });
    return [this.core, Buffer.from(this.core).toString("hex"), ...base64];
  }

  /** The value that the emulator made up itself. */
  static of(name: string, value: string): Canary {
    const canary = new Canary(name);
    Object.defineProperty(canary, "core", { value });
    return canary;
  }
}

/** Names of the canaries that a text holds. */
export function found(text: string, canaries: readonly Canary[]): string[] {
  return canaries.filter((canary) => canary.forms.some((form) => text.includes(form))).map(({ name }) => name);
}
