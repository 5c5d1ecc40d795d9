import { execFile } from "node:child_process";

/** A resource in the state of a stack. A resource that waits to be deleted after its replacement is one of its own. */
export interface StateEntry {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly outputs: Record<string, unknown>;
}

/** Whether a resource in a state is of a kind of ours. */
export function isOfKind({ type }: StateEntry, kind: string): boolean {
  return type.endsWith(`/fal:${kind}`);
}

/** Runs the Pulumi CLI and returns its standard output. */
export type RunPulumi = (args: readonly string[], signal: AbortSignal) => Promise<string>;

/**
 * The state of the stack that is being updated, as it was when it was first asked for.
 *
 * The engine does not tell a provider which resources the stack has. In an update with `--target` or `--exclude`, and
 * in a destroy, it calls check for none or few of them. So before an object is deleted for good, the CLI is asked for
 * the state. `pulumi stack export` takes no lock, runs no program and needs no passphrase.
 */
export class StackState {
  readonly #run: RunPulumi;
  #loading: Promise<readonly StateEntry[] | undefined> | undefined;

  constructor(run: RunPulumi = runPulumi) {
    this.#run = run;
  }

  /**
   * All resources of the stack that `urn` is in; undefined where the state cannot be read. `isOurs` recognises a
   * resource that the state must hold: a stack of the same name may exist in another organization.
   */
  entries(
    urn: string | undefined,
    isOurs: (entry: StateEntry) => boolean,
    signal: AbortSignal,
  ): Promise<readonly StateEntry[] | undefined> {
    this.#loading ??= this.#load(urn, isOurs, signal);
    return this.#loading;
  }

  async #load(
    urn: string | undefined,
    isOurs: (entry: StateEntry) => boolean,
    signal: AbortSignal,
  ): Promise<readonly StateEntry[] | undefined> {
    // The URN in a state is that of the last update. A stack that was renamed since is likely the selected one.
    const stack = urn === undefined ? undefined : /^urn:pulumi:([^:]+)::/.exec(urn)?.[1];
    for (const selection of [...(stack === undefined ? [] : [["--stack", stack]]), []]) {
      try {
        const entries = parse(await this.#run(["stack", "export", ...selection], signal));
        if (entries.some(isOurs)) return entries;
      } catch {
        // Not this stack, or no CLI at all.
      }
    }
    return undefined;
  }
}

function parse(text: string): StateEntry[] {
  type Exported = Partial<StateEntry> & { readonly external?: boolean };
  const { deployment } = JSON.parse(text) as { deployment?: { resources?: Exported[] } };
  return (deployment?.resources ?? []).flatMap(({ urn, type, id, outputs, external }) => {
    // What is external was only read, with `get`.
    if (urn === undefined || type === undefined || id === undefined || external) return [];
    return [{ urn, type, id, outputs: outputs ?? {} }];
  });
}

const timeLimitMs = 60_000;

const runPulumi: RunPulumi = (args, signal) =>
  new Promise((resolve, reject) => {
    const options = {
      env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      maxBuffer: Number.POSITIVE_INFINITY,
      signal,
      timeout: timeLimitMs,
      windowsHide: true,
    };
    const child = execFile("pulumi", [...args, "--non-interactive"], options, (error, stdout) => {
      if (error) reject(error);
      else resolve(stdout);
    });
    child.stdin?.end();
  });
