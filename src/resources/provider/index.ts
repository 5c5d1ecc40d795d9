import * as pulumi from "@pulumi/pulumi";
import { configKey, providerNameSetting, settings } from "../../provider/settings";
import type { ProviderArgs } from "./generated";

export type { ProviderArgs } from "./generated";

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
  constructor(name: string, args: ProviderArgs = {}, options?: pulumi.ResourceOptions) {
    const given = args as Record<string, pulumi.Input<unknown> | undefined>;
    const inputs: Record<string, pulumi.Input<string>> = { [configKey(providerNameSetting)]: name };
    for (const setting of settings) {
      const value = given[setting.name];
      if (value === undefined || value === null) continue;
      // The engine hands provider settings on as strings.
      // An Output that turns out to hold nothing is a setting left out.
      const text = pulumi
        .output(value)
        .apply((known) => (known === undefined || known === null ? undefined : `${known}`));
      inputs[configKey(setting.name)] = ("secret" in setting ? pulumi.secret(text) : text) as pulumi.Output<string>;
    }
    super("pulumi-nodejs", name, inputs, options);
  }
}
