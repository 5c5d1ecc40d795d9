import { check } from "./check";
import type { ReadResult } from "./handler";
import { metadataKey, outputMetadata, previousValues, type StateMetadata, withoutMetadata } from "./metadata";
import { composeInputs, composeOutputs, lastInputsOf } from "./projection";
import type { CheckContext, PropertyValues, ResourceDefinition, Value } from "./properties";
import { isGiven } from "./values";

/** An existing object in the form in which the state would have it if the program had created it. */
export interface ImportedState {
  /** What a program declares so that nothing changes. */
  readonly declared: PropertyValues;
  /** As the engine stores them, with secrets wrapped. */
  readonly inputs: PropertyValues;
  readonly outputs: PropertyValues;
  /** Properties that are not managed, because check rejects their live values. */
  readonly omitted: readonly { readonly name: string; readonly reason: string }[];
}

/** The reason why an object cannot be declared. */
interface NotImportable {
  readonly refused: string;
}

interface ImportContext extends CheckContext {
  /** The object's account, if fal reports it. */
  readonly account: string | undefined;
  /** Properties that are not managed, although fal returns them. */
  readonly unmanaged?: readonly string[];
}

/** Makes state from what a handler reads by id alone. Values that fal does not return are not managed. */
export function importState(
  definition: ResourceDefinition,
  live: ReadResult,
  { account, unmanaged = [], ...context }: ImportContext,
): ImportedState | NotImportable {
  const given = importable(definition, live.inputs, unmanaged);
  const omitted: { name: string; reason: string }[] = [];
  for (;;) {
    const outcome = check(definition, undefined, { ...given, [metadataKey]: { v: 1, managed: [] } }, context);
    const failure = outcome.failures[0];
    if (failure === undefined) {
      const inputs = withoutMetadata(outcome.inputs);
      const metadata = outcome.inputs[metadataKey] as StateMetadata;
      const lastInputs = lastInputsOf(definition, inputs);
      const remembered = Object.entries(live.previousValues ?? {}).filter(([name]) => name in lastInputs);
      return {
        declared: { ...given },
        inputs: composeInputs(definition, lastInputs, metadata),
        outputs: composeOutputs(definition, {
          lastInputs,
          outputs: live.outputs,
          metadata: outputMetadata(metadata, account, previousValues(Object.fromEntries(remembered))),
        }),
        omitted,
      };
    }
    const [name = ""] = outcome.refused;
    // Inputs that identify the object cannot be left out.
    if (!(name in given) || definition.inputs[name]?.required) return { refused: failure.reason };
    delete given[name];
    omitted.push({ name, reason: failure.reason });
  }
}

/** The live values that a program may declare. */
function importable(
  definition: ResourceDefinition,
  live: ReadResult["inputs"],
  unmanaged: readonly string[],
): PropertyValues {
  return Object.fromEntries(
    Object.entries(definition.inputs).flatMap(([name, property]) => {
      const value = live[name];
      const untold = property.writeOnly || property.computed || unmanaged.includes(name) || isNone(value);
      return untold || (property.zeroClears && value === 0) ? [] : [[name, value]];
    }),
  );
}

/** fal does not distinguish an empty list from a missing one. */
function isNone(value: Value): boolean {
  return !isGiven(value) || (Array.isArray(value) && value.length === 0);
}
