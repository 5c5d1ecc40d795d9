import type { HourlyCost } from "../../../cost";
import { textOf } from "../../report/text";
import { type Capacity, warmOf } from "./capacity";
import type { Match } from "./matches";
import type { Review } from "./model";
import { verdictOf } from "./verdict";

export function jsonOf(review: Review, fails: readonly Match[]): unknown {
  const { stack, summary, changes, capacities, cost, prices, ...rest } = review;
  return {
    stack: stack ?? null,
    verdict: verdictOf(review).map(textOf).join(""),
    summary,
    changes: changes.map(({ rotation: _rotation, ...change }) => change),
    scaling: capacities.flatMap(({ urn, before, after }) => {
      const running = after ?? before;
      if (!running || !("app" in running)) return [];
      return [{ app: running.app, urn, before: scalingJson(before), after: scalingJson(after) }];
    }),
    ...(cost ? { cost: { from: costJson(cost.from), to: costJson(cost.to), currency: cost.currency } } : {}),
    ...(prices ? { prices: { name: prices.name, source: prices.source, date: prices.date } } : {}),
    ...rest,
    fails,
  };
}

function scalingJson(running: Capacity["before"]) {
  if (!running || !("app" in running)) return null;
  return {
    warm: warmOf(running)?.min ?? 0,
    max: running.maxConcurrency ?? null,
    machineTypes: running.machineTypes ?? null,
  };
}

function costJson({ min, max, open, unpriced }: HourlyCost) {
  return { min, max, open, unpriced };
}
