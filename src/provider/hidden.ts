import { OperationError } from "./errors";
import type { Bag } from "./properties";
import { isBag } from "./values";

/**
 * All hidden data of a resource lives under this one key of its inputs and outputs. Stacks carry it for ever: a new
 * meaning gets a new version number, and every older version stays readable here.
 */
export const hiddenKey = "__fal";

/** The engine's own hidden key: the text that the dynamic provider host loads the provider from. */
export const providerKey = "__provider";

export interface Timeouts {
  create?: string;
  update?: string;
  delete?: string;
}

export interface Hidden {
  v: 1;
  /** The resource's URN, for messages on its own row. */
  urn?: string;
  /** `customTimeouts`, which the host does not pass on. */
  timeouts?: Timeouts;
  /** Names of inputs whose values are secrets in the program: the provider sees them plain and must not print them. */
  secrets?: string[];
  /** Names of the inputs that the program manages. Absent in what a program sends: check writes it. */
  managed?: string[];
  /** Work that was begun and is not finished; cleared by an update that finishes it. In inputs only what a refresh found, for check to see. */
  pending?: string[];
  /** Outputs only: live values found when a property became managed, or of immutable ones that are not managed. */
  found?: Bag;
  /** Outputs only: the fal account that the object is in, where fal tells it. */
  account?: string;
}

/** The hidden part of inputs or outputs; `undefined` when there is none (a `get`, or state that is not ours). */
export function hiddenOf(bag: Bag): Hidden | undefined {
  const raw = bag[hiddenKey];
  if (!isBag(raw)) return undefined;
  if (raw["v"] !== 1) {
    throw new OperationError(
      `this resource's state was written by a newer pulumi-fal (state version ${String(raw["v"])}, this one reads 1): update the npm package pulumi-fal`,
    );
  }
  return raw as unknown as Hidden;
}

/** A bag without the keys that are not properties. */
export function withoutHidden(bag: Bag): Bag {
  const { [hiddenKey]: _hidden, [providerKey]: _provider, ...properties } = bag;
  return properties;
}

/** Hidden data as outputs record it: what the inputs say, the account, and what this operation adds. */
export function recorded(hidden: Hidden | undefined, account: string | undefined, more: Partial<Hidden>): Hidden {
  const { urn, timeouts, secrets, managed } = hidden ?? {};
  return {
    v: 1,
    ...(urn !== undefined ? { urn } : {}),
    ...(timeouts !== undefined ? { timeouts } : {}),
    ...(secrets !== undefined ? { secrets } : {}),
    ...(managed !== undefined ? { managed } : {}),
    ...(account !== undefined ? { account } : {}),
    ...more,
  };
}

/** `Hidden.found`, where there is anything to remember. */
export function found(values: Bag | undefined): Partial<Hidden> {
  return values && Object.keys(values).length > 0 ? { found: values } : {};
}
