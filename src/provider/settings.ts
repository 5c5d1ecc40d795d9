import type { FalClientOptions } from "../client";
import { isSurface, surfaceList } from "../client/config/surface-names";
import type { HostOptions } from "../client/host-options";

/** A setting of the provider: an input of `fal.Provider`, and `fal:<name>` in stack config for the default provider. */
export interface Setting {
  readonly name: string;
  readonly type: "string" | "number" | "boolean";
  readonly secret?: true;
  readonly doc: string;
}

export const settings = [
  {
    name: "apiKey",
    type: "string",
    secret: true,
    doc: "The credential, `key_id:key_secret`. Default: the environment variable `FAL_KEY`, the profile of the `fal` CLI, or `FAL_KEY_ID` with `FAL_KEY_SECRET`, in this order.",
  },
  {
    name: "owner",
    type: "string",
    doc: "The nickname of the expected account. Credentials of other accounts are rejected. Default: not checked.",
  },
  {
    name: "apiUrl",
    type: "string",
    doc: "The platform REST API. Default: `FAL_API_URL`, or `https://api.fal.ai/v1`.",
  },
  {
    name: "restUrl",
    type: "string",
    doc: "The REST host of the `fal` CLI. Default: `FAL_REST_URL`, `FAL_REST_HOST`, or derived from the gRPC host.",
  },
  {
    name: "grpcUrl",
    type: "string",
    doc: "The gRPC host. Default: `FAL_GRPC_URL`, `FAL_GRPC_HOST`, `FAL_HOST`, the profile's `host`, or `https://api.alpha.fal.ai`.",
  },
  {
    name: "surface",
    type: "string",
    doc: "The version of fal's REST API: `platform` (default, at `apiUrl`) or the older `alpha` (at `restUrl`). See Surfaces in the guide to credentials and accounts.",
  },
  {
    name: "proxy",
    type: "string",
    secret: true,
    doc: "The HTTP proxy for all of fal's hosts, such as `http://user:password@proxy.example:3128`, or `none`. Default: `HTTPS_PROXY`, `HTTP_PROXY`. Hosts in `NO_PROXY` are reached directly. See Proxies in the guide to credentials and accounts.",
  },
  {
    name: "environment",
    type: "string",
    doc: "The fal environment of resources without one. Default: `main`. Changing it replaces the resources that inherit it, which is destructive.",
  },
  { name: "maxConcurrentRequests", type: "number", doc: "The maximum number of concurrent requests. Default: 16." },
  {
    name: "maxConcurrentDeploys",
    type: "number",
    doc: "The maximum number of concurrent deployments of apps with `source`. Each builds an image at fal and runs Python here. Default: 3.",
  },
  {
    name: "strict",
    type: "boolean",
    doc: "`true` turns warnings about values that fal does not document, such as a misspelled machine type, into errors. Default: `false`.",
  },
  {
    name: "log",
    type: "string",
    doc: "`debug` logs each call on its resource's row, without values; `off` logs nothing. Default: `FAL_LOG`, or `off`. `FAL_LOG_FILE` names a file for the lines.",
  },
] as const satisfies readonly Setting[];

/** The name an explicit `fal.Provider` was given in the program; absent for the default provider. */
export const providerNameSetting = "providerName";

type SettingName = (typeof settings)[number]["name"];
export type ProviderSettings = Partial<Record<SettingName | typeof providerNameSetting, string>>;

export function configKey(name: string): string {
  return `fal:${name}`;
}

/** Reads settings from the engine's configuration: a Provider's own inputs, or the stack's config for the default one. */
export function readSettings(get: (key: string) => string | undefined): ProviderSettings {
  const found: ProviderSettings = {};
  for (const name of [...settings.map((setting) => setting.name), providerNameSetting] as const) {
    const value = get(configKey(name));
    if (value !== undefined) found[name] = value;
  }
  return found;
}

/** Whether a provider resource is the one that the engine creates where a program names none. */
export function isDefaultProvider(name: string): boolean {
  return /^default(_\d|$)/.test(name);
}

/** The id of the key that these settings, or the environment variable, name; the fal CLI's file is not read for it. */
export function keyIdOf(from: ProviderSettings, env: Record<string, string | undefined>): string | undefined {
  const key = from.apiKey ?? env["FAL_KEY"];
  return key?.includes(":") ? key.trim().split(":")[0] : undefined;
}

/** What the user typed, for messages: a program's argument, or stack config. */
function apiKeyName(from: ProviderSettings): string {
  const command = from.providerName === undefined ? ` (\`pulumi config set --secret ${configKey("apiKey")}\`)` : "";
  return `${settingName(from, "apiKey")}${command}`;
}

/** What the user typed, for messages: an argument of the program's Provider, or a key of the stack's config. */
export function settingName(from: ProviderSettings, name: string): string {
  return from.providerName !== undefined ? `${name} of the Provider "${from.providerName}"` : configKey(name);
}

/** How the client's messages name the settings. */
export function settingNames(from: ProviderSettings): Pick<HostOptions, "apiKeyName" | "proxyName"> {
  return { apiKeyName: apiKeyName(from), proxyName: settingName(from, "proxy") };
}

/** Whether warnings about values are errors. Throws when the setting is neither `true` nor `false`. */
export function isStrict(from: ProviderSettings): boolean {
  const { strict = "false" } = from;
  if (strict !== "true" && strict !== "false") {
    throw new Error(`${settingName(from, "strict")} must be true or false, not "${strict}".`);
  }
  return strict === "true";
}

/** Throws, naming the setting and the fix, when a value is not usable. */
export function clientOptions(from: ProviderSettings): Omit<FalClientOptions, "log"> & { log?: string } {
  for (const { name } of settings) {
    // An empty key would quietly become another one, an empty owner no check at all.
    if (from[name] === "") throw new Error(`${settingName(from, name)} is empty. Set it, or remove it.`);
  }
  const options: ReturnType<typeof clientOptions> = {};
  if (from.apiKey !== undefined) options.apiKey = from.apiKey;
  if (from.apiUrl !== undefined) options.apiUrl = from.apiUrl;
  if (from.restUrl !== undefined) options.restUrl = from.restUrl;
  if (from.grpcUrl !== undefined) options.grpcUrl = from.grpcUrl;
  if (from.proxy !== undefined) options.proxy = from.proxy;
  if (from.environment !== undefined) options.environment = from.environment;
  if (from.log !== undefined) {
    if (from.log !== "debug" && from.log !== "off") {
      throw new Error(`${settingName(from, "log")} must be "debug" or "off", not "${from.log}".`);
    }
    options.log = from.log;
  }
  if (from.surface !== undefined) {
    if (!isSurface(from.surface)) {
      throw new Error(`${settingName(from, "surface")} must be ${surfaceList}, not "${from.surface}".`);
    }
    options.surface = from.surface;
  }
  const maxConcurrentRequests = wholeNumber(from, "maxConcurrentRequests");
  if (maxConcurrentRequests !== undefined) options.maxConcurrentRequests = maxConcurrentRequests;
  wholeNumber(from, "maxConcurrentDeploys");
  return options;
}

/** A setting that is a whole number above 0. Throws, naming the setting, when it is something else. */
export function wholeNumber(
  from: ProviderSettings,
  name: "maxConcurrentRequests" | "maxConcurrentDeploys",
): number | undefined {
  const value = from[name];
  if (value === undefined) return undefined;
  const number = Number(value);
  if (Number.isInteger(number) && number > 0) return number;
  throw new Error(`${settingName(from, name)} must be a whole number above 0, not "${value}".`);
}
