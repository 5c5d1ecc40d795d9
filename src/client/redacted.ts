import { inspect } from "node:util";

/** What stands for a text that nobody may see. */
export const redactionMark = "***";

/** A credential or a secret's value, as the client holds it: it shows as `***` wherever it is printed. */
export class Redacted {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself: for what is sent to fal, for the caller it belongs to, and for finding it in other texts. */
  reveal(): string {
    return this.#text;
  }

  toString(): string {
    return redactionMark;
  }

  toJSON(): string {
    return redactionMark;
  }

  [inspect.custom](): string {
    return redactionMark;
  }
}
