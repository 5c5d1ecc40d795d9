/** A JSON value. */
export type Value = unknown;
export type PropertyValues = Record<string, Value>;

/**
 * The engine's placeholders for values that are unknown in a preview, one per type (pkg/resource/plugin/rpc.go of
 * pulumi/pulumi). JavaScript programs send the one for strings.
 */
const unknownSentinels: ReadonlySet<string> = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
]);

/** What a provider returns for a value that is unknown until the update. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";

/** Whether a value is unknown or contains an unknown value at any depth. */
export function containsUnknown(value: Value): boolean {
  if (typeof value === "string") return unknownSentinels.has(value);
  if (Array.isArray(value)) return value.some(containsUnknown);
  if (isRecord(value)) return Object.values(value).some(containsUnknown);
  return false;
}

export function isRecord(value: Value): value is PropertyValues {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Whether a value is given; the engine may send null for one that is not. */
export function isGiven(value: Value): boolean {
  return value !== undefined && value !== null;
}

/** Equality of JSON values. The order of keys does not matter; null and undefined equal a missing key. */
export function deepEqual(a: Value, b: Value): boolean {
  if (a === undefined || a === null) return b === undefined || b === null;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]));
  }
  if (isRecord(a)) {
    if (!isRecord(b)) return false;
    return [...new Set([...Object.keys(a), ...Object.keys(b)])].every((key) => deepEqual(a[key], b[key]));
  }
  return Object.is(a, b) || (a === 0 && b === 0);
}

/**
 * A value that a host can serialize. The dynamic host's serializer throws on undefined, functions and big integers, which
 * after a creation would lose the new object, and it turns dates into {} and NaN into null.
 */
export function sanitize(value: Value): Value {
  if (value === undefined || value === null) return null;
  if (typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return Number.isFinite(value) ? value + 0 : null;
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (Array.isArray(value)) return value.map(sanitize);
  if (typeof value === "object") return sanitizeProperties(value as PropertyValues);
  return null;
}

/** As `sanitize`, for the properties of a resource: null and undefined are left out. */
export function sanitizeProperties(properties: PropertyValues): PropertyValues {
  // Not by assignment, which would make a key `__proto__` the prototype.
  return Object.fromEntries(
    Object.entries(properties)
      .map(([key, value]) => [key, sanitize(value)] as const)
      .filter(([, value]) => value !== null),
  );
}

/** Pulumi's wire form of a secret; the engine encrypts it in state and shows `[secret]`. */
const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";

export function wrapSecret(value: Value): PropertyValues {
  return { [signatureKey]: secretSignature, value };
}

export function isSecret(value: Value): value is PropertyValues {
  return isRecord(value) && value[signatureKey] === secretSignature;
}

/** The value itself, wrapped or not. */
export function unwrapSecret(value: Value): Value {
  return isSecret(value) ? value["value"] : value;
}
