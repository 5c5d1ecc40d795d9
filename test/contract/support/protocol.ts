import { type DescField, type DescMethod, type Registry, ScalarType } from "@bufbuild/protobuf";

/**
 * A protocol as text: what each element is (`field controller.Secret.name`) and all of it that both sides of a
 * connection must agree on (`string = 1`).
 */
export type Protocol = ReadonlyMap<string, string>;

/** Every message, field, enum, value, service and rpc of one protobuf package. */
export function protocolOf(types: Registry, packageName = "controller"): Protocol {
  const elements = new Map<string, string>();
  for (const type of types) {
    if (type.file.proto.package !== packageName) continue;
    switch (type.kind) {
      case "message":
        elements.set(`message ${type.typeName}`, "");
        for (const field of type.fields) {
          elements.set(`field ${type.typeName}.${field.name}`, `${labelOf(field)}${typeOf(field)} = ${field.number}`);
        }
        break;
      case "enum":
        elements.set(`enum ${type.typeName}`, type.open ? "open" : "closed");
        for (const value of type.values) {
          elements.set(`value ${type.typeName}.${value.name}`, String(value.number));
        }
        break;
      case "service":
        elements.set(`service ${type.typeName}`, "");
        for (const method of type.methods) {
          elements.set(`rpc ${type.typeName}/${method.name}`, signatureOf(method));
        }
        break;
    }
  }
  return elements;
}

/** One line for each element that fal lacks or defines differently. */
export function differences(ours: Protocol, theirs: Protocol): string[] {
  const lines: string[] = [];
  for (const [element, here] of ours) {
    const there = theirs.get(element);
    if (there === undefined) lines.push(`${element}: fal has none`);
    else if (there !== here) lines.push(`${element}: ${here} here, ${there} at fal`);
  }
  return lines;
}

/**
 * What fal has and we do not, where we might want it: rpcs and services, and fields and values of types that we have.
 * Other types follow from these.
 */
export function news(ours: Protocol, theirs: Protocol): string[] {
  return [...theirs.keys()].filter((element) => {
    if (ours.has(element)) return false;
    const [kind = "", name = ""] = element.split(" ");
    const owner = name.slice(0, name.lastIndexOf("."));
    if (kind === "field") return ours.has(`message ${owner}`);
    if (kind === "value") return ours.has(`enum ${owner}`);
    return kind === "rpc" || kind === "service";
  });
}

function labelOf(field: DescField): string {
  if (field.fieldKind === "list") return field.packed ? "repeated packed " : "repeated ";
  if (field.fieldKind === "map") return "";
  if (field.oneof !== undefined) return `oneof ${field.oneof.name} `;
  return field.proto.proto3Optional ? "optional " : "";
}

function typeOf(field: DescField): string {
  if (field.fieldKind === "map") {
    const value = field.message ?? field.enum;
    return `map<${scalar(field.mapKey)}, ${value?.typeName ?? scalar(field.scalar)}>`;
  }
  return (field.message ?? field.enum)?.typeName ?? scalar(field.scalar);
}

function scalar(type: ScalarType | undefined): string {
  return type === undefined ? "group" : ScalarType[type].toLowerCase();
}

function signatureOf(method: DescMethod): string {
  const input = `${method.proto.clientStreaming ? "stream " : ""}${method.input.typeName}`;
  const output = `${method.proto.serverStreaming ? "stream " : ""}${method.output.typeName}`;
  return `(${input}) returns (${output})`;
}
