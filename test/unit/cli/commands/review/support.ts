import { expect } from "vitest";
import { type Review, reviewOf } from "../../../../../src/cli/changes/model";
import type { Plan, ResourceState, Step } from "../../../../../src/cli/pulumi/plan";
import { parsePrices } from "../../../../../src/cost";
import type { DynamicMetadata } from "../../../../../src/hosts/dynamic/metadata";
import { dynamicToken, pluginToken } from "../../../../../src/provider/tokens";

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
  /** `customTimeouts`, as the dynamic host records them. */
  readonly timeouts?: Record<string, string>;
  readonly inputs?: Record<string, unknown>;
  readonly outputs?: Record<string, unknown>;
  readonly more?: Record<string, unknown>;
}

/** A step of a plan: checked inputs, and outputs that contain and manage all of them. */
export function step(op: string, kind: string, name: string, before?: Told, after?: Told): Step {
  const type = dynamicToken(kind);
  const urn = `urn:pulumi:dev::p::${type}::${name}`;
  const state = ({ inputs = {}, outputs, timeouts, more }: Told, recorded: boolean) => {
    const hidden = { __fal: { v: 1, managed: Object.keys(inputs), ...(timeouts ? { timeouts } : {}) } };
    return {
      urn,
      type,
      inputs: { ...inputs, ...hidden },
      outputs: recorded ? { ...inputs, ...hidden, ...outputs } : {},
      ...more,
    };
  };
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

/** The review of a plan, which is the same under either host, except for the tokens. */
export function review(steps: readonly Step[], more: Partial<Plan> = {}): Review {
  const of = (one: Plan) => reviewOf(one, () => undefined, prices);
  const found = of(plan(steps, more));
  const underPlugin = of(plan(steps.map(underThePlugin), withPluginTokens(more)));
  expect(withPluginTokens(underPlugin)).toEqual(withPluginTokens(found));
  return found;
}

/** A step as the engine prints it under the plugin: it masks secrets, and metadata does not name them. */
export function underThePlugin({ old, new: next, ...step }: Step): Step {
  const values = (bag: Readonly<Record<string, unknown>>) => {
    const { urn, row, timeouts, secrets = [], ...metadata } = (bag["__fal"] ?? { v: 1 }) as DynamicMetadata;
    const masked = Object.fromEntries(secrets.filter((name) => name in bag).map((name) => [name, "[secret]"]));
    return { ...bag, ...masked, ...("__fal" in bag ? { __fal: metadata } : {}) };
  };
  const state = (one: ResourceState) => ({ ...one, inputs: values(one.inputs), outputs: values(one.outputs) });
  return withPluginTokens({ ...step, ...(old ? { old: state(old) } : {}), ...(next ? { new: state(next) } : {}) });
}

function withPluginTokens<T>(value: T): T {
  const text = JSON.stringify(value)
    .replaceAll(dynamicToken(""), pluginToken(""))
    .replaceAll("pulumi:providers:pulumi-nodejs", "pulumi:providers:fal");
  return JSON.parse(text) as T;
}

export const scale = (min: number, max: number, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  app: "a",
  environment: "main",
  minConcurrency: min,
  maxConcurrency: max,
  machineTypes: ["GPU-H100"],
  ...more,
});
