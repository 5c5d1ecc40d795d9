import { fires, type PropertyValues } from "../../../provider/properties";
import { isGiven } from "../../../provider/values";
import { type Change, type PropertyChange, recordedInputs } from "../../changes/change";
import { type Review, reviewOf } from "../../changes/model";
import { verdictOf } from "../../changes/verdict";
import { deploymentDetail, deploymentVerb } from "../../changes/wording";
import type { Pulumi } from "../../pulumi/cli";
import { type EngineEvents, type EngineRun, runEngine } from "../../pulumi/events";
import { nameOf, type Plan, type Step, secretText } from "../../pulumi/plan";
import { StackExport } from "../../pulumi/stack-export";
import { ForeignCodeError } from "../../pulumi/state-code";
import { list } from "../../report/phrases";
import { textOf } from "../../report/text";
import { type ResourceType, resourceTypes } from "../../resource-types";
import { differingNames, failuresOf } from "./compare";
import { changedConfig, configMessage } from "./config";
import type { AcceptedDrift, Drifted, FixedStack, PlannedProperty, PlannedStep, StackFailure } from "./result";
import { failureOf, ownCodeOnly, targetArguments } from "./stack";

/** What `pulumi up --refresh` would do. */
export interface FixPlan extends Pick<FixedStack, "corrections" | "otherChanges" | "accepted"> {
  /** The whole plan in one sentence, as a review summarizes it. */
  readonly summary: string;
}

/**
 * Plans the correction with a preview, which changes nothing. Refuses if `pulumi up` would run with another
 * configuration than the last one, or with foreign code, or if it cannot create what is missing.
 *
 * @param targets URNs to which the correction is limited; undefined: the whole stack
 */
export async function planFix(
  pulumi: Pulumi,
  stack: string,
  drifted: readonly Drifted[],
  targets?: readonly string[],
): Promise<FixPlan | Failed> {
  return await attempt(stack, async () => {
    const lost = drifted.filter(needsDeploy);
    if (lost.length > 0) return refused({ stack, urns: lost.map(({ urn }) => urn), message: deployFirst(lost) });
    // Again, because the state may have changed since it was read.
    const exported = await pulumi.exported(stack, "--show-secrets");
    ownCodeOnly(exported);
    const changed = await changedConfig(pulumi, stack, new StackExport(exported));
    if (changed.length > 0) return refused({ stack, urns: [], message: configMessage(stack, changed) });
    const { engine } = await runEngine(pulumi, ["preview", "--refresh", "--stack", stack, ...targetArguments(targets)]);
    return engine.result === "succeeded" ? fixPlanOf(engine, drifted) : { failures: failuresOf(stack, engine) };
  });
}

/** Runs `pulumi up --refresh`. `events` contains what it did, also if it is interrupted. */
export async function applyFix(
  pulumi: Pulumi,
  stack: string,
  targets: readonly string[] | undefined,
  events: EngineEvents,
): Promise<Failed> {
  return await attempt(stack, async () => {
    const args = ["up", "--refresh", "--yes", "--skip-preview", "--stack", stack, ...targetArguments(targets)];
    const { engine, cli } = await runEngine(pulumi, args, undefined, events);
    const succeeded = cli.code === 0 && engine.result === "succeeded";
    return { failures: succeeded ? [] : failuresOf(stack, engine) };
  });
}

/** Whether `pulumi up` cannot create the missing object again. */
export function needsDeploy({ status, type, recreated }: Drifted): boolean {
  return status === "missing" && recreated === undefined && resourceTypes.get(type)?.description.needsDeploy === true;
}

interface Failed {
  readonly failures: readonly StackFailure[];
  /** The engine was not run. */
  readonly refused?: true;
}

function refused(failure: StackFailure): Failed {
  return { failures: [failure], refused: true };
}

async function attempt<T>(stack: string, run: () => Promise<T>): Promise<T | Failed> {
  try {
    return await run();
  } catch (error) {
    const failure = failureOf(stack, error);
    return failure.code === undefined ? { failures: [failure] } : refused(failure);
  }
}

function deployFirst(lost: readonly Drifted[]): string {
  const ids = [...new Set(lost.map(({ id, name }) => id ?? name))];
  return (
    `${list(ids)} ${ids.length === 1 ? "is" : "are"} missing in fal, and \`pulumi up\` cannot create ${ids.length === 1 ? "it" : "them"}. ` +
    "Nothing was changed. Deploy with `fal deploy` first, or remove the resources from the program and run `pulumi up`. " +
    "To correct other resources before, name them with --target."
  );
}

