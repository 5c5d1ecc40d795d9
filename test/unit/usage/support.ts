import { type RunnerScaling, simulate, type Traffic } from "../../../emulator/src/traffic";
import type { AppEvidence, UsageScaling } from "../../../src/usage/evidence";

const from = Date.UTC(2026, 7, 3);
const hourMs = 3_600_000;

/** What really happened in a simulated range. */
export interface Truth {
  /** Per hour. */
  readonly peaks: AppEvidence["peaks"];
  readonly busySeconds: number;
  readonly idleSeconds: number;
  readonly requests: number;
  readonly workSeconds: number;
  readonly waits: readonly number[];
  readonly coldStarts: number;
  readonly hoursAtLimit: number;
}

/** Simulates an app, after two hours in which it warms up. */
export function live(traffic: Traffic, scaling: RunnerScaling, hours: number): Truth {
  const zero = () => Array.from({ length: hours }, () => 0);
  const peaks = { running: zero(), idle: zero(), pending: zero() };
  const waits: number[] = [];
  const limited = new Set<number>();
  let [busySeconds, idleSeconds, requests, workSeconds, coldStarts] = [0, 0, 0, 0, 0];
  for (const minute of simulate(traffic, () => scaling, from - 2 * hourMs, from + hours * hourMs)) {
    if (minute.time < from) continue;
    const hour = Math.floor((minute.time - from) / hourMs);
    for (const state of ["running", "idle", "pending"] as const) {
      peaks[state][hour] = Math.max(peaks[state][hour] ?? 0, minute.peak[state]);
    }
    busySeconds += minute.running * 60;
    idleSeconds += minute.idle * 60;
    requests += minute.starts.length;
    coldStarts += minute.coldStarts;
    for (const { duration, wait } of minute.starts) {
      workSeconds += duration;
      waits.push(wait);
    }
    if (minute.secondsAtLimit > 0) limited.add(hour);
  }
  return { peaks, busySeconds, idleSeconds, requests, workSeconds, waits, coldStarts, hoursAtLimit: limited.size };
}

/** What fal would tell about it. */
export function evidenceOf(truth: Truth, traffic: Traffic, scaling: RunnerScaling, perHour = 2): AppEvidence {
  const hours = (truth.busySeconds + truth.idleSeconds) / 3600;
  const sorted = truth.waits.toSorted((a, b) => a - b);
  const percentile = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? null;
  return {
    app: "main/flux",
    scaling: usageScaling(scaling),
    peaks: truth.peaks,
    requests: {
      count: truth.requests,
      workSeconds: truth.workSeconds,
      waitP50: percentile(0.5),
      waitP95: percentile(0.95),
      coldStarts: truth.coldStarts,
      coldStartP50: truth.coldStarts > 0 ? traffic.startup_seconds : null,
    },
    billed: {
      seconds: hours * 3600,
      cost: hours * perHour,
      currency: "USD",
      prices:
        hours === 0
          ? []
          : [{ machineType: "GPU-A100", perHour, lowest: perHour, highest: perHour, currency: "USD", hours }],
    },
  };
}

export function usageScaling(scaling: RunnerScaling): UsageScaling {
  return {
    minConcurrency: scaling.min_concurrency,
    maxConcurrency: scaling.max_concurrency,
    concurrencyBuffer: scaling.concurrency_buffer ?? 0,
    concurrencyBufferPerc: scaling.concurrency_buffer_perc ?? 0,
    keepAlive: scaling.keep_alive,
    scalingDelay: scaling.scaling_delay ?? 0,
    maxMultiplexing: scaling.max_multiplexing,
    machineTypes: ["GPU-A100"],
  };
}

/** Random apps, always the same ones for the same seed. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 to 1, exclusive (mulberry32). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let bits = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    bits ^= bits + Math.imul(bits ^ (bits >>> 7), bits | 61);
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  }

  pick<T>(values: readonly [T, ...T[]]): T {
    return values[Math.floor(this.next() * values.length)] ?? values[0];
  }

  /** Small numbers are as frequent as large ones. */
  #logarithmic(least: number, most: number): number {
    return least * (most / least) ** this.next();
  }

  scaling(): RunnerScaling {
    const max = 1 + Math.floor(this.next() * 12);
    return {
      min_concurrency: Math.min(max, this.pick([0, 0, 1, 1, 2, 3, 5])),
      max_concurrency: max,
      concurrency_buffer: this.pick([0, 0, 0, 1, 2]),
      concurrency_buffer_perc: this.pick([0, 0, 0, 0, 25, 50]),
      keep_alive: this.pick([0, 10, 60, 300, 900, 3600]),
      scaling_delay: this.pick([0, 0, 0, 30]),
      max_multiplexing: this.pick([1, 1, 1, 1, 2, 4]),
    };
  }

  /** Changes one value, or several. */
  changed(scaling: RunnerScaling): RunnerScaling {
    const changed = { ...scaling };
    for (let left = this.pick([1, 1, 1, 2, 3]); left > 0; left--) {
      const name = this.pick([
        "min_concurrency",
        "min_concurrency",
        "max_concurrency",
        "max_concurrency",
        "concurrency_buffer",
        "concurrency_buffer_perc",
        "keep_alive",
        "scaling_delay",
        "max_multiplexing",
      ] as const);
      changed[name] = this.scaling()[name] ?? 0;
    }
    return { ...changed, min_concurrency: Math.min(changed.min_concurrency, changed.max_concurrency) };
  }

  /** Even, by day and night, or in bursts; from idle to overloaded. */
  traffic(): Traffic {
    const seconds = this.#logarithmic(2, 300);
    const busy = this.#logarithmic(0.05, 12);
    const perHour = Math.min((busy * 3600) / seconds, 150);
    const shapes: [() => number | number[], ...(() => number | number[])[]] = [
      () => perHour,
      () =>
        Array.from({ length: 24 }, (_, hour) => (hour > 7 && hour < 20 ? perHour : perHour * 0.1) * this.next() * 2),
      () => Array.from({ length: 168 }, () => (this.next() < 0.6 ? 0 : perHour * this.#logarithmic(0.2, 3))),
    ];
    return {
      requests_per_hour: this.pick(shapes)(),
      request_seconds: seconds,
      request_seconds_spread: this.next(),
      startup_seconds: this.pick([0.5, 5, 30, 90, 240]),
      seed: Math.floor(this.next() * 1e9),
    };
  }
}
