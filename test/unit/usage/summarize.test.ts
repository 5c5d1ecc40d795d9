import { describe, expect, test } from "vitest";
import { type AppRows, appEvidence } from "../../../src/usage/rows";
import { summarize } from "../../../src/usage/summarize";
import { Dice } from "./support";

const range = { from: "2026-08-03T00:00:00Z", to: "2026-08-10T00:00:00Z" };
const start = Date.parse(range.from);
const rangeHours = 168;
const dice = new Dice(7);

/** Random rows as fal returns them: gaps, routes, several machine types, prices and surges. */
function randomRows(): AppRows {
  const multiplexing = dice.pick([1, 1, 2, 4]);
  const history = Array.from({ length: rangeHours }, (_, hour) => ({
    timestamp: new Date(start + hour * 3_600_000).toISOString(),
    running: Math.floor(dice.next() * 6),
    idle: Math.floor(dice.next() * 4),
    pending: dice.pick([0, 0, 0, 1, 2]),
  })).filter(() => dice.next() < 0.97);
  const analytics = Array.from({ length: 1 + Math.floor(dice.next() * 3) }, () => ({
    requestCount: Math.floor(dice.next() * 5000),
    totalBillableDuration: dice.next() * 200_000,
    p50PrepareDuration: dice.next(),
    p95PrepareDuration: 1 + dice.next() * 50,
    coldBootCount: Math.floor(dice.next() * 100),
    p50ColdBootDuration: dice.next() * 60,
  }));
  const usage = Array.from({ length: 1 + Math.floor(dice.next() * 5) }, () => {
    const quantity = dice.next() * 300_000;
    return {
      machineType: dice.pick(["GPU-A100", "GPU-H100"]),
      unit: "second",
      quantity,
      costTotal: quantity * (0.0005 + dice.next() / 1000),
      currency: "USD",
    };
  });
  const scaling = { minConcurrency: 1, maxConcurrency: 5, maxMultiplexing: multiplexing };
  return { app: "main/flux", scaling, history, analytics, usage };
}

/** Money for a number of hours, an hour at a time, from rows in the order of their price. */
function spend(hours: number, prices: { perHour: number; hours: number }[]): number {
  let [left, cost] = [hours, 0];
  for (const price of prices) {
    cost += Math.min(left, price.hours) * price.perHour;
    left = Math.max(0, left - price.hours);
  }
  return cost;
}

