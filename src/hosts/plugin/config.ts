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

/** Not settings of this package: what the engine adds, and what decides in the program which host runs the resources. */
const otherKeys = ["version", "pluginDownloadURL", "plugin"];

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

/** Settings that do not exist, where an existing one is close: a project named `fal` has other keys of its own. */
export function misspelledSettings(inputs: PropertyValues): string[] {
  const names = settings.map((setting) => setting.name);
  return Object.keys(inputs).flatMap((key) => {
    if ([...names, ...otherKeys].includes(key)) return [];
    const nearest = suggestName(key, names);
    return nearest === undefined ? [] : [`${configKey(key)} is not a setting. Did you mean ${configKey(nearest)}?`];
  });
}

/** The inputs as the state stores them. */
export function withSecretSettings(inputs: PropertyValues): PropertyValues {
  const secret = new Set(settings.filter((setting) => "secret" in setting).map((setting): string => setting.name));
  return Object.fromEntries(
    Object.entries(inputs).map(([name, value]) => {
      return [name, secret.has(name) && isGiven(value) && !containsUnknown(value) ? wrapSecret(value) : value];
    }),
  );
}

function isDefault(name: string): boolean {
  return /^default(_|$)/.test(name);
}

/** Stack config has strings; SDKs send numbers and booleans, some of them as JSON. */
function text(value: Value): string | undefined {
  if (!isGiven(value)) return undefined;
  return typeof value === "string" ? value : JSON.stringify(value);
}
