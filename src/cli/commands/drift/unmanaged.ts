import type { FalClient } from "../../../client";
import { definitions } from "../../../resources/definitions.gen";
import { descriptions } from "../../../resources/descriptions.gen";
import { listAccount } from "../../account";
import { objectKey, type StackExport } from "../../pulumi/stack-export";
import type { UnmanagedObject } from "./result";

/** The objects of the account that none of the stacks manages. */
export async function unmanagedIn(
  fal: FalClient,
  stacks: readonly StackExport[],
  environment: string | undefined,
  signal: AbortSignal,
): Promise<UnmanagedObject[]> {
  const managed = new Set(stacks.flatMap((stack) => [...stack.managedObjects()]));
  const kinds = environment === undefined ? new Set(objectKinds) : undefined;
  const objects = await listAccount(fal, { environment, kinds }, signal, "omit --unmanaged");
  return (
    objects
      .filter(({ kind }) => objectKinds.includes(kind))
      .filter(({ kind, id }) => !managed.has(objectKey(kind, id)))
      // An app counts as managed if its scaling is, because the scaling has no object of its own.
      .filter(({ kind, id }) => !partsOf(kind).some((part) => managed.has(objectKey(part, id))))
  );
}

const allKinds = definitions.map(({ kind }) => kind);
const objectKinds = allKinds.filter((kind) => descriptions[kind]?.partOf === undefined);

function partsOf(kind: string): string[] {
  return allKinds.filter((each) => descriptions[each]?.partOf === kind);
}
