import { differs } from "./diff";
import type { Live, State } from "./handler";
import { checkedHidden, type Hidden, hiddenKey, hiddenOf, managedNames, providerKey, withoutHidden } from "./hidden";
import { type Bag, mirroredNames, type ResourceDefinition } from "./properties";
import { isBag, isGiven, sanitizeBag, unwrapSecret, wrapSecret } from "./values";

/** What a resource's outputs consist of, before they become the engine's. */
export interface OutputParts {
  /** Managed inputs as achieved or seen; `adopt` never. */
  readonly mirror: Bag;
  readonly outputs: Bag;
  readonly hidden: Hidden;
}

/** The checked inputs that outputs repeat: every one but `adopt`, so that delete and read, which see outputs only, know them. */
export function mirrorOf(definition: ResourceDefinition, inputs: Bag): Bag {
  const mirror: Bag = {};
  for (const name of mirroredNames(definition)) {
    if (inputs[name] !== undefined) mirror[name] = inputs[name];
  }
  return mirror;
}

/** Outputs as the engine stores them: clean JSON, secrets wrapped, hidden data under its one key. */
export function composeOutputs(definition: ResourceDefinition, parts: OutputParts, provider: unknown): Bag {
  const properties = sanitizeBag({ ...parts.outputs, ...parts.mirror });
  for (const [name, value] of Object.entries(properties)) {
    if (definition.inputs[name]?.secret || definition.outputs[name]?.secret) properties[name] = wrapSecret(value);
  }
  return { ...properties, [hiddenKey]: sanitizeBag({ ...parts.hidden }), [providerKey]: provider };
}

/** Inputs as a refresh returns them: they replace the old ones wholesale, so they are complete. `pending`: what it found left to do. */
export function composeInputs(definition: ResourceDefinition, mirror: Bag, hidden: Hidden, provider: unknown): Bag {
  const { pending } = hidden;
  const kept = { ...checkedHidden(hidden), ...(pending?.length ? { pending: [...pending] } : {}) };
  return composeOutputs(definition, { mirror, outputs: {}, hidden: kept }, provider);
}

/** State as handlers see it: outputs split into the mirror of inputs and the rest. */
export function stateOf(definition: ResourceDefinition, olds: Bag): State {
  const inputs: Bag = {};
  const outputs: Bag = {};
  for (const [name, value] of Object.entries(withoutHidden(olds))) {
    (definition.inputs[name] ? inputs : outputs)[name] = unwrapSecret(value);
  }
  const hidden = hiddenOf(olds);
  return {
    inputs,
    outputs,
    managed: managedNames(definition, olds) ?? Object.keys(inputs),
    pending: hidden?.pending ?? [],
    found: isBag(hidden?.found) ? hidden.found : {},
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
  live: Live["inputs"],
): Bag {
  const mirror: Bag = {};
  for (const name of managed) {
    const property = definition.inputs[name];
    if (!property) continue;
    const known = state.inputs[name];
    const reported = name in live && !property.writeOnly;
    const value = reported && differs(definition, name, known, live[name]) ? live[name] : known;
    if (isGiven(value)) mirror[name] = value;
  }
  return mirror;
}
