import type { Peers, Registration, SameAccount } from "./peers";
import { deepEqual } from "./values";

/**
 * Which resources of the running program manage which objects at fal.
 *
 * Two resources that manage one object undo each other's changes, and removing one would delete the object of the
 * other. The engine does not prevent this, because for the engine they are two resources. So check rejects the second
 * one, and a deletion leaves an object that another resource of the program manages.
 *
 * Everything here is collected in each run: the engine calls check for every resource of the program, and diff with the
 * id for every one that exists, before it deletes what is no longer in the program. `Peers` adds the resources of the
 * other provider processes of the run (one per `fal.Provider`).
 */

interface ObjectOwner {
  readonly urn: string;
  readonly sameAccount: Exclude<SameAccount, "no">;
}

export class Registrations {
  readonly #peers: Peers;
  readonly #byUrn = new Map<string, Registration>();
  /** Objects created or taken over in this run. A later deletion of the same id concerns an old resource. */
  readonly #created = new Map<string, string>();
  readonly #handedOver = new Map<string, number>();

  constructor(peers: Peers) {
    this.#peers = peers;
  }

  /**
   * For check: adds a resource of the program. If another resource names or manages the same object, returns the URN of
   * that one and adds nothing.
   */
  declare({ urn, kind, named, needs }: Declared): string | undefined {
    const rival = named && this.rival(urn, kind, [named.id]);
    if (rival !== undefined) return rival;
    const manages = this.#byUrn.get(urn)?.manages ?? [];
    this.#set({ urn, kind, named: named?.id, takesOver: named?.takesOver ?? false, manages, needs });
    return undefined;
  }

  /** Whether check declared the resource in this run. A refresh compares resources that may not be in the program. */
  isDeclared(urn: string): boolean {
    return this.#byUrn.has(urn);
  }

  /** A resource of the program manages these objects, as diff or an operation found. */
  manage(urn: string, ids: readonly string[]): void {
    this.#change(urn, (manages) => [...new Set([...manages, ...ids])]);
  }

  /** A resource of the program no longer manages these objects, because it is replaced or they are deleted. */
  release(urn: string, ids: readonly string[]): void {
    this.#change(urn, (manages) => manages.filter((id) => !ids.includes(id)));
  }

  /** An object was created or taken over in this run. */
  created(urn: string | undefined, kind: string, id: string): void {
    this.#created.set(keyOf(kind, id), urn ?? "");
    if (urn === undefined) return;
    const known = this.#byUrn.get(urn) ?? { urn, kind, named: id, takesOver: true, manages: [], needs: [] };
    this.#set({ ...known, manages: [...new Set([...known.manages, id])] });
  }

  /** Another resource that certainly works on the same account and names or manages one of these objects. */
  rival(urn: string, kind: string, ids: readonly string[]): string | undefined {
    return this.#rival(urn, kind, ({ named, manages }) => {
      return ids.some((id) => named === id || manages.includes(id));
    });
  }

  /** As `rival`, for an object that is about to be created: of two concurrent creations exactly one goes on. */
  rivalOfCreation(urn: string, kind: string, id: string): string | undefined {
    return this.#rival(urn, kind, (other) => other.manages.includes(id) || (other.named === id && other.urn < urn));
  }

  /** The resource that manages an object besides `urn`, if there is one. */
  keeperOf(urn: string | undefined, kind: string, id: string): ObjectOwner | undefined {
    const created = this.#created.get(keyOf(kind, id));
    if (created !== undefined) return { urn: created, sameAccount: "yes" };
    return this.#find(urn, (other) => {
      return other.kind === kind && (other.manages.includes(id) || (other.takesOver && other.named === id));
    });
  }

  /** An object is left to another resource of the stack, so one resource fewer manages it. */
  handOver(kind: string, id: string): void {
    this.#handedOver.set(keyOf(kind, id), (this.#handedOver.get(keyOf(kind, id)) ?? 0) + 1);
    this.#peers.publishHandOver(keyOf(kind, id));
  }

  /** How many resources of the stack handed an object over in this run. */
  handedOver(kind: string, id: string): number {
    return (this.#handedOver.get(keyOf(kind, id)) ?? 0) + this.#peers.handOvers(keyOf(kind, id));
  }

  /** A resource that depends on an object which `urn` is about to delete. */
  userOf(urn: string | undefined, kind: string, id: string): ObjectOwner | undefined {
    return this.#find(urn, ({ needs }) => needs.some((need) => need.kind === kind && need.id === id));
  }

  #rival(urn: string, kind: string, claims: (registration: Registration) => boolean): string | undefined {
    return this.#found((registration) => registration.urn !== urn && registration.kind === kind && claims(registration))
      .filter(({ sameAccount }) => sameAccount === "yes")
      .map((found) => found.urn)[0];
  }

  #find(urn: string | undefined, matches: (registration: Registration) => boolean): ObjectOwner | undefined {
    // The same URN in another process is a resource that moves between providers.
    const found = this.#found((registration, own) => (!own || registration.urn !== urn) && matches(registration));
    return found.find(({ sameAccount }) => sameAccount === "yes") ?? found[0];
  }

  #found(matches: (registration: Registration, own: boolean) => boolean): ObjectOwner[] {
    const found: ObjectOwner[] = [];
    for (const registration of this.#byUrn.values()) {
      if (matches(registration, true)) found.push({ urn: registration.urn, sameAccount: "yes" });
    }
    for (const { registration, sameAccount } of this.#peers.registrations()) {
      if (sameAccount !== "no" && matches(registration, false)) found.push({ urn: registration.urn, sameAccount });
    }
    return found;
  }

  #change(urn: string, change: (manages: readonly string[]) => readonly string[]): void {
    const known = this.#byUrn.get(urn);
    if (known) this.#set({ ...known, manages: change(known.manages) });
  }

  #set(registration: Registration): void {
    if (deepEqual(registration, this.#byUrn.get(registration.urn))) return;
    this.#byUrn.set(registration.urn, registration);
    this.#peers.publish(registration);
  }
}

interface Declared {
  readonly urn: string;
  readonly kind: string;
  /** See `namedObject`. */
  readonly named: { readonly id: string; readonly takesOver: boolean } | undefined;
  readonly needs: Registration["needs"];
}

function keyOf(kind: string, id: string): string {
  return `${kind} ${id}`;
}
