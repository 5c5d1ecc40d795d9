import { median } from "../support/numbers";
import type { StateResource } from "../support/project";

export interface StateSize {
  /** Median bytes of a resource's entry, as compact JSON. */
  readonly entryBytes: number;
  /** Of those, the properties that the user knows of: inputs and outputs that do not begin with two underscores. */
  readonly ownBytes: number;
  /** The rest: what the engine writes for every resource, and what the provider hides in inputs and outputs. */
  readonly overheadBytes: number;
  /** Of the rest, the hidden part. */
  readonly hiddenBytes: number;
  readonly largestHiddenBytes: number;
}

export function stateSize(resources: readonly StateResource[]): StateSize {
  const sizes = resources.map((resource) => {
    const entry = bytes(resource);
    const own = bytes(properties(resource, false));
    const hidden = bytes(properties(resource, true));
    return { entry, own, hidden, overhead: entry - own };
  });
  return {
    entryBytes: median(sizes.map(({ entry }) => entry)),
    ownBytes: median(sizes.map(({ own }) => own)),
    overheadBytes: median(sizes.map(({ overhead }) => overhead)),
    hiddenBytes: median(sizes.map(({ hidden }) => hidden)),
    largestHiddenBytes: Math.max(...sizes.map(({ hidden }) => hidden)),
  };
}

function properties({ inputs = {}, outputs = {} }: StateResource, hidden: boolean): object[] {
  return [inputs, outputs].map((bag) =>
    Object.fromEntries(Object.entries(bag).filter(([name]) => name.startsWith("__") === hidden)),
  );
}

function bytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value));
}
