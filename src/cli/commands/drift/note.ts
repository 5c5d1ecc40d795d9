import type { Terminal } from "../../command-line/command";
import { singleLine } from "../../command-line/terminal-text";

/** Writes one line of progress. */
export function noteTo(terminal: Terminal): (line: string) => void {
  return (line) => {
    terminal.note(singleLine(line));
    terminal.progress?.(line);
  };
}
