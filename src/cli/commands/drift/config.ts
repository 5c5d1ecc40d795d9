import { isRecord } from "../../../provider/values";
import type { Pulumi } from "../../pulumi/cli";
import { nameOf } from "../../pulumi/plan";

/**
 * Keys of the stack's configuration that differ from those of the last `pulumi up`. The engine hands the whole
 * configuration to the default provider of dynamic resources, so the state has what the last update ran with.
 *
 * @param exported what `pulumi stack export --show-secrets` writes
 */
export async function changedConfig(pulumi: Pulumi, stack: string, exported: string): Promise<ChangedKey[]> {
  const before = recordedConfig(exported) ?? (await lastUpdate(pulumi, stack));
  // Nothing was ever applied, so nothing can be another configuration.
  if (before === undefined) return [];
  const { stdout } = await pulumi.ok(["config", "--json", "--show-secrets", "--stack", stack]);
  return differingKeys(before, valuesOf(JSON.parse(stdout)));
}

export interface ChangedKey {
  readonly key: string;
  /** Where the key has a value; `both`: another one in each. */
  readonly in: "both" | "last up" | "here";
}

export function configMessage(stack: string, changed: readonly ChangedKey[]): string {
  const where = { both: "another value", "last up": "missing here", here: "new here" } as const;
  const keys = changed.map(({ key, in: place }) => `${key} (${where[place]})`).join(", ");
  return (
    `--fix runs \`pulumi up\`, and the configuration of ${stack} here is not the one of its last \`pulumi up\`: ${keys}. Nothing was changed. ` +
    `Run it with that configuration (\`pulumi config refresh --stack ${stack}\` writes it into the stack's configuration file), ` +
    "or apply the new one first, with a `pulumi up` of its own."
  );
}

type Config = ReadonlyMap<string, string>;

export function differingKeys(before: Config, now: Config): ChangedKey[] {
  return [...new Set([...before.keys(), ...now.keys()])].sort().flatMap((key): ChangedKey[] => {
    if (before.get(key) === now.get(key)) return [];
    return [{ key, in: !now.has(key) ? "last up" : !before.has(key) ? "here" : "both" }];
  });
}

/** The inputs of the default provider; undefined where every resource has an explicit one, or there are none. */
export function recordedConfig(exported: string): Config | undefined {
  const { deployment } = JSON.parse(exported) as { deployment?: { resources?: unknown } };
  const resources = Array.isArray(deployment?.resources) ? deployment.resources.filter(isRecord) : [];
  const provider = resources.find(
    ({ type, urn, delete: deleted }) =>
      type === "pulumi:providers:pulumi-nodejs" && /^default(_\d|$)/.test(nameOf(String(urn))) && deleted !== true,
  );
  if (provider === undefined) return undefined;
  const inputs = isRecord(provider["inputs"]) ? provider["inputs"] : {};
  // Keys of configuration have a namespace; what the engine adds has none.
  return new Map(
    Object.entries(inputs).flatMap(([key, value]) => (key.includes(":") ? [[key, textOf(value)] as const] : [])),
  );
}

function textOf(value: unknown): string {
  if (!isRecord(value) || typeof value["plaintext"] !== "string") return String(value);
  return String(JSON.parse(value["plaintext"]));
}

/** From the stack's history; undefined where it has no update. */
async function lastUpdate(pulumi: Pulumi, stack: string): Promise<Config | undefined> {
  const { stdout } = await pulumi.ok(["stack", "history", "--json", "--show-secrets", "--stack", stack]);
  const updates: unknown = JSON.parse(stdout);
  const last = Array.isArray(updates)
    ? updates.find((update) => isRecord(update) && update["kind"] === "update")
    : undefined;
  return isRecord(last) && isRecord(last["config"]) ? valuesOf(last["config"]) : undefined;
}

/** As the CLI prints configuration as JSON. */
function valuesOf(config: unknown): Config {
  const entries = isRecord(config) ? Object.entries(config) : [];
  return new Map(entries.map(([key, entry]) => [key, isRecord(entry) ? String(entry["value"]) : String(entry)]));
}
