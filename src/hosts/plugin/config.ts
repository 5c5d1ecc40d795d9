import type { PropertyValues, Value } from "../../provider/properties";
import {
  clientOptions,
  configKey,
  isStrict,
  type ProviderSettings,
  readSettings,
  settings,
} from "../../provider/settings";
import { suggestName } from "../../provider/suggest";
import { containsUnknown, isGiven, wrapSecret } from "../../provider/values";

const names: readonly string[] = settings.map((setting) => setting.name);
const secretNames = new Set(settings.filter((setting) => "secret" in setting).map((setting): string => setting.name));

/** The settings in the inputs of a provider resource. `name`: of the resource, which the engine calls `default` itself. */
export function settingsOf(inputs: PropertyValues, name: string): ProviderSettings {
  const found = readSettings((key) => text(inputs[key.slice(configKey("").length)]));
  return isDefault(name) ? found : { ...found, providerName: name };
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

function isDefault(name: string): boolean {
  // `pulumi do` has no provider resource.
  return name === "" || /^default(_|$)/.test(name);
}

/** Stack config has strings; SDKs send numbers and booleans, some of them as JSON. */
function text(value: Value): string | undefined {
  if (!isGiven(value)) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
