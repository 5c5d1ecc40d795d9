import { describe, expect, test } from "vitest";
import { evidenceOfChange } from "../../../src/usage/change";
import type { AppEvidence, UsageScaling } from "../../../src/usage/evidence";

const scaling: UsageScaling = {
  minConcurrency: 3,
  maxConcurrency: 20,
  concurrencyBuffer: 0,
  concurrencyBufferPerc: 0,
  keepAlive: 60,
  scalingDelay: 0,
  maxMultiplexing: 1,
  machineTypes: ["GPU-A100"],
};

const price = { perHour: 3.4, lowest: 3.4, highest: 3.4, currency: "USD" };

/** 100 hours: one runner was busy in each, and more in some. */
function evidence({ more = [], ...changes }: Partial<AppEvidence> & { more?: number[] }): AppEvidence {
  const running = Array.from({ length: 100 }, (_, hour) => more[hour] ?? 1);
  return {
    app: "main/flux",
    scaling,
    peaks: { running, idle: running.map(() => 3), pending: running.map(() => 0) },
    requests: { count: 1000, workSeconds: 90_000, waitP50: 0.1, waitP95: 48, coldStarts: 30, coldStartP50: 20 },
    billed: {
      seconds: 3 * 360_000,
      cost: 1020,
      currency: "USD",
      prices: [
        { ...price, machineType: "GPU-A100", hours: 300 },
        { ...price, machineType: "GPU-H100", perHour: 5, lowest: 4, highest: 6, hours: 10 },
      ],
    },
    ...changes,
  };
}

describe("the sentence about a change", () => {
  test.each<[UsageScaling, number[], string, boolean]>([
    [
      { maxConcurrency: 8 },
      [9, 9, 12, 20, 8, 10],
      "maximum 20 → 8: more than 8 runners were busy in 5% of hours",
      true,
    ],
    [
      { maxConcurrency: 8 },
      [8],
      "maximum 20 → 8: never more than 8 runners were busy, and as many in 1% of hours",
      false,
    ],
    [{ maxConcurrency: 8 }, [5], "maximum 20 → 8: never more than 5 runners were busy", false],
    [{ maxConcurrency: 1 }, [2], "maximum 20 → 1: more than one runner was busy in 1% of hours", true],
    [
      { maxConcurrency: 30 },
      [20, 20],
      "maximum 20 → 30: all 20 runners were busy in 2% of hours; callers waited 48 s (p95)",
      false,
    ],
    [{ maxConcurrency: 30 }, [3], "maximum 20 → 30: never more than 3 runners were busy", false],
    [
      { minConcurrency: 1 },
      [],
      "minimum 3 → 1: never more than one runner was busy in 100 hours; saves $6.80 per hour",
      false,
    ],
    [
      { minConcurrency: 0 },
      [],
      "minimum 3 → 0: a runner was busy in 100 of 100 hours; saves about $9.07 per hour",
      true,
    ],
    [
      { minConcurrency: 5 },
      [],
      "minimum 3 → 5: never more than 3 runners were busy in 100 hours; costs $6.80 per hour",
      true,
    ],
    [
      { scalingDelay: 30 },
      [],
      "scalingDelay 0 → 30: callers waited 48 s (p95); fal's records do not show what another delay would change",
      false,
    ],
    [
      { machineTypes: ["GPU-H100"] },
      [],
      "machineTypes GPU-A100 → GPU-H100: a runner costs $4.00 – $6.00 per hour instead of $3.40",
      true,
    ],
    [
      { machineTypes: ["GPU-B200"] },
      [],
      "machineTypes GPU-A100 → GPU-B200: fal billed no GPU-B200 yet, so the price is not known",
      false,
    ],
  ])("a change to %j gets a sentence with its numbers", (change, more, sentence, matters) => {
    const result = evidenceOfChange(evidence({ more }), scaling, { ...scaling, ...change });
    expect(result.values.map((value) => value.sentence)).toEqual([sentence]);
    expect(result).toMatchObject({ values: [{ sentence }], matters });
  });
});

describe("a change", () => {
  test("of several values has a sentence for each, those that matter first", () => {
    const after = { ...scaling, scalingDelay: 5, maxConcurrency: 8 };
    const { values, matters } = evidenceOfChange(evidence({ more: [9, 10] }), scaling, after);
    expect(values.map(({ property, matters: each }) => [property, each])).toEqual([
      ["maxConcurrency", true],
      ["scalingDelay", false],
    ]);
    expect(matters).toBe(true);
  });

  test("of the maximum tells in which part of the hours callers would have lacked runners", () => {
    const { starved, chart } = evidenceOfChange(evidence({ more: [9, 8, 12] }), scaling, {
      ...scaling,
      maxConcurrency: 8,
    });
    expect(starved).toEqual({ hours: { min: 2, max: 2 }, share: { min: 0.02, max: 0.02 } });
    expect(chart).toMatchObject({ maxBefore: 20, maxAfter: 8 });
    expect(chart.running.slice(0, 4)).toEqual([9, 8, 12, 1]);
  });

  test("of maxMultiplexing lacks runners in at least some hours, and possibly in more", () => {
    const four = { ...scaling, maxMultiplexing: 4, maxConcurrency: 8 };
    const app = evidence({ more: [3, 2, 8], scaling: four });
    const { starved, values } = evidenceOfChange(app, four, { ...four, maxMultiplexing: 1 });
    // Three runners had three to twelve requests, and two of them at most eight.
    expect(starved?.hours).toEqual({ min: 0, max: 2 });
    expect(values[0]?.sentence).toBe(
      "maxMultiplexing 4 → 1: at the busiest moment, 8 runners were busy, and the same requests need 8 to 32 runners, more than the maximum in up to 2% of hours",
    );
  });

  test("costs what its idle runners cost at the account's own prices", () => {
    const { idleCost } = evidenceOfChange(evidence({}), scaling, { ...scaling, minConcurrency: 5 });
    expect(idleCost?.change.min).toBeCloseTo(6.8, 6);
    expect(idleCost?.change.max).toBeCloseTo(6.8, 6);
    expect(idleCost?.currency).toBe("USD");
    // Neither a price of another machine type nor usage is known.
    const unpriced = { ...scaling, machineTypes: ["GPU-B200"] };
    expect(evidenceOfChange(evidence({}), scaling, unpriced).idleCost).toBeNull();
    const other = evidence({ billed: null });
    expect(evidenceOfChange(other, scaling, { ...scaling, minConcurrency: 5 }).idleCost).toBeNull();
  });

  test("without evidence says so, and never matters", () => {
    const after = { ...scaling, maxConcurrency: 1 };
    expect(evidenceOfChange(undefined, scaling, after)).toMatchObject({
      values: [{ sentence: "maximum 20 → 1: no evidence, because the file does not contain the app" }],
      matters: false,
      starved: null,
      idleCost: null,
    });
    const none = evidence({});
    const unknown = none.peaks.running.map(() => null);
    const peaks = { running: unknown, idle: unknown, pending: unknown };
    expect(evidenceOfChange({ ...none, peaks }, scaling, after)).toMatchObject({
      values: [{ sentence: "maximum 20 → 1: no evidence, because fal returned no history of its runners" }],
      matters: false,
      hours: 0,
      starved: null,
    });
  });

  test("of values that have nothing to do with runners has no sentence", () => {
    expect(evidenceOfChange(evidence({}), scaling, scaling)).toMatchObject({
      values: [],
      matters: false,
    });
  });
});
