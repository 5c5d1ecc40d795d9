// The last line of defence: whatever fal answers, no message shows a credential or a value that was sent as a secret.
import { type Masked, mask } from "../masked";
import { sentence } from "../text";

/** Shorter pieces of a secret say nothing about it and occur in ordinary text. */
const pieceLength = 12;

/** Below this length a secret cannot be told from ordinary text, so a text that contains it is withheld as a whole. */
const shortLength = 6;

/**
 * Replaces secrets in a text that came from outside: whole, encoded (JSON, URL, base64), and pieces of 12 characters or
 * more, because a server may quote only a line or the beginning of a value.
 * What is not guaranteed: pieces shorter than that, and encodings other than these.
 */
export function redact(text: string, secrets: readonly string[]): string {
  let result = text;
  for (const secret of secrets) {
    if (secret === "") continue;
    if (!canBeMasked(secret)) {
      if (result.includes(secret)) return "(answer withheld: it contains the secret's value)";
      continue;
    }
    for (const form of forms(secret)) result = maskPieces(result, form);
  }
  return result;
}

/** A text of fal's on one line of bounded length, without the secrets; undefined where nothing is left of it. */
export function quoted(
  text: string | null | undefined,
  maxLength: number,
  secrets: readonly Masked[],
): string | undefined {
  if (!text) return undefined;
  const values = secrets.map((secret) => secret.reveal());
  return oneLine(redact(text.slice(0, 4096), values), maxLength) || undefined;
}

/** Our own words: they quote at most a name or a path, where a short secret cannot be told from ordinary text. */
export function ownWords(text: string, secrets: readonly Masked[]): string {
  return oneLine(redact(text, secrets.map((secret) => secret.reveal()).filter(canBeMasked)));
}

/** Whether a secret is long enough to be masked where it occurs. */
export function canBeMasked(secret: string): boolean {
  return secret.length >= shortLength;
}

function forms(secret: string): Set<string> {
  return new Set([
    secret,
    JSON.stringify(secret).slice(1, -1),
    // By way of bytes: half a surrogate pair would make this throw.
    encodeURIComponent(Buffer.from(secret).toString()),
    Buffer.from(secret).toString("base64").replace(/=+$/, ""),
  ]);
}

function maskPieces(text: string, secret: string): string {
  const least = Math.min(pieceLength, secret.length);
  let result = "";
  let at = 0;
  while (at < text.length) {
    let end = at + least;
    if (end > text.length || !secret.includes(text.slice(at, end))) {
      result += text[at];
      at += 1;
      continue;
    }
    while (end < text.length && secret.includes(text.slice(at, end + 1))) end += 1;
    result += mask;
    at = end;
  }
  return result;
}

/** One visible line of bounded length, for messages and logs. Redact first: a cut-off secret is no longer recognised. */
export function oneLine(text: string, maxLength = 300): string {
  const line = sentence(text);
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
