import type { ResourceDefinition } from "../provider/properties";
import { definitions } from "../resources/definitions.gen";
import type { ResourceDescription } from "../resources/description";
import { descriptions } from "../resources/descriptions.gen";
import { typeToken } from "../resources/tokens";

/** A kind of fal resource: its property table and its description for reports. */
export interface Kind {
  readonly kind: string;
  readonly definition: ResourceDefinition;
  readonly description: ResourceDescription;
}

/** All kinds by their type in a plan. */
export const kinds: ReadonlyMap<string, Kind> = new Map(
  definitions.flatMap((definition) => {
    const { kind } = definition;
    const description = descriptions[kind];
    return description ? [[typeToken(kind), { kind, definition, description }] as const] : [];
  }),
);

/** `1 GPU machine`, `3 GPU machines`. */
export function counted(count: number, kind: string): string {
  return `${count} ${nounOf(kind, count)}`;
}

/** A unit as it stands after its number: `1 runner`, `3 runners`, `1 s`. */
export function unitFor(value: number, unit: string): string {
  return value === 1 ? unit.replace(/^(\w+)s\b/, "$1") : unit;
}

/** `GPU machine`, `GPU machines`. */
export function nounOf(kind: string, count = 1): string {
  const known = kinds.get(typeToken(kind));
  return (count === 1 ? known?.definition.noun : known?.description.plural) ?? kind;
}
