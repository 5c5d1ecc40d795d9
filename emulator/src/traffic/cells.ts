import { minuteMs } from "./buckets";
import type { Start } from "./runners";
import type { Minute, RunnerCounts } from "./simulate";

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
  readonly #routes: (number | undefined)[] = [];
  readonly #cold: boolean[] = [];

  readonly #length: number;

  constructor(minutesPerCell: number) {
    this.#length = minutesPerCell * minuteMs;
  }

  add(minute: Minute): void {
    const cell = this.#cellOf(minute.time);
    cell.minutes++;
    const { seconds, peak } = cell;
    // Not in a loop over the names, which is ten times slower.
    seconds.running += minute.running * 60;
    seconds.idle += minute.idle * 60;
    seconds.pending += minute.pending * 60;
    seconds.draining += minute.draining * 60;
    peak.running = Math.max(peak.running, minute.peak.running);
    peak.idle = Math.max(peak.idle, minute.peak.idle);
    peak.pending = Math.max(peak.pending, minute.peak.pending);
    peak.draining = Math.max(peak.draining, minute.peak.draining);
    cell.secondsAtLimit += minute.secondsAtLimit;
    for (const { wait, duration, route, cold } of minute.starts) {
      this.#waits.push(wait);
      this.#durations.push(duration);
      this.#routes.push(route);
      this.#cold.push(cold);
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
      starts.push({
        wait: this.#waits[index] ?? 0,
        duration: this.#durations[index] ?? 0,
        route: this.#routes[index],
        cold: this.#cold[index] ?? false,
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
      firstStart: this.#waits.length,
      endOfStarts: this.#waits.length,
    };
    this.list.push(cell);
    return cell;
  }
}
