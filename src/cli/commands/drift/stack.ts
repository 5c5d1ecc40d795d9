import type { Prices } from "../../../cost";
import { type Pulumi, PulumiError } from "../../pulumi/cli";
import { type Refreshed, runEngine } from "../../pulumi/events";
import { type RecordedResource, StackExport } from "../../pulumi/stack-export";
import { codeInState, ForeignCodeError } from "../../pulumi/state-code";
import { count } from "../../report/phrases";
import type { Link } from "../../report/source";
import { type Comparison, compare } from "./compare";
import type { StackFailure } from "./result";

/** A stack with its state. Errors are in `failures`. */
export interface OpenStack {
  readonly stack: string;
  /** Undefined: the export failed, see `failures`. */
  readonly exported?: StackExport;
  readonly recorded: ReadonlyMap<string, RecordedResource>;
  /** URNs of dynamic resources of other packages. Reading them ran the code in their state. */
  readonly otherDynamicResources: readonly string[];
  /** The last `pulumi up` failed or was interrupted. Its refresh may have replaced declared values in the state. */
  readonly lastUpdateFailed: boolean;
  readonly failures: readonly StackFailure[];
}

/** A stack with what its state and its providers contain. */
export interface ReadStack extends OpenStack, Comparison {
  readonly refreshed: readonly Refreshed[];
}

/** Number of resources between two lines of progress. */
const everySoMany = 100;

/** Reads the state of a stack, and runs none of its code. */
export async function openStack(pulumi: Pulumi, stack: string): Promise<OpenStack> {
  try {
    const text = await pulumi.exported(stack);
    const otherDynamicResources = ownCodeOnly(text);
    const exported = new StackExport(text);
    const lastUpdateFailed = await pulumi.lastUpdateFailed(stack);
    return { stack, exported, recorded: exported.resources(), otherDynamicResources, lastUpdateFailed, failures: [] };
  } catch (error) {
    const nothing = { recorded: new Map(), otherDynamicResources: [], lastUpdateFailed: false };
    return { stack, ...nothing, failures: [failureOf(stack, error)] };
  }
}

/**
 * Reads all resources of a stack from their providers, or only `targets`, and changes nothing. Errors are in `failures`.
 */
export async function readStack(
  pulumi: Pulumi,
  open: OpenStack,
  link: Link,
  note: (line: string) => void,
  { targets, prices }: { readonly targets?: readonly string[] | undefined; readonly prices?: Prices | undefined } = {},
): Promise<ReadStack> {
  const { stack, recorded } = open;
  const nothing = {
    ...open,
    refreshed: [],
    drifted: [],
    checked: 0,
    warnings: [],
    ignored: [],
    unfinished: [],
    capacities: [],
  };
  if (open.failures.length > 0 || targets?.length === 0) return nothing;
  try {
    const total = targets?.length ?? [...recorded.values()].filter(({ managed }) => managed).length;
    note(`${stack}: reading ${count(total, "resource")}`);
    const args = ["refresh", "--preview-only", "--stack", stack, ...targetArguments(targets)];
    const { engine } = await runEngine(pulumi, args, (count) => {
      if (count % everySoMany === 0) note(`${stack}: ${count} of ${targets?.length ?? recorded.size} read`);
    });
    return { ...open, refreshed: engine.refreshed, ...compare(stack, engine, recorded, link, prices) };
  } catch (error) {
    return { ...nothing, failures: [failureOf(stack, error)] };
  }
}

/** `--target` for the Pulumi CLI; undefined: the whole stack. */
export function targetArguments(targets: readonly string[] | undefined): string[] {
  return (targets ?? []).flatMap((urn) => ["--target", urn]);
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
