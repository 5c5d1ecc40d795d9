import { differs } from "../provider/diff";
import type { State } from "../provider/handler";
import type { PropertyValues, ResourceDefinition } from "../provider/properties";

/**
 * The values at fal before an input was managed, for kinds that manage parts of something that always exists. They are
 * recorded when an input becomes managed, and `onDelete: "restore"` puts them back.
 */

/**
 * The inputs among `declared` that were not managed so far: their previous values are to be recorded. Those that are
 * recorded already stay: the answer of an update was lost, so fal may have the new values by now.
 */
export function newlyManaged<Name extends string>(
  declared: readonly Name[],
  { managed, previousValues }: Pick<State, "managed" | "previousValues">,
): Name[] {
  return declared.filter((name) => !managed.includes(name) && !(name in previousValues));
}

/** Without those of inputs that are no longer declared, because they are recorded anew when the inputs come back. */
export function stillDeclared(previousValues: PropertyValues, declared: readonly string[]): PropertyValues {
  return Object.fromEntries(Object.entries(previousValues).filter(([name]) => declared.includes(name)));
}

/** The inputs whose previous values a deletion restores: all that nobody else has changed since. */
export function restorable<Name extends string>(
  definition: ResourceDefinition,
  names: readonly Name[],
  state: Pick<State, "inputs" | "previousValues">,
  live: PropertyValues,
): Name[] {
  return names.filter(
    (name) =>
      state.inputs[name] !== undefined &&
      name in state.previousValues &&
      !differs(definition, name, live[name], state.inputs[name]),
  );
}
