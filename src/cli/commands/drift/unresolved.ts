import { metadataOf } from "../../../provider/metadata";
import { nameOf } from "../../pulumi/plan";
import { list, valueText } from "../../report/phrases";
import { resourceTypes } from "../../resource-types";
import type { Drifted, DriftedProperty, PlannedStep, RemainingDrift } from "./result";
import type { ReadStack } from "./stack";

/** What a fix was to correct in one stack, and how its steps ended. */
interface Attempted {
  readonly drifted: readonly Drifted[];
  readonly corrections: readonly PlannedStep[];
}

/**
 * What still differs after a fix, and why. `after` is the stack as it was read after it, with likely causes, and `others`
 * are the other checked stacks.
 */
export function unresolvedIn(
  { drifted, corrections }: Attempted,
  after: ReadStack,
  others: readonly ReadStack[],
): RemainingDrift[] {
  const steps = new Map(corrections.map((step) => [step.urn, step]));
  const before = new Map(drifted.map((resource) => [resource.urn, resource]));
  const found = new Set(after.drifted.map(({ urn }) => urn));
  return [
    ...after.drifted.map((left) => ({
      ...left,
      reason: sharedReason(left, after, others) ?? reasonOf(left, before.get(left.urn), steps.get(left.urn)),
    })),
    // The refresh has replaced the declared values in the state, so another reading does not find these.
    ...drifted.flatMap((resource): RemainingDrift[] => {
      const result = steps.get(resource.urn)?.result;
      if (found.has(resource.urn) || (result !== "failed" && result !== "notRun")) return [];
      return [{ ...resource, reason: unfinished[result] }];
    }),
    ...notKeptIn(after).filter(({ urn }) => !found.has(urn)),
    // Stacks that had no drift before, and got some because they manage the same object.
    ...others.flatMap((other) =>
      other.drifted.flatMap((left): RemainingDrift[] => {
        const reason = other.stack === after.stack ? undefined : sharedReason(left, other, [after]);
        return reason === undefined ? [] : [{ ...left, reason }];
      }),
    ),
  ];
}

const unfinished = {
  failed: "the correction failed, see the error",
  notRun: "the correction was not reached, because an error came first",
} as const;

/** Whether both stacks manage the same object. */
export function sharesObjects(one: ReadStack, other: ReadStack): boolean {
  if (one.stack === other.stack) return false;
  const managed = new Set(objectsOf(one));
  return objectsOf(other).some((key) => managed.has(key));
}

function objectsOf({ recorded }: Pick<ReadStack, "recorded">): string[] {
  return [...recorded.values()].flatMap(({ objects }) => objects);
}

function sharedReason(
  { urn }: Drifted,
  { stack, recorded }: ReadStack,
  others: readonly ReadStack[],
): string | undefined {
  const objects = recorded.get(urn)?.objects ?? [];
  const sharing = others.filter(
    (other) => other.stack !== stack && objectsOf(other).some((key) => objects.includes(key)),
  );
  if (sharing.length === 0) return undefined;
  const names = list(sharing.map((other) => `\`${other.stack}\``));
  return `${names} ${sharing.length === 1 ? "manages" : "manage"} the same object and declares other values, so each correction undoes the other. Remove the resource from all programs except one`;
}

function reasonOf(left: Drifted, before: Drifted | undefined, step: PlannedStep | undefined): string {
  if (step?.result === "failed" || step?.result === "notRun") return unfinished[step.result];
  if (left.status === "missing") return "the object was deleted again after the correction";
  const [stays] = left.properties.flatMap(({ stays, next }) => (stays && next ? [next] : []));
  if (stays !== undefined && left.properties.every((property) => property.stays)) return stays;
  const known = left.properties.filter(({ at }) => at !== undefined);
  const who = list([...new Set(known.flatMap(({ by }) => by ?? []))]);
  if (who !== "") return `it was changed again after the correction, according to fal's events by ${who}`;
  const values = new Map(before?.properties.map(({ path, actual }) => [path, JSON.stringify(actual)]));
  const isBack = left.properties.some(({ path, actual }) => values.get(path) === JSON.stringify(actual));
  if (step === undefined) {
    return "it was changed while the correction ran. Run the command again";
  }
  return isBack
    ? "fal has the old value again although the correction succeeded: someone or something changes it back, for example a deploy, an autoscaler or another program"
    : "fal has another value than the correction sent: someone or something changed it again";
}

/** Values that fal has changed when they were written, for example limited. Sending them again does not help. */
function notKeptIn({ stack, refreshed }: ReadStack): RemainingDrift[] {
  return refreshed.flatMap(({ urn, old, live }): RemainingDrift[] => {
    const type = resourceTypes.get(old.type);
    const notKept = metadataOf((live ?? old).outputs)?.notKept;
    if (type === undefined || notKept === undefined) return [];
    const properties = Object.entries(notKept).map(([path, declared]): DriftedProperty => {
      const { unit } = type.definition.inputs[path] ?? {};
      return { path, declared, actual: (live ?? old).outputs[path], ...(unit === undefined ? {} : { unit }) };
    });
    const values = properties.map(
      ({ path, declared, actual, unit }) =>
        `\`${path}\` ${valueText(actual ?? "none", unit)} instead of ${valueText(declared, unit)}`,
    );
    return [
      {
        stack,
        urn,
        type: old.type,
        name: nameOf(urn),
        label: type.description.name(old.inputs) ?? nameOf(urn),
        ...(old.id ? { id: old.id } : {}),
        status: "changed",
        properties,
        impacts: [],
        onCorrection: [],
        reason: `fal accepted the update but keeps ${list(values)}, probably because of a limit of the account. Declare the value that fal keeps, or ask fal to raise the limit`,
      },
    ];
  });
}
