import { escapeInvisibleJson } from "../../../command-line/terminal-text";

/**
 * A text as a literal of Python and YAML: as in JSON, but they have one escape for a character that JSON writes as two
 * surrogates.
 */
export function quoted(text: string): string {
  return escapeInvisibleJson(text).replace(
    /\\\\|\\u(d[89ab][0-9a-f]{2})\\u(d[c-f][0-9a-f]{2})/g,
    (written, high?: string, low?: string) => {
      if (high === undefined || low === undefined) return written;
      const code = String.fromCharCode(Number.parseInt(high, 16), Number.parseInt(low, 16)).codePointAt(0) ?? 0;
      return `\\U${code.toString(16).padStart(8, "0")}`;
    },
  );
}
