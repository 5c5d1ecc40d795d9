import { managedNames, metadataOf, withoutMetadata } from "./metadata";
import { type PropertyValues, type ResourceDefinition, recordedInputNames, type Value } from "./properties";
import { containsUnknown, deepEqual, isGiven } from "./values";

export interface Difference {
  /** Names of the inputs that differ from the last inputs in the outputs, in the table's order. */
  readonly changed: string[];
  /** Those of them that replace the object. */
  readonly replaces: string[];
  /** Whether there is anything to do or to record, unfinished work included. */
  readonly changes: boolean;
  /** Messages about work that is due: see `ResourceDefinition.due`. */
  readonly due: string[];
}

/**
 * Compares old outputs, which repeat every managed input, with new checked inputs. Pure.
 *
 * Every difference is a change, even if nothing is sent to fal: delete and read receive only outputs, so the outputs must
 * record it. Without `now` nothing is due.
 */
export function diff(
  definition: ResourceDefinition,
  olds: PropertyValues,
  news: PropertyValues,
  now?: number,
): Difference {
  const before = withoutMetadata(olds);
  const after = withoutMetadata(news);
  const oldMetadata = metadataOf(olds);
  const managed = managedNames(definition, olds);
  // Sending these again would only create another object, in which fal would not keep them either.
  const sentInVain = stillNotKept(definition, olds, news).filter((name) => isSetAtCreation(definition, name));
  const changed: string[] = [];
  const replaces: string[] = [];
  for (const name of recordedInputNames(definition)) {
    const oldValue = managedValue(definition, name, before, managed);
    if (!differs(definition, name, oldValue, after[name]) || sentInVain.includes(name)) continue;
    changed.push(name);
    if (replacesObject(definition, name, oldValue, after[name], oldMetadata?.found)) replaces.push(name);
  }
  const unfinished = (oldMetadata?.pending?.length ?? 0) > 0;
  const due = now === undefined ? [] : (definition.due?.(before, after, now) ?? []);
  return { changed, replaces, changes: changed.length > 0 || unfinished || due.length > 0, due };
}

/** Whether an input differs from its old value, in the form in which the two are compared. */
export function differs(
  definition: Pick<ResourceDefinition, "inputs">,
  name: string,
  before: Value,
  after: Value,
): boolean {
  if (containsUnknown(after)) return true;
  const normalize = definition.inputs[name]?.normalize ?? ((value: Value) => value);
  return !deepEqual(isGiven(before) ? normalize(before) : undefined, isGiven(after) ? normalize(after) : undefined);
}

/** Inputs that are declared as they were last sent, and that fal did not keep so. */
export function stillNotKept(definition: ResourceDefinition, olds: PropertyValues, news: PropertyValues): string[] {
  const before = metadataOf(olds)?.notKept ?? {};
  return recordedInputNames(definition).filter(
    (name) => name in before && !differs(definition, name, before[name], news[name]),
  );
}

/** Whether fal accepts an input only at creation. */
export function isSetAtCreation(definition: ResourceDefinition, name: string): boolean {
  const property = definition.inputs[name];
  return property?.change === "replace" || property?.atCreation === true;
}

/** State with a list of managed inputs decides; without one (an import by hand), every input in the state is managed. */
function managedValue(
  definition: ResourceDefinition,
  name: string,
  before: PropertyValues,
  managed: readonly string[] | undefined,
): Value {
  if (managed && !managed.includes(name) && !definition.inputs[name]?.computed) return undefined;
  return before[name];
}

/**
 * Removing a value from the program ends its management and never replaces. A write-only value whose old value is
 * unknown is recorded. An immutable value that was not managed replaces, unless the object is known to have it.
 */
function replacesObject(
  definition: ResourceDefinition,
  name: string,
  before: Value,
  after: Value,
  found: PropertyValues | undefined,
): boolean {
  const property = definition.inputs[name];
  if (property?.change !== "replace" || !isGiven(after)) return false;
  if (isGiven(before)) return true;
  if (property.writeOnly) return false;
  return !(found && name in found && !differs(definition, name, found[name], after));
}
