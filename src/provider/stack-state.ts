import { execFile } from "node:child_process";
import { kindOfToken } from "./tokens";

/** A resource in the state of a stack. A replaced resource that waits for its deletion has an entry of its own. */
export interface StateEntry {
  readonly urn: string;
  readonly type: string;
  readonly id: string;
  readonly outputs: Record<string, unknown>;
}

/** Whether a resource in a state is of this kind of this package. */
export function isOfKind({ type }: StateEntry, kind: string): boolean {
  return kindOfToken(type) === kind;
}

/** Runs the Pulumi CLI and returns its standard output. */
export type RunPulumi = (args: readonly string[], signal: AbortSignal) => Promise<string>;

/**
 * The state of the stack that is being updated, as of the first call.
 *
 * The engine does not pass the resources of the stack to a provider. In an update with `--target` or `--exclude`, and in
 * a destroy, it calls check for few of them or for none. So before an object is deleted, the state is read from the CLI.
 * `pulumi stack export` takes no lock, runs no program and needs no passphrase.
 */
export class StackState {
  readonly #run: RunPulumi;
  #loading: Promise<readonly StateEntry[] | undefined> | undefined;

  constructor(run: RunPulumi = runPulumi) {
    this.#run = run;
  }

  /**
   * All resources of the stack that `urn` is in; undefined where the state cannot be read. `isOurs` recognizes a
   * resource that the state must contain: a stack of the same name may exist in another organization.
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
    // The URN in the state is from the last update. If the stack was renamed since, it is probably the selected one.
    const stack = stackOf(urn)?.name;
    for (const selection of [...(stack === undefined ? [] : [["--stack", stack]]), []]) {
      try {
        const entries = parse(await this.#run(["stack", "export", ...selection], signal));
        if (entries.some(isOurs)) return entries;
      } catch {
        // Another stack, or no CLI.
      }
    }
    return undefined;
  }
}

/** The stack and the project in a URN. */
export function stackOf(urn: string | undefined): { readonly project: string; readonly name: string } | undefined {
  const [, name, project] = /^urn:pulumi:(.*?)::(.*?)::/.exec(urn ?? "") ?? [];
  return name === undefined || project === undefined ? undefined : { project, name };
}

function parse(text: string): StateEntry[] {
  type Exported = Partial<StateEntry> & { readonly external?: boolean };
  const { deployment } = JSON.parse(text) as { deployment?: { resources?: Exported[] } };
  return (deployment?.resources ?? []).flatMap(({ urn, type, id, outputs, external }) => {
    // External resources were only read, with `get`.
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
