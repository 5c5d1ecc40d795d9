import type { PropertyValues, ResourceDefinition } from "./properties";

/**
 * Values of inputs that mark a write (`InputProperty.tracks`) and that this process handed out for objects that are
 * created. An object that was deleted and is created again gets the same value as the first time. A list that has the
 * value already (`InputProperty.trigger`) must take it for another one, because what is written may differ.
 */
export class Reissued {
  readonly #values = new Set<unknown>();

  /** Remembers the marks of an object that is created. */
  add(definition: ResourceDefinition, inputs: PropertyValues): void {
    for (const [name, property] of Object.entries(definition.inputs)) {
      if (property.tracks !== undefined && typeof inputs[name] === "string") this.#values.add(inputs[name]);
    }
  }

  /** Old outputs, with each value in a trigger's list that was handed out again made another one. */
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
