import { describe, expect, test } from "vitest";
import type { Interval } from "../../../src/usage/interval";
import { replay } from "../../../src/usage/replay";
import { summarize } from "../../../src/usage/summarize";
import { Dice, evidenceOf, live, usageScaling } from "./support";

/** Collects intervals, and whether they contain the true values. */
class Tally {
  #inside = 0;
  readonly #widths: number[] = [];

  add(interval: Interval | null, truth: number, { unit = 1, tolerance = 1e-9 } = {}): void {
    const { min, max } = interval ?? { min: -Infinity, max: Infinity };
    if (truth >= min - tolerance && truth <= max + tolerance) this.#inside++;
    this.#widths.push((max - min) / unit);
  }

  get inside(): number {
    return this.#inside / this.#widths.length;
  }

  /** This part of the intervals is at most as wide. */
  width(part: number): number {
    return this.#widths.sort((a, b) => a - b)[Math.floor(part * (this.#widths.length - 1))] ?? Infinity;
  }
}

const hours = 48;

/** Requests at the two ends of two days move a mean by so many runners. Reports show tenths. */
const runners = { tolerance: 0.01 };

/** 1,000 random apps with random traffic, before and after a random change of up to three scaling values. */
function simulated() {
  const dice = new Dice(15);
  const tallies = {
    "busy runners": new Tally(),
    "idle runners": new Tally(),
    "hours at the limit": new Tally(),
    "idle runners after the change": new Tally(),
    "difference in idle runners": new Tally(),
    "hours at the limit after the change": new Tally(),
    "difference in cold starts": new Tally(),
  };
  for (let run = 0; run < 1000; run++) {
    const traffic = dice.traffic();
    const scaling = dice.scaling();
    const proposed = dice.changed(scaling);
    const before = live(traffic, scaling, hours);
    const after = live(traffic, proposed, hours);
    const evidence = evidenceOf(before, traffic, scaling);
    const summary = summarize(evidence);
    const replayed = replay(evidence, usageScaling(proposed));
    const mean = (seconds: number) => seconds / (hours * 3600);
    const requests = { unit: Math.max(1, before.requests) };
    tallies["busy runners"].add(summary.busyRunners, mean(before.busySeconds), runners);
    tallies["idle runners"].add(summary.idleRunners, mean(before.idleSeconds), runners);
    tallies["hours at the limit"].add(summary.atLimit?.hours ?? null, before.hoursAtLimit, { unit: hours });
    tallies["idle runners after the change"].add(replayed.idleRunners, mean(after.idleSeconds), runners);
    const difference = mean(after.idleSeconds - before.idleSeconds);
    tallies["difference in idle runners"].add(replayed.idleChange, difference, runners);
    tallies["hours at the limit after the change"].add(replayed.hoursAtLimit, after.hoursAtLimit, { unit: hours });
    tallies["difference in cold starts"].add(replayed.coldStarts, after.coldStarts - before.coldStarts, requests);
  }
  return tallies;
}

describe("in 1,000 simulated apps, before and after a change", () => {
  const tallies = simulated();

  /** The widths in runners, or as a part of the hours or requests: of half, and of nine tenths of the intervals. */
  test.each<[keyof typeof tallies, number, number, number]>([
    ["busy runners", 0.99, 0.01, 0.3],
    ["idle runners", 0.99, 0.01, 0.3],
    ["hours at the limit", 0.99, 0.05, 0.7],
    ["idle runners after the change", 0.95, 0.55, 4],
    ["difference in idle runners", 0.95, 0.6, 4],
    ["hours at the limit after the change", 0.95, 0.05, 1],
    ["difference in cold starts", 0.95, 0.35, 1],
  ])(
    "the range of %s contains the true value in at least %d of the cases, and is narrow",
    (name, inside, half, most) => {
      const tally = tallies[name];
      const measured = [tally.inside, tally.width(0.5), tally.width(0.9)].map((each) => each.toFixed(3)).join(" ");
      expect(tally.inside, measured).toBeGreaterThanOrEqual(inside);
      expect(tally.width(0.5), measured).toBeLessThanOrEqual(half);
      expect(tally.width(0.9), measured).toBeLessThanOrEqual(most);
    },
  );
});

describe("a replay", () => {
  const dice = new Dice(1);
  const apps = Array.from({ length: 30 }, () => {
    const traffic = dice.traffic();
    const scaling = dice.scaling();
    return { scaling: usageScaling(scaling), evidence: evidenceOf(live(traffic, scaling, 12), traffic, scaling) };
  });

  test("of the scaling as it is returns what was observed", () => {
    for (const { scaling, evidence } of apps) {
      const { atLimit, idleRunners, hours: known } = summarize(evidence);
      const observed = atLimit?.hours.min ?? 0;
      expect(replay(evidence, scaling)).toEqual({
        hours: known,
        hoursAtLimit: { min: observed, max: observed },
        idleRunners,
        idleChange: { min: 0, max: 0 },
        coldStarts: { min: 0, max: 0 },
      });
    }
  });

  test("has more hours at the limit the lower the maximum is", () => {
    for (const { evidence } of apps) {
      const limits = Array.from({ length: 13 }, (_, index) => index + 1);
      const sure = limits.map((limit) => replay(evidence, { maxConcurrency: limit }).hoursAtLimit.min);
      expect(sure).toEqual(sure.toSorted((a, b) => b - a));
    }
  });

  test("without analytics and usage does not invent idle runners or cold starts", () => {
    for (const { evidence } of apps) {
      const unknown = { ...evidence, requests: null, billed: null };
      const { coldStarts } = replay(unknown, { keepAlive: 7200 });
      const gap = { ...unknown, peaks: { ...unknown.peaks, idle: unknown.peaks.idle.map(() => null) }, scaling: {} };
      expect(replay(gap, { maxConcurrency: 9 })).toMatchObject({ hours: 0, idleRunners: null, idleChange: null });
      expect(coldStarts).toEqual(evidence.scaling.keepAlive === 7200 ? { min: 0, max: 0 } : null);
    }
  });
});
