import { type Capacity, warmOf } from "../../capacity/capacity";
import { costChange, pricesUsed } from "../../capacity/totals";
import type { Review } from "../../changes/model";
import { verdictOf } from "../../changes/verdict";
import { evidenceResult } from "../../evidence/result";
import { withoutWords } from "../../impacts";
import { textOf } from "../../report/text";
import type { FailedGate, ReviewResult, RunnerLimits } from "./result";

export function jsonOf(review: Review, failedGates: readonly FailedGate[]): ReviewResult {
  const { stack, summary, changes, capacities, cost, prices, evidence, ...rest } = review;
  return {
    stack: stack ?? null,
    verdict: verdictOf(review).map(textOf).join(""),
    summary,
    changes: changes.map(({ rotation: _rotation, deletionOfMany: _deletionOfMany, impacts, ...change }) => ({
      ...change,
      impacts: impacts.map(withoutWords),
    })),
    scaling: capacities.flatMap(({ urn, before, after }) => {
      const running = after ?? before;
      if (!running || !("app" in running)) return [];
      return [{ app: running.app, urn, before: runnersOf(before), after: runnersOf(after) }];
    }),
    ...(cost
      ? {
          cost: costChange(cost),
        }
      : {}),
    ...(prices ? { prices: pricesUsed(prices) } : {}),
    ...(evidence ? { usage: evidenceResult(evidence) } : {}),
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
