import { isRedactable, redactOccurrences, redactUnlessOrdinary } from "../client/redact";
import { metadataOf, withoutMetadata } from "./metadata";
import type { CheckDefinition, PropertyValues, Value } from "./properties";
import { containsUnknown, isRecord, unwrapSecret } from "./values";

/**
 * Hides the values of a resource's secrets in a text for people: those that the table calls secret, and those that
 * only the program does (a `pulumi.secret` in an ordinary input), which no other part of the provider knows of.
 * Our own sentences hold no value but names, so what is too short to be told from ordinary text is hidden only of those.
 */
export function redactSecrets(definition: CheckDefinition, properties: PropertyValues, text: string): string {
  const values = secretNames(definition, properties).flatMap((name) =>
    strings(properties[name]).filter((value) => definition.inputs[name]?.public || isRedactable(value)),
  );
  return redactOccurrences(text, values);
}

/**
 * What of a text of fal's may be shown about an operation with these inputs. Any input may be a secret of the program,
 * also without our knowledge: a transform can make it one. So the values of those that are not public are masked where
 * fal repeats them. Of values that are known to be secret even that is not enough: while they are sent (`carried`), the
 * text is shown only if it is known to hold none.
 */
export function redactResponse(
  definition: CheckDefinition,
  propertySets: readonly PropertyValues[],
  carried: boolean,
  text: string,
): string {
  const programSecrets = new Set(propertySets.flatMap((properties) => metadataOf(properties)?.secrets ?? []));
  const values = propertySets.flatMap((properties) =>
    Object.entries(withoutMetadata(properties)).map(([name, value]) => ({ name, texts: strings(value) })),
  );
  const textsOf = (isMeant: (name: string) => boolean) =>
    values.filter(({ name }) => isMeant(name)).flatMap(({ texts }) => texts);
  const isPublic = (name: string) => definition.inputs[name]?.public === true && !programSecrets.has(name);
  const shown = carried
    ? redactUnlessOrdinary(
        text,
        textsOf((name) => programSecrets.has(name)),
        textsOf(isPublic),
      )
    : text;
  if (shown !== text) return shown;
  const isOwn = (name: string) => {
    const property = definition.inputs[name];
    return property !== undefined && !property.computed && !isPublic(name) && !isChoice(property.schema);
  };
  return redactOccurrences(text, textsOf(isOwn));
}

/** Whether a property's values are those of a closed list, which is public. */
function isChoice(schema: { _zod: { def: { type: string } } }): boolean {
  return schema._zod.def.type === "enum";
}

function secretNames(definition: CheckDefinition, properties: PropertyValues): string[] {
  const programSecrets = metadataOf(properties)?.secrets ?? [];
  return Object.keys(properties).filter((name) => definition.inputs[name]?.secret || programSecrets.includes(name));
}

/** The texts in a value; of numbers those that occur by chance are left out. */
function strings(given: Value): string[] {
  const value = unwrapSecret(given);
  if (typeof value === "string") return containsUnknown(value) ? [] : [value];
  if (typeof value === "number") return Math.abs(value) >= 1_000 ? [String(value)] : [];
  if (Array.isArray(value)) return value.flatMap(strings);
  return isRecord(value) ? Object.values(value).flatMap(strings) : [];
}
