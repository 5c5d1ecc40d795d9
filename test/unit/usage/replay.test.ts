import { describe, expect, test } from "vitest";
import type { Interval } from "../../../src/usage/evidence";
import { replay } from "../../../src/usage/replay";
import { summarize } from "../../../src/usage/summarize";
import { Dice, evidenceOf, live, usageScaling } from "./support";

const hours = 48;

/** Requests at the two ends of a range move the mean of two days by this many runners. Reports show tenths. */
const atEnds = 0.01;

class Tally {
  #inside = 0;
  readonly #widths: number[] = [];

  add(interval: Interval | null, truth: number, unit: number, tolerance = 0): void {
    const { min, max } = interval ?? { min: -Infinity, max: Infinity };
    if (truth >= min - tolerance - 1e-9 && truth <= max + tolerance + 1e-9) this.#inside++;
    this.#widths.push((max - min) / unit);
  }

  get inside(): number {
    return this.#inside / this.#widths.length;
  }
}

describe("1,000 simulated apps before and after a change", () => {
  const dice = new Dice(15);
  const tallies = {
    busyRunners: new Tally(),
    idleRunnersBefore: new Tally(),
    hoursAtLimitBefore: new Tally(),
    hoursAtLimit: new Tally(),
    idleRunners: new Tally(),
    idleChange: new Tally(),
    coldStarts: new Tally(),
  };
  for (let run = 0; run < 1000; run++) {
    const traffic = dice.traffic();
    const scaling = dice.scaling();
    const proposed = dice.changed(scaling);
    const before = live(traffic, scaling, hours);
    const after = live(traffic, proposed, hours);
    const evidence = evidenceOf(before, traffic, scaling);
    const summary = summarize(evidence);
    const range = hours * 3600;
    tallies.busyRunners.add(summary.busyRunners, before.busySeconds / range, 1, atEnds);
    tallies.idleRunnersBefore.add(summary.idleRunners, before.idleSeconds / range, 1, atEnds);
    tallies.hoursAtLimitBefore.add(summary.atLimit?.hours ?? null, before.hoursAtLimit, hours);
    const replayed = replay(evidence, usageScaling(proposed));
    tallies.hoursAtLimit.add(replayed.hoursAtLimit, after.hoursAtLimit, hours);
    tallies.idleRunners.add(replayed.idleRunners, after.idleSeconds / range, 1, atEnds);
    tallies.idleChange.add(replayed.idleChange, (after.idleSeconds - before.idleSeconds) / range, 1, atEnds);
    tallies.coldStarts.add(replayed.coldStarts, after.coldStarts - before.coldStarts, Math.max(1, before.requests));
  }

  test.each(Object.keys(tallies) as (keyof typeof tallies)[])(
    "%s is within its range in at least 95 % of them",
    (name) => {
      expect(tallies[name].inside).toBeGreaterThanOrEqual(0.93);
    },
  );
});
