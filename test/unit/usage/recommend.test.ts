import { describe, expect, test } from "vitest";
import type { AppEvidence, UsageScaling } from "../../../src/usage/evidence";
import { recommend } from "../../../src/usage/recommend";
import { replay } from "../../../src/usage/replay";
import { summarize } from "../../../src/usage/summarize";
import { Dice, evidenceOf, live } from "./support";

const scaling: UsageScaling = {
  minConcurrency: 3,
  maxConcurrency: 4,
  concurrencyBuffer: 0,
  concurrencyBufferPerc: 0,
  keepAlive: 60,
  scalingDelay: 0,
  maxMultiplexing: 1,
  machineTypes: ["GPU-A100"],
};
const price = { machineType: "GPU-A100", perHour: 3.4, lowest: 3.4, highest: 3.4, currency: "USD" };

/** Two weeks in which one runner was busy in each hour, and more in the first hours. */
function evidence(
  change: Partial<UsageScaling>,
  more: number[],
  requests: Partial<AppEvidence["requests"]> = {},
): AppEvidence {
  const running = Array.from({ length: 336 }, (_, hour) => more[hour] ?? 1);
  const runners = Math.max(change.minConcurrency ?? 3, change.concurrencyBuffer ?? 0);
  const hours = 336 * runners;
  return {
    app: "main/flux",
    scaling: { ...scaling, ...change },
    peaks: { running, idle: running.map((busy) => Math.max(0, runners - busy + 1)), pending: running.map(() => 0) },
    requests: {
      count: 10_000,
      workSeconds: 0.3 * 336 * 3600,
      waitP50: 0.1,
      waitP95: 0.5,
      coldStarts: 0,
      coldStartP50: null,
      ...requests,
    },
    billed: { seconds: hours * 3600, cost: hours * 3.4, currency: "USD", prices: [{ ...price, hours }] },
  };
}

const sentences = (app: AppEvidence) => recommend(app).map(({ sentence }) => sentence);

describe("recommendations", () => {
  test("recommend a lower minimum if fewer runners sufficed in nearly all hours", () => {
    const app = evidence({ minConcurrency: 3 }, [2, 2, 4, 3]);
    expect(sentences(app)).toEqual([
      "minConcurrency 3 → 1: more than one runner was busy in 4 of 336 hours; saves about $6.76 per hour",
    ]);
    expect(recommend(app)).toMatchObject([
      {
        property: "minConcurrency",
        from: 3,
        to: 1,
        evidence: { hours: 336, busierHours: 4 },
        risk: "In those hours, callers may have to wait for a runner to start.",
      },
    ]);
  });

  test("recommend a higher maximum if it was reached and callers waited longer than a runner takes to start", () => {
    const more = Array.from({ length: 31 }, () => 4);
    expect(sentences(evidence({ minConcurrency: 1 }, more, { waitP95: 48 }))).toEqual([
      "maxConcurrency 4 → 6: 4 was reached in 31 of 336 hours; callers waited 48 s (p95); costs up to $0.65 per hour",
    ]);
    // Callers did not wait long, or only for runners to start.
    expect(sentences(evidence({ minConcurrency: 1 }, more, { waitP95: 2 }))).toEqual([]);
    expect(sentences(evidence({ minConcurrency: 1 }, more, { waitP95: 48, coldStartP50: 60 }))).toEqual([]);
  });

  test("recommend fewer warm runners only if the maximum did not hide that more were needed", () => {
    // Without the maximum, more than one runner could have been busy.
    expect(sentences(evidence({ minConcurrency: 1, maxConcurrency: 1, concurrencyBuffer: 2 }, []))).toEqual([]);
    expect(sentences(evidence({ minConcurrency: 1, maxConcurrency: 4, concurrencyBuffer: 2 }, []))).toEqual([
      "concurrencyBuffer 2 → 0: never more than one runner was busy in 336 hours; saves $3.40 – $5.78 per hour",
    ]);
  });

  test("recommend nothing for less than a week, or with many gaps", () => {
    const app = evidence({ minConcurrency: 3 }, []);
    const firstHours = (hours: number) => ({
      ...app,
      peaks: {
        running: app.peaks.running.slice(0, hours),
        idle: app.peaks.idle.slice(0, hours),
        pending: app.peaks.pending.slice(0, hours),
      },
    });
    expect(recommend(firstHours(167))).toEqual([]);
    expect(recommend(firstHours(168))).toHaveLength(1);
    const gaps = { ...app.peaks, running: app.peaks.running.map((each, hour) => (hour < 34 ? null : each)) };
    expect(recommend({ ...app, peaks: gaps })).toEqual([]);
    const fewer = { ...app.peaks, running: app.peaks.running.map((each, hour) => (hour < 33 ? null : each)) };
    expect(recommend({ ...app, peaks: fewer })).toHaveLength(1);
  });
});

