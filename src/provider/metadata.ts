import { OperationError } from "./errors";
import type { PropertyValues, ResourceDefinition } from "./properties";
import { isRecord } from "./values";

/**
 * All metadata of a resource is under this one key of its inputs and outputs. It is in people's stacks: a new meaning
 * gets a new version number, and every older version stays readable here.
 */
export const metadataKey = "__fal";

/** The key of the dynamic host's provider text. Every host skips it, because stacks may move between hosts. */
export const providerKey = "__provider";

export interface StateMetadata {
  /** 1: outputs and inputs both have `urn` and `managed`. 2: as described here. A program sends 1. */
  v: 1 | 2;
  /** The resource's URN. The dynamic host records it in outputs. */
  urn?: string;
  /** `customTimeouts` of the program. The dynamic host records them in inputs and outputs. */
  timeouts?: { create?: string; update?: string; delete?: string };
  /** Names of inputs whose values are, or may be, secrets in the program: no message may print them. */
  secrets?: string[];
  /**
   * Only in what a program sends: the public inputs as the class received them. One that arrives with another value was
   * set by a transform, which may have made it secret.
   */
  plain?: PropertyValues;
  /** How often an update reset what a deploy resets: what depends on that is sent again. */
  resets?: number;
  /** Outputs only: names of the inputs that the program manages, where they differ from those in the outputs. */
  managed?: string[];
  /**
   * Work that was begun and is not finished; an update that finishes it clears it. Inputs have only what a refresh found,
   * so that check sees it.
   */
  pending?: string[];
  /** Outputs only: live values from the moment a property became managed, or of immutable ones that are not managed. */
  found?: PropertyValues;
  /** Outputs only: inputs as they were sent, where fal did not keep them so. The properties themselves are what fal kept. */
  notKept?: PropertyValues;
  /** Outputs only: the fal account of the object, where fal returns it. */
  account?: string;
}

/** The metadata of inputs or outputs; `undefined` when there is none (a `get`, or state that is not ours). */
export function metadataOf(values: PropertyValues): StateMetadata | undefined {
  const raw = values[metadataKey];
  if (!isRecord(raw)) return undefined;
  if (raw["v"] !== 1 && raw["v"] !== 2) {
    throw new OperationError(
      `The state of this resource was written by a newer pulumi-fal (state version ${String(raw["v"])}; this one reads 1 and 2). Update the npm package pulumi-fal.`,
    );
  }
  return raw as unknown as StateMetadata;
}

/** Without the keys that are not properties. */
export function withoutMetadata(values: PropertyValues): PropertyValues {
  const { [metadataKey]: _metadata, [providerKey]: _provider, ...properties } = values;
  return properties;
}

/**
 * Names of the inputs that a resource manages, by its outputs. `undefined` where that is unknown: state that is not
 * ours, and what `get` read before version 2.
 */
export function managedNames(definition: ResourceDefinition, outputs: PropertyValues): readonly string[] | undefined {
  const metadata = metadataOf(outputs);
  if (metadata === undefined || metadata.v === 1) return metadata?.managed;
  return metadata.managed ?? inputNames(definition, outputs);
}

/** `StateMetadata.managed` of outputs with these inputs; left out where both agree. */
export function managed(
  definition: ResourceDefinition,
  lastInputs: PropertyValues,
  names: readonly string[],
): Partial<StateMetadata> {
  const known = names.filter((name) => definition.inputs[name] !== undefined);
  const plain = inputNames(definition, lastInputs);
  const same = known.length === plain.length && known.every((name) => plain.includes(name));
  return same ? {} : { managed: [...known].sort() };
}

function inputNames(definition: ResourceDefinition, values: PropertyValues): string[] {
  return Object.keys(values).filter((name) => definition.inputs[name] !== undefined);
}

/** Metadata for outputs: what the inputs record, the account, and what this operation adds. */
export function outputMetadata(
  metadata: StateMetadata | undefined,
  account: string | undefined,
  more: Partial<StateMetadata>,
): StateMetadata {
  return { ...inputMetadata(metadata ?? {}), ...(account !== undefined ? { account } : {}), ...more };
}

/** Metadata for checked inputs. */
export function inputMetadata({
  secrets,
  resets,
}: Pick<Undefinable<StateMetadata>, "secrets" | "resets">): StateMetadata {
  return {
    v: 2,
    ...(secrets !== undefined ? { secrets } : {}),
    ...(resets !== undefined ? { resets } : {}),
  };
}

type Undefinable<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** `StateMetadata.found`, left out where there is nothing to remember. */
export function previousValues(values: PropertyValues | undefined): Partial<StateMetadata> {
  return values && Object.keys(values).length > 0 ? { found: values } : {};
}
