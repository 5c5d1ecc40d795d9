/** The input of an app's `source` that is wrong. */
export type SourceProperty = "ref" | "cwd" | "files" | "ignore";

/**
 * A source that cannot be read as it is declared. The message is the rest of a sentence that begins with the property:
 * `source.ref` "names app.py, which does not exist in /work: …".
 */
export class SourceError extends Error {
  constructor(
    readonly property: SourceProperty,
    message: string,
  ) {
    super(message);
    this.name = "SourceError";
  }
}