/** Two weeks of random hours around a random load, on random scaling, with some gaps. */
function randomEvidence(dice: Dice): AppEvidence {
  const minConcurrency = Math.floor(dice.next() * 6);
  const concurrencyBuffer = dice.pick([0, 0, 1, 3]);
  const maxConcurrency = minConcurrency + 1 + Math.floor(dice.next() * 10);
  const [usual, busiest, often] = [dice.next() * 5, dice.next() * 12, dice.next() * 0.1];
  const gaps = dice.pick([0, 0, 0.05, 0.2]);
  const always = dice.pick([0, 0, 0, 4]);
  const running = Array.from({ length: 336 }, () => {
    if (dice.next() < gaps) return null;
    return Math.min(maxConcurrency, always + Math.round((dice.next() < often ? busiest : usual) * dice.next()));
  });
  const warm = Math.max(minConcurrency, concurrencyBuffer);
  const idle = running.map((busy) => busy && Math.max(warm, busy));
  const busy = running.reduce<number>((all, each) => all + (each ?? 0), 0) * 0.4;
  const hours = Math.max(busy, warm * 336) + dice.next() * dice.pick([100, 1000]);
  const count = Math.ceil(dice.next() * dice.pick([500, 20_000]));
  const coldStarts = Math.floor(count * dice.pick([0, 0.01, 0.1, 0.4]));
  return {
    app: "main/flux",
    scaling: {
      ...scaling,
      minConcurrency,
      maxConcurrency,
      concurrencyBuffer,
      keepAlive: dice.pick([10, 60, 300, 1800]),
    },
    peaks: { running, idle, pending: running.map((each) => each && dice.pick([0, 0, 0, 1])) },
    requests: {
      count,
      workSeconds: busy * 3600,
      waitP50: dice.next(),
      waitP95: dice.next() * 60,
      coldStarts,
      coldStartP50: coldStarts === 0 ? null : dice.next() * 60,
    },
    billed: {
      seconds: hours * 3600,
      cost: hours * 3.4,
      currency: "USD",
      prices: [{ ...price, lowest: 3.3, highest: 3.6, hours }],
    },
  };
}

