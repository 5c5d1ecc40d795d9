/** The result of `pulumi-fal apps list --json`. */
export interface ListAppsResult {
  readonly apps: readonly ListedApp[];
}

export interface ListedApp {
  /** Without the suffix of its environment. */
  readonly name: string;
  readonly environment: string;
  /** `private`, `public` or `shared`. */
  readonly authMode: string;
  readonly revision: string;
  readonly activeRunners: number;
  /** In runners. */
  readonly minConcurrency: number;
  /** In runners. */
  readonly maxConcurrency: number;
  /** In runners. Null if fal does not return it. */
  readonly concurrencyBuffer: number | null;
  /** In seconds. */
  readonly keepAlive: number;
  readonly machineTypes: readonly string[];
  /** Empty: any region. */
  readonly regions: readonly string[];
  /** Whether a rolling deployment is in progress. */
  readonly isRolling: boolean;
}

/** The result of `pulumi-fal apps rollout --json`. */
export interface RolloutAppsResult {
  readonly environment: string;
  /** In the order of the command line. */
  readonly apps: readonly { readonly name: string; readonly ok: boolean; readonly error?: string }[];
}
