import type { StackExport } from "../../pulumi/stack-export";
import { list } from "../../report/phrases";
import type { ReadStack } from "./stack";

/**
 * In another account, everything would look missing or unmanaged.
 *
 * @throws if the key belongs to another account than the stacks' objects
 */
export function requireAccount(
  option: string,
  account: string | undefined,
  stacks: readonly Pick<ReadStack, "recorded">[],
): void {
  const accounts = new Set(
    stacks.flatMap(({ recorded }) => [...recorded.values()].flatMap((one) => one.account ?? [])),
  );
  if (account === undefined || accounts.size === 0 || accounts.has(account)) return;
  throw new Error(
    `${option}: The credential belongs to the fal account "${account}", but the stacks manage resources of ${list([...accounts].map((name) => `"${name}"`))}. Use a key of that account.`,
  );
}

/** The states of the stacks. @throws if one could not be read, because what it manages would look unmanaged */
export function exportsOf(option: string, stacks: readonly ReadStack[]): StackExport[] {
  return stacks.map(({ stack, exported }) => {
    if (exported !== undefined) return exported;
    throw new Error(
      `${option}: The objects that ${stack} manages are unknown, so unmanaged objects cannot be determined.`,
    );
  });
}
