import * as pulumi from "@pulumi/pulumi";
import { configKey, type ProviderSettings, providerNameSetting, readSettings, settings } from "../../provider/settings";
import { providerPackages } from "../../provider/tokens";
import { usesPlugin } from "../host";
import type { ProviderArgs } from "./args.gen";

export type { ProviderArgs } from "./args.gen";

/**
 * Settings for resources that name this provider: another account, another environment, another host.
 *
 * They come from these arguments, else from environment variables; the stack's `fal:*` config is for the default
 * provider only. What is given here is stored in the stack's state (the key encrypted), and refresh and destroy use it
 * from there; a key found in the environment is not stored.
 *
 * @example
 * const prod = new fal.Provider("prod", { apiKey: config.requireSecret("prodKey") });
 * new fal.Secret("token", { name: "HF_TOKEN", value }, { provider: prod });
 */
export class Provider extends pulumi.ProviderResource {
  /** What the option `envVarMappings` says, for functions: they run in the program's process. @internal */
  readonly __envVarMappings: Readonly<Record<string, string>>;
  /** Whether a transform of this provider may have changed that unseen. @internal */
  readonly __transformed: boolean;

  constructor(name: string, args: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    const given = args as Record<string, pulumi.Input<unknown> | undefined>;
    const inPlugin = usesPlugin();
    const inputs: Record<string, pulumi.Input<string>> = inPlugin ? {} : { [configKey(providerNameSetting)]: name };
    for (const setting of settings) {
      const value = given[setting.name];
      if (value === undefined || value === null) continue;
      // The engine hands provider settings on as strings.
      // An Output that turns out to hold nothing is a setting left out.
      const text = pulumi
        .output(value)
        .apply((known) => (known === undefined || known === null ? undefined : `${known}`));
      const key = inPlugin ? setting.name : configKey(setting.name);
      inputs[key] = ("secret" in setting ? pulumi.secret(text) : text) as pulumi.Output<string>;
    }
    super(providerPackages[inPlugin ? "plugin" : "dynamic"], name, inputs, options);
    this.__envVarMappings = { ...options?.envVarMappings };
    this.__transformed = Boolean(options?.transforms?.length || options?.transformations?.length);
  }
}

/**
 * The environment variables that the provider process of a provider sees: the engine maps some by the option
 * `envVarMappings`. Undefined where a transform decides that, because only the engine knows what it answered. @internal
 */
export function providerEnvironment(
  provider: pulumi.ProviderResource | undefined,
  env: NodeJS.ProcessEnv,
): NodeJS.ProcessEnv | undefined {
  // Another copy of this package may have made it, also an older one.
  const { __envVarMappings = {}, __transformed = false } = (provider ?? {}) as Partial<Provider>;
  if (__transformed) return undefined;
  const present = Object.entries(__envVarMappings).filter(([from]) => env[from] !== undefined);
  // Without a mapping the very object, as which the client knows this process's own.
  if (present.length === 0) return env;
  return { ...env, ...Object.fromEntries(present.map(([from, to]) => [to, env[from]])) };
}

/**
 * The settings of a provider as the engine registered them, secret where a key is given; undefined when it is not a
 * `fal.Provider`. Its inputs are on the object already, as the SDK puts every resource's. @internal
 */
export function providerSettings(provider: pulumi.ProviderResource): pulumi.Output<ProviderSettings> | undefined {
  const inputs = provider as unknown as Record<string, pulumi.Output<string | undefined> | undefined>;
  const { __pulumiType: type, __name: providerName } = provider as { __pulumiType?: string; __name?: string };
  const inPlugin = type === `pulumi:providers:${providerPackages.plugin}`;
  // No other provider has a setting of this name, and another copy of this package's class does.
  if (!inPlugin && inputs[configKey(providerNameSetting)] === undefined) return undefined;
  const names = [...settings.map((setting) => setting.name), providerNameSetting];
  const given = names.map((name) => [name, inputs[inPlugin ? name : configKey(name)]] as const);
  const known = inPlugin ? { [providerNameSetting]: providerName } : {};
  return pulumi.all({
    ...Object.fromEntries(given),
    ...known,
  }) as pulumi.Output<unknown> as pulumi.Output<ProviderSettings>;
}

/** The settings of the default provider: this stack's config. @internal */
export function stackSettings(): ProviderSettings {
  return readSettings((key) => pulumi.runtime.getConfig(key));
}
