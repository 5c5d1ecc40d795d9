import { reviewOf } from "../../../../../src/cli/commands/review/model";
import type { Plan, Step } from "../../../../../src/cli/pulumi/plan";
import { parsePrices } from "../../../../../src/cost";
import { dynamicToken } from "../../../../../src/provider/tokens";

export const unknown = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

const prices = parsePrices(
  JSON.stringify({
    name: "test",
    source: "test",
    date: "2026-05-01",
    currency: "USD",
    machineTypes: { "GPU-H100": 2, XS: 0.1 },
    instanceTypes: { gpu_1x_h100_sxm5: 2.5 },
    gpusPerRunner: { "main/a": 1 },
  }),
  "prices.json",
);

export interface Told {
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly more?: Record<string, unknown>;
}

/** A step of a plan: checked inputs, and outputs that contain and manage all of them. */
export function step(op: string, kind: string, name: string, before?: Told, after?: Told): Step {
  const type = dynamicToken(kind);
  const urn = `urn:pulumi:dev::p::${type}::${name}`;
  const hidden = (inputs: Record<string, unknown>) => ({ __fal: { v: 1, managed: Object.keys(inputs) } });
  const state = ({ inputs = {}, outputs, more }: Told, recorded: boolean) => ({
    urn,
    type,
    inputs: { ...inputs, ...hidden(inputs) },
    outputs: recorded ? { ...inputs, ...hidden(inputs), ...outputs } : {},
    ...more,
  });
  return {
    op,
    urn,
    ...(before ? { old: state(before, true) } : {}),
    ...(after ? { new: state(after, false) } : {}),
    replaceReasons: [],
  };
}

const plan = (steps: readonly Step[], more: Partial<Plan> = {}): Plan => ({
  steps,
  diagnostics: [],
  omitted: 0,
  ...more,
});

export const review = (steps: readonly Step[], more: Partial<Plan> = {}) =>
  reviewOf(plan(steps, more), () => undefined, prices);

export const scale = (min: number, max: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  app: "a",
  environment: "main",
  minConcurrency: min,
  maxConcurrency: max,
  machineTypes: ["GPU-H100"],
  ...more,
});
