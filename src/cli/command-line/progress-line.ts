import { singleLine, width } from "./terminal-text";

const eraseLine = "\r\u001b[2K";
/** What takes less time is not shown. */
const silentSeconds = 2;

/** The last line of a terminal, which shows what takes long, for example `dev: reading 50 resources (12 s)`. */
export class ProgressLine {
  #text = "";
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #visible = false;

  /** `columns`: the width of the terminal, which may change. */
  constructor(
    private readonly write: (text: string) => void,
    private readonly columns: () => number,
  ) {}

  begin(text: string): void {
    this.erase();
    this.#text = singleLine(text);
    this.#since = performance.now();
    this.#timer ??= setInterval(() => this.#show(), 1_000).unref();
  }

  /** Before any other output. The line appears again while the work continues. */
  erase(): void {
    if (this.#visible) this.write(eraseLine);
    this.#visible = false;
  }

  end(): void {
    this.erase();
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  #show(): void {
    const seconds = Math.floor((performance.now() - this.#since) / 1_000);
    if (seconds < silentSeconds) return;
    const time = ` (${seconds} s)`;
    // A line that the terminal breaks could not be erased.
    const letters = [...this.#text];
    while (width(letters.join("")) + time.length >= this.columns()) {
      if (letters.pop() === undefined) return;
    }
    this.write(eraseLine + letters.join("") + time);
    this.#visible = true;
  }
}
