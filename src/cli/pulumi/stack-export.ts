import { metadataKey } from "../../provider/metadata";
import { managedObjects } from "../../provider/properties";
import { configKey, isDefaultProvider, settings } from "../../provider/settings";
import { kindOfToken, providerPackages } from "../../provider/tokens";
import { isRecord } from "../../provider/values";
import { definitions } from "../../resources/definitions.gen";
import type { DeployedCode } from "../../resources/description";
import { descriptions } from "../../resources/descriptions.gen";
import { nameOf } from "./plan";

/** Identifies an object at fal. */
export function objectKey(kind: string, id: string): string {
  return `${kind} ${id}`;
}

/** What the state contains about a resource and events do not. */
export interface RecordedResource {
  /** Whether a refresh reads it: false for components, providers, and resources that the program reads with `get`. */
  readonly managed: boolean;
  /** The program's `ignoreChanges`, as of the last `pulumi up`. */
  readonly ignoreChanges: readonly string[];
  /** Where the program declares it: `project:///index.ts#4,9`. */
  readonly sourcePosition?: string;
  /** The object's fal account, if it is known. */
  readonly account?: string;
  /** Keys of the objects at fal that it manages; see `objectKey`. */
  readonly objects: readonly string[];
}

/** Values of the stack's configuration, by key. */
export type StackConfig = ReadonlyMap<string, string>;

/** The output of `pulumi stack export`. `state-code.ts` reads the same text, but trusts less of it. */
export class StackExport {
  readonly #resources: readonly Record<string, unknown>[];

  /** @throws if the text is not the export of a stack */
  constructor(text: string) {
    const resources = resourcesIn(text);
    if (resources === undefined) throw new Error("It is not the output of `pulumi stack export`.");
    this.#resources = resources;
  }

  /** Keys of the objects that the stack manages; see `objectKey`. */
  managedObjects(): Set<string> {
    return new Set(this.#resources.flatMap(objectsOf));
  }

  /** The objects of a kind that the stack manages, with the inputs of the last `pulumi up`. */
  objectsOf(kind: string): { readonly id: string; readonly inputs: Readonly<Record<string, unknown>> }[] {
    return this.#resources.flatMap((resource) => {
      if (kindOfToken(String(resource["type"])) !== kind || resource["delete"] === true) return [];
      const inputs = isRecord(resource["inputs"]) ? resource["inputs"] : {};
      return idsOf(resource).map((id) => ({ id, inputs }));
    });
  }

  /** The stack's resources, by URN. */
  resources(): Map<string, RecordedResource> {
    const recorded = new Map<string, RecordedResource>();
    for (const resource of this.#resources) {
      // Left over from a replacement: the next update deletes it, whatever it looks like.
      if (resource["delete"] === true) continue;
      const { urn, custom, external, type, ignoreChanges, sourcePosition, outputs } = resource;
      const metadata = isRecord(outputs) && isRecord(outputs[metadataKey]) ? outputs[metadataKey] : {};
      recorded.set(String(urn), {
        managed: custom === true && external !== true && !String(type).startsWith("pulumi:providers:"),
        ignoreChanges: Array.isArray(ignoreChanges) ? ignoreChanges.map(String) : [],
        ...(typeof sourcePosition === "string" ? { sourcePosition } : {}),
        ...(typeof metadata["account"] === "string" ? { account: metadata["account"] } : {}),
        objects: objectsOf(resource),
      });
    }
    return recorded;
  }

  /** The code that the stack deploys. */
  deployedCode(): DeployedCode[] {
    return this.#resources.flatMap(({ type, external, inputs, delete: isDeleted }) => {
      const description = descriptions[kindOfToken(String(type)) ?? ""];
      if (external === true || isDeleted === true || !isRecord(inputs)) return [];
      return description?.deployedCode?.(inputs) ?? [];
    });
  }

  /**
   * The configuration of the last `pulumi up`, which the engine passes to the default provider of dynamic resources.
   * Undefined if there are no resources, or all have an explicit provider. Needs `--show-secrets`.
   */
  config(): StackConfig | undefined {
    const inputs = this.#inputsOfDefaultProvider(providerPackages.dynamic);
    // Keys of the configuration have a namespace; keys that the engine adds have none.
    return (
      inputs &&
      new Map(Object.entries(inputs).flatMap(([key, value]) => (key.includes(":") ? [[key, textOf(value)]] : [])))
    );
  }

  /**
   * The settings of the default provider of the plugin at the last `pulumi up`, by their keys in the configuration. The
   * engine passes no other configuration to it. Undefined if there is no such provider. Needs `--show-secrets`.
   */
  settings(): StackConfig | undefined {
    const inputs = this.#inputsOfDefaultProvider(providerPackages.plugin);
    return (
      inputs &&
      new Map(
        settings.flatMap(({ name }) => (name in inputs ? [[configKey(name), textOf(inputs[name])] as const] : [])),
      )
    );
  }

  #inputsOfDefaultProvider(name: string): Record<string, unknown> | undefined {
    const provider = this.#resources.find(
      ({ type, urn, delete: deleted }) =>
        type === `pulumi:providers:${name}` && isDefaultProvider(nameOf(String(urn))) && deleted !== true,
    );
    if (provider === undefined) return undefined;
    return isRecord(provider["inputs"]) ? provider["inputs"] : {};
  }
}

const definitionsByKind = new Map(definitions.map((definition) => [definition.kind, definition]));

function objectsOf(resource: Record<string, unknown>): string[] {
  const kind = kindOfToken(String(resource["type"])) ?? "";
  return idsOf(resource).map((id) => objectKey(kind, id));
}

/** Ids of the objects that a resource manages. */
function idsOf({ type, id, external, outputs }: Record<string, unknown>): readonly string[] {
  const definition = definitionsByKind.get(kindOfToken(String(type)) ?? "");
  // Resources that the program reads with `get` are external.
  if (definition === undefined || external === true) return [];
  return managedObjects(definition, String(id), isRecord(outputs) ? outputs : {});
}

function resourcesIn(text: string): Record<string, unknown>[] | undefined {
  try {
    const { deployment } = JSON.parse(text);
    // Before its first `pulumi up`, a stack has no resources.
    return Array.isArray(deployment.resources ?? []) ? (deployment.resources ?? []).filter(isRecord) : undefined;
  } catch {
    return undefined;
  }
}

function textOf(value: unknown): string {
  if (!isRecord(value) || typeof value["plaintext"] !== "string") return String(value);
  return String(JSON.parse(value["plaintext"]));
}