describe("the numbers of a report", () => {
  test("are those that their formulas give for fal's rows", () => {
    for (let run = 0; run < 200; run++) {
      const rows = randomRows();
      const { history = [], analytics = [], usage = [] } = rows;
      const limit = 5;
      const summary = summarize(appEvidence(range, rows));

      // Hours.
      expect(summary.hours).toBe(history.length);
      expect(summary.coverage).toBeCloseTo(history.length / rangeHours, 10);
      expect(summary.busyPeak).toBe(Math.max(...history.map((row) => row.running)));
      const reached = history.filter((row) => row.running >= limit).length;
      const perhaps = history.filter(
        (row) => row.running >= limit || (row.pending > 0 && row.running + row.idle + row.pending >= limit),
      ).length;
      expect(summary.atLimit?.hours).toEqual({ min: reached, max: perhaps });
      expect(summary.atLimit?.share.min).toBeCloseTo(reached / history.length, 10);

      // Requests.
      let [requests, work, cold, p95] = [0, 0, 0, 0];
      for (const row of analytics) {
        requests += row.requestCount ?? 0;
        work += row.totalBillableDuration ?? 0;
        cold += row.coldBootCount ?? 0;
        p95 = Math.max(p95, row.p95PrepareDuration ?? 0);
      }
      expect(summary).toMatchObject({ requests, coldStarts: cold, waitP95: p95 });

      // Cost.
      let [cost, billed] = [0, 0];
      for (const row of usage) {
        cost += row.costTotal;
        billed += row.quantity;
      }
      expect(summary.cost?.range.min).toBeCloseTo(cost, 6);
      expect(summary.cost?.perMonth.max).toBeCloseTo((cost / 168) * 730, 6);

      // Busy and idle runners.
      const lacking = (rangeHours - history.length) * limit;
      let [runningPeaks, idlePeaks] = [lacking, lacking];
      for (const row of history) {
        runningPeaks += row.running;
        idlePeaks += row.idle;
      }
      const edge = (hour: string) => history.find((row) => row.timestamp === hour)?.running ?? limit;
      const ends =
        (edge("2026-08-03T00:00:00.000Z") + edge("2026-08-09T23:00:00.000Z")) * (work / Math.max(1, requests));
      const multiplexing = rows.scaling.maxMultiplexing ?? 1;
      const mostBusy = Math.min(work + ends, billed, runningPeaks * 3600);
      const leastBusy = Math.max(0, work / multiplexing - ends, billed - idlePeaks * 3600);
      const busy = [mostBusy, leastBusy].sort((a, b) => a - b);
      expect(summary.busyRunners?.min).toBeCloseTo((busy[0] ?? 0) / 3600 / 168, 8);
      expect(summary.busyRunners?.max).toBeCloseTo((busy[1] ?? 0) / 3600 / 168, 8);
      const idle = [
        Math.max(0, billed - (busy[1] ?? 0)),
        Math.min(idlePeaks * 3600, billed - Math.min(billed, busy[0] ?? 0)),
      ].sort((a, b) => a - b);
      expect(summary.idleRunners?.min).toBeCloseTo((idle[0] ?? 0) / 3600 / 168, 8);
      expect(summary.idleRunners?.max).toBeCloseTo((idle[1] ?? 0) / 3600 / 168, 8);

      // Cost of idle runners.
      const types = [...new Set(usage.map((row) => row.machineType))].map((type) => {
        const own = usage.filter((row) => row.machineType === type);
        const each = own.map((row) => (row.costTotal / row.quantity) * 3600).sort((a, b) => a - b);
        return {
          lowest: each.at(0) ?? 0,
          highest: each.at(-1) ?? 0,
          hours: own.reduce((all, row) => all + row.quantity, 0) / 3600,
          cost: own.reduce((all, row) => all + row.costTotal, 0),
        };
      });
      // As if each hour had cost the lowest or the highest price of its machine type, with the same total.
      const parts = types
        .flatMap(({ lowest, highest, hours, cost }) => {
          const dear = highest > lowest ? (cost - lowest * hours) / (highest - lowest) : 0;
          return [
            { perHour: lowest, hours: hours - dear },
            { perHour: highest, hours: dear },
          ];
        })
        .sort((a, b) => a.perHour - b.perHour);
      const least = spend((idle[0] ?? 0) / 3600, parts);
      const most = spend((idle[1] ?? 0) / 3600, parts.toReversed());
      // Whichever of the billed hours they were.
      const billedHours = usage
        .map((row) => ({ perHour: (row.costTotal / row.quantity) * 3600, hours: row.quantity / 3600 }))
        .sort((a, b) => a.perHour - b.perHour);
      expect(least).toBeLessThanOrEqual(spend((idle[0] ?? 0) / 3600, billedHours) + 1e-6);
      expect(most).toBeGreaterThanOrEqual(spend((idle[1] ?? 0) / 3600, billedHours.toReversed()) - 1e-6);
      expect(most).toBeLessThanOrEqual((summary.cost?.range.max ?? 0) + 1e-6);
      expect(summary.idleCost?.range.min).toBeCloseTo(least, 6);
      expect(summary.idleCost?.range.max).toBeCloseTo(most, 6);
    }
  });

  test("are unknown where fal returned nothing, and not zero", () => {
    const rows: AppRows = { app: "main/flux", scaling: {}, history: undefined, analytics: undefined, usage: undefined };
    const { app, rangeHours: hours, hours: known, coverage, ...numbers } = summarize(appEvidence(range, rows));
    expect([app, hours, known, coverage]).toEqual(["main/flux", 168, 0, 0]);
    expect(new Set(Object.values(numbers))).toEqual(new Set([null]));
  });

  test("are zero for an app that did nothing", () => {
    const zero = { running: 0, idle: 0, pending: 0 };
    const history = Array.from({ length: rangeHours }, (_, hour) => ({
      ...zero,
      timestamp: new Date(start + hour * 3_600_000).toISOString(),
    }));
    const none = { min: 0, max: 0 };
    expect(
      summarize(
        appEvidence(range, { app: "main/flux", scaling: { maxConcurrency: 2 }, history, analytics: [], usage: [] }),
      ),
    ).toMatchObject({ coverage: 1, busyRunners: none, busyPeak: 0, atLimit: { hours: none }, idleRunners: none });
  });
});

describe("fal's rows", () => {
  const rows: AppRows = { app: "main/flux", scaling: {}, history: [], analytics: undefined, usage: undefined };
  const second = { machineType: "XS", unit: "second", quantity: 3600, costTotal: 2, currency: "USD" };

  test("of one machine type at several prices add up to one price with its extremes", () => {
    const usage = [second, { ...second, costTotal: 6 }, { ...second, quantity: 0, costTotal: 0 }];
    expect(appEvidence(range, { ...rows, usage }).billed).toEqual({
      seconds: 7200,
      cost: 8,
      currency: "USD",
      prices: [{ machineType: "XS", perHour: 4, lowest: 2, highest: 6, currency: "USD", hours: 2 }],
    });
  });

  test("that do not add up are unknown: several currencies, other units, a route without the metric", () => {
    const usage = [second, { ...second, currency: "EUR" }];
    expect(appEvidence(range, { ...rows, usage }).billed).toBeNull();
    expect(appEvidence(range, { ...rows, usage: [{ ...second, unit: "image" }] }).billed).toBeNull();
    const analytics = [{ requestCount: 3, p95PrepareDuration: 2 }, { p95PrepareDuration: 9 }];
    expect(appEvidence(range, { ...rows, analytics }).requests).toMatchObject({
      count: null,
      waitP95: 9,
      waitP50: null,
    });
  });

  test("of history count at their hour, also out of order, twice, or outside of the range", () => {
    const bucket = { running: 1, idle: 2, pending: 0 };
    const history = [
      { ...bucket, timestamp: "2026-08-03T02:00:00+00:00" },
      { ...bucket, timestamp: "2026-08-03T00:00:00Z", running: 4 },
      { ...bucket, timestamp: "2026-08-03T00:00:00.000Z", running: 3 },
      { ...bucket, timestamp: "2026-08-02T23:00:00Z" },
      { ...bucket, timestamp: "2026-08-10T00:00:00Z" },
    ];
    const { peaks } = appEvidence(range, { ...rows, history });
    expect(peaks.running.slice(0, 4)).toEqual([4, null, 1, null]);
    expect(peaks.running.filter((each) => each !== null)).toHaveLength(2);
    expect(peaks.running).toHaveLength(168);
  });
});
