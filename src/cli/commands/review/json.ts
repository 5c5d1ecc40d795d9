import type { HourlyCost } from "../../../cost";
import { textOf } from "../../report/text";
import { type Capacity, warmOf } from "./capacity";
import type { Review } from "./model";
import type { CostRange, FailedGate, ReviewResult, RunnerLimits } from "./result";
import { verdictOf } from "./verdict";

export function jsonOf(review: Review, failedGates: readonly FailedGate[]): ReviewResult {
  const { stack, summary, changes, capacities, cost, prices, ...rest } = review;
  return {
    stack: stack ?? null,
    verdict: verdictOf(review).map(textOf).join(""),
    summary,
    changes: changes.map(({ rotation: _rotation, deletionOfMany: _deletionOfMany, impacts, ...change }) => ({
      ...change,
      impacts: impacts.map(({ notion, properties, text }) => ({ notion, properties, text })),
    })),
    scaling: capacities.flatMap(({ urn, before, after }) => {
      const running = after ?? before;
      if (!running || !("app" in running)) return [];
      return [{ app: running.app, urn, before: runnersOf(before), after: runnersOf(after) }];
    }),
    ...(cost
      ? {
          cost: {
            from: costOf(cost.from),
            to: costOf(cost.to),
            full: { from: costOf(cost.full.from), to: costOf(cost.full.to) },
            currency: cost.currency,
          },
        }
      : {}),
    ...(prices ? { prices: { name: prices.name, source: prices.source, date: prices.date } } : {}),
    ...rest,
    failedGates,
  };
}

function runnersOf(running: Capacity["before"]): RunnerLimits | null {
  if (!running || !("app" in running)) return null;
  return {
    warm: warmOf(running)?.min ?? 0,
    max: running.maxConcurrency ?? null,
    machineTypes: running.machineTypes ?? null,
  };
}

function costOf({ min, max, open, unpriced }: HourlyCost): CostRange {
  return { min, max, open, unpriced };
}
