import { describe, expect, test } from "vitest";
import type { AppEvidence, UsageScaling } from "../../../src/usage/evidence";
import { recommend } from "../../../src/usage/recommend";

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
