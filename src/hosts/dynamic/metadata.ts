import { createHash } from "node:crypto";
import { metadataKey, metadataOf, providerKey, type StateMetadata } from "../../provider/metadata";
import type { PropertyValues } from "../../provider/properties";

/**
 * What only the dynamic host has in a resource's metadata. The engine passes the URN and `customTimeouts` to other hosts
 * with each request; here the program sends them, and state keeps them.
 */
export interface DynamicMetadata extends StateMetadata {
  /** Checked inputs only: a short text for the URN. See `Urns`. */
  row?: string;
  /** Only in what a program sends: names of inputs under `ignoreChanges`. */
  ignored?: string[];
}

export function dynamicMetadataOf(values: PropertyValues): DynamicMetadata | undefined {
  return metadataOf(values);
}

/** Property values as the engine stores them, with the text that the dynamic host loads the provider from. */
export function withProviderText(values: PropertyValues, text: unknown): PropertyValues {
  return { ...values, [providerKey]: text };
}

/** Adds to the metadata of property values. */
export function withMetadata(
  values: PropertyValues,
  {
    urn,
    row,
    timeouts,
  }: { urn?: string | undefined; row?: string | undefined; timeouts?: StateMetadata["timeouts"] | undefined },
): PropertyValues {
  const more = {
    ...(urn !== undefined ? { urn } : {}),
    ...(row !== undefined ? { row } : {}),
    ...(timeouts !== undefined ? { timeouts } : {}),
  };
  return { ...values, [metadataKey]: { ...metadataOf(values), ...more } };
}

/**
 * The URNs that this process met. The engine does not pass a URN to a dynamic provider, so the program sends it. State
 * has it once, in outputs; checked inputs have a short text for it. Whatever is created or updated was checked in the
 * same process.
 */
export class Urns {
  readonly #byRow = new Map<string, string>();

  /** Remembers the URN in these property values, if there is one. */
  learn(values: PropertyValues): void {
    const urn = metadataOf(values)?.urn;
    if (urn !== undefined) this.#byRow.set(rowOf(urn), urn);
  }

  of(values: PropertyValues): string | undefined {
    const metadata = dynamicMetadataOf(values);
    return metadata?.urn ?? (metadata?.row === undefined ? undefined : this.#byRow.get(metadata.row));
  }
}

/** The short text for a resource's URN in checked inputs. */
export function rowOf(urn: string): string {
  return createHash("sha256").update(urn).digest("base64url").slice(0, 12);
}
