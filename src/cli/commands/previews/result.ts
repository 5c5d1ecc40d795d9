import type { CostRange } from "../../capacity/totals";

/** The result of `pulumi-fal previews up --json`. */
export interface PreviewUpResult {
  /** Name of the stack and of the fal environment. */
  readonly name: string;
  readonly pullRequest: number;
  /** `refused`: a limit would be exceeded, or is. `failed`: the preview or the update failed. */
  readonly outcome: "updated" | "refused" | "failed";
  /** Why it was refused or failed. */
  readonly reasons: readonly string[];
  /** What runs in the environment now; empty if nothing was deployed. */
  readonly apps: readonly PreviewApp[];
  /** With `--prices`. Per hour, if each app runs its maximum. */
  readonly maxCostPerHour?: CostRange & { readonly currency: string };
}

export interface PreviewApp {
  readonly name: string;
  readonly url: string;
  readonly minConcurrency: number;
  readonly maxConcurrency: number;
  readonly machineTypes: readonly string[];
}

/** The result of `pulumi-fal previews list --json`. */
export interface ListPreviewsResult {
  readonly previews: readonly ListedPreview[];
}

export interface ListedPreview {
  /** Name of the stack and of the fal environment. */
  readonly name: string;
  readonly pullRequest: number;
  /** Whether the project has the stack. */
  readonly stack: boolean;
  /** Whether the account has the environment. */
  readonly environment: boolean;
  /** When the environment was created, ISO 8601. Null without an environment. */
  readonly createdAt: string | null;
  /** Why it can be removed: the pull request is not in `--open`, or it is older than `--max-age`. */
  readonly removable: "leftOver" | "expired" | null;
}

/** The result of `pulumi-fal previews down --json` and `previews clean --json`. */
export interface RemovePreviewsResult {
  readonly previews: readonly { readonly name: string; readonly ok: boolean; readonly error?: string }[];
}
