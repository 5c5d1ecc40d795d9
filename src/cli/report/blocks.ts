// Blocks that several reports contain.
import type { Block, Table, Text } from "./report-model";

/** A table with this many rows is folded. */
export const manyRows = 40;

/** No block if there are no lines. */
export function alert(level: "danger" | "warning", lines: readonly Text[]): Block[] {
  return lines.length > 0 ? [{ kind: "alert", level, lines }] : [];
}

export function columns(...titles: string[]): Table["columns"] {
  return titles.map((title) => ({ title }));
}
