/**
 * The value in a JSON file of the user. Node's message may quote the content, and the user may have named the wrong file, so
 * the error contains only the position.
 *
 * @throws Error with the beginning of a sentence: `prices.json is not JSON (line 3, column 1)`
 */
export function parsedJson(content: string, file: string): unknown {
  try {
    // Some editors begin files with a byte order mark.
    return JSON.parse(content.replace(/^\uFEFF/, ""));
  } catch (error) {
    const position = /position (\d+)/.exec(String(error))?.[1];
    const lines = content.slice(0, Number(position)).split("\n");
    const at = position === undefined ? "" : ` (line ${lines.length}, column ${(lines.at(-1) ?? "").length + 1})`;
    throw new Error(`${file} is not JSON${at}`);
  }
}
