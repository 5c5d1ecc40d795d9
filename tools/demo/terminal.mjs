// What the demo says. Colours at a terminal only: https://no-color.org.

const colours = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";

/** @param {number} code */
const style = (code) => (/** @type {string} */ text) => (colours ? `\x1b[${code}m${text}\x1b[0m` : text);

const bold = style(1);
const green = style(32);
const cyan = style(36);

let afterBlank = true;

/** @param {string} text */
function line(text) {
  process.stdout.write(`${text}\n`);
  afterBlank = text === "";
}

/** An empty line, unless there is one. */
export function blank() {
  if (!afterBlank) line("");
}

/** @param {string} text */
export function title(text) {
  line("");
  line(bold(text));
  blank();
}

/**
 * The head of a step.
 * @param {string} text
 */
export function step(text) {
  blank();
  line(bold(`── ${text} ${"─".repeat(Math.max(3, 96 - text.length))}`));
  blank();
}

/**
 * Sentences for the reader, broken at 100 columns.
 * @param {string} text
 */
export function tell(text) {
  let row = "";
  for (const word of text.split(" ")) {
    if (row && row.length + 1 + word.length > 100) {
      line(row);
      row = word;
    } else {
      row = row ? `${row} ${word}` : word;
    }
  }
  line(row);
  blank();
}

/**
 * A command, in a form that can be copied.
 * @param {string} text
 */
export function command(text) {
  line(cyan(`$ ${text}`));
}

/**
 * What was looked up and found to be as told.
 * @param {string} text
 */
export function confirmed(text) {
  line(`${green("✓")} ${text}`);
}
