import type { PropertyValues, ResourceDefinition } from "./properties";

/**
 * Values of inputs that track a write (`InputProperty.tracks`), of objects that this process creates. An object that was
 * deleted and is created again gets the same value as the first time, although what is written may differ. So a list that
 * already contains the value (`InputProperty.trigger`) must treat it as a new one.
 */
export class Reissued {
  readonly #values = new Set<unknown>();

  /** Remembers the values of an object that is created. */
  add(definition: ResourceDefinition, inputs: PropertyValues): void {
    for (const [name, property] of Object.entries(definition.inputs)) {
      if (property.tracks !== undefined && typeof inputs[name] === "string") this.#values.add(inputs[name]);
    }
  }

  /** Old outputs, with other values in place of those in triggers that were issued again. */
  outdate(definition: ResourceDefinition, olds: PropertyValues): PropertyValues {
    if (this.#values.size === 0) return olds;
    const outdated: PropertyValues = {};
    for (const [name, property] of Object.entries(definition.inputs)) {
      const list = olds[name];
      if (property.trigger === undefined || !Array.isArray(list)) continue;
      if (list.some((value) => this.#values.has(value))) {
        outdated[name] = list.map((value) => (this.#values.has(value) ? `${value} of a deleted object` : value));
      }
    }
    return Object.keys(outdated).length > 0 ? { ...olds, ...outdated } : olds;
  }
}
