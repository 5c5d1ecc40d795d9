import { type Diagnostic, nameOf } from "./plan";

/** A message of the engine about a resource or the whole stack. */
export interface Message {
  readonly urn?: string;
  /** The resource's name in the program. */
  readonly name?: string;
  readonly text: string;
}

/** The errors of a run; empty if it succeeded. */
export function errorsOf(diagnostics: readonly Diagnostic[]): Message[] {
  const all = messagesOf(diagnostics, "error");
  const telling = all.filter(({ text }) => !lastWords.has(text));
  return telling.length > 0 || all.length === 0 ? telling : [{ text: unsaid }];
}

/** The engine ends every failure with one of these, also if it has reported the reason before. */
const lastWords: ReadonlySet<string> = new Set(["", "preview failed", "update failed"]);

/** Measured with the CLI 3.276: if a policy is violated, its JSON contains only the last message. */
const unsaid =
  "The JSON of the Pulumi CLI does not contain the reason. It may be a violated policy: run `pulumi preview` without `--json` to see it.";

/** The messages of one severity, each once. */
export function messagesOf(diagnostics: readonly Diagnostic[], wanted: string): Message[] {
  const found = new Map<string, Message>();
  for (const { severity, urn, message } of diagnostics) {
    if (severity !== wanted) continue;
    const text = readable(message);
    const about = urn === undefined ? {} : { urn, name: nameOf(urn) };
    found.set(`${urn}\n${text}`, { ...about, text });
  }
  return [...found.values()];
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is how they begin
const colours = /\u001b\[[0-9;]*m/g;

/**
 * A message without colors, severity, its resource and stack traces, which reports show separately or not at all. Also
 * without the value that a failed check quotes, because it may be a secret.
 */
export function readable(message: string): string {
  return (
    message
      .replace(colours, "")
      .replace(/^(error|warning|info): /, "")
      .replace(/^(preview|update) failed: /i, "")
      .replace(/^\S+ resource '.*' has a problem: /, "")
      // A URN in single quotes is part of a command to run.
      .replace(/"(urn:pulumi:[^"]+)"/g, (_quoted, urn: string) => nameOf(urn))
      .replace(/^\S+ resource '.*': property \S+ value \{.*\} has a problem: /s, "")
      .split("\n")
      .filter((line) => !/^\s+at /.test(line))
      .map((line) => line.trim())
      .filter((line) => line !== "")
      .join(" ")
  );
}
