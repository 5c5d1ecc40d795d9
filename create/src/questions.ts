import { createInterface } from "node:readline/promises";

export class Interrupted extends Error {}

export interface Question {
  readonly text: string;
  /** What an empty answer means. */
  readonly fallback: string;
  /** Why an answer cannot be used; undefined if it can. */
  problem(answer: string): string | undefined;
}

/**
 * Asks at the terminal until each answer can be used.
 *
 * @throws {Interrupted} on Ctrl-C, or if the input ends
 */
export async function ask(questions: readonly Question[]): Promise<string[]> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = new Promise<never>((_resolve, reject) => {
    const interrupted = () => reject(new Interrupted());
    terminal.once("SIGINT", interrupted).once("close", interrupted);
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, interrupted);
  });
  ended.catch(() => undefined);
  try {
    const answers: string[] = [];
    for (const { text, fallback, problem } of questions) {
      for (;;) {
        const typed = await Promise.race([terminal.question(text), ended]);
        const answer = typed.trim() || fallback;
        const reason = problem(answer);
        if (reason === undefined) {
          answers.push(answer);
          break;
        }
        process.stderr.write(`${reason}\n`);
      }
    }
    return answers;
  } finally {
    terminal.close();
  }
}
