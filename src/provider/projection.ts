import { differs } from "./diff";
import type { ReadResult, State } from "./handler";
import { inputMetadata, managedNames, metadataKey, metadataOf, type StateMetadata, withoutMetadata } from "./metadata";
import { type PropertyValues, type ResourceDefinition, recordedInputNames } from "./properties";
import { isGiven, isRecord, sanitizeProperties, unwrapSecret, wrapSecret } from "./values";

/** What a resource's outputs consist of, before they become the engine's. */
export interface OutputParts {
  /** Managed inputs as achieved or seen; `adopt` never. */
  readonly lastInputs: PropertyValues;
  readonly outputs: PropertyValues;
  readonly metadata: StateMetadata;
}

/** The checked inputs that outputs repeat: every one but `adopt`, so that delete and read, which see outputs only, know them. */
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

/** Inputs as a refresh returns them: they replace the old ones wholesale, so they are complete. `pending`: what it found left to do. */
export function composeInputs(
  definition: ResourceDefinition,
  lastInputs: PropertyValues,
  metadata: StateMetadata,
): PropertyValues {
  const { pending } = metadata;
  const kept = { ...inputMetadata(metadata), ...(pending?.length ? { pending: [...pending] } : {}) };
  return composeOutputs(definition, { lastInputs, outputs: {}, metadata: kept });
}

/** State as handlers see it: outputs split into the mirror of inputs and the rest. */
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
 * Live values projected onto the managed inputs: a value that fal reports differently takes the place of the mirror,
 * one that fal no longer has leaves it, one that fal never returns stays. What nobody declared does not enter.
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
