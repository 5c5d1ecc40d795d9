import { differs } from "./diff";
import type { ReadResult, State } from "./handler";
import { inputMetadata, managedNames, metadataKey, metadataOf, type StateMetadata, withoutMetadata } from "./metadata";
import { type PropertyValues, type ResourceDefinition, recordedInputNames } from "./properties";
import { isGiven, isRecord, sanitizeProperties, unknownValue, unwrapSecret, wrapSecret } from "./values";

/** The parts of a resource's outputs. */
interface OutputParts {
  /** Managed inputs as the last operation achieved or read them; never `adopt`. */
  readonly lastInputs: PropertyValues;
  readonly outputs: PropertyValues;
  readonly metadata: StateMetadata;
}

/** The checked inputs that outputs repeat, because delete and read receive only outputs: all but `adopt`. */
export function lastInputsOf(definition: ResourceDefinition, inputs: PropertyValues): PropertyValues {
  const lastInputs: PropertyValues = {};
  for (const name of recordedInputNames(definition)) {
    if (inputs[name] !== undefined) lastInputs[name] = inputs[name];
  }
  return lastInputs;
}

/** Outputs as the engine stores them: clean JSON, secrets wrapped, metadata under its one key. */
export function composeOutputs(definition: ResourceDefinition, parts: OutputParts): PropertyValues {
  const properties = sanitizeProperties({ ...parts.outputs, ...parts.lastInputs });
  for (const [name, value] of Object.entries(properties)) {
    if (definition.inputs[name]?.secret || definition.outputs[name]?.secret) properties[name] = wrapSecret(value);
  }
  return { ...properties, [metadataKey]: sanitizeProperties({ ...parts.metadata }) };
}

/** Inputs as a refresh returns them. They replace the old ones, so they must be complete. */
export function composeInputs(
  definition: ResourceDefinition,
  lastInputs: PropertyValues,
  metadata: StateMetadata,
): PropertyValues {
  const { pending } = metadata;
  const kept = { ...inputMetadata(metadata), ...(pending?.length ? { pending: [...pending] } : {}) };
  return composeOutputs(definition, { lastInputs, outputs: {}, metadata: kept });
}

/**
 * Outputs as a preview knows them: the inputs, their metadata, and those outputs that the change leaves alone. The others
 * are unknown.
 * `olds` and `changed`: the outputs before an update, and the inputs that it changes.
 */
export function previewOutputs(
  definition: ResourceDefinition,
  inputs: PropertyValues,
  olds: PropertyValues | undefined,
  changed: readonly string[],
): PropertyValues {
  const before = olds === undefined || metadataOf(olds)?.pending?.length ? {} : withoutMetadata(olds);
  const outputs = Object.entries(definition.outputs).map(([name, { changesWith }]) => {
    const stays = changesWith !== undefined && !changesWith.some((input) => changed.includes(input));
    return [name, stays && isGiven(before[name]) ? before[name] : unknownValue];
  });
  const { [metadataKey]: metadata, ...values } = inputs;
  return { ...Object.fromEntries(outputs), ...lastInputsOf(definition, values), [metadataKey]: metadata };
}

/** State as handlers see it: outputs split into the last inputs and the rest. */
export function stateOf(definition: ResourceDefinition, olds: PropertyValues): State {
  const inputs: PropertyValues = {};
  const outputs: PropertyValues = {};
  for (const [name, value] of Object.entries(withoutMetadata(olds))) {
    (definition.inputs[name] ? inputs : outputs)[name] = unwrapSecret(value);
  }
  const metadata = metadataOf(olds);
  return {
    inputs,
    outputs,
    managed: managedNames(definition, olds) ?? Object.keys(inputs),
    pending: metadata?.pending ?? [],
    previousValues: isRecord(metadata?.found) ? metadata.found : {},
  };
}

/**
 * Live values projected onto the managed inputs. A value that differs in fal replaces the last input, a value that fal no
 * longer has removes it, and a value that fal never returns stays. Inputs that are not managed are left out.
 */
export function projectLive(
  definition: ResourceDefinition,
  state: State,
  managed: readonly string[],
  live: ReadResult["inputs"],
): PropertyValues {
  const lastInputs: PropertyValues = {};
  for (const name of managed) {
    const property = definition.inputs[name];
    if (!property) continue;
    const known = state.inputs[name];
    const reported = name in live && !property.writeOnly;
    const value = reported && differs(definition, name, known, live[name]) ? live[name] : known;
    if (isGiven(value)) lastInputs[name] = value;
  }
  return lastInputs;
}
