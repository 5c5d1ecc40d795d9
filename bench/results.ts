import type { ClientRate } from "./measures/client";
import type { DeployCost } from "./measures/deploy";
import type { ImportTimes } from "./measures/program";
import type { PluginProcess, ProviderCost, ProviderMemory } from "./measures/provider";
import type { ReviewCost } from "./measures/review";
import type { SourceCost } from "./measures/source";
import type { SizeResult } from "./measures/stacks";
import type { UsageCost } from "./measures/usage";

/** What a run measures. Written to a file: no host names, no paths. */
export interface Results {
  readonly version: 1;
  readonly date: string;
  readonly machine: {
    readonly platform: string;
    readonly arch: string;
    readonly cpus: number;
    readonly memoryGb: number;
    readonly node: string;
    readonly pulumiCli: string;
    readonly pulumiSdk: string;
    /** Average number of processes that wanted to run, in the last minute before the start. */
    readonly loadAtStart: number;
  };
  readonly providerTextBytes: Record<string, number>;
  readonly imports: ImportTimes;
  readonly stacks: readonly SizeResult[];
  readonly provider: ProviderCost;
  readonly memory: ProviderMemory;
  readonly plugin: PluginProcess;
  readonly appRefresh: { readonly apps: number; readonly calls: Record<string, number> };
  readonly client: ClientRate;
  readonly review: ReviewCost;
  readonly source: SourceCost;
  readonly usage: UsageCost;
  /** Left out where the fal CLI is not installed. */
  readonly deploy?: DeployCost;
}
