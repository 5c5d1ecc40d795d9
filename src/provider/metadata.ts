import { createHash } from "node:crypto";
import { OperationError } from "./errors";
import type { PropertyValues, ResourceDefinition } from "./properties";
import { isRecord } from "./values";

/**
 * All metadata of a resource lives under this one key of its inputs and outputs. Stacks carry it for ever: a new
 * meaning gets a new version number, and every older version stays readable here.
 */
export const metadataKey = "__fal";

/** The engine's own metadata key: the text that the dynamic provider host loads the provider from. */
export const providerKey = "__provider";

export interface Timeouts {
  create?: string;
  update?: string;
  delete?: string;
}

export interface StateMetadata {
  /** 1: outputs and inputs both hold `urn` and `managed`. 2: as described here. A program sends 1. */
  v: 1 | 2;
  /** The resource's URN, for messages on its own row: in what a program sends, and in outputs. */
  urn?: string;
  /** Checked inputs only: a short text for the URN, by which the process that checked knows it. See `Urns`. */
  row?: string;
  /** `customTimeouts`, which the host does not pass on. */
  timeouts?: Timeouts;
  /**
   * Names of inputs whose values are, or may be, secrets in the program: the provider sees them plain and must not print
   * them.
   */
  secrets?: string[];
  /**
   * In what a program sends only: the public inputs as the class was given them. One that arrives with another value was
   * set by a transform, which may have made it secret.
   */
  plain?: PropertyValues;
  /** Only in what a program sends: names of inputs under `ignoreChanges`, whose live values are not overwritten. */
  ignored?: string[];
  /** How often inputs were changed whose change resets what a deploy resets: what depends on that is sent again. */
  resets?: number;
  /** Outputs only: names of the inputs that the program manages, where they are not just those that outputs mirror. */
  managed?: string[];
  /** Work that was begun and is not finished; cleared by an update that finishes it. In inputs only what a refresh found, for check to see. */
  pending?: string[];
  /** Outputs only: live values found when a property became managed, or of immutable ones that are not managed. */
  found?: PropertyValues;
  /** Outputs only: inputs as they were sent, where fal did not keep them so. The properties themselves are what fal kept. */
  notKept?: PropertyValues;
  /** Outputs only: the fal account that the object is in, where fal tells it. */
  account?: string;
}

/** The metadata of inputs or outputs; `undefined` when there is none (a `get`, or state that is not ours). */
export function metadataOf(values: PropertyValues): StateMetadata | undefined {
  const raw = values[metadataKey];
  if (!isRecord(raw)) return undefined;
  if (raw["v"] !== 1 && raw["v"] !== 2) {
    throw new OperationError(
      `this resource's state was written by a newer pulumi-fal (state version ${String(raw["v"])}, this one reads 1 and 2): update the npm package pulumi-fal`,
    );
  }
  return raw as unknown as StateMetadata;
}

/** A values without the keys that are not properties. */
export function withoutMetadata(values: PropertyValues): PropertyValues {
  const { [metadataKey]: _metadata, [providerKey]: _provider, ...properties } = values;
  return properties;
}

/**
 * Names of the inputs that a resource manages, by its outputs. `undefined` where nothing is known of that: state that is
 * not ours, and what `get` read before version 2.
 */
export function managedNames(definition: ResourceDefinition, outputs: PropertyValues): readonly string[] | undefined {
  const metadata = metadataOf(outputs);
  if (metadata === undefined || metadata.v === 1) return metadata?.managed;
  return metadata.managed ?? mirrored(definition, outputs);
}

/** `StateMetadata.managed` of outputs that mirror these inputs; left out where it says nothing more. */
export function managed(
  definition: ResourceDefinition,
  lastInputs: PropertyValues,
  names: readonly string[],
): Partial<StateMetadata> {
  const known = names.filter((name) => definition.inputs[name] !== undefined);
  const plain = mirrored(definition, lastInputs);
  const same = known.length === plain.length && known.every((name) => plain.includes(name));
  return same ? {} : { managed: [...known].sort() };
}

function mirrored(definition: ResourceDefinition, values: PropertyValues): string[] {
  return Object.keys(values).filter((name) => definition.inputs[name] !== undefined);
}

/** StateMetadata data as outputs record it: what the inputs say, the URN, the account, and what this operation adds. */
export function outputMetadata(
  metadata: StateMetadata | undefined,
  urn: string | undefined,
  account: string | undefined,
  more: Partial<StateMetadata>,
): StateMetadata {
  const { timeouts, secrets, resets } = metadata ?? {};
  return {
    v: 2,
    ...(urn !== undefined ? { urn } : {}),
    ...(timeouts !== undefined ? { timeouts } : {}),
    ...(secrets !== undefined ? { secrets } : {}),
    ...(resets !== undefined ? { resets } : {}),
    ...(account !== undefined ? { account } : {}),
    ...more,
  };
}

/** StateMetadata data as checked inputs hold it. */
export function inputMetadata({ urn, row, timeouts, secrets, resets }: Undefinable<StateMetadata>): StateMetadata {
  const short = urn === undefined ? row : rowOf(urn);
  return {
    v: 2,
    ...(short !== undefined ? { row: short } : {}),
    ...(timeouts !== undefined ? { timeouts } : {}),
    ...(secrets !== undefined ? { secrets } : {}),
    ...(resets !== undefined ? { resets } : {}),
  };
}

type Undefinable<T> = { readonly [K in keyof T]?: T[K] | undefined };

/**
 * The URNs that this process met. The engine hands a provider no URN, so a program sends it; state holds it once, in
 * outputs, and checked inputs a short text for it. Whatever is created or updated was checked in the same process.
 */
export class Urns {
  readonly #byRow = new Map<string, string>();

  /** Remembers the URN that a values holds, if any. */
  learn(values: PropertyValues): void {
    const urn = metadataOf(values)?.urn;
    if (urn !== undefined) this.#byRow.set(rowOf(urn), urn);
  }

  of(values: PropertyValues): string | undefined {
    const metadata = metadataOf(values);
    return metadata?.urn ?? (metadata?.row === undefined ? undefined : this.#byRow.get(metadata.row));
  }
}

function rowOf(urn: string): string {
  return createHash("sha256").update(urn).digest("base64url").slice(0, 12);
}

/** `StateMetadata.found`, where there is anything to remember. */
export function found(values: PropertyValues | undefined): Partial<StateMetadata> {
  return values && Object.keys(values).length > 0 ? { found: values } : {};
}
