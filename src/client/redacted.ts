import { inspect } from "node:util";

/** Replaces secret text in output. */
export const redactionMark = "***";

/** A credential or the value of a secret. Prints as `***`. */
export class Redacted {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The text itself: to send it to fal, to return it to its owner, or to find it in other texts. */
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
