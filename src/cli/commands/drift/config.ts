import { configKey, settings } from "../../../provider/settings";
import { isRecord } from "../../../provider/values";
import type { Pulumi } from "../../pulumi/cli";
import type { StackConfig, StackExport } from "../../pulumi/stack-export";

/**
 * Keys of the stack's configuration whose values differ from those of the last `pulumi up`.
 *
 * @param exported with `--show-secrets`
 */
export async function changedConfig(pulumi: Pulumi, stack: string, exported: StackExport): Promise<ChangedKey[]> {
  const config = exported.config() ?? (await lastUpdate(pulumi, stack));
  const recorded = exported.settings();
  // Without an earlier update, there is nothing to compare with.
  if (config === undefined && recorded === undefined) return [];
  const { stdout } = await pulumi.ok(["config", "--json", "--show-secrets", "--stack", stack]);
  const now = valuesOf(JSON.parse(stdout));
  if (recorded === undefined) return differingKeys(config ?? new Map(), now);
  // The state is what a refresh uses. The history may be missing, or of another state than a restored one.
  const changed = differingKeys(recorded, only(now, isSetting));
  if (config === undefined) return changed;
  const isOther = (key: string) => !isSetting(key);
  const others = differingKeys(only(config, isOther), only(now, isOther));
  return [...changed, ...others].sort((a, b) => (a.key < b.key ? -1 : 1));
}

function only(config: StackConfig, isWanted: (key: string) => boolean): StackConfig {
  return new Map([...config].filter(([key]) => isWanted(key)));
}

const settingKeys: ReadonlySet<string> = new Set(settings.map(({ name }) => configKey(name)));

function isSetting(key: string): boolean {
  return settingKeys.has(key);
}

export interface ChangedKey {
  readonly key: string;
  /** Where the key has a value. `both`: the values differ. */
  readonly in: "both" | "last up" | "here";
}

export function configMessage(stack: string, changed: readonly ChangedKey[]): string {
  const where = { both: "another value", "last up": "missing here", here: "new here" } as const;
  const keys = changed.map(({ key, in: place }) => `${key} (${where[place]})`).join(", ");
  return (
    `--fix runs \`pulumi up\`, but the configuration of ${stack} differs from its last \`pulumi up\`: ${keys}. Nothing was changed. ` +
    `Restore that configuration (\`pulumi config refresh --stack ${stack}\`), ` +
    "or apply the new one with `pulumi up` first."
  );
}

function differingKeys(before: StackConfig, now: StackConfig): ChangedKey[] {
  return [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((key): ChangedKey[] => {
    if (before.get(key) === now.get(key)) return [];
    return [{ key, in: !now.has(key) ? "last up" : !before.has(key) ? "here" : "both" }];
  });
}

/** The configuration in the stack's history; undefined if it contains no update. */
async function lastUpdate(pulumi: Pulumi, stack: string): Promise<StackConfig | undefined> {
  const { stdout } = await pulumi.ok(["stack", "history", "--json", "--show-secrets", "--stack", stack]);
  const updates: unknown = JSON.parse(stdout);
  const last = Array.isArray(updates)
    ? updates.find((update) => isRecord(update) && update["kind"] === "update")
    : undefined;
  return isRecord(last) && isRecord(last["config"]) ? valuesOf(last["config"]) : undefined;
}

/** The values in the CLI's JSON of a configuration. */
function valuesOf(config: unknown): StackConfig {
  const entries = isRecord(config) ? Object.entries(config) : [];
  return new Map(entries.map(([key, entry]) => [key, isRecord(entry) ? String(entry["value"]) : String(entry)]));
}
