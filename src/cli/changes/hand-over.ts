import { metadataOf } from "../../provider/metadata";
import { managedObjects, namedObject } from "../../provider/properties";
import type { ResourceState, Step } from "../pulumi/plan";
import type { ResourceType } from "../resource-types";
import { opOf, recordedInputs } from "./change";

/** A step of a fal resource. */
export interface OurStep {
  readonly step: Step;
  readonly type: ResourceType;
}

/**
 * Deletions and replacements of resources whose object another resource manages after the update, each with the step of
 * that resource. Examples are a rename with `adopt`, and the removal of one of two resources of the same object. The
 * provider does not delete the object then. A resource that the plan omits does not count.
 */
export function handOvers(all: readonly OurStep[]): ReadonlyMap<Step, Step> {
  const accounts = accountsOf(all);
  const holders = all.flatMap((one) => {
    const place = placeOf(one.step.new ?? one.step.old, accounts);
    return idsAfter(one).map((id) => ({ ...one, id, place }));
  });
  const found = new Map<Step, Step>();
  for (const one of all) {
    const { step, type } = one;
    const ids = idsBefore(one);
    if (ids.length === 0) continue;
    const place = placeOf(step.old, accounts);
    const takers = ids.map((id) =>
      holders.find(
        (holder) =>
          holder.type.kind === type.kind &&
          holder.id === id &&
          holder.step !== step &&
          isSamePlace(place, holder.place),
      ),
    );
    // A resource may manage several objects, such as an API key and the key before it. All must remain managed.
    const [taker] = takers;
    if (taker && takers.every((each) => each !== undefined)) found.set(step, taker.step);
  }
  return found;
}

/** The objects that the update would delete with the resource. */
function idsBefore({ step, type }: OurStep): readonly string[] {
  const op = opOf(step);
  if (op !== "delete" && op !== "replace") return [];
  return managed(step.old, type);
}

/** The objects that the resource manages after the update, as far as the plan knows them. */
function idsAfter({ step, type }: OurStep): readonly string[] {
  const op = opOf(step);
  if (op === "delete") return [];
  if (op === "create" || op === "replace") {
    // A new object is not the old one.
    const named = step.new && namedObject(type.definition, step.new.inputs);
    return named?.takesOver ? [named.id] : [];
  }
  return managed(step.old ?? step.new, type);
}

function managed(state: ResourceState | undefined, type: ResourceType): readonly string[] {
  if (!state?.id) return [];
  return managedObjects(type.definition, state.id, recordedInputs(state));
}

interface Place {
  /** The provider's URN: its id changes with its settings. */
  readonly provider: string;
  readonly account?: string;
}

function placeOf(state: ResourceState | undefined, accounts: ReadonlyMap<string, string>): Place {
  const provider = providerOf(state);
  const account = accountIn(state) ?? accounts.get(provider);
  return { provider, ...(account === undefined ? {} : { account }) };
}

/** A provider has one account. Two providers match only if both accounts are known. */
function isSamePlace(a: Place, b: Place): boolean {
  if (a.account !== undefined && b.account !== undefined) return a.account === b.account;
  return a.provider === b.provider;
}

/** The account of each provider, if all its resources have recorded the same one. */
function accountsOf(all: readonly OurStep[]): ReadonlyMap<string, string> {
  const found = Map.groupBy(
    all.flatMap(({ step: { old } }) => {
      const account = accountIn(old);
      return account === undefined ? [] : [{ provider: providerOf(old), account }];
    }),
    ({ provider }) => provider,
  );
  return new Map(
    [...found].flatMap(([provider, of]) => {
      const [account, ...others] = new Set(of.map((one) => one.account));
      return account !== undefined && others.length === 0 ? [[provider, account] as const] : [];
    }),
  );
}

function accountIn(state: ResourceState | undefined): string | undefined {
  return state && metadataOf(state.outputs)?.account;
}

function providerOf(state: ResourceState | undefined): string {
  return state?.provider?.split("::").slice(0, 4).join("::") ?? "";
}
