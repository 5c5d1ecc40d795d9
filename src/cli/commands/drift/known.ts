import { metadataKey } from "../../../provider/metadata";
import { isRecord } from "../../../provider/values";

/** What the state records of a resource and the engine's events do not tell. */
export interface KnownResource {
  /** Whether there is anything to read: not of components, of providers, or of what the program only reads. */
  readonly managed: boolean;
  /** The program's `ignoreChanges`, as of the last `pulumi up`. */
  readonly ignoreChanges: readonly string[];
  /** Where the program declares it: `project:///index.ts#4,9`. */
  readonly sourcePosition?: string;
  /** The fal account that it is in, where that is known. */
  readonly account?: string;
}

/** The resources of a stack, by urn; `exported` is what `pulumi stack export` writes. */
export function knownResources(exported: string): Map<string, KnownResource> {
  const known = new Map<string, KnownResource>();
  const { deployment } = JSON.parse(exported) as { deployment?: { resources?: unknown } };
  const resources = Array.isArray(deployment?.resources) ? deployment.resources.filter(isRecord) : [];
  for (const resource of resources) {
    // Left over from a replacement: the next update deletes it, whatever it looks like.
    if (resource["delete"] === true) continue;
    const { urn, custom, external, type, ignoreChanges, sourcePosition, outputs } = resource;
    const metadata = isRecord(outputs) && isRecord(outputs[metadataKey]) ? outputs[metadataKey] : {};
    known.set(String(urn), {
      managed: custom === true && external !== true && !String(type).startsWith("pulumi:providers:"),
      ignoreChanges: Array.isArray(ignoreChanges) ? ignoreChanges.map(String) : [],
      ...(typeof sourcePosition === "string" ? { sourcePosition } : {}),
      ...(typeof metadata["account"] === "string" ? { account: metadata["account"] } : {}),
    });
  }
  return known;
}
