import { didYouMean } from "../../../provider/suggest";
import { nameOf } from "../../pulumi/plan";
import type { RecordedResource } from "../../pulumi/stack-export";

type Recorded = ReadonlyMap<string, RecordedResource>;

/** URNs of the resources that `--target` names, each by its URN or its name in the program. Several may have one name. */
export function targetedIn(recorded: Recorded, targets: readonly string[]): string[] {
  return [...recorded].flatMap(([urn, { managed }]) =>
    managed && targets.some((text) => names(text, urn)) ? [urn] : [],
  );
}

/** @throws if a target is in none of the stacks: it names close ones */
export function refuseUnknownTargets(targets: readonly string[], stacks: readonly Recorded[]): void {
  const resources = stacks.flatMap((recorded) => [...recorded]);
  for (const target of targets) {
    const found = resources.filter(([urn]) => names(target, urn));
    if (found.some(([, { managed }]) => managed)) continue;
    if (found.length > 0) {
      throw new Error(
        `--target ${target}: The stack does not manage it: it is a component, a provider, or read with \`get\`. Name resources that the stack manages.`,
      );
    }
    const known = resources.flatMap(([urn, { managed }]) => (managed ? [nameOf(urn), urn] : []));
    throw new Error(
      `--target ${target}: No resource has this name or URN in the state.${didYouMean(target, [...new Set(known)])}`,
    );
  }
}

function names(target: string, urn: string): boolean {
  return target === urn || target === nameOf(urn);
}
