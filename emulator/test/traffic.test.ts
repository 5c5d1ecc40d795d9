import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrivals, type Minute, type RunnerScaling, simulate, type Traffic } from "../src/traffic";

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** A Monday, 00:00 UTC. */
const monday = Date.parse("2026-11-02T00:00:00Z");

const base: RunnerScaling = {
  min_concurrency: 0,
  max_concurrency: 10,
  concurrency_buffer: 0,
  concurrency_buffer_perc: 0,
  keep_alive: 10,
  scaling_delay: 0,
  max_multiplexing: 1,
};

/** A request of ten seconds about every minute, and runners that need 30 seconds to start. */
const steady: Traffic = { requests_per_hour: 60, request_seconds: 10, startup_seconds: 30 };

function run(traffic: Traffic, scaling: Partial<RunnerScaling> | ((time: number) => RunnerScaling), length = day) {
  const at = typeof scaling === "function" ? scaling : () => ({ ...base, ...scaling });
  return [...simulate(traffic, at, monday, monday + length)];
}

const sum = (minutes: readonly Minute[], value: (each: Minute) => number) =>
  minutes.reduce((total, each) => total + value(each), 0);
const mean = (minutes: readonly Minute[], value: (each: Minute) => number) => sum(minutes, value) / minutes.length;
const waits = (minutes: readonly Minute[]) =>
  minutes.flatMap(({ starts }) => starts.map(({ wait }) => wait)).sort((a, b) => a - b);

describe("arrivals", () => {
  test("a minute always has the same arrivals, whatever the scaling and wherever the simulation starts", () => {
    const long = run(steady, { min_concurrency: 1 });
    const short = [...simulate(steady, () => base, monday + 5 * hour, monday + 6 * hour)];
    expect(short).toHaveLength(60);
    expect(short.map(({ requests }) => requests)).toEqual(long.slice(300, 360).map(({ requests }) => requests));
    expect(arrivals(steady, monday / minute)).toEqual(arrivals(steady, monday / minute));
  });

  test("another seed gives other arrivals with the same mean", () => {
    const counts = [1, 2].map((seed) => run({ ...steady, seed }, {}, 7 * day).map(({ requests }) => requests));
    expect(counts[0]).not.toEqual(counts[1]);
    for (const each of counts) {
      const total = each.reduce((a, b) => a + b, 0);
      expect(Math.abs(total / (7 * 24 * 60) - 1)).toBeLessThan(0.05);
    }
  });

  test("rates follow the hours of the week from Monday 00:00 UTC", () => {
    const rates = Array.from({ length: 168 }, (_, each) => (each === 0 || each === 30 || each === 167 ? 3000 : 0));
    const minutes = run({ ...steady, requests_per_hour: rates, request_seconds: 0.1 }, {}, 14 * day);
    const hours = Array.from({ length: 336 }, (_, each) =>
      sum(minutes.slice(each * 60, each * 60 + 60), ({ requests }) => requests),
    );
    expect(hours.flatMap((count, each) => (count > 0 ? [each] : []))).toEqual([0, 30, 167, 168, 198, 335]);
  });

  test("24 rates repeat every day", () => {
    const rates = Array.from({ length: 24 }, (_, each) => (each === 9 ? 600 : 0));
    const minutes = run({ ...steady, requests_per_hour: rates }, {}, 2 * day);
    expect(
      new Set(minutes.flatMap(({ time, requests }) => (requests > 0 ? [new Date(time).getUTCHours()] : []))),
    ).toEqual(new Set([9]));
  });

  test("durations spread evenly around the mean, and routes get their share", () => {
    const traffic = {
      ...steady,
      requests_per_hour: 600,
      request_seconds_spread: 0.5,
      routes: [{ path: "edit", share: 0.25 }],
    };
    const starts = run(traffic, { max_concurrency: 50 }, day).flatMap((each) => each.starts);
    const durations = starts.map(({ duration }) => duration);
    expect(Math.min(...durations.slice(0, 10_000))).toBeGreaterThanOrEqual(5);
    expect(Math.max(...durations.slice(0, 10_000))).toBeLessThanOrEqual(15);
    expect(durations.reduce((a, b) => a + b, 0) / durations.length).toBeCloseTo(10, 1);
    expect(starts.filter(({ route }) => route === 0).length / starts.length).toBeCloseTo(0.25, 1);
  });
});

