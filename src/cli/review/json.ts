import type { HourlyCost } from "../../cost";
import { textOf } from "../report/text";
import { type Capacity, warmOf } from "./capacity";
import type { Match } from "./gates";
import type { Review } from "./model";
import { verdictOf } from "./verdict";

/** What `--json` prints of a review, as a TypeScript type with comments. */
export const reviewJson = `{
  stack: string | null; // "project/stack"
  verdict: string;
  summary: {
    creates: number; updates: number; replaces: number; deletes: number; // fal resources
    destructive: number; // how many of them lose something
    warmRunners: { from: number; to: number }; // at least
    maxRunners: { from: number; to: number };
    costPerHour?: { from: number; to: number; currency: string }; // with --prices; of ranges the lower end
  };
  changes: {
    urn: string; type: string; name: string; // in the program
    op: "create" | "update" | "replace" | "delete";
    destructive: boolean;
    source?: { file: string; line: number; href?: string }; // relative to the project
    properties: {
      path: string;
      from: any; to: any; // null where it is not set or not managed; "[secret]", "[known after apply]"
      unit?: string; secret?: true; computed?: true;
    }[];
    notes: string[];
    kind: string; // "AppScale"
    label: string; // what people call the object at fal
    effect: "created" | "takenOver" | "changed" | "recorded" | "replaced" | "deleted" | "released";
    deletion?: { fate: "lost" | "removed" | "kept"; says: string }; // of what is deleted or replaced
    reason?: string; // of a replacement
  }[];
  scaling: {
    app: string; urn: string;
    before: { warm: number; max: number | null; machineTypes: string[] | null } | null;
    after: { warm: number; max: number | null; machineTypes: string[] | null } | null;
  }[];
  cost?: { from: Cost; to: Cost; currency: string }; // Cost: { min, max, open: string[], unpriced: string[] }
  prices?: { name: string; source: string; date: string };
  unpriced: string[];
  unchanged: number; // fal resources that stay as they are
  unshown: number; // resources that the preview leaves out; totals do not count them
  others: { urn: string; type: string; name: string; op: string }[]; // what changes and is not fal's
  errors: { urn?: string; name?: string; text: string }[];
  warnings: { urn?: string; name?: string; text: string }[];
  fails: { gate: string; why: string }[]; // what --fail-on matches
}`;

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
