import { canBeMasked, redact } from "../client/transport/redact";
import { hiddenOf } from "./hidden";
import type { Bag, ResourceDefinition, Value } from "./properties";
import { isBag, unwrapSecret } from "./values";

/**
 * Hides the values of a resource's secrets in a text for people: those that the table calls secret, and those that
 * only the program does (a `pulumi.secret` in an ordinary input), which no other part of the provider knows of.
 * What is too short to be told from ordinary text is not masked here, else our own sentences would suffer: fal's words
 * are withheld by the client where they hold a value that it sent.
 */
export function maskSecrets(definition: ResourceDefinition, bag: Bag, text: string): string {
  const programSecrets = hiddenOf(bag)?.secrets ?? [];
  const names = Object.keys(bag).filter((name) => definition.inputs[name]?.secret || programSecrets.includes(name));
  const values = names.flatMap((name) => strings(unwrapSecret(bag[name])));
  return redact(text, values.filter(canBeMasked));
}

function strings(value: Value): string[] {
  if (typeof value === "string") return [value];
  if (Array.isArray(value)) return value.flatMap(strings);
  return isBag(value) ? Object.values(value).flatMap(strings) : [];
}
