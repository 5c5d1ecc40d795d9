import type { Emulator } from "../support/emulator";
import { median, rounded } from "../support/numbers";
import type { Progress } from "../support/progress";
import { Project, type StateResource, type Variant, variants } from "../support/project";
import { type StateSize, stateSize } from "./state";

/** In the order in which they run. Flags that make a command fail where it sees a change it should not see. */
export const steps = {
  create: ["up", "--yes", "--skip-preview"],
  "no-op up": ["up", "--yes", "--skip-preview", "--expect-no-changes"],
  preview: ["preview", "--expect-no-changes"],
  refresh: ["refresh", "--yes", "--skip-preview", "--expect-no-changes"],
  destroy: ["destroy", "--yes", "--skip-preview"],
} as const;
export type Step = keyof typeof steps;

export interface Plan {
  readonly size: number;
  readonly rounds: number;
  /** How often a step that can be repeated is, in each round; once where nothing is said. */
  readonly repeats: Partial<Record<Step, number>>;
}

export interface StepResult {
  readonly samples: number;
  readonly medianMs: Record<Variant, number>;
  /** Ratios of the medians. */
  readonly oursOverEmpty: number;
  readonly oursOverClosure: number;
  readonly pluginOverEmpty: number;
  readonly pluginOverOurs: number;
  readonly samplesMs: Record<Variant, number[]>;
}

export interface SizeResult {
  readonly size: number;
  readonly steps: Record<Step, StepResult>;
  readonly state: Record<Variant, StateSize>;
  /** Calls to fal of one refresh, by method. An empty provider makes none. */
  readonly refreshCalls: { readonly ours: Record<string, number>; readonly closure: Record<string, number> };
}

/** Seconds of each step per 1,000 resources, roughly: only the estimate of the remaining time needs it. */
const weights: Record<Step, Record<Variant, number>> = {
  create: { ours: 45, empty: 40, closure: 130, plugin: 45, emptyPlugin: 40 },
  "no-op up": { ours: 10, empty: 9, closure: 20, plugin: 10, emptyPlugin: 9 },
  preview: { ours: 9, empty: 8, closure: 19, plugin: 9, emptyPlugin: 8 },
  refresh: { ours: 3, empty: 2, closure: 4, plugin: 3, emptyPlugin: 2 },
  destroy: { ours: 32, empty: 30, closure: 110, plugin: 32, emptyPlugin: 30 },
};

export function weightOf({ size, rounds, repeats }: Plan): number {
  let sum = 0;
  for (const [step, byVariant] of Object.entries(weights) as [Step, Record<Variant, number>][]) {
    for (const variant of variants) sum += rounds * (repeats[step] ?? 1) * weight(byVariant[variant], size);
  }
  return sum;
}

/** A CLI that has nothing to do takes more than a second. */
const weight = (per1000: number, size: number) => 1.2 + (per1000 * size) / 1_000;

/** What the provider process has to be given to run the closures: their text, by the position of the resource. */
export interface Recorded {
  closureTexts: [secret: string, key: string] | undefined;
}

/**
 * Runs every step on all variants before the next step, each time beginning with another variant: what the machine
 * does meanwhile meets all of them.
 */
export async function measureStacks(
  plan: Plan,
  emulators: Record<Variant, Emulator>,
  progress: Progress,
  recorded: Recorded,
): Promise<SizeResult> {
  const samplesMs = Object.fromEntries(
    Object.keys(steps).map((step) => [step, Object.fromEntries(variants.map((variant) => [variant, []]))]),
  ) as unknown as Record<Step, Record<Variant, number[]>>;
  const state: Partial<Record<Variant, StateSize>> = {};
  const calls: Partial<Record<Variant, Record<string, number>>> = {};
  let turn = 0;

  for (let round = 0; round < plan.rounds; round += 1) {
    const projects: Partial<Record<Variant, Project>> = {};
    for (const variant of variants) {
      await emulators[variant].reset();
      const project = new Project(variant, plan.size, emulators[variant]);
      await project.run("stack", "init", "dev");
      projects[variant] = project;
    }
    for (const [step, args] of Object.entries(steps) as [Step, readonly string[]][]) {
      for (let repeat = 0; repeat < (plan.repeats[step] ?? 1); repeat += 1) {
        for (const variant of rotated(variants, turn)) {
          const project = projects[variant];
          if (!project) continue;
          if (step === "refresh") await emulators[variant].forgetRequests();
          const ms = await project.run(...args);
          samplesMs[step][variant].push(ms);
          if (step === "refresh") calls[variant] = await emulators[variant].requestCounts();
          progress.done(
            `${plan.size} resources, round ${round + 1}/${plan.rounds}, ${step}, ${variant}`,
            ms,
            weight(weights[step][variant], plan.size),
          );
        }
        turn += 1;
      }
      if (step === "create") {
        for (const variant of variants) {
          const resources = (await projects[variant]?.state()) ?? [];
          if (resources.length !== plan.size) {
            throw new Error(`${variant}: ${resources.length} resources in state instead of ${plan.size}`);
          }
          state[variant] ??= stateSize(resources);
          if (variant === "closure") recorded.closureTexts ??= closureTexts(resources);
        }
      }
    }
    for (const variant of variants) projects[variant]?.dispose();
  }

  const result = Object.fromEntries(
    Object.entries(samplesMs).map(([step, byVariant]) => [step, stepResult(byVariant)]),
  ) as Record<Step, StepResult>;
  return {
    size: plan.size,
    steps: result,
    state: state as Record<Variant, StateSize>,
    refreshCalls: { ours: calls.ours ?? {}, closure: calls.closure ?? {} },
  };
}

function stepResult(samplesMs: Record<Variant, number[]>): StepResult {
  const medianMs = ofEach((variant) => median(samplesMs[variant]));
  const ratio = (one: Variant, other: Variant) => rounded(medianMs[one] / medianMs[other]);
  return {
    samples: samplesMs.ours.length,
    medianMs: ofEach((variant) => Math.round(medianMs[variant])),
    oursOverEmpty: ratio("ours", "empty"),
    oursOverClosure: ratio("ours", "closure"),
    pluginOverEmpty: ratio("plugin", "emptyPlugin"),
    pluginOverOurs: ratio("plugin", "ours"),
    samplesMs: ofEach((variant) => samplesMs[variant].map(Math.round)),
  };
}

function ofEach<T>(make: (variant: Variant) => T): Record<Variant, T> {
  return Object.fromEntries(variants.map((variant) => [variant, make(variant)])) as Record<Variant, T>;
}

function rotated<T>(list: readonly T[], by: number): T[] {
  const start = by % list.length;
  return [...list.slice(start), ...list.slice(0, start)];
}

function closureTexts(resources: readonly StateResource[]): [string, string] {
  // All of them have the same type: only their properties tell secrets from keys.
  const text = (property: string) => resources.find(({ inputs = {} }) => property in inputs)?.inputs?.["__provider"];
  const [secret, key] = [text("value"), text("alias")];
  if (typeof secret !== "string" || typeof key !== "string") throw new Error("the closures are not in the state");
  return [secret, key];
}
