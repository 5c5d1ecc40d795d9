import { performance } from "node:perf_hooks";

/** One line per step, with what is left by the estimate that all steps so far allow. */
export class Progress {
  readonly #total: number;
  readonly #began = performance.now();
  #done = 0;

  constructor(total: number) {
    this.#total = total;
  }

  /** Tells of a step that took so long, and of which so much was expected. */
  done(what: string, ms: number, weight: number): void {
    this.#done += weight;
    const elapsed = (performance.now() - this.#began) / 1_000;
    const left = (elapsed / this.#done) * (this.#total - this.#done);
    process.stdout.write(`${what}: ${seconds(ms / 1_000)}  (about ${minutes(left)} left)\n`);
  }
}

const seconds = (value: number) => `${value.toFixed(1)} s`;

export function minutes(value: number): string {
  const whole = Math.max(0, Math.round(value));
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
