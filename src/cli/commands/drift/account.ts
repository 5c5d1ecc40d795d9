import type { StackExport } from "../../pulumi/stack-export";
import type { ReadStack } from "./stack";

/** The states of the stacks. @throws if one could not be read, because what it manages would look unmanaged */
export function exportsOf(option: string, stacks: readonly ReadStack[]): StackExport[] {
  return stacks.map(({ stack, exported }) => {
    if (exported !== undefined) return exported;
    throw new Error(
      `${option}: The objects that ${stack} manages are unknown, so unmanaged objects cannot be determined.`,
    );
  });
}