/** Separates corrections of drift from everything else. A step may contain both. */
export function fixPlanOf(plan: Plan, drifted: readonly Drifted[]): FixPlan {
  const review = reviewOf(plan, () => undefined);
  if (review.foreignCode !== undefined) throw new ForeignCodeError(review.foreignCode);
  const changes = new Map(review.changes.map((change) => [change.urn, change]));
  const byUrn = new Map(drifted.map((resource) => [resource.urn, resource]));
  const corrections: PlannedStep[] = [];
  const otherChanges: PlannedStep[] = [];
  const written = new Map<string, ReadonlySet<string>>();
  for (const step of inOrderOf(review, plan.steps)) {
    if (idle.has(step.op) || isEnginesOwn(step)) continue;
    const resource = byUrn.get(step.urn);
    const planned = plannedStep(step, changes.get(step.urn), resource);
    written.set(step.urn, planned.names);
    if (resource === undefined || step.new === undefined) {
      // A resource that the program no longer declares is deleted, whether it drifted or not.
      otherChanges.push(planned.step(() => true));
    } else if (resource.status === "missing") {
      corrections.push(planned.step(() => true));
    } else {
      const isDue = dueIn(resource, step, planned.names);
      const due = [...planned.names].some(isDue);
      const deploysProgram = changes.get(step.urn)?.deployment !== undefined && !isReplaced(resource);
      const others = deploysProgram || [...planned.names].some((name) => !isDue(name));
      if (due || !others) corrections.push(planned.step(isDue));
      if (others) otherChanges.push(planned.step((name) => !isDue(name), due));
    }
  }
  return {
    corrections,
    otherChanges,
    accepted: drifted.flatMap((resource) => {
      const isDeployed = changes.get(resource.urn)?.deployment !== undefined;
      return acceptedIn(resource, written.get(resource.urn), isDeployed);
    }),
    summary: verdictOf(review).map(textOf).join(""),
  };
}

/** Operations that change nothing. */
const idle: ReadonlySet<string> = new Set(["same", "read", "refresh", "read-replacement", "read-discard"]);

/** The stack itself, and providers: nothing at fal. */
function isEnginesOwn({ old, new: next }: Step): boolean {
  const type = (next ?? old)?.type ?? "";
  return type === "pulumi:pulumi:Stack" || type.startsWith("pulumi:providers:");
}

/** In the order of a review, because the engine's order varies; resources of other providers at the end. */
function inOrderOf({ changes }: Review, steps: readonly Step[]): Step[] {
  const rank = new Map(changes.map(({ urn }, index) => [urn, index]));
  const rankOf = ({ urn }: Step) => rank.get(urn) ?? changes.length;
  return steps.toSorted((a, b) => rankOf(a) - rankOf(b) || (a.urn < b.urn ? -1 : 1));
}

/** Whether a written property is a correction, or written with one. All others are changes of the program. */
function dueIn(
  { properties, type }: Drifted,
  { new: next }: Step,
  names: ReadonlySet<string>,
): (name: string) => boolean {
  const drift = new Map(properties.map((property) => [property.path, property]));
  const { definition, description } = resourceTypes.get(type) ?? {};
  const isDrift = (name: string) => {
    // Computed inputs follow from the others.
    if (definition?.inputs[name]?.computed) return true;
    const property = drift.get(name);
    if (property === undefined) return false;
    // If it is not the value that the last `up` declared, the program changed it.
    return property.declared === undefined || JSON.stringify(property.declared) === JSON.stringify(next?.inputs[name]);
  };
  const drifted = [...names].filter(isDrift);
  const due = new Set([...drifted, ...drifted.flatMap((name) => description?.inputs[name]?.writtenWith ?? [])]);
  return (name) => due.has(name);
}

/**
 * A step with the names of the inputs that it changes. `step` returns it with those that a condition selects; `isRest`: the
 * others are in another step, which has the notes about the whole resource.
 */
function plannedStep(
  step: Step,
  change: Change | undefined,
  resource: Drifted | undefined,
): { names: ReadonlySet<string>; step: (has: (name: string) => boolean, isRest?: boolean) => PlannedStep } {
  const { op, urn, old, new: next } = step;
  const type = resourceTypes.get((next ?? old)?.type ?? "");
  const about = { op, urn, type: (next ?? old)?.type ?? "", name: nameOf(urn) };
  if (type === undefined || change === undefined) {
    // The values of other providers may be large or confidential.
    const names = old && next ? differingNames(old.inputs, next.inputs) : [];
    const of = (has: (name: string) => boolean) => names.filter(has).map((path) => ({ path }));
    return { names: new Set(names), step: (has) => ({ ...about, properties: of(has), notes: [] }) };
  }
  return {
    names: new Set(change.properties.map(({ path }) => path)),
    step: (has, isRest = false) => {
      const properties = change.properties.filter(({ path }) => has(path));
      return {
        ...about,
        properties: [
          ...properties.filter(({ computed }) => !computed).map(plannedProperty),
          ...writtenAlong(step, change, properties, type),
        ],
        notes: notesOf(change, type, resource, (names) => (names.length === 0 ? !isRest : names.some(has))),
      };
    },
  };
}

