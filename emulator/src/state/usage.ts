import {
  type Cell,
  dayMs,
  hourMs,
  type Minute,
  type Range,
  type RunnerCounts,
  runnerStates,
  type Start,
} from "../traffic";
import { type Account, aliasOf, mainEnvironment } from "./account";
import type { Recordings } from "./recordings";
import type { App, Price } from "./schema";

/** The requests of an endpoint: of an app without a route, or of one of its routes. */
export interface EndpointRequests {
  /** The path of the route; undefined for requests without one. */
  route: string | undefined;
  starts: Start[];
}

/** The price at which a second of a machine counts. */
interface Rate {
  machine_type: string;
  unit_price: number;
  percent_discount: number | null;
  is_surge: boolean;
}

/** The use of a machine type at one price. */
export interface UsageRow extends Rate {
  /** `null`: it belongs to no app. */
  app: string | null;
  environment: string | null;
  /** Seconds. */
  quantity: number;
}

/** What the traffic model recorded, in fal's terms, per bucket of time. */
export class Usage {
  readonly #account: Account;
  readonly #recordings: Recordings;

  constructor(account: Account, recordings: Recordings) {
    this.#account = account;
    this.#recordings = recordings;
  }

  /**
   * The numbers of runners: the largest of each state, or the mean.
   * UNCERTAIN: whether fal omits buckets without a record, or returns zeros. Here they are omitted.
   */
  runnerHistory(app: App, buckets: readonly Range[], aggregation: "max" | "avg"): ({ time: number } & RunnerCounts)[] {
    return this.#perBucket(app, buckets).flatMap(({ bucket, cells }) => {
      const kept = cells.filter((cell) => !cell.isLost);
      if (kept.length === 0) return [];
      const count = (state: keyof RunnerCounts) =>
        aggregation === "max"
          ? Math.max(...kept.map(({ peak }) => peak[state]))
          : round(sum(kept, ({ seconds }) => seconds[state]) / sum(kept, ({ minutes }) => minutes * 60));
      return [
        {
          time: bucket.start,
          running: count("running"),
          idle: count("idle"),
          pending: count("pending"),
          draining: count("draining"),
        },
      ];
    });
  }

  /** The requests per endpoint. UNCERTAIN: when a request counts. Here, when its work starts. */
  requests(app: App, buckets: readonly Range[]): { bucket: Range; endpoints: EndpointRequests[] }[] {
    return this.#perBucket(app, buckets).map(({ bucket, cells }) => {
      const starts = cells.filter((cell) => !cell.isLost).flatMap((cell) => cell.starts());
      const byRoute = Map.groupBy(starts, ({ route }) => route);
      const routes = (app.traffic?.routes ?? []).map(({ path }, index) => ({ path, index }));
      const endpoints = [{ path: undefined, index: undefined }, ...routes].flatMap(({ path, index }) => {
        const ofRoute = byRoute.get(index);
        return ofRoute ? [{ route: path, starts: ofRoute }] : [];
      });
      return { bucket, endpoints };
    });
  }

  /** The seconds of machines that are billed, per app and price. */
  usage(apps: readonly App[], buckets: readonly Range[], withOther: boolean): { bucket: Range; rows: UsageRow[] }[] {
    const rows = buckets.map(() => new Map<string, UsageRow>());
    const add = (index: number, row: UsageRow) => {
      const { quantity, ...rest } = row;
      if (quantity === 0) return;
      const key = JSON.stringify(rest);
      const present = rows[index]?.get(key);
      if (present) present.quantity += quantity;
      else rows[index]?.set(key, row);
    };
    for (const app of apps) this.#addUsageOf(app, buckets, add);
    if (withOther) this.#addOtherUsage(buckets, add);
    return buckets.map((bucket, index) => ({ bucket, rows: [...(rows[index]?.values() ?? [])] }));
  }

  /** No record is older, in milliseconds since the epoch. A full day, so that buckets are cut only where none has data. */
  recordedSince(): number {
    const { apps, other_usage = [] } = this.#account.state;
    const starts = [...apps.map(({ traffic }) => traffic), ...other_usage].flatMap((each) =>
      each?.started_at === undefined ? [] : [Date.parse(each.started_at)],
    );
    return Math.floor(Math.min(this.#account.clock(), ...starts) / dayMs) * dayMs;
  }

  /** The last complete minute of an app; undefined without traffic. */
  lastMinute(app: App): Minute | undefined {
    return this.#recordings.lastMinute(app);
  }

  /** What happened to an app, without gaps, for a comparison with a prediction. */
  record(app: App, range: Range) {
    const cells = this.#perBucket(app, [range]).flatMap((each) => each.cells);
    const starts = cells.flatMap((cell) => cell.starts());
    const waits = sorted(starts.map(({ wait }) => wait));
    const seconds = (state: keyof RunnerCounts) => round(sum(cells, (cell) => cell.seconds[state]));
    const peak = (state: keyof RunnerCounts) => Math.max(0, ...cells.map((cell) => cell.peak[state]));
    const rows = this.usage([app], [range], false).flatMap((each) => each.rows);
    return {
      hours: round(sum(cells, ({ minutes }) => minutes) / 60),
      hours_at_limit: cells.filter(({ secondsAtLimit }) => secondsAtLimit > 0).length,
      seconds_at_limit: round(sum(cells, ({ secondsAtLimit }) => secondsAtLimit)),
      runner_seconds: Object.fromEntries(runnerStates.map((state) => [state, seconds(state)])),
      peak_runners: Object.fromEntries(runnerStates.map((state) => [state, peak(state)])),
      requests: starts.length,
      cold_starts: starts.filter(({ cold }) => cold).length,
      wait: {
        mean: round(sum(starts, ({ wait }) => wait) / (starts.length || 1)),
        p50: percentile(waits, 50),
        p95: percentile(waits, 95),
      },
      cost: round(sum(rows, (row) => costOf(row).total)),
    };
  }

  #addUsageOf(app: App, buckets: readonly Range[], add: (index: number, row: UsageRow) => void): void {
    const scalingAt = this.#recordings.scalingAt(app);
    const rateAt = this.#rates();
    // UNCERTAIN: how fal names an app outside main here; its document shows an app with a suffix, and null as environment.
    const environment = app.environment === mainEnvironment ? null : app.environment;
    for (const [index, { cells }] of this.#perBucket(app, buckets).entries()) {
      for (const { time, hour, seconds } of cells) {
        const rate = rateAt(scalingAt(time).machine_types[0] ?? "", time, hour);
        add(index, { app: aliasOf(app), environment, ...rate, quantity: seconds.running + seconds.idle });
      }
    }
  }

  #addOtherUsage(buckets: readonly Range[], add: (index: number, row: UsageRow) => void): void {
    const rateAt = this.#rates();
    const now = this.#account.clock();
    for (const { machine_type, seconds_per_hour, started_at } of this.#account.state.other_usage ?? []) {
      const since = started_at === undefined ? now : Date.parse(started_at);
      for (const [index, { start, end }] of buckets.entries()) {
        for (let time = Math.max(start, since); time < Math.min(end, now); time += hourMs) {
          const hours = Math.min(1, (Math.min(end, now) - time) / hourMs);
          const rate = rateAt(machine_type, time, new Date(time).getUTCHours());
          add(index, { app: null, environment: null, ...rate, quantity: seconds_per_hour * hours });
        }
      }
    }
  }

  /** The price of a machine type at a time. `hour` is the hour of the day, for surge prices. */
  #rates(): (machineType: string, time: number, hour: number) => Rate {
    const since = ({ valid_from }: Price) =>
      valid_from === undefined ? Number.NEGATIVE_INFINITY : Date.parse(valid_from);
    const prices = (this.#account.state.prices ?? [])
      .map((price) => ({ ...price, since: since(price) }))
      .sort((a, b) => a.since - b.since);
    return (machine_type, time, hour) => {
      const price = prices.findLast((each) => each.machine_type === machine_type && each.since <= time);
      const is_surge = price?.surge?.hours.includes(hour) ?? false;
      const unit_price = (is_surge ? price?.surge?.unit_price : price?.unit_price) ?? 0;
      return { machine_type, unit_price, percent_discount: price?.percent_discount ?? null, is_surge };
    };
  }

  /** The cells of each bucket, with the time of the clock. */
  #perBucket(app: App, buckets: readonly Range[]) {
    const part = this.#recordings.cells(app, buckets);
    const gaps = (app.traffic?.gaps ?? []).map(({ from, to }) => ({ start: Date.parse(from), end: Date.parse(to) }));
    return buckets.map((bucket) => {
      if (!part) return { bucket, cells: [] };
      const { ahead, cells } = part;
      const inBucket = cells.between(bucket.start + ahead, bucket.end + ahead).map((cell: Cell) => {
        const time = cell.time - ahead;
        return {
          ...cell,
          time,
          /** The hour of the model's day. */
          hour: new Date(cell.time).getUTCHours(),
          isLost: gaps.some(({ start, end }) => start <= time && time < end),
          starts: () => cells.startsOf(cell),
        };
      });
      return { bucket, cells: inBucket };
    });
  }
}

/** What a row costs, before and after its discount. */
export function costOf({ quantity, unit_price, percent_discount }: UsageRow) {
  const subtotal = round(quantity * unit_price);
  const discount = round((subtotal * (percent_discount ?? 0)) / 100);
  return { subtotal, discount, total: round(subtotal - discount) };
}

/** Without the noise of adding fractions. */
export const round = (value: number) => Math.round(value * 1e6) / 1e6;

export const sum = <T>(list: readonly T[], value: (each: T) => number) =>
  list.reduce((total, each) => total + value(each), 0);

export const sorted = (values: readonly number[]) => Float64Array.from(values).sort();

/** The smallest value that is not below `percent` of all values. 0 without values. */
export function percentile(values: Float64Array, percent: number): number {
  return round(values[Math.max(0, Math.ceil((values.length * percent) / 100) - 1)] ?? 0);
}