describe("for 500 random apps, recommendations", () => {
  const dice = new Dice(4);
  const apps = Array.from({ length: 500 }, () => {
    const app = randomEvidence(dice);
    return { app, summary: summarize(app), found: recommend(app) };
  });
  const fewer = ["minConcurrency", "concurrencyBuffer", "keepAlive"];
  const all = apps.flatMap(({ found }) => found);

  test("of every kind occur", () => {
    const kinds = new Set(all.map(({ property, from, to }) => `${to > from ? "raise" : "lower"} ${property}`));
    expect([...kinds].sort()).toEqual([
      "lower concurrencyBuffer",
      "lower keepAlive",
      "lower minConcurrency",
      "raise keepAlive",
      "raise maxConcurrency",
      "raise minConcurrency",
    ]);
  });

  test("need nine tenths of the range", () => {
    for (const { summary, found } of apps) if (summary.coverage < 0.9) expect(found).toEqual([]);
    expect(apps.filter(({ summary }) => summary.coverage < 0.9).length).toBeGreaterThan(50);
  });

  test("start from the present scaling, and change each property once, to a possible value", () => {
    for (const { app, found } of apps) {
      const after: UsageScaling = { ...app.scaling };
      for (const { property, from, to } of found) {
        expect(from).toBe(app.scaling[property]);
        expect(to).not.toBe(from);
        expect(Number.isInteger(to) && to >= 0).toBe(true);
        Object.assign(after, { [property]: to });
      }
      expect(new Set(found.map(({ property }) => property)).size).toBe(found.length);
      expect(after.minConcurrency).toBeLessThanOrEqual(after.maxConcurrency ?? 0);
      expect(after.maxConcurrency).toBeGreaterThanOrEqual(app.scaling.maxConcurrency ?? 0);
    }
  });

  test("never make some runners warmer and keep fewer others", () => {
    for (const { found } of apps) {
      const steps = found
        .filter(({ property }) => fewer.includes(property))
        .map(({ from, to }) => Math.sign(to - from));
      expect(new Set(steps).size).toBeLessThanOrEqual(1);
    }
  });

  test("save at least nothing, each at most what the app cost, and together surely no more; what others cost is stated", () => {
    for (const { summary, found } of apps) {
      const all = (summary.cost?.perHour.max ?? 0) + 1e-9;
      let surely = 0;
      for (const { property, from, to, cost, sentence, risk } of found) {
        const { min, max } = cost?.perHour ?? { min: 0, max: 0 };
        expect(min).toBeLessThanOrEqual(max);
        if (to < from) expect(max).toBeLessThanOrEqual(0);
        else expect(min).toBeGreaterThanOrEqual(0);
        expect(-min).toBeLessThanOrEqual(all);
        surely += Math.max(0, -max);
        expect(sentence).toMatch(new RegExp(`^${property} ${from} → ${to}: .*[^.]$`));
        expect(risk).toMatch(/^[A-Z].*\.$/);
      }
      expect(surely).toBeLessThanOrEqual(all);
    }
  });

  test("keep as many runners warm as sufficed in 98 % of hours, and so more for an app with more load", () => {
    for (const { app, found } of apps) {
      const floor = found.find(({ property, from, to }) => property === "minConcurrency" && to < from);
      if (floor === undefined) continue;
      const { running } = app.peaks;
      const known = running.filter((each) => each !== null);
      expect(known.filter((each) => each > floor.to).length).toBeLessThanOrEqual(known.length * 0.02);
      const busier = { ...app, peaks: { ...app.peaks, running: running.map((each) => each && each + 1) } };
      const other = recommend(busier).find(({ property }) => property === "minConcurrency");
      expect(other?.to ?? floor.from).toBeGreaterThanOrEqual(floor.to);
    }
  });

  test("to keep fewer runners have fewer idle ones in the replay, and as many hours at the limit", () => {
    for (const { app, summary, found } of apps) {
      const lowered = found.filter(({ from, to }) => to < from);
      if (lowered.length === 0) continue;
      const { hoursAtLimit, idleChange } = replay(
        app,
        Object.fromEntries(lowered.map(({ property, to }) => [property, to])),
      );
      const observed = summary.atLimit?.hours.min ?? 0;
      expect(hoursAtLimit.min).toBeLessThanOrEqual(observed);
      expect(hoursAtLimit.max).toBeGreaterThanOrEqual(observed);
      expect(idleChange?.min).toBeLessThan(0);
    }
  });
});

test("what recommendations promise comes true in simulated apps", () => {
  const dice = new Dice(3);
  const outcomes = { idle: 0, promised: 0, lessLimited: 0, raised: 0 };
  for (let run = 0; run < 60; run++) {
    const traffic = dice.traffic();
    const before = { ...dice.scaling(), keep_alive: dice.pick([60, 300]), max_multiplexing: 1, scaling_delay: 0 };
    const truth = live(traffic, before, 168);
    for (const { property, from, to, idleRunners } of recommend(evidenceOf(truth, traffic, before))) {
      const name = property.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      const after = live(traffic, { ...before, [name]: to }, 168);
      if (property === "maxConcurrency") {
        outcomes.raised++;
        if (after.hoursAtLimit <= truth.hoursAtLimit) outcomes.lessLimited++;
      } else if (to < from) {
        outcomes.idle++;
        const change = (after.idleSeconds - truth.idleSeconds) / (168 * 3600);
        if (change >= idleRunners.min - 0.02 && change <= idleRunners.max + 0.02) outcomes.promised++;
      }
    }
  }
  expect(outcomes.raised).toBeGreaterThan(3);
  expect(outcomes.lessLimited).toBe(outcomes.raised);
  expect(outcomes.idle).toBeGreaterThan(5);
  expect(outcomes.promised / outcomes.idle).toBeGreaterThanOrEqual(0.95);
});
