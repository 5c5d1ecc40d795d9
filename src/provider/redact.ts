import { isRedactable, redactOccurrences, redactUnlessOrdinary } from "../client/redact";
import { metadataOf, withoutMetadata } from "./metadata";
import type { CheckDefinition, PropertyValues, Value } from "./properties";
import { containsUnknown, isRecord, unwrapSecret } from "./values";

/**
 * Removes the values of a resource's secrets from a message: those that are secret in the table, and those that are
 * secret only in the program (a `pulumi.secret` in an ordinary input). This package's own messages contain no values but
 * names, so values too short to be distinguished from ordinary text are removed only where they are names.
 */
export function redactSecrets(definition: CheckDefinition, properties: PropertyValues, text: string): string {
  const values = secretNames(definition, properties).flatMap((name) =>
    strings(properties[name]).filter((value) => definition.inputs[name]?.public || isRedactable(value)),
  );
  return redactOccurrences(text, values);
}

/**
 * The part of fal's text that may be shown for an operation with these inputs. Any input may be secret in the program,
 * because a transform can make it so without the provider's knowledge. So values that are not public are removed where
 * fal repeats them. While values known to be secret are sent (`carried`), the text is shown only if it certainly contains
 * none of them.
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

/** Whether a property's values are from a closed list, which is public. */
function isChoice(schema: { _zod: { def: { type: string } } }): boolean {
  return schema._zod.def.type === "enum";
}

function secretNames(definition: CheckDefinition, properties: PropertyValues): string[] {
  const programSecrets = metadataOf(properties)?.secrets ?? [];
  return Object.keys(properties).filter((name) => definition.inputs[name]?.secret || programSecrets.includes(name));
}

/** The texts in a value, without numbers that occur by chance. */
function strings(given: Value): string[] {
  const value = unwrapSecret(given);
  if (typeof value === "string") return containsUnknown(value) ? [] : [value];
  if (typeof value === "number") return Math.abs(value) >= 1_000 ? [String(value)] : [];
  if (Array.isArray(value)) return value.flatMap(strings);
  return isRecord(value) ? Object.values(value).flatMap(strings) : [];
}
