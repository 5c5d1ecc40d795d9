// Ensures that no message contains a credential or the value of a secret, whatever fal answers.
import { type Redacted, redactionMark } from "../redacted";
import { singleLine } from "../text";
import { fixedBeginning, isOrdinary } from "./ordinary-text";
import { accountWords } from "./refusal";

/** What to redact from the texts of a call. */
export interface RedactionContext {
  /**
   * The key, and the credentials of proxies. They usually consist of letters and digits, which no encoding changes, so they
   * can be found in any text.
   */
  readonly credentials: readonly Redacted[];
  /** Secret values in the request. An empty list: the answer contains one. Undefined: neither contains any. */
  readonly values: readonly Redacted[] | undefined;
  /** The object of the call, which is public. */
  readonly resource: string | undefined;
  /** See `HostOptions.redact`. */
  readonly hide: ((text: string, changes: boolean) => string) | undefined;
  /** Whether the call changes something. */
  readonly changes: boolean;
}

/** Shorter pieces of a secret reveal nothing and occur in ordinary text. */
const pieceLength = 12;

/** Shorter texts occur inside words by chance, so they are redacted only as whole words. */
const shortLength = 6;

export const withheld = "(fal's text is withheld, because it may contain the value)";

/**
 * Redacts a text from fal about a call with secrets. A service may quote a part of what it received in any encoding, and
 * no search finds all of them. So the text is shown only if it consists of words of a fixed list and of `names`, none of
 * which is part of a secret. Sentences about the account are always shown, because they do not depend on the request.
 */
export function redactUnlessOrdinary(text: string, secrets: readonly string[], names: readonly string[] = []): string {
  const values = secrets.filter((secret) => secret !== "");
  return values.length === 0 ? text : onlyKnown(text, values, names);
}

function onlyKnown(text: string, values: readonly string[], names: readonly string[]): string {
  const fixed = fixedBeginning(text);
  const rest = text.slice(fixed.length);
  if (rest === "" || isOrdinary(rest, names, values.flatMap(forms))) return text;
  const reason = fixed.trim() || accountWords(text);
  return reason === undefined ? withheld : `${reason} ${withheld}`;
}

/** Redacts a text from fal and puts it on one line of limited length. Undefined if nothing is left. */
export function redactReason(
  text: string | null | undefined,
  maxLength: number,
  redaction: RedactionContext,
): string | undefined {
  if (!text) return undefined;
  const { credentials, values, resource = "", hide, changes } = redaction;
  const own = credentials.map((credential) => credential.reveal());
  const short = text.slice(0, 4096);
  if (values !== undefined) {
    const names = [resource, ...resource.split("/")].filter((name) => name !== "");
    const known = onlyKnown(short, [...values.map((value) => value.reveal()), ...own], names);
    return excerpt(known, maxLength) || undefined;
  }
  const masked = redactOccurrences(short, own);
  return excerpt(hide?.(masked, changes) ?? masked, maxLength) || undefined;
}

/** fal's id of a request; undefined if the text does not have its format. */
export function requestIdOf(text: string | undefined, redaction: RedactionContext): string | undefined {
  if (text === undefined || !/^[A-Za-z0-9][A-Za-z0-9._:-]{0,79}$/.test(text)) return undefined;
  return unlessSecret(text, redaction);
}

/** fal's name for a type of error; undefined if the text does not have its format. */
export function errorTypeOf(text: string | undefined, redaction: RedactionContext): string | undefined {
  if (text === undefined || !/^[A-Za-z][A-Za-z0-9_.-]{0,59}$/.test(text)) return undefined;
  const known = redactReason(text, 60, redaction);
  return known === text ? unlessSecret(text, redaction) : undefined;
}

