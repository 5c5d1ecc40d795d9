import { metadataOf, withoutMetadata } from "./metadata";
import { managedObjects, type PropertyValues, type ResourceDefinition } from "./properties";
import type { Registrations } from "./registrations";
import { isOfKind, type StackState, type StateEntry } from "./stack-state";

/** A resource that leaves the stack. */
interface Removal {
  readonly urn: string | undefined;
  readonly definition: ResourceDefinition;
  /** The objects that it manages, by its state. */
  readonly ids: readonly string[];
  readonly inputs: PropertyValues;
  readonly account: string | undefined;
}

/** Objects that must stay at fal, each with the resource that manages it. */
export type Keepers = ReadonlyMap<string, string>;

/**
 * Decides what becomes of the objects of a resource that is deleted: an object that another resource of the stack
 * manages stays. Of several resources for one object, the last one to be deleted deletes it.
 */
export class Ownership {
  readonly #registrations: Registrations;
  readonly #state: StackState;

  constructor(registrations: Registrations, state: StackState) {
    this.#registrations = registrations;
    this.#state = state;
  }

  /** Keeps all objects, where this run knows that other resources of the program manage them; needs no request. */
  keepAll(removal: Removal): Keepers | undefined {
    const keepers = this.#keepersInRun(removal);
    return keepers.size === removal.ids.length ? this.#handOver(removal, keepers) : undefined;
  }

  /** Keeps what another resource of the stack manages. Throws where the deletion could take an object from one. */
  async keep(removal: Removal, signal: AbortSignal): Promise<Keepers> {
    const entries = await this.#state.entries(removal.urn, (entry) => managesAny(entry, removal), signal);
    // From here on nothing is awaited: of two deletions at the same moment, the second one sees what the first decided.
    const keepers = this.#keepersInRun(removal);
    for (const id of removal.ids) {
      const keeper = keepers.has(id) ? undefined : this.#keeperInState(removal, id, entries ?? []);
      if (keeper !== undefined) keepers.set(id, keeper);
    }
    const lost = removal.ids.filter((id) => !keepers.has(id));
    if (removal.definition.deletion(removal.inputs) !== "kept") this.#refuseLossOfOthers(removal, lost);
    return this.#handOver(removal, keepers);
  }

  #keepersInRun({ urn, definition, ids }: Removal): Map<string, string> {
    const keepers = new Map<string, string>();
    for (const id of ids) {
      const keeper = this.#registrations.keeperOf(urn, definition.kind, id);
      if (keeper?.sameAccount === "yes") keepers.set(id, keeper.urn);
    }
    return keepers;
  }

  #handOver({ definition }: Removal, keepers: Keepers): Keepers {
    for (const id of keepers.keys()) this.#registrations.handOver(definition.kind, id);
    return keepers;
  }

  deleted({ urn, ids }: Removal): void {
    if (urn !== undefined) this.#registrations.release(urn, ids);
  }

  #keeperInState(
    { urn, definition, account }: Removal,
    id: string,
    entries: readonly StateEntry[],
  ): string | undefined {
    const managing = entries.filter((entry) => {
      return managedBy(entry, definition).includes(id) && isSameAccount(accountOf(entry), account);
    });
    // One of them is the resource that is being deleted.
    if (managing.length - this.#registrations.handedOver(definition.kind, id) <= 1) return undefined;
    return (managing.find((entry) => metadataOf(entry.outputs)?.urn !== urn) ?? managing[0])?.urn;
  }

  #refuseLossOfOthers({ urn, definition }: Removal, lost: readonly string[]): void {
    for (const id of lost) {
      const keeper = this.#registrations.keeperOf(urn, definition.kind, id);
      if (keeper) throw maybeHandedOver(definition, id, keeper.urn);
      const user = this.#registrations.userOf(urn, definition.kind, id);
      if (user) throw stillUsed(definition, id, user.urn);
    }
  }
}

function managesAny(entry: StateEntry, { definition, ids }: Removal): boolean {
  return managedBy(entry, definition).some((id) => ids.includes(id));
}

function managedBy(entry: StateEntry, definition: ResourceDefinition): readonly string[] {
  return isOfKind(entry, definition.kind) ? managedObjects(definition, entry.id, withoutMetadata(entry.outputs)) : [];
}

function accountOf({ outputs }: StateEntry): string | undefined {
  return metadataOf(outputs)?.account;
}

function isSameAccount(a: string | undefined, b: string | undefined): boolean {
  return a === undefined || b === undefined || a === b;
}

/** Two resources of the program name one object. */
export function declaredTwice(definition: ResourceDefinition, id: string, first: string, second: string): string {
  return (
    `Two resources of this program manage ${definition.noun} "${id}": ${both(first, second)}. ` +
    "Each would undo the changes of the other, and removing one of them would delete the object of the other. " +
    "Remove one of them. If you renamed a resource, declare it only under its new name, with the option `aliases`."
  );
}

/** The warnings about objects that a deletion leaves to the resources that manage them now. */
export function handedOver(definition: ResourceDefinition, keepers: Keepers): string[] {
  return [...keepers].map(
    ([id, keeper]) => `Did not delete ${definition.noun} "${id}", because ${labelOf(keeper)} manages it now.`,
  );
}

/** A deletion is refused, because it could take the object from a resource under another provider. */
function maybeHandedOver(definition: ResourceDefinition, id: string, keeper: string): Error {
  return new Error(
    `Could not delete ${definition.noun} "${id}": ${labelOf(keeper)} names the same object under another provider, ` +
      "and fal does not report whether both keys belong to the same account. Nothing was deleted. " +
      "Set `owner` on both providers, or use keys with ADMIN scope. To remove only this resource from the stack, run `pulumi state delete`.",
  );
}

/** A deletion is refused, because fal would delete with the object what another resource manages. */
function stillUsed(definition: ResourceDefinition, id: string, user: string): Error {
  return new Error(
    `Could not delete ${definition.noun} "${id}": ${labelOf(user)} of this program still uses it, and fal would delete it too. ` +
      "Nothing was deleted. Remove that resource too, or keep this one.",
  );
}

function both(first: string, second: string): string {
  const [a, b] = [labelOf(first), labelOf(second)];
  return a === b ? `${first} and ${second}` : `${a} and ${b}`;
}

/** A resource as its program names it: `Secret "token"`. */
function labelOf(urn: string): string {
  const [type = "", name = ""] = urn.split("::").slice(-2);
  const kind = type.split(":").at(-1);
  return name === "" ? `another resource (${urn})` : `${kind} "${name}"`;
}
