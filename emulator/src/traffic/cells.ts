import type { Start } from "./runners";
import type { Minute, RunnerCounts } from "./simulate";

const minuteMs = 60_000;

/** What happened in a cell, the sum of its minutes. */
export interface Cell {
  /** In milliseconds since the epoch. */
  readonly time: number;
  /** How many of its minutes are simulated. */
  minutes: number;
  /** Seconds of runners. */
  readonly seconds: RunnerCounts;
  readonly peak: RunnerCounts;
  secondsAtLimit: number;
  requests: number;
  /** Its starts are those from `firstStart` up to `endOfStarts`. */
  readonly firstStart: number;
  endOfStarts: number;
}

/** A simulation, summed up in cells of equal length without a hole between them. */
export class Cells {
  readonly list: Cell[] = [];
  /** All starts, one array per property: there can be millions. */
  readonly #waits: number[] = [];
  readonly #durations: number[] = [];
  /** The number of the route, from 1, with a sign: negative for a cold start. 0.5 stands for no route. */
  readonly #kinds: number[] = [];

  readonly #length: number;

  constructor(minutesPerCell: number) {
    this.#length = minutesPerCell * minuteMs;
  }

  add(minute: Minute): void {
    const cell = this.#cellOf(minute.time);
    cell.minutes++;
    for (const state of ["running", "idle", "pending", "draining"] as const) {
      cell.seconds[state] += minute[state] * 60;
      cell.peak[state] = Math.max(cell.peak[state], minute.peak[state]);
    }
    cell.secondsAtLimit += minute.secondsAtLimit;
    cell.requests += minute.requests;
    for (const { wait, duration, route, cold } of minute.starts) {
      this.#waits.push(wait);
      this.#durations.push(duration);
      const kind = route === undefined ? 0.5 : route + 1;
      this.#kinds.push(cold ? -kind : kind);
    }
    cell.endOfStarts = this.#waits.length;
  }

  /** The cells that start in a range. */
  between(from: number, to: number): Cell[] {
    const first = this.list[0];
    if (!first) return [];
    const index = (time: number) => Math.max(0, Math.ceil((time - first.time) / this.#length));
    return this.list.slice(index(from), index(to));
  }

  startsOf(cell: Cell): Start[] {
    const starts: Start[] = [];
    for (let index = cell.firstStart; index < cell.endOfStarts; index++) {
      const kind = this.#kinds[index] ?? 0.5;
      const number = Math.abs(kind);
      starts.push({
        wait: this.#waits[index] ?? 0,
        duration: this.#durations[index] ?? 0,
        route: number < 1 ? undefined : number - 1,
        cold: kind < 0,
      });
    }
    return starts;
  }

  #cellOf(time: number): Cell {
    const start = Math.floor(time / this.#length) * this.#length;
    const last = this.list.at(-1);
    if (last?.time === start) return last;
    const cell: Cell = {
      time: start,
      minutes: 0,
      seconds: { running: 0, idle: 0, pending: 0, draining: 0 },
      peak: { running: 0, idle: 0, pending: 0, draining: 0 },
      secondsAtLimit: 0,
      requests: 0,
      firstStart: this.#waits.length,
      endOfStarts: this.#waits.length,
    };
    this.list.push(cell);
    return cell;
  }
}