function plannedProperty({ path, from, to, unit }: PropertyChange): PlannedProperty {
  return {
    path,
    ...(from === null ? {} : { from }),
    ...(to === null ? {} : { to }),
    ...(unit === undefined ? {} : { unit }),
  };
}

/** What fal gets in the same call, or again, although it does not differ. */
function writtenAlong(
  { old, new: next }: Step,
  { op, properties: all }: Change,
  properties: readonly PropertyChange[],
  { definition, description }: ResourceType,
): PlannedProperty[] {
  if (op !== "update" || next === undefined) return [];
  const before: PropertyValues = recordedInputs(old);
  const names = properties.flatMap(({ path }) => {
    const trigger = definition.inputs[path]?.trigger;
    const isFired = trigger !== undefined && fires(trigger, before[path], next.inputs[path]);
    const { writtenWith = [], sendsAgain = [] } = description.inputs[path] ?? {};
    // fal gets what the program does not declare as fal has it, but nothing that the program leaves out is sent again.
    return [...writtenWith, ...(isFired ? sendsAgain.filter((name) => isGiven(next.inputs[name])) : [])];
  });
  return [...new Set(names)]
    .filter((name) => !all.some(({ path }) => path === name))
    .map((path) => {
      const property = definition.inputs[path];
      const value = property?.secret ? secretText : (next.inputs[path] ?? before[path]);
      const shown = value === undefined ? {} : { from: value, to: value };
      return { path, ...shown, ...(property?.unit === undefined ? {} : { unit: property.unit }), along: true };
    });
}

/** What a step also does or means, as far as it `concerns` properties, or the whole resource. */
function notesOf(
  { op, reason, deletion, impacts, notes, rotation, deployment }: Change,
  type: ResourceType,
  drifted: Drifted | undefined,
  concerns: (names: readonly string[]) => boolean,
): string[] {
  return [
    ...(op === "create" && drifted ? [`it ${drifted.recreated ?? type.description.onMissing}`] : []),
    ...(deployment && concerns([]) ? [`it ${deploymentVerb(deployment)}${deploymentDetail(deployment)}`] : []),
    ...(reason ? [`it is replaced because ${reason.text}`] : []),
    ...(deletion ? [deletion.description] : []),
    ...(rotation ? [`it ${rotation.one} and gets a new value`] : []),
    ...impacts.filter(({ properties }) => concerns(properties)).map(({ text }) => text),
    ...notes
      // A later deploy is not part of the step.
      .filter(({ code }) => code !== "resetByDeploy")
      .filter(({ params: { property, properties = [] } }) => concerns([...properties, ...(property ? [property] : [])]))
      .map(({ text }) => text),
  ];
}

/** Whether the correction replaces what somebody else has deployed. */
function isReplaced({ properties }: Drifted): boolean {
  return properties.some(({ next, stays }) => next !== undefined && !stays);
}

/** Drift that no step corrects. */
function acceptedIn(resource: Drifted, written: ReadonlySet<string> | undefined, isDeployed: boolean): AcceptedDrift[] {
  const { urn, type, name, status, properties } = resource;
  const about = { urn, type, name };
  const staying = properties.flatMap(({ path, stays, next }) =>
    stays && next !== undefined && !isDeployed ? [{ ...about, path, reason: next }] : [],
  );
  const definition = resourceTypes.get(type)?.definition;
  if (written === undefined && (status === "missing" || definition === undefined)) return [about];
  if (status === "missing" || definition === undefined) return [];
  const others = properties
    .filter(({ path }) => definition.inputs[path] !== undefined && !written?.has(path))
    .map(({ path }) => ({ ...about, path }));
  return [...staying, ...others];
}

/** The steps with how they ended. */
export function withResults(plan: FixPlan, { changed, failed }: Pick<EngineRun, "changed" | "failed">): FixPlan {
  const [done, broken] = [new Set(changed), new Set(failed)];
  const ended = (steps: readonly PlannedStep[]) =>
    steps.map((step): PlannedStep => {
      const result = broken.has(step.urn) ? "failed" : done.has(step.urn) ? "done" : "notRun";
      return { ...step, result };
    });
  return { ...plan, corrections: ended(plan.corrections), otherChanges: ended(plan.otherChanges) };
}
