import type { ResourceDefinition } from "../provider/properties";
import { dynamicToken, pluginToken } from "../provider/tokens";
import { definitions } from "../resources/definitions.gen";
import type { ResourceDescription } from "../resources/description";
import { descriptions } from "../resources/descriptions.gen";
import { count as counted, plural } from "./report/phrases";

/** A kind of fal resource: its property table and its description for reports. */
export interface ResourceType {
  readonly kind: string;
  readonly definition: ResourceDefinition;
  readonly description: ResourceDescription;
}

/** All kinds of fal resources, by their type tokens under either host. */
export const resourceTypes: ReadonlyMap<string, ResourceType> = new Map(
  definitions.flatMap((definition) => {
    const { kind } = definition;
    const description = descriptions[kind];
    if (!description) return [];
    return [dynamicToken(kind), pluginToken(kind)].map((token) => [token, { kind, definition, description }] as const);
  }),
);

export function resourceTypeOf(kind: string): ResourceType | undefined {
  return resourceTypes.get(dynamicToken(kind));
}

/** `1 GPU instance`, `3 GPU instances`, but `storage settings`, because an account has them once. */
export function countOf(count: number, kind: string): string {
  const type = resourceTypeOf(kind);
  if (count === 1 && isPlural(kind)) return nounOf(kind);
  return counted(count, type?.definition.noun ?? kind, type?.description.plural);
}

/** Whether the noun for one is a plural, which takes the verb for many. */
export function isPlural(kind: string): boolean {
  return nounOf(kind) === nounOf(kind, 2);
}

/** The verb after a number of objects of one kind. */
export function verbFor(number: number, kind: string, one: string, many: string): string {
  return isPlural(kind) ? many : plural(number, one, many);
}

/** `GPU instance`, `GPU instances`. */
export function nounOf(kind: string, count = 1): string {
  const type = resourceTypeOf(kind);
  return plural(count, type?.definition.noun ?? kind, type?.description.plural ?? kind);
}

/** The noun for a type token. Types of other providers have none, so it is the token itself. */
export function nounOfType(type: string, count = 1): string {
  const kind = resourceTypes.get(type)?.kind;
  return kind === undefined ? type : nounOf(kind, count);
}