describe("runners", () => {
  test("without traffic, an app has exactly its minimum of warm runners", () => {
    const minutes = run({ ...steady, requests_per_hour: 0 }, { min_concurrency: 2 }, hour);
    expect(minutes[0]).toMatchObject({ pending: 1, idle: 1, peak: { pending: 2, idle: 2 } });
    for (const each of minutes.slice(1)) expect(each).toMatchObject({ idle: 2, pending: 0, running: 0, requests: 0 });
  });

  test("without a minimum, a request waits for the start of a runner, and the runner stops after keepAlive", () => {
    const rare = { ...steady, requests_per_hour: 2 };
    const minutes = run(rare, { keep_alive: 20 }, 14 * day);
    const requests = sum(minutes, (each) => each.starts.length);
    expect(sum(minutes, (each) => each.coldStarts) / requests).toBeGreaterThan(0.95);
    expect(waits(minutes)[Math.floor(requests / 2)]).toBeCloseTo(30, 5);
    // Each start is followed by ten seconds of work and twenty of waiting.
    expect(sum(minutes, (each) => each.idle) / sum(minutes, (each) => each.running)).toBeCloseTo(2, 0);
  });

  test("a longer keepAlive costs idle runners and saves cold starts", () => {
    const [short, long] = [10, 300].map((keep_alive) => run(steady, { keep_alive })) as [Minute[], Minute[]];
    expect(sum(long, (each) => each.coldStarts)).toBeLessThan(sum(short, (each) => each.coldStarts) / 4);
    expect(mean(long, (each) => each.idle)).toBeGreaterThan(2 * mean(short, (each) => each.idle));
  });

  test("above the capacity, all runners are busy and requests wait longer and longer", () => {
    const minutes = run({ ...steady, requests_per_hour: 1000 }, { max_concurrency: 2 }, 4 * hour).slice(5);
    for (const each of minutes) expect(each).toMatchObject({ peak: { running: 2 } });
    expect(mean(minutes, (each) => each.secondsAtLimit)).toBeCloseTo(60, 0);
    expect(minutes.at(-1)?.queued).toBeGreaterThan(500);
    expect(minutes.at(-1)?.starts.at(-1)?.wait).toBeGreaterThan(hour / 2000);
  });

  test("one runner takes as many requests at a time as maxMultiplexing says", () => {
    const busy = { ...steady, requests_per_hour: 3600 };
    const [single, shared] = [1, 5].map((max_multiplexing) =>
      run(busy, { max_concurrency: 40, max_multiplexing, min_concurrency: 1, keep_alive: 60 }),
    ) as [Minute[], Minute[]];
    expect(mean(single, (each) => each.running)).toBeCloseTo(10, 0);
    expect(mean(shared, (each) => each.running)).toBeLessThan(4);
    expect(sum(shared, (each) => each.requests)).toBe(sum(single, (each) => each.requests));
  });

  test("a buffer keeps runners warm in addition to the busy ones; the larger form counts", () => {
    const busy = { ...steady, requests_per_hour: 1800, startup_seconds: 0 };
    const idleAndBusy = (concurrency_buffer: number, concurrency_buffer_perc: number) => {
      const scaling = { concurrency_buffer, concurrency_buffer_perc, keep_alive: 0, max_concurrency: 40 };
      const minutes = run(busy, scaling, 4 * hour);
      return [mean(minutes, (each) => each.idle), mean(minutes, (each) => each.running)] as [number, number];
    };
    expect(idleAndBusy(0, 0)[0]).toBe(0);
    expect(idleAndBusy(2, 0)[0]).toBeCloseTo(2, 5);
    expect(idleAndBusy(2, 10)[0]).toBeCloseTo(2, 1);
    const [idle, running] = idleAndBusy(0, 100);
    expect(idle).toBeCloseTo(running, 5);
  });

  test("scalingDelay starts a runner only for a request that has waited so long", () => {
    const one = { ...steady, requests_per_hour: 1, startup_seconds: 0 };
    const times = waits(run(one, { scaling_delay: 7 }, 14 * day));
    expect(times.length).toBeGreaterThan(200);
    expect(times[Math.floor(times.length / 2)]).toBeCloseTo(7, 5);
  });

  test("a lower maximum counts from its minute on: busy runners drain, and never more than allowed are left", () => {
    const at = (time: number) => ({ ...base, max_concurrency: time < monday + hour ? 10 : 3 });
    const busy = { ...steady, requests_per_hour: 1800, request_seconds: 18 };
    const minutes = run(busy, at, 2 * hour);
    const [before, after] = [minutes.slice(0, 60), minutes.slice(60)];
    expect(Math.max(...before.map(({ peak }) => peak.running))).toBeGreaterThan(7);
    expect(Math.max(...after.map(({ peak }) => peak.running))).toBe(3);
    expect(after[0]?.peak.draining).toBeGreaterThan(4);
    expect(after[1]?.draining).toBe(0);
    expect(before).toEqual(run(busy, { max_concurrency: 10 }, hour));
  });

  test("no request is lost, work adds up, and no limit is exceeded, for any traffic and scaling", () => {
    const small = fc.integer({ min: 0, max: 5 });
    const scaling = fc.record({
      min_concurrency: small,
      max_concurrency: fc.integer({ min: 1, max: 6 }),
      concurrency_buffer: small,
      concurrency_buffer_perc: fc.constantFrom(0, 20, 100),
      keep_alive: fc.constantFrom(0, 10, 600),
      scaling_delay: fc.constantFrom(0, 5, 90),
      max_multiplexing: fc.integer({ min: 1, max: 4 }),
    });
    const traffic = fc.record({
      requests_per_hour: fc.integer({ min: 0, max: 1500 }),
      request_seconds: fc.constantFrom(0.5, 7, 40, 200),
      request_seconds_spread: fc.constantFrom(0, 0.5, 1),
      startup_seconds: fc.constantFrom(0, 0.5, 45, 400),
      seed: fc.integer({ min: 0, max: 1000 }),
    });
    fc.assert(
      fc.property(traffic, scaling, scaling, (requests, first, second) => {
        const minutes = run(requests, (time) => (time < monday + hour ? first : second), 3 * hour);
        const arrived = sum(minutes, (each) => each.requests);
        const starts = minutes.flatMap((each) => each.starts);
        expect(starts.length + (minutes.at(-1)?.queued ?? 0)).toBe(arrived);
        expect(starts.filter(({ wait, cold }) => wait < 0 || (cold && wait <= 1))).toEqual([]);
        const tooMany = minutes.filter(({ time, peak, running, idle, pending }) => {
          const { max_concurrency } = time < monday + hour ? first : second;
          return Math.max(peak.running, peak.idle, peak.pending, running + idle + pending - 1e-6) > max_concurrency;
        });
        expect(tooMany).toEqual([]);
        // What runners did is at most what the requests need, and at least that divided by the places of a runner.
        const worked = sum(minutes, (each) => (each.running + each.draining) * 60);
        const needed = starts.reduce((total, each) => total + each.duration, 0);
        const places = Math.max(first.max_multiplexing, second.max_multiplexing);
        const unfinished = 6 * places * requests.request_seconds * 2;
        expect(worked).toBeLessThanOrEqual(needed + 1e-3);
        expect(worked).toBeGreaterThanOrEqual((needed - unfinished * 2) / places - 1e-3);
      }),
      { numRuns: 60 },
    );
  });
});
