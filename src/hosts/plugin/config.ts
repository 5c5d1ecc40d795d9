import type { PropertyValues, Value } from "../../provider/properties";
import {
  clientOptions,
  configKey,
  isDefaultProvider,
  isStrict,
  type ProviderSettings,
  readSettings,
  settings,
} from "../../provider/settings";
import { suggestName } from "../../provider/suggest";
import { containsUnknown, isGiven, wrapSecret } from "../../provider/values";

const names: readonly string[] = settings.map((setting) => setting.name);
const secretNames = new Set(settings.filter((setting) => "secret" in setting).map((setting): string => setting.name));

/** The settings in the inputs of a provider resource. */
export function settingsOf(inputs: PropertyValues, providerName: string): ProviderSettings {
  const given = new Map(Object.entries(inputs).map(([name, value]) => [configKey(name), text(value)]));
  const found = readSettings((key) => given.get(key));
  // `pulumi do` has no provider resource.
  return providerName === "" || isDefaultProvider(providerName) ? found : { ...found, providerName };
}

/** What is wrong with the settings: sentences that name the setting. Unknown values pass. */
export function settingFailures(inputs: PropertyValues, name: string): string[] {
  try {
    const known = Object.entries(inputs).filter(([, value]) => !containsUnknown(value));
    const found = settingsOf(Object.fromEntries(known), name);
    isStrict(found);
    clientOptions(found);
    return [];
  } catch (error) {
    return [(error as Error).message];
  }
}

/**
 * Sentences about settings that do not exist, where an existing one is close. Others are not mistakes: the default
 * provider gets all of the stack's `fal:` config, which may be that of a project with this name.
 */
export function misspelledSettings(inputs: PropertyValues): string[] {
  return Object.keys(inputs).flatMap((key) => {
    const nearest = names.includes(key) ? undefined : suggestName(key, names);
    return nearest === undefined ? [] : [`${configKey(key)} is not a setting. Did you mean ${configKey(nearest)}?`];
  });
}

/** The inputs as the state stores them: settings, and what the engine adds. */
export function checkedSettings(inputs: PropertyValues): PropertyValues {
  const stored = Object.entries(inputs).filter(([name]) => [...names, "version", "pluginDownloadURL"].includes(name));
  return Object.fromEntries(
    stored.map(([name, value]) => {
      return [name, secretNames.has(name) && isGiven(value) && !containsUnknown(value) ? wrapSecret(value) : value];
    }),
  );
}

/** Stack config has strings; SDKs send numbers and booleans, some of them as JSON. */
function text(value: Value): string | undefined {
  if (!isGiven(value)) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
