import type { Pulumi } from "../../pulumi/cli";
import { runEngine } from "../../pulumi/events";
import { nameOf, type Plan, type Step } from "../../pulumi/plan";
import { StackExport } from "../../pulumi/stack-export";
import { resourceTypes } from "../../resource-types";
import { differingNames, failuresOf, writtenNames } from "./compare";
import { changedConfig, configMessage } from "./config";
import type { Drifted, PlannedStep, StackFailure } from "./result";
import { failureOf, ownCodeOnly } from "./stack";

/** What `pulumi up --refresh` would do. */
export interface Correction {
  readonly corrections: readonly PlannedStep[];
  readonly programChanges: readonly PlannedStep[];
}

/**
 * Plans the correction with a preview, which changes nothing. Refuses if `pulumi up` would run with another
 * configuration than the last one, or with foreign code.
 */
export async function planCorrection(
  pulumi: Pulumi,
  stack: string,
  drifted: readonly Drifted[],
): Promise<Correction | Failed> {
  return await attempt(stack, async () => {
    // Again, because the state may have changed since it was read.
    const exported = await pulumi.exported(stack, "--show-secrets");
    ownCodeOnly(exported);
    const changed = await changedConfig(pulumi, stack, new StackExport(exported));
    if (changed.length > 0) {
      return { failures: [{ stack, urns: [], message: configMessage(stack, changed) }], refused: true as const };
    }
    const { engine } = await runEngine(pulumi, ["preview", "--refresh", "--stack", stack]);
    return engine.result === "succeeded" ? sorted(engine, drifted) : { failures: failuresOf(stack, engine) };
  });
}

/** Runs `pulumi up --refresh`. */
export async function correct(pulumi: Pulumi, stack: string): Promise<Failed> {
  return await attempt(stack, async () => {
    const { engine, cli } = await runEngine(pulumi, ["up", "--refresh", "--yes", "--skip-preview", "--stack", stack]);
    const succeeded = cli.code === 0 && engine.result === "succeeded";
    return { failures: succeeded ? [] : failuresOf(stack, engine) };
  });
}

interface Failed {
  readonly failures: readonly StackFailure[];
  /** The engine was not run. */
  readonly refused?: true;
}

async function attempt<T>(stack: string, run: () => Promise<T>): Promise<T | Failed> {
  try {
    return await run();
  } catch (error) {
    const failure = failureOf(stack, error);
    return { failures: [failure], ...(failure.code === undefined ? {} : { refused: true as const }) };
  }
}

/** Separates corrections of drift from changes of the program. A step may contain both. */
export function sorted({ steps }: Plan, drifted: readonly Drifted[]): Correction {
  const byUrn = new Map(drifted.map((resource) => [resource.urn, resource]));
  const corrections: PlannedStep[] = [];
  const programChanges: PlannedStep[] = [];
  for (const step of steps) {
    if (idle.has(step.op) || isEnginesOwn(step)) continue;
    const resource = byUrn.get(step.urn);
    const type = resourceTypes.get(step.new?.type ?? "");
    const differing = step.old && step.new ? differingNames(step.old.inputs, step.new.inputs, type?.definition) : [];
    const names = type ? writtenNames(differing, type) : differing;
    // A resource that the program no longer declares is deleted, whether it drifted or not.
    if (resource === undefined || step.new === undefined) {
      programChanges.push(planned(step, names));
    } else if (resource.status === "missing") {
      corrections.push(planned(step, []));
    } else {
      const [due, others] = divided(resource, names, step);
      if (due.length > 0 || others.length === 0) corrections.push(planned(step, due));
      if (others.length > 0) programChanges.push(planned(step, others));
    }
  }
  return { corrections, programChanges };
}

/** Operations that change nothing. */
const idle: ReadonlySet<string> = new Set(["same", "read", "refresh", "read-replacement", "read-discard"]);

/** The stack itself, and providers: nothing at fal. */
function isEnginesOwn({ old, new: next }: Step): boolean {
  const type = (next ?? old)?.type ?? "";
  return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}

function divided(resource: Drifted, names: readonly string[], { new: next }: Step): [string[], string[]] {
  const drift = new Map(resource.properties.map((property) => [property.path, property]));
  const definition = resourceTypes.get(resource.type)?.definition;
  const isDue = (name: string) => {
    // Computed inputs follow from the others.
    if (definition?.inputs[name]?.computed) return true;
    const property = drift.get(name);
    if (property === undefined) return false;
    // If it is not the value that the last `up` declared, the program changed it.
    return property.declared === undefined || JSON.stringify(property.declared) === JSON.stringify(next?.inputs[name]);
  };
  return [names.filter(isDue), names.filter((name) => !isDue(name))];
}

function planned({ op, urn, old, new: next }: Step, properties: readonly string[]): PlannedStep {
  return { op, urn, type: (next ?? old)?.type ?? "", name: nameOf(urn), properties };
}
