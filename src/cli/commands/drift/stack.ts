import type { Prices } from "../../../cost";
import { type Pulumi, PulumiError } from "../../pulumi/cli";
import { type Refreshed, runEngine } from "../../pulumi/events";
import { type RecordedResource, StackExport } from "../../pulumi/stack-export";
import { codeInState, ForeignCodeError } from "../../pulumi/state-code";
import { count } from "../../report/phrases";
import type { Link } from "../../report/source";
import { type Comparison, compare } from "./compare";
import type { StackFailure } from "./result";

/** A stack with what its state and its providers contain. */
export interface ReadStack extends Comparison {
  readonly stack: string;
  /** Undefined: the export failed, see `failures`. */
  readonly exported?: StackExport;
  readonly recorded: ReadonlyMap<string, RecordedResource>;
  readonly refreshed: readonly Refreshed[];
  /** URNs of dynamic resources of other packages. Reading them ran the code in their state. */
  readonly otherDynamicResources: readonly string[];
}

/** Number of resources between two lines of progress. */
const everySoMany = 100;

/** Reads all resources of a stack from their providers, and changes nothing. Errors are in `failures`. */
export async function readStack(
  pulumi: Pulumi,
  stack: string,
  link: Link,
  note: (line: string) => void,
  prices?: Prices,
): Promise<ReadStack> {
  try {
    const text = await pulumi.exported(stack);
    const otherDynamicResources = ownCodeOnly(text);
    const exported = new StackExport(text);
    const recorded = exported.resources();
    const total = [...recorded.values()].filter(({ managed }) => managed).length;
    note(`${stack}: reading ${count(total, "resource")}`);
    const { engine } = await runEngine(pulumi, ["refresh", "--preview-only", "--stack", stack], (count) => {
      if (count % everySoMany === 0) note(`${stack}: ${count} of ${recorded.size} read`);
    });
    return {
      stack,
      exported,
      recorded,
      otherDynamicResources,
      refreshed: engine.refreshed,
      ...compare(stack, engine, recorded, link, prices),
    };
  } catch (error) {
    const nothing = { drifted: [], checked: 0, warnings: [], ignored: [], unfinished: [], capacities: [] };
    return {
      stack,
      recorded: new Map(),
      refreshed: [],
      otherDynamicResources: [],
      failures: [failureOf(stack, error)],
      ...nothing,
    };
  }
}

/**
 * URNs of dynamic resources of other packages.
 *
 * @throws ForeignCodeError if a resource of fal contains other code. Then no code of the stack may run.
 */
export function ownCodeOnly(exported: string): readonly string[] {
  const { foreign, others } = codeInState(exported);
  if (foreign.length > 0) throw new ForeignCodeError(foreign);
  return others;
}

/** Why a stack could not be read or corrected. Throws errors of any other type again. */
export function failureOf(stack: string, error: unknown): StackFailure {
  if (error instanceof ForeignCodeError) {
    return { stack, urns: error.foreign.map(({ urn }) => urn), message: error.message, code: "foreignCode" };
  }
  if (error instanceof PulumiError) return { stack, urns: [], message: error.message };
  throw error;
}
