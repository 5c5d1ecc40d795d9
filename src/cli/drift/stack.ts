import { type Refreshed, runEngine } from "../engine/events";
import { type Pulumi, PulumiError } from "../engine/pulumi";
import type { Link } from "../source";
import { type Comparison, compare } from "./compare";
import { type KnownResource, knownResources } from "./known";

/** A stack as its state and fal have it. */
export interface ReadStack extends Comparison {
  readonly stack: string;
  /** What `pulumi stack export` writes; undefined: it failed, see `failures`. */
  readonly exported?: string;
  readonly known: ReadonlyMap<string, KnownResource>;
  readonly refreshed: readonly Refreshed[];
}

/** How many resources between two lines of progress. */
const everySoMany = 100;

/** Reads all resources of a stack from their providers, and changes nothing. What fails is in `failures`. */
export async function readStack(
  pulumi: Pulumi,
  stack: string,
  link: Link,
  note: (line: string) => void,
): Promise<ReadStack> {
  try {
    const { stdout: exported } = await pulumi.ok(["stack", "export", "--stack", stack]);
    const known = knownResources(exported);
    const total = [...known.values()].filter(({ managed }) => managed).length;
    note(`${stack}: reading ${total} ${total === 1 ? "resource" : "resources"}`);
    const { engine } = await runEngine(pulumi, ["refresh", "--preview-only", "--stack", stack], (count) => {
      if (count % everySoMany === 0) note(`${stack}: ${count} of ${known.size} read`);
    });
    return { stack, exported, known, refreshed: engine.refreshed, ...compare(stack, engine, known, link) };
  } catch (error) {
    if (!(error instanceof PulumiError)) throw error;
    const failures = [{ stack, urns: [], message: error.message }];
    return { stack, known: new Map(), refreshed: [], drifted: [], checked: 0, failures, ignored: [], unfinished: [] };
  }
}
