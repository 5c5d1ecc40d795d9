import type { JsonObject } from "@bufbuild/protobuf";
import { metadataKey, metadataOf, providerKey, withoutMetadata } from "../../provider/metadata";
import type { PropertyValues, ResourceDefinition, Value } from "../../provider/properties";
import { isRecord, isSecret, unwrapSecret, wrapSecret } from "../../provider/values";

/** Property values without their secret marks, as lifecycles take them, and the names of those that had one. */
interface Received {
  readonly values: PropertyValues;
  readonly secrets: readonly string[];
}

/** Property values as the engine sends them. It marks secrets, so a program need not send their names. */
export function receive(properties: JsonObject | undefined): Received {
  const entries = Object.entries(properties ?? {});
  return {
    values: Object.fromEntries(entries.map(([name, value]) => [name, plain(value)])),
    secrets: entries.filter(([, value]) => containsSecret(value)).map(([name]) => name),
  };
}

/** Received inputs with the metadata that a program of the dynamic host sends. */
export function asInputs(definition: ResourceDefinition, received: Received): PropertyValues {
  const { values } = received;
  const metadata = metadataOf(values) ?? { v: 1 };
  const secrets = secretInProgram(definition, received);
  return { ...values, [metadataKey]: { ...metadata, secrets, plain: withoutMetadata(values) } };
}

/** Received outputs with the names of secrets in their metadata. Without metadata only the id is known. */
export function asState(definition: ResourceDefinition, received: Received): PropertyValues {
  const { values } = received;
  const metadata = metadataOf(values);
  if (metadata === undefined) return values;
  return { ...values, [metadataKey]: { ...metadata, secrets: secretInProgram(definition, received) } };
}

/** The names of what is secret in the program only, and not in the property table. */
function secretInProgram({ inputs, outputs }: ResourceDefinition, { secrets }: Received): string[] {
  return secrets.filter((name) => !inputs[name]?.secret && !outputs[name]?.secret);
}

/**
 * Property values for the engine. What was secret in the program is marked again. The state contains no metadata that
 * the engine sends with each request.
 */
export function send(values: PropertyValues, secrets: readonly string[]): JsonObject {
  const { [providerKey]: _text, [metadataKey]: metadata, ...properties } = values;
  for (const name of secrets) {
    if (properties[name] !== undefined && !isSecret(properties[name])) properties[name] = wrapSecret(properties[name]);
  }
  if (isRecord(metadata)) {
    const { urn, row, timeouts, secrets: names, plain: sent, ignored, ...kept } = metadata;
    properties[metadataKey] = kept;
  }
  return properties as JsonObject;
}

function containsSecret(value: Value): boolean {
  if (isSecret(value)) return true;
  if (Array.isArray(value)) return value.some(containsSecret);
  return isRecord(value) && Object.values(value).some(containsSecret);
}

function plain(given: Value): Value {
  const value = unwrapSecret(given);
  if (Array.isArray(value)) return value.map(plain);
  // Not by assignment, which would make a key `__proto__` the prototype.
  if (isRecord(value)) return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, plain(each)]));
  return value;
}
