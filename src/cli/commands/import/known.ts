import { isRecord } from "../../../provider/values";
import { handlers } from "../../../resources/handlers";
import { typeToken } from "../../../resources/tokens";

/** How an object is told from all others. */
export function objectKey(kind: string, id: string): string {
  return `${kind} ${id}`;
}

/** The objects that a stack manages, by `objectKey`; `exported` is what `pulumi stack export` writes. Undefined: it is not. */
export function knownIn(exported: string): Set<string> | undefined {
  const resources = resourcesOf(exported);
  if (!resources) return undefined;
  const kinds = new Map(handlers.map(({ definition: { kind } }) => [typeToken(kind), kind]));
  const known = new Set<string>();
  for (const resource of resources) {
    const kind = kinds.get(String(resource["type"]));
    // What a program only reads with `get` is external.
    if (kind === undefined || resource["external"] === true) continue;
    known.add(objectKey(kind, String(resource["id"])));
    // After a rotation the id is a label: the keys are among the outputs.
    const { keyId, previousKeys } = isRecord(resource["outputs"]) ? resource["outputs"] : {};
    const previous = Array.isArray(previousKeys) ? previousKeys.filter(isRecord).map((key) => key["keyId"]) : [];
    for (const key of [keyId, ...previous]) if (typeof key === "string") known.add(objectKey(kind, key));
  }
  return known;
}

function resourcesOf(exported: string): Record<string, unknown>[] | undefined {
  try {
    const { deployment } = JSON.parse(exported);
    // A stack that never was brought up has none.
    return Array.isArray(deployment.resources ?? []) ? (deployment.resources ?? []).filter(isRecord) : undefined;
  } catch {
    return undefined;
  }
}