/** The URL of fal's page about an error; undefined if it is on another host or has a query. */
export function docsUrlOf(text: string | undefined, redaction: RedactionContext): string | undefined {
  if (
    text === undefined ||
    !/^https:\/\/(?:[a-z0-9-]+\.)*fal\.ai(?:\/[A-Za-z0-9._/-]*)?(?:#[A-Za-z0-9_-]*)?$/.test(text)
  ) {
    return undefined;
  }
  return text.length <= 200 && unlessSecret(text, redaction) === text ? text : undefined;
}

/** Redacts the text if it contains eight characters of a secret, which no random id contains by chance. */
function unlessSecret(text: string, { values = [], credentials, hide, changes }: RedactionContext): string {
  const all = [...values, ...credentials].map((value) => value.reveal()).filter((value) => value !== "");
  const found = all.flatMap(forms).some((form) => holdsPiece(text, form, 8));
  return found || (hide?.(text, changes) ?? text) !== text ? redactionMark : text;
}

/** Redacts a text of this client. It quotes at most a name or a path, which may contain a short secret by chance. */
export function redactOwnText(text: string, { values = [], credentials }: RedactionContext): string {
  const secrets = [...values, ...credentials].map((secret) => secret.reveal());
  return excerpt(redactOccurrences(text, secrets.filter(isRedactable)));
}

/** Whether a secret is long enough to be found inside other words. */
export function isRedactable(secret: string): boolean {
  return secret.length >= shortLength;
}

/**
 * Redacts texts wherever they occur: complete, in the encodings of `forms`, and in pieces of 12 characters or more, because
 * a server may quote only a line or the beginning. Texts of fewer than six characters are redacted only as whole words.
 * Not enough for values of secrets, which may return in another encoding: see `redactUnlessOrdinary`.
 */
export function redactOccurrences(text: string, secrets: readonly string[]): string {
  let result = text;
  const longestFirst = [...new Set(secrets)].filter((secret) => secret !== "").sort((a, b) => b.length - a.length);
  for (const secret of longestFirst) {
    for (const form of forms(secret))
      result = isRedactable(form) ? redactPieces(result, form) : redactWholeWords(result, form);
  }
  return result;
}

function redactWholeWords(text: string, short: string): string {
  const before = /^[\p{L}\p{N}]/u.test(short) ? "(?<![\\p{L}\\p{N}_])" : "";
  const after = /[\p{L}\p{N}]$/u.test(short) ? "(?![\\p{L}\\p{N}_])" : "";
  return text.replace(
    new RegExp(`${before}${short.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&")}${after}`, "gu"),
    redactionMark,
  );
}

/** The encodings in which a service may quote a text. */
function forms(secret: string): string[] {
  // Through bytes, because encodeURIComponent throws for half of a surrogate pair.
  const text = Buffer.from(secret).toString();
  const bytes = Buffer.from(secret);
  const json = JSON.stringify(secret).slice(1, -1);
  const ascii = json.replace(/[\u007f-\uffff]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const url = encodeURIComponent(text);
  const all = new Set([
    secret,
    json,
    ascii,
    json.replaceAll("/", "\\/"),
    json.replace(/[<>&']/g, (char) => `\\u00${char.charCodeAt(0).toString(16)}`),
    JSON.stringify(json).slice(1, -1),
    pythonText(secret, "'"),
    pythonText(secret, '"'),
    pythonBytes(bytes),
    url,
    url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    url.replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`).replaceAll("%20", "+"),
    secret.replace(/[&<>"']/g, (char) => htmlEntities[char] ?? char),
    singleLine(secret),
    bytes.toString("hex"),
    ...[secret, json, ascii].flatMap((form) => base64Forms(Buffer.from(form))),
  ]);
  all.delete("");
  return [...all];
}

const htmlEntities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function pythonText(text: string, quote: string): string {
  return text.replace(/[\\\n\r\t'"]/g, (char) => {
    if (char === "\n") return "\\n";
    if (char === "\r") return "\\r";
    if (char === "\t") return "\\t";
    return char === "\\" || char === quote ? `\\${char}` : char;
  });
}

function pythonBytes(bytes: Buffer): string {
  return pythonText(bytes.toString("latin1"), "'").replace(
    /[^\x20-\x7e]/g,
    (char) => `\\x${char.charCodeAt(0).toString(16).padStart(2, "0")}`,
  );
}

/** The part of the base64 of a text that does not depend on what is before and after the text. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].flatMap((before) => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString("base64");
    const own = whole.slice(Math.ceil((before * 4) / 3), Math.floor(((before + bytes.length) * 4) / 3));
    return own.length < 4 ? [] : [own, own.replaceAll("+", "-").replaceAll("/", "_")];
  });
}

function holdsPiece(text: string, secret: string, length: number): boolean {
  return redactPieces(text, secret, length) !== text;
}

/** Ignores the case of letters, except for short texts, which would match our own words: `secret` in `SetSecret`. */
function redactPieces(text: string, secret: string, length = pieceLength): string {
  const least = Math.min(length, secret.length);
  const alike = secret.length < pieceLength ? (one: string) => one : asciiLower;
  const lower = alike(text);
  const searched = alike(secret);
  let result = "";
  let at = 0;
  while (at < text.length) {
    let end = at + least;
    if (end > text.length || !searched.includes(lower.slice(at, end))) {
      result += text[at];
      at += 1;
      continue;
    }
    while (end < text.length && searched.includes(lower.slice(at, end + 1))) end += 1;
    result += redactionMark;
    at = end;
  }
  return result;
}

function asciiLower(text: string): string {
  return text.replace(/[A-Z]/g, (char) => char.toLowerCase());
}

/** One visible line of limited length, for messages and logs. Redact first, because a secret that is cut off is not found. */
export function excerpt(text: string, maxLength = 300): string {
  const line = singleLine(text);
  return line.length > maxLength ? `${line.slice(0, maxLength - 1)}…` : line;
}
