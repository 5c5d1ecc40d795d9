import { resolve } from "node:path";
import { appScale } from "../../../resources/app-scale/properties";
import type { UsageScaling } from "../../../usage/evidence";
import { usageScaling } from "../../../usage/scaling";
import { kindsOfApps } from "../../account";
import type { Terminal } from "../../command-line/command";
import { Pulumi } from "../../pulumi/cli";
import { type RecordedResource, StackExport } from "../../pulumi/stack-export";

/** The apps of a stack, as of its last `pulumi up`. */
export interface DeclaredStack {
  readonly name: string;
  /** Ids of all its apps, `environment/name`. */
  readonly apps: readonly string[];
  /** What it declares of their scaling. */
  readonly scaling: ReadonlyMap<string, UsageScaling>;
  readonly recorded: ReadonlyMap<string, RecordedResource>;
}

/** Reads the state of a stack, and runs none of its code. */
export async function declaredIn(
  name: string,
  cwd: string | undefined,
  terminal: Pick<Terminal, "cwd" | "env" | "signal">,
): Promise<DeclaredStack> {
  const { env, signal } = terminal;
  const pulumi = new Pulumi({ cwd: resolve(terminal.cwd, cwd ?? "."), env, signal });
  return declaredBy(name, new StackExport(await pulumi.exported(name)));
}

export function declaredBy(name: string, exported: StackExport): DeclaredStack {
  const apps = [...kindsOfApps].flatMap((kind) => exported.objectsOf(kind).map(({ id }) => id));
  const declared = exported
    .objectsOf(appScale.kind)
    .map(({ id, inputs = {} }): [string, UsageScaling] => [id, usageScaling((name) => inputs[name])]);
  return {
    name,
    apps: [...new Set(apps)].sort(),
    scaling: new Map(declared),
    recorded: exported.resources(),
  };
}
