// Limits for the values in an answer. A limit in bytes is not enough: two bytes of protobuf, or three of JSON, can be an
// object, so a few megabytes could take gigabytes of memory. Values are counted before the answer is parsed.
import { type DescField, type DescMessage, ScalarType } from "@bufbuild/protobuf";
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire";

/** Far larger than the longest list of an account. */
export const maxAnswerBytes = 16 * 1024 * 1024;

/** The maximum number of values in an answer. Objects and lists count as ten. An environment of 10,000 apps has 350,000. */
export const maxValues = 1_000_000;
const container = 10;

/** The maximum depth of nested objects. fal's documented answers have five levels. */
const maxDepth = 100;

export const tooLarge = `is larger than ${maxAnswerBytes / 1024 / 1024} MiB`;
const tooMany = `contains more than ${maxValues} values`;
const tooDeep = `is nested more than ${maxDepth} levels deep`;

/** Why a JSON text is not parsed; undefined if it is within the limits. */
export function excessOfJson(text: string): string | undefined {
  let values = 0;
  let depth = 0;
  let quoted = false;
  for (let at = 0; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (quoted) {
      if (char === 0x5c) at += 1;
      else if (char === 0x22) quoted = false;
    } else if (char === 0x22) {
      quoted = true;
    } else if (char === 0x7b || char === 0x5b) {
      values += container;
      depth += 1;
      if (depth > maxDepth) return tooDeep;
    } else if (char === 0x7d || char === 0x5d) {
      depth -= 1;
    } else if (char === 0x2c) {
      values += 1;
    }
    if (values > maxValues) return tooMany;
  }
  return undefined;
}

/** Why a protobuf message is not parsed; undefined if it is within the limits, or invalid, in which case parsing fails. */
export function excessOfMessage(schema: DescMessage, bytes: Uint8Array): string | undefined {
  const reader = new BinaryReader(bytes);
  let values = 0;
  const count = (fields: readonly DescField[], end: number, depth: number): string | undefined => {
    if (depth > maxDepth) return tooDeep;
    while (reader.pos < end) {
      const [number, wire] = reader.tag();
      const field = fields.find((known) => known.number === number);
      const inner = field && wire === WireType.LengthDelimited ? fieldsOf(field) : undefined;
      values += inner === undefined ? 1 : container;
      if (values > maxValues) return tooMany;
      if (inner !== undefined) {
        const length = reader.uint32();
        const excess = count(inner, Math.min(reader.pos + length, end), depth + 1);
        if (excess !== undefined) return excess;
      } else if (wire === WireType.LengthDelimited && field?.fieldKind === "list") {
        // A packed list of numbers has at least one byte per number.
        const length = reader.uint32();
        if (field.listKind !== "scalar" || isNumber(field.scalar)) values += length;
        reader.pos += length;
      } else {
        reader.skip(wire, number);
      }
    }
    return undefined;
  };
  try {
    return count(schema.fields, bytes.length, 1) ?? (values > maxValues ? tooMany : undefined);
  } catch {
    return undefined;
  }
}

/** The fields of the message in a field; undefined if the field contains no message. */
function fieldsOf(field: DescField): readonly DescField[] | undefined {
  if (field.message !== undefined) return field.fieldKind === "map" ? mapEntry(field) : field.message.fields;
  return undefined;
}

/** In the wire format, an entry of a map is a message with the value in field 2. */
function mapEntry(field: DescField): readonly DescField[] {
  return [{ ...field, number: 2, fieldKind: "message" } as DescField];
}

function isNumber(scalar: ScalarType): boolean {
  return scalar !== ScalarType.STRING && scalar !== ScalarType.BYTES;
}
