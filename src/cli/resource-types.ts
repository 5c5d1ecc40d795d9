import type { ResourceDefinition, Words } from "../provider/properties";
import { handlers } from "../resources/handlers";
import { typeToken } from "../resources/tokens";

/** A kind of fal resource: its table, with the words for reports that every resource's table has. */
export type Kind = ResourceDefinition & { readonly words: Words };

/** All kinds by their type in a plan. */
export const kinds: ReadonlyMap<string, Kind> = new Map(
  handlers.flatMap(({ definition }) => {
    const { words } = definition;
    return words ? [[typeToken(definition.kind), { ...definition, words }] as const] : [];
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
  const words = kinds.get(typeToken(kind))?.words;
  return (count === 1 ? words?.one : words?.many) ?? kind;
}
