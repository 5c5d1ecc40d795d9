import type { FalClient } from "../../../client";
import { identifiedBy } from "../../../provider/properties";
import type { ResourceDescription } from "../../../resources/description";
import { readAccount, requireAccount } from "../../account";
import { objectKey } from "../../pulumi/stack-export";
import { resourceTypes } from "../../resource-types";
import { exportsOf } from "./account";
import type { Drifted } from "./result";
import type { ReadStack } from "./stack";

/** Whether another object may take the place of a missing one: fal chooses the ids of its kind, so a new one has another id. */
export function mayHaveSimilar({ type, status }: Drifted): boolean {
  const definition = resourceTypes.get(type)?.definition;
  return status === "missing" && definition !== undefined && identifiedBy(definition) !== "name";
}

/**
 * Adds the objects like missing ones, by name or type, that none of the stacks manages.
 *
 * @throws if the key belongs to another account than the stacks' objects
 */
export async function withSimilar(
  drifted: readonly Drifted[],
  stacks: readonly ReadStack[],
  fal: FalClient,
  signal: AbortSignal,
  warn: (message: string) => void,
): Promise<Drifted[]> {
  requireAccount("--live", await fal.account(), stacks);
  const kinds = new Set(drifted.filter(mayHaveSimilar).flatMap(({ type }) => resourceTypes.get(type)?.kind ?? []));
  if (kinds.size === 0) return [...drifted];
  const scope = { environment: undefined, kinds, without: new Set<string>() };
  const { found } = await readAccount(fal, scope, signal, warn, "omit --live");
  const managed = new Set(exportsOf("--live", stacks).flatMap((exported) => [...exported.managedObjects()]));
  const free = found.filter(({ kind, id }) => !managed.has(objectKey(kind, id)));
  const states = new Map(stacks.flatMap(({ refreshed }) => refreshed.map(({ urn, old }) => [urn, old] as const)));
  return drifted.map((resource) => {
    const type = resourceTypes.get(resource.type);
    const name = type && nameIn(type.description, states.get(resource.urn)?.inputs ?? {});
    if (!type || !mayHaveSimilar(resource) || name === undefined) return resource;
    const similar = free
      .filter(({ kind, state }) => kind === type.kind && nameIn(type.description, state.inputs) === name)
      .map(({ id }) => id);
    return similar.length > 0 ? { ...resource, similar } : resource;
  });
}

/** What people call an object, or what it is named after. */
function nameIn({ name, importing }: ResourceDescription, inputs: Parameters<ResourceDescription["name"]>[0]) {
  return name(inputs) ?? importing.label?.(inputs);
}
