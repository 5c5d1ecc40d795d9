import type { FalClient } from "../../../client";
import { inventories } from "../../../resources/inventory";
import { listAccount } from "../../account";
import { objectKey, type StackExport } from "../../pulumi/stack-export";
import type { Unmanaged } from "./result";

/** What the account holds and none of the stacks manages. */
export async function unmanagedIn(
  fal: FalClient,
  stacks: readonly StackExport[],
  environment: string | undefined,
  signal: AbortSignal,
): Promise<Unmanaged[]> {
  const managed = new Set(stacks.flatMap((stack) => [...stack.managedObjects()]));
  // An app's scaling is no object of its own: who manages it knows the app.
  const kinds = environment === undefined ? new Set(objectKinds) : undefined;
  const objects = await listAccount(fal, { environment, kinds }, signal, "leave --unmanaged out");
  return objects
    .filter(({ kind }) => objectKinds.includes(kind))
    .filter(({ kind, id }) => !managed.has(objectKey(kind, id)))
    .filter(({ kind, id }) => kind !== "App" || !managed.has(objectKey("AppScale", id)))
    .toSorted((a, b) => objectKinds.indexOf(a.kind) - objectKinds.indexOf(b.kind) || (a.id < b.id ? -1 : 1));
}

const objectKinds = inventories.map(({ kind }) => kind).filter((kind) => kind !== "AppScale");
